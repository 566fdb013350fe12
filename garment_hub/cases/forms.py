"""The reasons asked for before something is done about a case."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from garment_hub.forms import ChoiceField, LongTextField, TokenForm
from garment_hub.orders.phrases import DISPUTE_ENDS
from models.order import Order, OrderStatus

LONGEST_REASON = 1000


class CaseForm(TokenForm):
    """The queue shows many forms, so the controls of each get ids of their own."""

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{name}-{field.name}"
            field.label.field_id = field.id


class ReasonForm(CaseForm):
    """Why."""

    reason = LongTextField(
        lazy_gettext("Why?"), required=lazy_gettext("Please write the reason. It is kept."), longest=LONGEST_REASON
    )


class NoteForm(CaseForm):
    """What was found out, for the next colleague."""

    text = LongTextField(
        lazy_gettext("Note for the centre"), required=lazy_gettext("Please write the note."), longest=LONGEST_REASON
    )


class HandBackForm(CaseForm):
    """Who hands a case back may say where it stands."""

    text = LongTextField(lazy_gettext("Where does it stand?"), longest=LONGEST_REASON)


class DisputeForm(ReasonForm):
    """How a dispute ends."""

    to = ChoiceField(lazy_gettext("How does it go on?"), required=lazy_gettext("Please choose how it goes on."))

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of an order that has moved on any end is taken here, so that the service can say what happened.
        ends = order.dispute_ends if order.status is OrderStatus.DISPUTED else list(DISPUTE_ENDS)
        self.to.choices = [(end.value, DISPUTE_ENDS[end]) for end in ends]
