"""The page of one sum, for the factory that should have it."""

from __future__ import annotations

from garment_hub.db import get_session
from garment_hub.doors import Answer, front_door
from garment_hub.orders.blueprint import bp
from garment_hub.orders.payment_desk import PaymentDesk
from garment_hub.orders.queries import get_payment
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.user import CENTRE, Role

RECEIVERS = (Role.FACTORY_OWNER, *CENTRE)


def _desk(order_id: int, part_id: int, access: Access) -> PaymentDesk:
    session, user = get_session(), signed_in()
    part = get_payment(session, part_id, user, access, order_id=order_id)
    return PaymentDesk(session, part, user, utc_now(), front_door("orders.payment", order_id=order_id, part_id=part_id))


@bp.route("/orders/<int:order_id>/payments/<int:part_id>")
@audience(*RECEIVERS)
def payment(order_id: int, part_id: int) -> str:
    return _desk(order_id, part_id, Access.READ).page()


@bp.route("/orders/<int:order_id>/payments/<int:part_id>", methods=["POST"])
@audience(*RECEIVERS)
def confirm_payment(order_id: int, part_id: int) -> Answer:
    return _desk(order_id, part_id, Access.WRITE).answer()
