"""The form with which a second person decides."""

from __future__ import annotations

from flask_babel import lazy_gettext

from garment_hub.forms import BaseForm, ChoiceField, LongTextField

LONGEST_REASON = 500


class DecisionForm(BaseForm):
    decision = ChoiceField(
        lazy_gettext("Your decision"),
        required=lazy_gettext("Please choose one of the two."),
        choices=[("grant", lazy_gettext("I agree")), ("refuse", lazy_gettext("I do not agree"))],
    )
    reason = LongTextField(
        lazy_gettext("Why"),
        required=lazy_gettext("Please write why. It stays in the record for everybody who checks it."),
        longest=LONGEST_REASON,
    )
