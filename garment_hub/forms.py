"""The base form and the fields every room shares; their complaints are our own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import DateField as WtDateField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, EmailInput, ListWidget, TelInput

from garment_hub.accounts.identifiers import LONGEST_EMAIL, email_of, phone_of
from garment_hub.accounts.passwords import LONGEST, check_new_password
from garment_hub.errors import sentence
from garment_hub.labels import place_name
from models.district import Neighbourhood
from models.errors import DomainError, Invalid
from models.user import ConsentPurpose

# Refused everywhere: characters that no keyboard types and that break files, logs or databases.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
V = TypeVar("V")
SHORT_TEXT = 120
LONG_TEXT = 4000


class BaseForm(FlaskForm):
    """CSRF is checked for every unsafe request in one place, so a form does not check again."""

    class Meta:
        csrf = False

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)

    def refuse(self, error: DomainError) -> None:
        """Put a service's refusal beside its field, or above the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(sentence(error))
        else:
            field.errors = [*field.errors, sentence(error)]


class TokenForm(BaseForm):
    """A form of which a repeat would do harm; the service remembers the token."""

    form_token = HiddenField()


class Required(InputRequired):
    """Asks for the field in our own words."""

    def __init__(self, message: Any = None) -> None:
        super().__init__(message)
        self.own_message = message

    def __call__(self, form: Any, field: Field) -> None:
        raw = field.raw_data[0] if field.raw_data else None
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            field.errors[:] = []
            raise StopValidation(str(self.own_message or _("Please fill this in.")))


def clean(text: str | None) -> str | None:
    """Typed text in one form: composed letters, no blanks at the ends; nothing left is None."""
    return unicodedata.normalize("NFC", text).strip() or None if text else None


def _check_text(field: Field, longest: int) -> None:
    text = field.data or ""
    if _FORBIDDEN.search(text):
        raise ValidationError(_("This contains a character that cannot be stored. Please type it again."))
    if len(text) > longest:
        raise ValidationError(
            _("Please keep it under %(longest)s characters. You wrote %(length)s.", longest=longest, length=len(text))
        )


class TextField(StringField):
    """One line; empty is None."""

    data: Any

    def __init__(self, label: Any = None, *, required: Any = None, longest: int = SHORT_TEXT, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(
            label, validators=_presence(required) + kwargs.pop("validators", []), filters=[clean], **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        _check_text(self, self.longest)


class LongTextField(TextAreaField):
    """Several lines; empty is None."""

    def __init__(self, label: Any = None, *, required: Any = None, longest: int = LONG_TEXT, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(
            label, validators=_presence(required) + kwargs.pop("validators", []), filters=[clean], **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        _check_text(self, self.longest)


class EmailField(TextField):
    """An e-mail address, kept in lower case."""

    widget = EmailInput()

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, required=required, longest=LONGEST_EMAIL, **kwargs)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            self.data = _or_complain(email_of, self.data)


class PhoneField(TextField):
    """A telephone number, kept as digits; +82 becomes the trunk 0."""

    widget = TelInput()

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, required=required, longest=30, **kwargs)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            self.data = _or_complain(phone_of, self.data)


class TypedPasswordField(PasswordField):
    """A password as it was typed, blanks and all; never shown again."""

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators=_presence(required), **kwargs)

    def pre_validate(self, form: Any) -> None:
        _check_text(self, LONGEST)


class NewPasswordField(TypedPasswordField):
    """A password being chosen."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data:
            _or_complain(check_new_password, self.data)


class WholeNumberField(IntegerField):
    """A whole number; "12,000" and full-width digits are understood."""

    def __init__(
        self, label: Any = None, *, required: Any = None, minimum: int = 1, maximum: int = 10_000_000, **kwargs: Any
    ) -> None:
        self.minimum, self.maximum = minimum, maximum
        super().__init__(label, validators=_presence(required), **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        text = unicodedata.normalize("NFKC", valuelist[0]).replace(",", "").strip()
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            self.data = None
            raise ValueError(_("Please write it as a number. For example: 12,000"))
        self.data = int(text)

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if self.data < self.minimum:
            raise ValidationError(_("Please write %(minimum)s or more.", minimum=f"{self.minimum:,}"))
        if self.data > self.maximum:
            raise ValidationError(_("Please write %(maximum)s or less.", maximum=f"{self.maximum:,}"))


class DateField(WtDateField):
    """A day, optionally not before another."""

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators=_presence(required) + kwargs.pop("validators", []), **kwargs)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = date.fromisoformat(valuelist[0].strip())
        except ValueError:
            self.data = None
            raise ValueError(_("Please write the day like this: 2027-03-12")) from None


class PlaceField(SelectField):
    """One of the neighbourhoods handed in, by id."""

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            validators=[Required(required)] if required else [],
            coerce=_whole_or_none,
            validate_choice=False,
            **kwargs,
        )

    def offer(self, places: Sequence[Neighbourhood]) -> None:
        self.choices = [("", _("Please choose")), *((place.id, place_name(place)) for place in places)]

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in {value for value, _name in self.choices}:
            raise ValidationError(_("Please choose one of the answers shown."))


def _whole_or_none(value: object) -> int | None:
    """The id that was sent; what cannot be one becomes an id that nothing has, to be refused as not offered."""
    text = str(value or "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _offer(pairs: Sequence[tuple[str, Any]] | None) -> list[SelectChoice] | None:
    return None if pairs is None else [SelectChoice(value, label) for value, label in pairs]


class _Offered:
    """Choices as pairs of code and word; a value that is not offered gets our own words."""

    data: Any
    _choices: list[SelectChoice] | None

    @property
    def choices(self) -> list[SelectChoice] | None:
        return self._choices

    @choices.setter
    def choices(self, pairs: Sequence[tuple[str, Any]] | None) -> None:
        self._choices = _offer(pairs)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """At the end, because Optional takes a blank first value for no answer and clears every complaint."""
        chosen = self.data if isinstance(self.data, list) else [self.data]
        if not {value for value in chosen if value is not None} <= {choice.value for choice in self.choices or ()}:
            raise ValidationError(_("Please choose one of the answers shown."))


class ChoiceField(_Offered, RadioField):
    """One of a few, each shown."""

    def __init__(self, label: Any = None, *, required: Any = None, choices: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("coerce", _text_or_none)
        super().__init__(
            label, validators=_presence(required), validate_choice=False, choices=_offer(choices), **kwargs
        )


class ChoicesField(_Offered, SelectMultipleField):
    """Any of a few, as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, *, required: Any = None, choices: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label, validators=_presence(required), validate_choice=False, choices=_offer(choices), **kwargs
        )


def _text_or_none(value: object) -> str | None:
    return str(value) if value is not None and str(value).strip() else None


def _presence(required: Any) -> list[Any]:
    """``required`` is the sentence to show when it is missing, True for the usual one, or nothing for optional."""
    if required is None or required is False:
        return [Optional()]
    return [Required(None if required is True else required)]


def _or_complain(read: Callable[[str], V], text: str) -> V:
    """What ``read`` makes of the text; its refusal becomes the field's complaint."""
    try:
        return read(text)
    except Invalid as error:
        raise ValidationError(sentence(error)) from error


def _ticked(form: Any, field: Field) -> None:
    if not field.data:
        raise StopValidation(_("Without this we cannot open an account. Please tick it."))


class ConsentFields:
    """Mixin of sign-up forms: one tick per purpose, none ticked before, only the first needed.

    Who changes these words raises ``accounts.services.WORDING_VERSION``.
    """

    accepts_service = BooleanField(
        lazy_gettext("I agree that my details are kept and used to run this service, until I delete my account."),
        validators=[_ticked],
    )
    shares_with_district = BooleanField(
        lazy_gettext("My details may be passed on to the district office, for its support programmes.")
    )
    shows_publicly = BooleanField(lazy_gettext("My profile may be shown to everybody on this site."))

    @property
    def consents(self) -> frozenset[ConsentPurpose]:
        """The purposes that were ticked."""
        ticked = {
            ConsentPurpose.SERVICE: self.accepts_service,
            ConsentPurpose.DISTRICT_OFFICE: self.shares_with_district,
            ConsentPurpose.PUBLIC_DISPLAY: self.shows_publicly,
        }
        return frozenset(purpose for purpose, field in ticked.items() if field.data)
