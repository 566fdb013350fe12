"""Agreeing to terms behind a link: the very page of a signed-in owner, with the link's own forms."""

from __future__ import annotations

from flask import request

from garment_hub.doors import Answer, Door
from garment_hub.links.opening import OpenLink
from garment_hub.orders.queries import get_order
from garment_hub.orders.terms_desk import TermsDesk
from garment_hub.permissions import Access
from models.errors import NotFound


def terms(link: OpenLink) -> Answer:
    is_sent, do = request.method == "POST", request.args.get("do", "")
    order = get_order(link.session, link.subject_id, link.owner, Access.WRITE if is_sent else Access.READ)
    desk = TermsDesk(link.session, order, link.owner, Door(link.address, is_link=True))
    if not is_sent:
        return desk.page()
    acts = {"propose_terms": desk.propose, "confirm_terms": desk.confirm}
    if do not in acts:
        raise NotFound
    return acts[do]()
