"""One sum in front of whoever should have it, signed in or behind a link: it has come in, or not yet."""

from __future__ import annotations

from datetime import datetime

from flask import render_template, request
from sqlalchemy.orm import Session

from garment_hub.doors import Answer, Door, take
from garment_hub.factories.queries import speaks_for
from garment_hub.form_tokens import new_token
from garment_hub.forms import TokenForm
from garment_hub.orders import payments, wording
from garment_hub.orders.services import advance
from models.capacity import SEOUL
from models.errors import Invalid
from models.order import EventKind, Party
from models.payment import PaymentPart
from models.user import Role, User

RECEIVED, MISSING = "received", "missing"


class PaymentDesk:
    """``user`` is who says whether it came, which a link names without signing them in."""

    def __init__(self, session: Session, part: PaymentPart, user: User, now: datetime, door: Door) -> None:
        self.session, self.part, self.user, self.now, self.door = session, part, user, now, door
        self.today = now.astimezone(SEOUL).date()

    def page(self, wrong: TokenForm | None = None) -> str:
        part, order, user = self.part, self.part.line.order, self.user
        days_late = part.days_late(self.today)
        told_on = payments.said_missing_at(part)
        return render_template(
            "orders/payment.html",
            layout="_layout_owner.html" if user.role is Role.FACTORY_OWNER else "_layout_staff.html",
            part=part,
            order=order,
            days_late=days_late,
            told_on=told_on,
            may_say=part.received_at is None and speaks_for(part.line.factory, user),
            may_miss=part.reported_at is not None or (days_late > 0 and told_on is None),
            next_part=payments.next_open(self.session, part.line),
            form=wrong,
            token=new_token(),
            address=self.door.address,
            is_link=self.door.is_link,
            own_reach=user.phone or user.email,
            words=wording,
        )

    def answer(self) -> Answer:
        """Write down what the owner tapped."""
        form = TokenForm()
        return take(self.session, self.user, form, self._act, lambda: self.page(form), self.door.address())

    def _act(self) -> None:
        part, said = self.part, request.form.get("answer")
        if said == MISSING:
            payments.say_missing(self.session, part, self.user, self.now)
        elif said == RECEIVED:
            given = {"line": part.line, "part": part}
            kind = EventKind.PAYMENT_RECEIVED
            advance(self.session, part.line.order, kind, self.user, Party.FACTORY, self.now, **given)
        else:
            raise Invalid("move_unknown")
