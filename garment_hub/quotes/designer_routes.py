"""Pages of the designer's side: who is asked, the answers side by side, the same work once more."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub import files
from garment_hub.briefs import facts
from garment_hub.briefs.queries import briefs_of, get_brief, is_own, requests_of
from garment_hub.db import get_session
from garment_hub.designers.queries import designer_of
from garment_hub.errors import sentence, status_of
from garment_hub.factories.queries import get_factory
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.quotes import services, wording
from garment_hub.quotes.blueprint import bp
from garment_hub.quotes.by_hand import question_to_send
from garment_hub.quotes.comparison import compare as compare_answers
from garment_hub.quotes.forms import RepeatForm
from garment_hub.quotes.lines import line_groups
from garment_hub.quotes.queries import (
    get_own_order,
    get_quote_request,
    not_asked_yet,
    order_of,
    requests_of_brief,
)
from garment_hub.quotes.repeats import repeat_order
from garment_hub.quotes.standing import is_awardable
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.errors import Conflict, Forbidden, Invalid
from models.factory import Factory
from models.order import Order
from models.quote import MAXIMUM_ASKED
from models.user import STAFF, Role, User

Answer = str | Response | tuple[str, int]
MOST_MORE = 2  # factories that can be asked with one tap after the first answers


@bp.route("/briefs/<int:brief_id>/quote-requests", methods=["POST"])
@audience(Role.DESIGNER)
def request_quotes(brief_id: int) -> Answer:
    session, user = get_session(), signed_in()
    brief = get_brief(session, brief_id, user, Access.WRITE)
    sent = SentForm.of(request.form.get("form_token"), user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    chosen = request.form.getlist("factory", type=int)
    deposit = request.form.get("deposit_percent", type=int)
    try:
        asked = services.request_quotes(session, brief, chosen, today_in_seoul(), deposit_percent=deposit)
    except (Conflict, Invalid) as error:
        session.rollback()
        return _not_asked(session, brief, chosen, deposit, error)
    location = url_for("quotes.compare", brief_id=brief.id, asked=len(asked))
    sent.remember(session, location)
    return redirect(location, 303)


def _not_asked(
    session: Session, brief: Brief, chosen: list[int], deposit: int | None, error: Conflict | Invalid
) -> tuple[str, int]:
    """What was ticked, once more, with what stands in the way."""
    factories = [found for factory_id in dict.fromkeys(chosen) if (found := session.get(Factory, factory_id))]
    page = render_template(
        "quotes/not_asked.html",
        brief=brief,
        headline=facts.headline(brief),
        factories=[factory for factory in factories if factory.district_id == brief.district_id],
        deposit=deposit,
        deposits=services.DEPOSITS,
        sentence=sentence(error),
        may_ask_again=brief.status is BriefStatus.OPEN and error.code != "asking_stopped",
        token=new_token(),
    )
    return page, status_of(error)


@bp.route("/briefs/<int:brief_id>/quotes")
@audience(Role.DESIGNER, *sorted(STAFF))
def compare(brief_id: int) -> str:
    session = get_session()
    brief = get_brief(session, brief_id, signed_in(), Access.READ)
    return render_template("quotes/compare.html", **_compared(session, brief, signed_in()))


def _compared(session: Session, brief: Brief, user: User) -> dict[str, Any]:
    today = today_in_seoul()
    requests = requests_of_brief(session, brief)
    comparison = compare_answers(requests, today)
    only_different = request.args.get("only") == "different"
    is_mine = is_own(brief, user) and brief.status is BriefStatus.OPEN
    asked = {row.factory_id for row in requests}
    return {
        "brief": brief,
        "headline": facts.headline(brief),
        "comparison": comparison,
        "groups": line_groups(brief, comparison.offers, only_different=only_different),
        "only_different": only_different,
        "counted": wording.factories_counted,
        "words": wording,
        "asked": min(request.args.get("asked", 0, type=int), MAXIMUM_ASKED),
        "can_ask": is_mine,
        "question_to_send": question_to_send,
        "stop": services.running_stop(session, brief.designer_id) if is_mine else None,
        "more": not_asked_yet(session, brief, asked, MOST_MORE) if is_mine else [],
        "can_choose": lambda row: is_mine and is_awardable(row, today),
        "can_choose_team": lambda team: is_mine and team.is_awardable(today),
        "order": order_of(session, brief),
        "is_over": lambda quote: quote.valid_until < today,
        "token": new_token,
    }


@bp.route("/quote-requests/<int:request_id>/withdraw", methods=["POST"])
@audience(Role.DESIGNER)
def withdraw(request_id: int) -> Answer:
    session, user = get_session(), signed_in()
    asked = get_quote_request(session, request_id, user, Access.READ)
    if not is_own(asked.brief, user):
        raise Forbidden
    services.withdraw_request(session, asked)
    return redirect(url_for("quotes.compare", brief_id=asked.brief_id), 303)


@bp.route("/factories/<int:factory_id>/ask")
@audience(Role.DESIGNER)
def ask(factory_id: int) -> Answer:
    session, user = get_session(), signed_in()
    factory = get_factory(session, factory_id, user, Access.READ)
    designer = designer_of(session, user)
    if designer is None:
        return redirect(url_for("designers.edit"), 303)
    briefs = [brief for brief in briefs_of(session, designer) if brief.status is BriefStatus.OPEN]
    requests = requests_of(session, briefs)
    first = request.args.get("brief", type=int)
    rows = [
        (brief, facts.headline(brief), any(row.factory_id == factory.id for row in requests[brief.id]))
        for brief in sorted(briefs, key=lambda brief: brief.id != first)
    ]
    return render_template(
        "quotes/ask.html",
        factory=factory,
        rows=rows,
        first=first,
        deposits=services.DEPOSITS,
        stop=services.running_stop(session, designer.id),
        token=new_token,
    )


@bp.route("/orders/<int:order_id>/repeat")
@audience(Role.DESIGNER)
def repeat(order_id: int) -> str:
    order = get_own_order(get_session(), order_id, signed_in())
    data = {"quantity": order.quantity, "form_token": new_token()}
    return _repeat_page(order, RepeatForm(formdata=None, data=data, today=today_in_seoul()))


def _repeat_page(order: Order, form: RepeatForm) -> str:
    return render_template("quotes/repeat.html", order=order, headline=facts.headline(order.brief), form=form)


@bp.route("/orders/<int:order_id>/repeat", methods=["POST"])
@audience(Role.DESIGNER)
def repeat_once_more(order_id: int) -> Answer:
    session, user, today = get_session(), signed_in(), today_in_seoul()
    order = get_own_order(session, order_id, user)
    form = RepeatForm(today=today)
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return _repeat_page(order, form), 422
    root, quantity, needed_by = files.upload_root(), form.quantity.data or 0, form.needed_by.data or today
    try:
        requests = repeat_order(
            session, order, quantity, needed_by, user, today, copy_picture=lambda key: files.copy_file(root, key)
        )
    except (Conflict, Invalid) as error:
        session.rollback()
        form.refuse(error)
        return _repeat_page(order, form), status_of(error)
    location = url_for("quotes.compare", brief_id=requests[0].brief_id, asked=len(requests))
    sent.remember(session, location)
    return redirect(location, 303)
