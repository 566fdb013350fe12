"""Pages of asking and answering: who is asked, the owner's inbox and answer, the answers side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.briefs import facts
from garment_hub.briefs.queries import briefs_of, get_brief, is_own, requests_of
from garment_hub.db import get_session
from garment_hub.designers.queries import designer_of, past_order_count
from garment_hub.factories.queries import get_factory
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.quotes import services, wording
from garment_hub.quotes.comparison import compare as compare_answers
from garment_hub.quotes.forms import QuoteForm
from garment_hub.quotes.lines import line_groups
from garment_hub.quotes.queries import get_quote_request, inbox_of, may_answer, requests_of_brief, unclaimed_inbox
from garment_hub.quotes.schedule import schedule_of
from garment_hub.recommendations.wording import question_lines
from models.brief import BriefStatus
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.quote import MAXIMUM_ASKED, DeclineReason, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import STAFF, Role

bp = Blueprint("quotes", __name__)
Answer = str | Response | tuple[str, int]
OWNERS_AND_STAFF = (Role.FACTORY_OWNER, *sorted(STAFF))
ANSWERERS = (Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)


@bp.route("/briefs/<int:brief_id>/quote-requests", methods=["POST"])
@audience(Role.DESIGNER)
def request_quotes(brief_id: int) -> Answer:
    session = get_session()
    user = signed_in()
    brief = get_brief(session, brief_id, user, Access.WRITE)
    sent = SentForm.of(request.form.get("form_token"), user, request.form.to_dict(flat=False))
    earlier = sent.earlier_location(session)
    if earlier:
        return redirect(earlier, 303)
    asked = services.request_quotes(session, brief, request.form.getlist("factory", type=int), today_in_seoul())
    location = url_for("quotes.compare", brief_id=brief.id, asked=len(asked))
    sent.remember(session, location)
    return redirect(location, 303)


@bp.route("/briefs/<int:brief_id>/quotes")
@audience(Role.DESIGNER, *sorted(STAFF))
def compare(brief_id: int) -> str:
    session = get_session()
    user = signed_in()
    brief = get_brief(session, brief_id, user, Access.READ)
    comparison = compare_answers(requests_of_brief(session, brief))
    return render_template(
        "quotes/compare.html",
        brief=brief,
        headline=facts.headline(brief),
        comparison=comparison,
        groups=line_groups(brief, comparison.offers),
        counted=wording.factories_counted,
        refusal=wording.REFUSALS,
        asked=min(request.args.get("asked", 0, type=int), MAXIMUM_ASKED),
        can_ask=is_own(brief, user) and brief.status is BriefStatus.OPEN,
    )


@bp.route("/quote-requests")
@audience(*OWNERS_AND_STAFF)
def inbox() -> str:
    session = get_session()
    user = signed_in()
    requests = unclaimed_inbox(session, user.district_id) if user.is_staff else inbox_of(session, user)
    rows = [(row, facts.headline(row.brief)) for row in requests]
    return render_template("quotes/inbox.html", rows=rows, is_staff=user.is_staff)


@bp.route("/quote-requests/<int:request_id>")
@audience(*OWNERS_AND_STAFF)
def show(request_id: int) -> str:
    session = get_session()
    return _request_page(session, get_quote_request(session, request_id, signed_in(), Access.READ))


def _request_page(session: Session, asked: QuoteRequest, wrong: QuoteForm | None = None) -> str:
    """The page of one request; ``wrong`` is the answer that has to be corrected."""
    user, today, brief = signed_in(), today_in_seoul(), asked.brief
    forms = {code: _answer_form(asked, today, code) for code in QuoteAnswer}
    if wrong is not None:
        forms[wrong.offered] = wrong
    return render_template(
        "quotes/show.html",
        asked=asked,
        brief=brief,
        headline=facts.headline(brief),
        split=facts.split(brief),
        price_note=facts.price_note(brief),
        own_days=wording.own_days(schedule_of(session, brief, asked.factory, today)),
        past_orders=past_order_count(session, brief.designer),
        questions=question_lines(asked.questions),
        contact=wording.contact(brief.designer.user),
        may_answer=may_answer(asked, user) and asked.status is RequestStatus.OPEN and brief.status is BriefStatus.OPEN,
        stands_in=may_answer(asked, user) and user.is_staff,
        possible=forms[QuoteAnswer.POSSIBLE],
        conditional=forms[QuoteAnswer.CONDITIONAL],
        form=wrong,
        refusals=wording.REFUSAL_BUTTONS,
        refusal_words=wording.REFUSALS,
        token=new_token(),
    )


def _answer_form(asked: QuoteRequest, today: date, answer: QuoteAnswer, *, is_sent: bool = False) -> QuoteForm:
    """An answer that starts from what the brief asks for."""
    brief = asked.brief
    start: dict[str, Any] = {
        "answer": answer.value,
        "unit_price_krw": brief.budget_per_piece_krw,
        "ready_on": brief.needed_by if brief.needed_by and brief.needed_by >= today else None,
        "vat": "included" if brief.is_vat_included else "apart",
        "price_includes": brief.price_includes or brief.processes,
        "form_token": new_token(),
    }
    processes = [*brief.price_includes, *brief.processes]
    values: dict[str, Any] = {"data": start, "today": today, "processes": processes, "offered": answer}
    return QuoteForm(**values) if is_sent else QuoteForm(formdata=None, **values)


@bp.route("/quote-requests/<int:request_id>/quote", methods=["POST"])
@audience(*ANSWERERS)
def submit(request_id: int) -> Answer:
    session = get_session()
    user = signed_in()
    asked = get_quote_request(session, request_id, user, Access.WRITE)
    chosen = request.form.get("answer")
    answer = QuoteAnswer(chosen) if chosen in list(QuoteAnswer) else QuoteAnswer.POSSIBLE
    form = _answer_form(asked, today_in_seoul(), answer, is_sent=True)
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    earlier = sent.earlier_location(session)
    if earlier:
        return redirect(earlier, 303)
    if asked.status is RequestStatus.OPEN and not form.validate():
        return _request_page(session, asked, form), 422
    services.submit_quote(session, asked, _offer(form, answer), user)
    return _answered(session, sent, asked)


def _offer(form: QuoteForm, answer: QuoteAnswer) -> services.Offer:
    if form.unit_price_krw.data is None or form.ready_on.data is None:
        raise Invalid("answer_incomplete")
    return services.Offer(
        answer=answer,
        unit_price_krw=form.unit_price_krw.data,
        ready_on=form.ready_on.data,
        is_vat_included=form.is_vat_included,
        price_includes=form.price_includes.data or [],
        condition=form.condition.data,
        remark=form.remark.data,
    )


@bp.route("/quote-requests/<int:request_id>/decline", methods=["POST"])
@audience(*ANSWERERS)
def decline(request_id: int) -> Answer:
    session = get_session()
    user = signed_in()
    asked = get_quote_request(session, request_id, user, Access.WRITE)
    sent = SentForm.of(request.form.get("form_token"), user, request.form.to_dict(flat=False))
    earlier = sent.earlier_location(session)
    if earlier:
        return redirect(earlier, 303)
    reason = request.form.get("reason")
    if reason not in list(DeclineReason):
        raise Invalid("reason_needed", field="reason")
    services.decline(session, asked, DeclineReason(reason))
    return _answered(session, sent, asked)


def _answered(session: Session, sent: SentForm, asked: QuoteRequest) -> Response:
    location = url_for("quotes.show", request_id=asked.id)
    sent.remember(session, location)
    return redirect(location, 303)


@bp.route("/factories/<int:factory_id>/ask")
@audience(Role.DESIGNER)
def ask(factory_id: int) -> Answer:
    session = get_session()
    user = signed_in()
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
    return render_template("quotes/ask.html", factory=factory, rows=rows, first=first, token=new_token)
