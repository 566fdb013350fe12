"""What is typed on the pages of a case."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf.file import FileField

from garment_hub.forms import BaseForm, LongTextField, TokenForm

LONGEST_MESSAGE = 2000
LONGEST_REASON = 500


class MessageForm(TokenForm):
    """A message; the picture itself is decoded apart, before the first statement."""

    text = LongTextField(lazy_gettext("What would you like to say?"), longest=LONGEST_MESSAGE)
    picture = FileField(lazy_gettext("Picture"))


class ReasonForm(BaseForm):
    """Why one of the staff opens what two others wrote to each other."""

    reason = LongTextField(
        lazy_gettext("Why do you have to read it?"),
        required=lazy_gettext("Please write why. Both sides will see it."),
        longest=LONGEST_REASON,
    )
