"""The page of the terms: read them, write a new version, confirm the one that stands there."""

from __future__ import annotations

from garment_hub.db import get_session
from garment_hub.doors import Answer, front_door
from garment_hub.orders.blueprint import bp
from garment_hub.orders.queries import get_order
from garment_hub.orders.terms_desk import TermsDesk
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.user import Role

WRITERS = (Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)


def _desk(order_id: int, access: Access) -> TermsDesk:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, access)
    return TermsDesk(session, order, user, front_door("orders.terms", order_id=order_id))


@bp.route("/orders/<int:order_id>/terms", endpoint="terms")
@audience(*EVERY_ROLE)
def show_terms(order_id: int) -> str:
    return _desk(order_id, Access.READ).page()


@bp.route("/orders/<int:order_id>/terms", methods=["POST"])
@audience(*WRITERS)
def propose_terms(order_id: int) -> Answer:
    return _desk(order_id, Access.WRITE).propose()


@bp.route("/orders/<int:order_id>/terms/confirm", methods=["POST"])
@audience(*WRITERS)
def confirm_terms(order_id: int) -> Answer:
    return _desk(order_id, Access.WRITE).confirm()
