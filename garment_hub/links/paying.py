"""Saying behind a link whether a sum has come in: the very page of a signed-in owner."""

from __future__ import annotations

from flask import request

from garment_hub.doors import Answer, Door
from garment_hub.links.opening import OpenLink
from garment_hub.orders.payment_desk import PaymentDesk
from garment_hub.orders.queries import get_payment
from garment_hub.permissions import Access


def payment(link: OpenLink) -> Answer:
    is_sent = request.method == "POST"
    part = get_payment(link.session, link.subject_id, link.owner, Access.WRITE if is_sent else Access.READ)
    desk = PaymentDesk(link.session, part, link.owner, link.now, Door(link.address, is_link=True))
    return desk.answer() if is_sent else desk.page()
