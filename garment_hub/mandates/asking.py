"""Asking an owner: the words read aloud, the fields their answer is written in, and the way to the page that asks."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField
from wtforms.validators import StopValidation

from garment_hub.db import get_session
from garment_hub.factories.queries import MandateMissing
from garment_hub.forms import ChoiceField, TextField
from models.mandate import MandateChannel
from models.user import ConsentPurpose

CHANNELS = {
    MandateChannel.PHONE: lazy_gettext("on the telephone"),
    MandateChannel.VISIT: lazy_gettext("during a visit"),
    MandateChannel.PAPER: lazy_gettext("on the paper sheet"),
}
# Read aloud, and printed on the sheet; whoever changes them raises ``mandates.services.WORDING_VERSION``.
SPOKEN = {
    ConsentPurpose.SERVICE: lazy_gettext(
        "May we at the centre write down your factory's name, your telephone and the work you do, "
        "and answer for you, after asking you, when somebody has work?"
    ),
    ConsentPurpose.DISTRICT_OFFICE: lazy_gettext(
        "May we pass what we write on to the district office? They use it to tell you about support."
    ),
    ConsentPurpose.PUBLIC_DISPLAY: lazy_gettext(
        "May we put the factory's name, its neighbourhood and the work you do on the list that everybody sees? "
        "Your telephone and your street number are not shown."
    ),
}


def to_mandate(error: MandateMissing) -> ResponseReturnValue:
    """Send somebody of the centre to write down the owner's word first, and afterwards back to what they wanted."""
    get_session().rollback()
    has_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    back = request.full_path.rstrip("?") if has_page else url_for("factories.edit", factory_id=error.factory_id)
    return redirect(url_for("mandates.mandate", factory_id=error.factory_id, next=back), 303)


def _said_yes(_form: Any, field: BooleanField) -> None:
    if not field.data:
        raise StopValidation(_("Without a yes to this one, nothing may be written down."))


class MandateFields:
    """Mixin of forms that write down what an owner agreed to. The labels are read aloud."""

    accepts_service = BooleanField(SPOKEN[ConsentPurpose.SERVICE], validators=[_said_yes])
    shares_with_district = BooleanField(SPOKEN[ConsentPurpose.DISTRICT_OFFICE])
    shows_publicly = BooleanField(SPOKEN[ConsentPurpose.PUBLIC_DISPLAY])
    given_by = TextField(lazy_gettext("Who said so?"), required=lazy_gettext("Please write the name of who agreed."))
    channel = ChoiceField(
        lazy_gettext("How did you hear it?"),
        required=lazy_gettext("Please choose how they said it."),
        choices=[(channel.value, words) for channel, words in CHANNELS.items()],
    )

    @property
    def purposes(self) -> frozenset[ConsentPurpose]:
        """What was answered with yes."""
        answers = {
            ConsentPurpose.SERVICE: self.accepts_service,
            ConsentPurpose.DISTRICT_OFFICE: self.shares_with_district,
            ConsentPurpose.PUBLIC_DISPLAY: self.shows_publicly,
        }
        return frozenset(purpose for purpose, field in answers.items() if field.data)
