"""The reasons asked for before something is done about a case."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from garment_hub.forms import ChoiceField, LongTextField, TokenForm
from garment_hub.orders.phrases import DISPUTE_ENDS
from models.order import Order, OrderStatus

LONGEST_REASON = 1000


class ReasonForm(TokenForm):
    """Why; the queue shows many of these, so the controls of each get ids of their own."""

    reason = LongTextField(
        lazy_gettext("Why?"), required=lazy_gettext("Please write the reason. It is kept."), longest=LONGEST_REASON
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = f"{name}-{field.name}"
            field.label.field_id = field.id


class DisputeForm(ReasonForm):
    """How a dispute ends."""

    to = ChoiceField(lazy_gettext("How does it go on?"), required=lazy_gettext("Please choose how it goes on."))

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of an order that has moved on any end is taken here, so that the service can say what happened.
        ends = order.dispute_ends if order.status is OrderStatus.DISPUTED else list(DISPUTE_ENDS)
        self.to.choices = [(end.value, DISPUTE_ENDS[end]) for end in ends]
