"""The form of a review: three plain questions and room for a word."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from garment_hub.forms import ChoiceField, LongTextField, TokenForm
from garment_hub.orders.reviews import LONGEST_WORD, Answers
from models.order import Party

YES, NO = "yes", "no"
YES_OR_NO = [(YES, lazy_gettext("Yes")), (NO, lazy_gettext("No"))]
PLEASE_ANSWER = lazy_gettext("Please choose yes or no.")

# The questions as each side is asked them, and as the answers are read by the other.
QUESTIONS: dict[Party, dict[str, Any]] = {
    Party.DESIGNER: {
        "kept_the_date": lazy_gettext("Did the factory keep the date?"),
        "was_good": lazy_gettext("Was the quality good?"),
        "would_again": lazy_gettext("Would you work with them again?"),
    },
    Party.FACTORY: {
        "kept_the_date": lazy_gettext("Did the designer keep the dates? (fabric, trims, answers)"),
        "was_good": lazy_gettext("Did the money come as agreed?"),
        "would_again": lazy_gettext("Would you take work from them again?"),
    },
}


class ReviewForm(TokenForm):
    kept_the_date = ChoiceField(required=PLEASE_ANSWER, choices=YES_OR_NO)
    was_good = ChoiceField(required=PLEASE_ANSWER, choices=YES_OR_NO)
    would_again = ChoiceField(required=PLEASE_ANSWER, choices=YES_OR_NO)
    word = LongTextField(lazy_gettext("A word to the other side"), longest=LONGEST_WORD)

    def __init__(self, *args: Any, party: Party, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS[party].items():
            self[name].label.text = question

    @property
    def answers(self) -> Answers:
        return Answers(
            kept_the_date=self.kept_the_date.data == YES,
            was_good=self.was_good.data == YES,
            would_again=self.would_again.data == YES,
            word=self.word.data,
        )
