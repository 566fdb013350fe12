"""The base form and the fields every room shares; their complaints are our own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms import DateField as WtDateField
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

# Refused everywhere: characters that no keyboard types and that break files, logs or databases.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SHORT_TEXT = 120
LONG_TEXT = 4000


class BaseForm(FlaskForm):  # type: ignore[misc]
    """CSRF is checked for every unsafe request in one place, so a form does not check again."""

    class Meta:
        csrf = False

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)


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

    def __init__(self, label: Any = None, *, required: Any = None, longest: int = SHORT_TEXT, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(label, validators=_presence(required) + kwargs.pop("validators", []), filters=[clean], **kwargs)

    def pre_validate(self, form: Any) -> None:
        _check_text(self, self.longest)


class LongTextField(TextAreaField):
    """Several lines; empty is None."""

    def __init__(self, label: Any = None, *, required: Any = None, longest: int = LONG_TEXT, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(label, validators=_presence(required) + kwargs.pop("validators", []), filters=[clean], **kwargs)

    def pre_validate(self, form: Any) -> None:
        _check_text(self, self.longest)


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


class ChoiceField(RadioField):
    """One of a few, each shown; a value that is not offered gets our own words."""

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("coerce", _text_or_none)
        super().__init__(label, validators=_presence(required), validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data not in {value for value, *_rest in self.choices or ()}:
            raise ValidationError(_("Please choose one of the answers shown."))


class ChoicesField(SelectMultipleField):
    """Any of a few, as tick boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, *, required: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators=_presence(required), validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        offered = {value for value, *_rest in self.choices or ()}
        if not set(self.data or ()) <= offered:
            raise ValidationError(_("Please choose one of the answers shown."))


def _text_or_none(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _presence(required: Any) -> list[Any]:
    """``required`` is the sentence to show when it is missing, True for the usual one, or nothing for optional."""
    if required is None or required is False:
        return [Optional()]
    return [Required(None if required is True else required)]
