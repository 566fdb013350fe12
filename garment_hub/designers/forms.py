"""Forms of designers: signing up, the profile, one picture."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField, FileRequired
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
from garment_hub.labels import choices
from models import business_number

MOST_PIECES = 1_000_000


class RegisterForm(BaseForm):
    """For a person who has an account but no profile."""

    brand = TextField(lazy_gettext("Brand"), required=lazy_gettext("Please write the name of your brand."))


class SignUpForm(ConsentFields, RegisterForm):
    """The same for somebody without an account."""

    name = TextField(lazy_gettext("Your name"), required=lazy_gettext("Please write your name."))
    email = EmailField(lazy_gettext("E-mail"), required=lazy_gettext("Please write your e-mail address."))
    password = NewPasswordField(lazy_gettext("Password"), required=lazy_gettext("Please write a password."))


class ProfileForm(RegisterForm):
    introduction = LongTextField(lazy_gettext("About your brand"), longest=1000)
    items = ChoicesField(lazy_gettext("What do you make?"))
    market = ChoiceField(lazy_gettext("Where do you sell?"))
    usual_quantity_min = WholeNumberField(lazy_gettext("Usually from"), maximum=MOST_PIECES)
    usual_quantity_max = WholeNumberField(lazy_gettext("Usually up to"), maximum=MOST_PIECES)
    business_number = TextField(lazy_gettext("Business number"))
    website = TextField(lazy_gettext("Website"), longest=300)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.items.choices = choices("item")
        self.market.choices = choices("market")

    def validate_business_number(self, field: TextField) -> None:
        digits = business_number.digits_of(field.data)
        if not business_number.is_valid(digits):
            raise ValidationError(
                _("This business number does not add up. Please compare it with the certificate, or leave it empty.")
            )
        field.data = digits

    def validate_website(self, field: TextField) -> None:
        """Only an address a browser opens as a page: a link is shown to others."""
        try:
            parts = urlsplit(field.data)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValidationError(_("Please write the whole address, beginning with https://"))


class PictureForm(BaseForm):
    picture = FileField(
        lazy_gettext("Picture"), validators=[FileRequired(lazy_gettext("Please choose a picture first."))]
    )
    caption = TextField(lazy_gettext("What does it show?"), required=lazy_gettext("Please say what the picture shows."))
