"""Pages of a case: the conversation for its two sides, and for staff a question before it."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub import files
from garment_hub.briefs import facts
from garment_hub.briefs.pictures import TakenPictures
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.messages import queries, services
from garment_hub.messages.by_hand import by_hand
from garment_hub.messages.forms import MessageForm, ReasonForm
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.base import utc_now
from models.capacity import SEOUL
from models.case import Case
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from models.message import Message
from models.order import Party
from models.user import STAFF

bp = Blueprint("messages", __name__)
Answer = str | Response | tuple[str, int]


@bp.route("/messages/<int:case_id>", methods=["GET", "POST"])
@audience(*EVERY_ROLE)
def show(case_id: int) -> Answer:
    if request.method != "POST":
        return _read(case_id)
    taken = TakenPictures(request.files.getlist("picture")[:1])
    try:
        return _write(case_id, taken)
    except DomainError:
        taken.discard()
        raise


def _read(case_id: int) -> str:
    session, user = get_session(), signed_in()
    case = queries.get_case(session, case_id, user, Access.READ)
    party = queries.party_in(case, user)
    if party is None and queries.reading_of(session, case, user, utc_now()) is None:
        return _reason_page(case, ReasonForm())
    return _conversation(session, case, party, MessageForm(formdata=None))


def _write(case_id: int, taken: TakenPictures) -> Answer:
    session, form = get_session(), MessageForm()
    case, party = _own_case(session, case_id)
    if not form.validate() or taken.complaints:
        return _again(session, case, party, form, taken), 422
    try:
        _say(session, case, party, form, taken)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _again(session, case, party, form, taken), status_of(error)
    return redirect(url_for("messages.show", case_id=case.id, _anchor="write"), 303)


def _own_case(session: Session, case_id: int) -> tuple[Case, Party]:
    user = signed_in()
    case = queries.get_case(session, case_id, user, Access.WRITE)
    party = queries.party_in(case, user)
    if party is None:
        raise Forbidden
    return case, party


def _say(session: Session, case: Case, party: Party, form: MessageForm, taken: TakenPictures) -> None:
    """The same form a second time says nothing more."""
    user = signed_in()
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if sent.earlier_location(session):
        taken.discard()
        return
    key = next(iter(taken.keys), None)
    services.write(session, case, user, party, utc_now(), text=form.text.data, picture_key=key)
    sent.remember(session, url_for("messages.show", case_id=case.id))


def _again(session: Session, case: Case, party: Party, form: MessageForm, taken: TakenPictures) -> str:
    """The page with what was typed; a picture cannot be put back into its field and has to be chosen again."""
    lost = [_("Please choose the picture again.")] if taken.keys else []
    form["picture"].errors = [*form["picture"].errors, *taken.complaints, *lost]
    taken.discard()
    return _conversation(session, case, party, form)


def _conversation(session: Session, case: Case, party: Party | None, form: MessageForm) -> str:
    form.form_token.data = new_token()
    messages, brief = queries.messages_of(session, case), case.request.brief
    return render_template(
        "messages/show.html",
        case=case,
        asked=case.request,
        brief=brief,
        headline=facts.headline(brief),
        order=queries.order_of(session, case),
        party=party,
        is_staff=signed_in().is_staff,
        days=_by_day(messages),
        unread=party is not None and any(said.party is not party and said.read_at is None for said in messages),
        by_hand=by_hand(case, party, signed_in(), messages),
        readings=queries.readings_of(session, case),
        form=form,
    )


def _by_day(messages: list[Message]) -> list[tuple[date, list[tuple[Message, str]]]]:
    """What was said on each day, with the time of the clock in Korea."""
    timed = [(said.sent_at.astimezone(SEOUL), said) for said in messages]
    days = groupby(timed, lambda pair: pair[0].date())
    return [(day, [(said, f"{at:%H:%M}") for at, said in group]) for day, group in days]


@bp.route("/messages/<int:case_id>/seen", methods=["POST"])
@audience(*EVERY_ROLE)
def seen(case_id: int) -> Response:
    """One tap in place of an answer: I have read it."""
    session = get_session()
    case, party = _own_case(session, case_id)
    services.mark_read(session, case, party, utc_now())
    return redirect(url_for("messages.show", case_id=case.id), 303)


@bp.route("/messages/<int:case_id>/read", methods=["POST"])
@audience(*sorted(STAFF))
def read(case_id: int) -> Answer:
    """A reason opens the conversation to one of the staff, and is kept."""
    session, user, form = get_session(), signed_in(), ReasonForm()
    case = queries.get_case(session, case_id, user, Access.READ)
    if queries.party_in(case, user) is None:
        if not form.validate():
            return _reason_page(case, form), 422
        services.read_as_staff(session, case, user, form.reason.data, utc_now())
    return redirect(url_for("messages.show", case_id=case.id), 303)


def _reason_page(case: Case, form: ReasonForm) -> str:
    headline = facts.headline(case.request.brief)
    return render_template("messages/reason.html", case=case, asked=case.request, headline=headline, form=form)


@bp.route("/messages/<int:case_id>/pictures/<int:message_id>")
@audience(*EVERY_ROLE)
def picture(case_id: int, message_id: int) -> Response:
    session, user = get_session(), signed_in()
    case = queries.get_case(session, case_id, user, Access.READ)
    if queries.party_in(case, user) is None and queries.reading_of(session, case, user, utc_now()) is None:
        raise NotFound
    message = session.get(Message, message_id)
    if message is None or message.case_id != case.id or message.picture_key is None:
        raise NotFound
    return files.file_response(files.upload_root(), message.picture_key)
