"""The forms of asking for a link and of showing one."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms.validators import ValidationError

from garment_hub.accounts.identifiers import LONGEST_EMAIL, email_of, phone_of
from garment_hub.errors import sentence
from garment_hub.forms import BaseForm, TextField
from models.errors import Invalid


class AskForm(BaseForm):
    """A number or an address in any spelling; what can be neither is sent back."""

    phone = TextField(
        lazy_gettext("Telephone number or e-mail"),
        required=lazy_gettext("Please write your telephone number or e-mail."),
        longest=LONGEST_EMAIL,
    )

    def validate_phone(self, field: TextField) -> None:
        try:
            field.data = email_of(field.data) if "@" in field.data else phone_of(field.data)
        except Invalid as error:
            raise ValidationError(sentence(error)) from error


class ShowForm(BaseForm):
    reason = TextField(
        lazy_gettext("Why do you show it?"),
        required=lazy_gettext("Please write why. The owner is told, and it stays on record."),
        longest=200,
    )
