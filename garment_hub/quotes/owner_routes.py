"""Pages of the factory's side: what was asked, the answer with one tap or in full, a refusal, days held."""

from __future__ import annotations

from flask import render_template, request, url_for

from garment_hub.db import get_session
from garment_hub.doors import Answer, front_door
from garment_hub.factories.queries import factory_of
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.quotes import wording
from garment_hub.quotes.answer_desk import AnswerDesk
from garment_hub.quotes.blueprint import bp
from garment_hub.quotes.inbox import rows_of
from garment_hub.quotes.queries import centre_inbox, get_quote_request, inbox_of
from models.capacity import today_in_seoul
from models.user import CENTRE, STAFF, Role

OWNERS_AND_STAFF = (Role.FACTORY_OWNER, *sorted(STAFF))
ANSWERERS = (Role.FACTORY_OWNER, *CENTRE)


@bp.route("/quote-requests")
@audience(*OWNERS_AND_STAFF)
def inbox() -> str:
    session, user = get_session(), signed_in()
    requests = centre_inbox(session, user.district_id) if user.is_staff else inbox_of(session, user)
    rows = rows_of(requests, today_in_seoul())
    factory = None if user.is_staff else factory_of(session, user)
    return render_template("quotes/inbox.html", rows=rows, is_staff=user.is_staff, factory=factory, words=wording)


def _desk(request_id: int, access: Access) -> AnswerDesk:
    session, user = get_session(), signed_in()
    asked = get_quote_request(session, request_id, user, access)
    door = front_door(
        "quotes.show",
        lambda file_id: url_for("briefs.file", brief_id=asked.brief_id, file_id=file_id),
        request_id=request_id,
    )
    return AnswerDesk(session, asked, user, today_in_seoul(), door)


@bp.route("/quote-requests/<int:request_id>")
@audience(*OWNERS_AND_STAFF)
def show(request_id: int) -> str:
    return _desk(request_id, Access.READ).page()


@bp.route("/quote-requests/<int:request_id>/quote")
@audience(*ANSWERERS)
def write(request_id: int) -> Answer:
    """The longer form."""
    return _desk(request_id, Access.WRITE).write(request.args.get("answer"))


@bp.route("/quote-requests/<int:request_id>/quote", methods=["POST"])
@audience(*ANSWERERS)
def submit(request_id: int) -> Answer:
    return _desk(request_id, Access.WRITE).submit()


@bp.route("/quote-requests/<int:request_id>/decline", methods=["POST"])
@audience(*ANSWERERS)
def decline(request_id: int) -> Answer:
    return _desk(request_id, Access.WRITE).decline()


@bp.route("/quote-requests/<int:request_id>/hold", methods=["POST"])
@audience(*ANSWERERS)
def hold(request_id: int) -> Answer:
    return _desk(request_id, Access.WRITE).hold()


@bp.route("/quote-requests/<int:request_id>/hold/release", methods=["POST"])
@audience(*ANSWERERS)
def release(request_id: int) -> Answer:
    return _desk(request_id, Access.WRITE).release()
