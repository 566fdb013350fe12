"""Forms of a designer: signing up, the profile, and one picture of the portfolio."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import ValidationError

from garment_hub.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    ConsentFields,
    EmailField,
    LongTextField,
    NewPasswordField,
    TextField,
    WholeNumberField,
)
from garment_hub.site import current_district
from models import business_number

_HOST = re.compile(r"(?=.{4,253}$)([\w-]{1,63}\.)+\w[\w-]{1,62}")


class WebsiteField(TextField):
    """An address on the web; one written without its scheme gets https."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        text = (self.data or "").strip()
        if text and "://" not in text and not re.match(r"[\w+.-]+:", text):
            text = f"https://{text}"
        self.data = text

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not _is_web_address(self.data):
            raise ValidationError(_("Please write the address like this: https://example.com"))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        has_port = parts.port is not None
    except ValueError:
        return False
    plain = parts.username is None and not has_port and not re.search(r"[\s<>\"'\\]", text)
    return parts.scheme in ("http", "https") and plain and _HOST.fullmatch(host) is not None


class BusinessNumberField(TextField):
    """In Korea ten digits with their check digit; hyphens may stand where they like."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = business_number.digits_of(self.data or "")

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and not business_number.is_valid(self.data, country := current_district().country):
            if country != business_number.KOREA:
                raise ValidationError(_("This number cannot be right. It has 5 to 20 letters and digits."))
            raise ValidationError(_("This number cannot be right. It has ten digits, for example 123-45-67891."))

    def _value(self) -> str:
        """What was typed, else the number as people write it."""
        if self.raw_data:
            return str(self.raw_data[0])
        return business_number.written(self.data) if self.data else ""


class RegisterForm(BaseForm):
    """For a person who has an account but no profile."""

    brand = TextField(
        lazy_gettext("Brand"), required=lazy_gettext("Please write the brand, or the name you work under.")
    )


class SignUpForm(ConsentFields, RegisterForm):
    """The same for somebody without an account."""

    name = TextField(lazy_gettext("Your name"), required=lazy_gettext("Please write your name."))
    email = EmailField(lazy_gettext("E-mail"), required=lazy_gettext("Please write your e-mail."))
    password = NewPasswordField(lazy_gettext("Password"), required=lazy_gettext("Please write a password."))


class ProfileForm(RegisterForm):
    introduction = LongTextField(lazy_gettext("About you"), longest=1000)
    items = ChoicesField(lazy_gettext("What do you have made?"))
    market = ChoiceField(lazy_gettext("Where do you sell?"))
    usual_quantity_min = WholeNumberField(lazy_gettext("Usual number of pieces, from"), maximum=1_000_000)
    usual_quantity_max = WholeNumberField(lazy_gettext("Usual number of pieces, up to"), maximum=1_000_000)
    website = WebsiteField(lazy_gettext("Website"), longest=300)
    business_number = BusinessNumberField(lazy_gettext("Business number"), longest=40)
    is_public = BooleanField(lazy_gettext("Everybody may see my profile."))

    def validate_usual_quantity_max(self, field: WholeNumberField) -> None:
        least = self.usual_quantity_min.data
        if field.data and least and field.data < least:
            raise ValidationError(_("This is less than the number before it."))


class PictureForm(BaseForm):
    picture = FileField(lazy_gettext("Picture"))
    caption = TextField(
        lazy_gettext("What does it show?"), required=lazy_gettext("Please write in a few words what it shows.")
    )

    def validate_picture(self, field: FileField) -> None:
        if not field.data:
            raise ValidationError(_("Please choose a picture."))
