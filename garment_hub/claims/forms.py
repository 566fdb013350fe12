"""The forms of taking a factory over: of somebody we know, of a stranger, and of the centre's decision."""

from __future__ import annotations

from flask_babel import lazy_gettext

from garment_hub.errors import sentence
from garment_hub.forms import BaseForm, ConsentFields, LongTextField, PhoneField, TextField
from garment_hub.listings.registration import read_number
from garment_hub.site import current_district
from models.errors import Invalid


class ClaimForm(BaseForm):
    """What else speaks for it, where the telephone does not."""

    number = TextField(lazy_gettext("Business number"), longest=40)
    note = LongTextField(lazy_gettext("How can we tell?"), longest=500)

    def validate_number(self, field: TextField) -> None:
        if field.data:
            try:
                field.data = read_number(field.data, current_district().country)
            except Invalid as error:
                field.errors = [*field.errors, sentence(error)]


class StrangersForm(ConsentFields, BaseForm):
    """Of somebody who is not signed in, with an account or without."""

    name = TextField(lazy_gettext("Your name"), required=lazy_gettext("Please write your name."))
    phone = PhoneField(lazy_gettext("Telephone"), required=lazy_gettext("Please write a telephone number."))


class DecisionForm(BaseForm):
    reason = TextField(
        lazy_gettext("Why?"),
        required=lazy_gettext("Please write why: they read it, and it stays on record."),
        longest=200,
    )
