"""The form on which the centre records what an owner agreed to."""

from __future__ import annotations

from flask_babel import lazy_gettext
from wtforms import HiddenField

from garment_hub.forms import BaseForm, ChoiceField, ChoicesField, TextField
from models.mandate import MandateChannel
from models.user import ConsentPurpose

CHANNELS = (
    (MandateChannel.PHONE.value, lazy_gettext("On the telephone")),
    (MandateChannel.VISIT.value, lazy_gettext("On a visit")),
    (MandateChannel.PAPER.value, lazy_gettext("On paper")),
)
# Read aloud to the owner, each on its own.
PURPOSES = (
    (ConsentPurpose.SERVICE.value, lazy_gettext("The centre writes down the factory and answers requests for it.")),
    (ConsentPurpose.DISTRICT_OFFICE.value, lazy_gettext("The district office may see the details.")),
    (ConsentPurpose.PUBLIC_DISPLAY.value, lazy_gettext("Everybody may see the factory on the list.")),
)


class MandateForm(BaseForm):
    given_by = TextField(
        lazy_gettext("Who agreed?"), required=lazy_gettext("Please write the name of the person who agreed.")
    )
    channel = ChoiceField(
        lazy_gettext("How was it said?"), required=lazy_gettext("Please choose one."), choices=CHANNELS
    )
    purposes = ChoicesField(
        lazy_gettext("To what? Please read each one aloud."),
        required=lazy_gettext("Please choose at least one."),
        choices=PURPOSES,
    )
    next = HiddenField()
