"""Pages of the factory's side: what was asked, the answer with one tap or in full, a refusal, days held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.briefs import facts
from garment_hub.db import get_session
from garment_hub.designers.queries import past_order_count
from garment_hub.errors import status_of
from garment_hub.factories import bookings
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.forms import TokenForm
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.quotes import services, wording
from garment_hub.quotes.blueprint import bp
from garment_hub.quotes.by_hand import question_to_send
from garment_hub.quotes.client_record import client_record
from garment_hub.quotes.forms import DeclineForm, NoticeForm, QuoteForm, TapForm, quote_form, values_of
from garment_hub.quotes.offering import named_work, said_so_far, starting_offer, tapped_offer
from garment_hub.quotes.queries import (
    get_quote_request,
    held_until,
    inbox_of,
    may_answer,
    order_id_of,
    unclaimed_inbox,
)
from garment_hub.quotes.repeats import earlier_line
from garment_hub.quotes.schedule import schedule_of
from garment_hub.quotes.services import Offer
from garment_hub.quotes.standing import can_answer, is_awardable, is_lapsed, needs_price
from garment_hub.quotes.teams import neighbours
from garment_hub.recommendations.wording import question_lines
from models.base import utc_now
from models.capacity import today_in_seoul
from models.errors import Conflict, Invalid
from models.quote import LONGEST_PAYMENT_DAYS, DeclineReason, QuoteAnswer, QuoteRequest
from models.user import CENTRE, STAFF, Role

Answer = str | Response | tuple[str, int]
OWNERS_AND_STAFF = (Role.FACTORY_OWNER, *sorted(STAFF))
ANSWERERS = (Role.FACTORY_OWNER, *CENTRE)


@bp.route("/quote-requests")
@audience(*OWNERS_AND_STAFF)
def inbox() -> str:
    session = get_session()
    user, today = signed_in(), today_in_seoul()
    requests = unclaimed_inbox(session, user.district_id) if user.is_staff else inbox_of(session, user)
    rows = [
        (row, facts.headline(row.brief), can_answer(row, today) or needs_price(row, today), is_lapsed(row, today))
        for row in requests
    ]
    return render_template("quotes/inbox.html", rows=rows, is_staff=user.is_staff, statuses=wording.STATUSES)


@bp.route("/quote-requests/<int:request_id>")
@audience(*OWNERS_AND_STAFF)
def show(request_id: int) -> str:
    session = get_session()
    return _request_page(session, get_quote_request(session, request_id, signed_in(), Access.READ))


def _request_page(session: Session, asked: QuoteRequest, wrong: TokenForm | None = None) -> str:
    """The page of one request; ``wrong`` is the form that has to be corrected."""
    user, today, brief = signed_in(), today_in_seoul(), asked.brief
    may, member = may_answer(asked, user), asked.team_member
    blank: dict[str, Any] = {"formdata": None, "data": {"form_token": new_token()}, "today": today}
    tap = wrong if isinstance(wrong, TapForm) else TapForm(stands_in=_stands_in(asked), **blank)
    refusal = wrong if isinstance(wrong, DeclineForm) else DeclineForm(stands_in=_stands_in(asked), **blank)
    return render_template(
        "quotes/show.html",
        asked=asked,
        brief=brief,
        headline=facts.headline(brief),
        split=facts.split(brief),
        price_note=facts.price_note(brief),
        own_days=wording.own_days(schedule_of(session, asked, today)),
        record=wording.record_lines(client_record(session, brief.designer, today)),
        past_orders=past_order_count(session, brief.designer),
        questions=question_lines(asked.questions),
        contact=wording.contact(brief.designer.user),
        offer=tapped_offer(session, asked),
        is_repeat=earlier_line(session, asked) is not None,
        part=member,
        neighbours=neighbours(member) if member else ([], []),
        order_id=order_id_of(session, asked),
        short=wrong if isinstance(wrong, QuoteForm) else _quote_form(session, asked, today, QuoteAnswer.POSSIBLE),
        may_answer=may and can_answer(asked, today),
        may_complete=may and needs_price(asked, today),
        may_hold=may and is_awardable(asked, today),
        held_until=held_until(session, asked, utc_now()),
        is_lapsed=is_lapsed(asked, today),
        question_to_send=question_to_send,
        stands_in=_stands_in(asked),
        tap=tap,
        refusal=refusal,
        form=wrong,
        words=wording,
        token=new_token(),
    )


def _stands_in(asked: QuoteRequest) -> bool:
    """Whether whoever looks speaks for an owner who is not here."""
    user = signed_in()
    return user.is_staff and may_answer(asked, user)


@bp.route("/quote-requests/<int:request_id>/quote")
@audience(*ANSWERERS)
def write(request_id: int) -> Answer:
    """The longer form."""
    session = get_session()
    asked = get_quote_request(session, request_id, signed_in(), Access.WRITE)
    today = today_in_seoul()
    if not can_answer(asked, today) and not needs_price(asked, today):
        return redirect(url_for("quotes.show", request_id=asked.id), 303)
    return _form_page(asked, _quote_form(session, asked, today, _answer_named(request.args.get("answer"))))


def _answer_named(code: str | None) -> QuoteAnswer:
    return QuoteAnswer(code) if code in list(QuoteAnswer) else QuoteAnswer.POSSIBLE


def _quote_form(
    session: Session, asked: QuoteRequest, today: date, answer: QuoteAnswer, *, is_sent: bool = False
) -> QuoteForm:
    """The form, begun with what was said before or what the brief asks for."""
    work = named_work(asked)
    start = {} if is_sent else values_of(starting_offer(session, asked, today))
    values: dict[str, Any] = {"today": today, "offered": answer, "work": work, "stands_in": _stands_in(asked)}
    values |= {"until": asked.brief.needed_by or date.max, "data": start | {"form_token": new_token()}}
    form = quote_form(work)
    return form(**values) if is_sent else form(formdata=None, **values)


def _form_page(asked: QuoteRequest, form: QuoteForm) -> str:
    return render_template(
        "quotes/quote.html",
        asked=asked,
        brief=asked.brief,
        headline=facts.headline(asked.brief),
        part=asked.team_member,
        words=wording,
        form=form,
        questions=question_lines(asked.questions),
        stands_in=_stands_in(asked),
        longest=LONGEST_PAYMENT_DAYS,
        is_conditional=form.offered is QuoteAnswer.CONDITIONAL,
    )


@bp.route("/quote-requests/<int:request_id>/quote", methods=["POST"])
@audience(*ANSWERERS)
def submit(request_id: int) -> Answer:
    session, user, today = get_session(), signed_in(), today_in_seoul()
    asked = get_quote_request(session, request_id, user, Access.WRITE)
    if "tap" in request.form:
        tap = TapForm(today=today, stands_in=_stands_in(asked))
        offer = replace(tapped_offer(session, asked), remark=tap.remark.data)
        return _take(
            tap,
            asked,
            lambda: services.submit_quote(session, asked, offer, user, today, heard=tap.heard.data),
            lambda: _request_page(session, asked, tap),
        )
    form = _quote_form(session, asked, today, _answer_named(request.form.get("answer")), is_sent=True)
    if "short" in request.form and asked.quote is not None:
        said = said_so_far(asked.quote)
        return _take(
            form,
            asked,
            lambda: services.submit_quote(session, asked, _priced(said, form), user, today, heard=form.heard.data),
            lambda: _request_page(session, asked, form),
        )
    return _take(
        form,
        asked,
        lambda: services.submit_quote(session, asked, form.offer(), user, today, heard=form.heard.data),
        lambda: _form_page(asked, form),
    )


def _priced(said: Offer, form: QuoteForm) -> Offer:
    """What was said, with the price and the day that were missing."""
    price, ready_on = form.unit_price_krw.data, form.ready_on.data
    return replace(said, unit_price_krw=price, ready_on=ready_on, is_vat_included=False, valid_until=None)


@bp.route("/quote-requests/<int:request_id>/decline", methods=["POST"])
@audience(*ANSWERERS)
def decline(request_id: int) -> Answer:
    session, user, today = get_session(), signed_in(), today_in_seoul()
    asked = get_quote_request(session, request_id, user, Access.WRITE)
    form = DeclineForm(today=today, stands_in=_stands_in(asked))

    def act() -> None:
        services.decline(
            session,
            asked,
            DeclineReason(form.reason.data),
            user,
            today,
            could_at_krw=form.could_at_krw.data,
            could_from_on=form.could_from_on.data,
            heard=form.heard.data,
        )

    return _take(form, asked, act, lambda: _request_page(session, asked, form))


@bp.route("/quote-requests/<int:request_id>/hold", methods=["POST"])
@audience(*ANSWERERS)
def hold(request_id: int) -> Answer:
    session = get_session()
    asked = get_quote_request(session, request_id, signed_in(), Access.WRITE)
    form = NoticeForm()
    return _take(
        form, asked, lambda: services.hold_days(session, asked, utc_now()), lambda: _request_page(session, asked, form)
    )


@bp.route("/quote-requests/<int:request_id>/hold/release", methods=["POST"])
@audience(*ANSWERERS)
def release(request_id: int) -> Answer:
    session = get_session()
    asked = get_quote_request(session, request_id, signed_in(), Access.WRITE)
    if asked.quote is not None:
        bookings.release_hold(session, asked.quote)
    return redirect(url_for("quotes.show", request_id=asked.id), 303)


def _take(form: TokenForm, asked: QuoteRequest, act: Callable[[], object], page: Callable[[], str]) -> Answer:
    """Do what the form asks for, once; when it cannot be done, show the page again with what was written."""
    session = get_session()
    sent = SentForm.of(form.form_token.data, signed_in(), request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return page(), 422
    try:
        act()
    except (Conflict, Invalid) as error:
        session.rollback()
        form.refuse(error)
        return page(), status_of(error)
    location = url_for("quotes.show", request_id=asked.id)
    sent.remember(session, location)
    return redirect(location, 303)
