"""Answering a request behind a link: the very page of a signed-in owner, with the link's own forms."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.wrappers import Response

from garment_hub.accounts.links import token_of
from garment_hub.briefs.pictures import shown_picture
from garment_hub.doors import Answer, Door
from garment_hub.links.opening import OpenLink
from garment_hub.permissions import Access
from garment_hub.quotes.answer_desk import AnswerDesk
from garment_hub.quotes.queries import get_quote_request
from models.errors import NotFound


def answer(link: OpenLink) -> Answer:
    is_sent, do = request.method == "POST", request.args.get("do", "")
    desk = _desk(link, Access.WRITE if is_sent else Access.READ)
    if not is_sent:
        return desk.write(request.args.get("answer")) if do == "write" else desk.page()
    acts = {"submit": desk.submit, "decline": desk.decline, "hold": desk.hold, "release": desk.release}
    if do not in acts:
        raise NotFound
    return acts[do]()


def _desk(link: OpenLink, access: Access) -> AnswerDesk:
    asked = get_quote_request(link.session, link.subject_id, link.owner, access)
    token = token_of(link.link)

    def picture_address(file_id: int) -> str:
        return url_for("links.picture", token=token, file_id=file_id)

    return AnswerDesk(
        link.session, asked, link.owner, link.today, Door(link.address, is_link=True, picture=picture_address)
    )


def picture(link: OpenLink, file_id: int) -> Response:
    """A drawing of the work; that it was looked at is written down as for a signed-in owner."""
    asked = get_quote_request(link.session, link.subject_id, link.owner, Access.READ)
    return shown_picture(link.session, asked.brief, file_id, link.owner)
