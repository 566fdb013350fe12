"""Forms of checking: what was looked at and what came of it, and the reason for hiding."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext

from garment_hub.forms import ChoiceField, DateField, LongTextField, TokenForm
from garment_hub.verification.wording import STEPS, TAX
from models.verification import CheckStep

RESULTS = (("yes", lazy_gettext("All is right")), ("no", lazy_gettext("Something is not right")))
LONGEST = 1000


class CheckForm(TokenForm):
    step = ChoiceField(
        lazy_gettext("What did you look at?"),
        required=lazy_gettext("Please choose one."),
        choices=[(step.value, words) for step, words in STEPS.items() if step is not CheckStep.APPLIED],
    )
    has_passed = ChoiceField(
        lazy_gettext("How did the check end?"), required=lazy_gettext("Please choose one."), choices=RESULTS
    )
    tax_state = ChoiceField(
        lazy_gettext("With papers: what does the tax office say of the number?"),
        choices=[(state.value, words) for state, words in TAX.items()],
    )
    checked_on = DateField(lazy_gettext("On which day?"), required=lazy_gettext("Please write the day."))
    note = LongTextField(lazy_gettext("Note"), longest=LONGEST)

    @property
    def day(self) -> date:
        """Of a form that is valid; before 1900 stands for none, which no service takes."""
        return self.checked_on.data or date.min


class HideForm(TokenForm):
    reason = LongTextField(
        lazy_gettext("Why?"), required=lazy_gettext("Please write the reason. It is kept."), longest=LONGEST
    )

    def __init__(self, *args: Any, name: str = "hide", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.id = f"{name}-reason"
