"""The verbs of an order: place it, fill a place again that a factory left, and move it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.factories import bookings
from garment_hub.factories.bookings import Work, work_of
from garment_hub.factories.queries import speakers_of
from garment_hub.notifications import notify
from garment_hub.orders import effects, payments, terms
from garment_hub.orders.moves import Step, unmet
from garment_hub.quotes.repeats import copy_brief
from models.audit import AuditAction
from models.brief import Brief, BriefFile, BriefStatus
from models.capacity import SEOUL, BookingKind
from models.errors import Conflict, Forbidden, Invalid
from models.order import (
    ENDED,
    MOVES,
    EventKind,
    LineReopening,
    LineStatus,
    Order,
    OrderEvent,
    OrderLine,
    OrderStatus,
    Party,
)
from models.quote import NotChosenReason, Quote, QuoteRequest, RequestStatus
from models.user import User


def place_order(
    session: Session,
    quotes: Sequence[Quote],
    actor: User,
    now: datetime,
    *,
    waiver: str | None = None,
    reason: NotChosenReason = NotChosenReason.OTHER,
) -> Order:
    """Choose one factory, or all members of a team: days, order and the answers to the others in one step.

    ``waiver`` says why no sample is wanted. Raises Conflict, and changes nothing, when anything of it is gone.
    """
    today = now.astimezone(SEOUL).date()
    brief, asked = _locked(session, quotes)
    _require_open(brief, quotes, today)
    if reopening := session.scalar(select(LineReopening).where(LineReopening.brief_id == brief.id)):
        return _fill_place(session, reopening.line, quotes[0], actor, now, asked, reason)
    works = [work_of(quote, today) for quote in quotes]
    # The weeks of all factories at once, before any days are taken.
    bookings.lock_weeks(session, [(work.factory_id, work.mondays) for work in works], now)
    order = _make_order(session, brief, quotes, works, now, waiver)
    kind = BookingKind.HELD if waiver is None else BookingKind.BOOKED
    for line, work in zip(order.lines, works, strict=True):
        bookings.release_hold(session, line.quote)
        line.unplaced_hundredths = bookings.take_days(session, work, now, kind=kind, line=line)
    _answer_all(session, order, asked, quotes, reason, now)
    brief.move_to(BriefStatus.CLOSED)
    terms.first_terms(session, order, actor)
    if waiver is None:
        payments.make_sample_fee(session, order.lead)
    else:
        audit.record(session, actor, AuditAction.SAMPLE_WAIVED, order, reason=waiver)
    _write(session, order, EventKind.PLACED, Party.DESIGNER, actor, now, note=waiver)
    return order


def _locked(session: Session, quotes: Sequence[Quote]) -> tuple[Brief, list[QuoteRequest]]:
    """Brief and requests as they are now, and nobody else's until this transaction ends."""
    if not quotes:
        raise Invalid("choose_an_offer", field="quote_id")
    brief = quotes[0].request.brief
    session.refresh(brief, with_for_update=True)
    query = select(QuoteRequest).where(QuoteRequest.brief_id == brief.id).order_by(QuoteRequest.id)
    asked = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    for quote in quotes:
        session.refresh(quote)
    return brief, list(asked)


def _require_open(brief: Brief, quotes: Sequence[Quote], today: date) -> None:
    requests = [quote.request for quote in quotes]
    if any(request.status is RequestStatus.CHOSEN for request in requests):
        raise Conflict("already_ordered")
    if brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_not_open")
    if any(request.brief_id != brief.id or request.status is not RequestStatus.ANSWERED for request in requests):
        raise Conflict("quote_gone")
    if not all(quote.is_binding for quote in quotes):
        raise Conflict("quote_without_price")
    if any(quote.valid_until < today or (quote.ready_on or today) < today for quote in quotes):
        raise Conflict("quote_expired")
    member = requests[0].team_member
    whole = {each.id for each in member.team.members} if member else {None}
    if {request.team_member_id for request in requests} != whole or len(requests) != len(whole):
        raise Conflict("team_incomplete")


def _make_order(
    session: Session, brief: Brief, quotes: Sequence[Quote], works: Sequence[Work], now: datetime, waiver: str | None
) -> Order:
    order = Order(
        brief=brief,
        designer=brief.designer,
        district_id=brief.district_id,
        repeats_id=quotes[0].request.repeats_order_id,
        status=OrderStatus.SAMPLING if waiver is None else OrderStatus.CONFIRMED,
        item=brief.item,
        quantity=brief.quantity or 0,
        is_sample_waived=waiver is not None,
        sample_waived_reason=waiver,
        placed_at=now,
        due_on=max(work.due_on for work in works),
        confirmed_at=None if waiver is None else now,
    )
    for quote, work in sorted(zip(quotes, works, strict=True), key=lambda pair: _place(pair[0])):
        order.lines.append(_line(quote, work, brief))
    session.add(order)
    session.flush()
    return order


def _place(quote: Quote) -> tuple[int, int]:
    member = quote.request.team_member
    return (member.position, member.id) if member else (0, 0)


def _line(quote: Quote, work: Work, brief: Brief) -> OrderLine:
    member = quote.request.team_member
    return OrderLine(
        factory=quote.request.factory,
        quote=quote,
        position=member.position if member else 0,
        is_lead=member.is_lead if member else True,
        processes=list(member.processes if member else brief.processes),
        quantity=member.quantity if member else brief.quantity,
        unit_price_krw=quote.unit_price_krw,
        starts_on=work.starts_on,
        due_on=work.due_on,
        work_hundredths=work.days,
    )


def _answer_all(
    session: Session,
    order: Order,
    asked: Sequence[QuoteRequest],
    quotes: Sequence[Quote],
    reason: NotChosenReason,
    now: datetime,
) -> None:
    """Everybody who was asked hears how it ended; nobody waits for an answer that never comes."""
    chosen = {quote.request_id for quote in quotes}
    for request in asked:
        if request.id in chosen:
            request.move_to(RequestStatus.CHOSEN)
            values: dict[str, Any] = {"quantity": order.quantity, "designer": order.designer.brand}
            _tell(session, request, "order_awarded", f"/orders/{order.id}", **values)
        elif request.status is RequestStatus.ANSWERED:
            request.move_to(RequestStatus.NOT_CHOSEN)
            request.not_chosen_reason = reason
            _tell(session, request, "not_chosen", f"/quote-requests/{request.id}", reason=reason.value)
        elif request.status is RequestStatus.OPEN:
            request.move_to(RequestStatus.WITHDRAWN)
            _tell(session, request, "request_withdrawn", f"/quote-requests/{request.id}")
        else:
            continue
        request.closed_at = now


def _tell(session: Session, request: QuoteRequest, template: str, link: str, **values: Any) -> None:
    for person in speakers_of(session, [request.factory]):
        notify(session, person, template, link=link, item=request.brief.item, **values)


def _fill_place(
    session: Session,
    dropped: OrderLine,
    quote: Quote,
    actor: User,
    now: datetime,
    asked: Sequence[QuoteRequest],
    reason: NotChosenReason,
) -> Order:
    """Put another factory in the place of one that dropped out; only this line changes, and the terms are renewed."""
    order, brief = dropped.order, quote.request.brief
    session.refresh(order, with_for_update=True)
    if order.status in ENDED:
        raise Conflict("order_move_not_allowed", status=order.status.value)
    work = work_of(quote, now.astimezone(SEOUL).date(), brief.processes)
    line = _line(quote, work, brief)
    line.position, line.is_lead = dropped.position, dropped.is_lead
    order.lines.append(line)
    session.flush()
    bookings.release_hold(session, quote)
    kind = BookingKind.HELD if order.confirmed_at is None else BookingKind.BOOKED
    line.unplaced_hundredths = bookings.take_days(session, work, now, kind=kind, line=line)
    _answer_all(session, order, asked, [quote], reason, now)
    brief.move_to(BriefStatus.CLOSED)
    terms.renew(session, order, actor, now)
    _write(session, order, EventKind.LINE_REPLACED, Party.DESIGNER, actor, now, line=line)
    return order


def reopen_line(session: Session, line: OrderLine, now: datetime, *, copy_picture: Callable[[str], str]) -> Brief:
    """A brief for the part of a factory that dropped out, to be listed and asked like any other; once per place.

    ``copy_picture`` makes a stored picture's twin and returns its key.
    """
    order = line.order
    session.refresh(order, with_for_update=True)
    if line.status is not LineStatus.DROPPED or order.status in ENDED:
        raise Conflict("line_not_dropped")
    known = session.scalar(select(LineReopening).where(LineReopening.line_id == line.id))
    if known is not None:
        return known.brief
    today = now.astimezone(SEOUL).date()
    brief = copy_brief(order.brief, line.quantity, max(line.due_on, today + timedelta(days=1)))
    brief.processes, brief.materials_on = list(line.processes), max(line.starts_on, today)
    brief.files = [BriefFile(key=copy_picture(file.key), title=file.title) for file in order.brief.files]
    session.add(LineReopening(line=line, brief=brief))
    session.flush()
    return brief


def advance(
    session: Session, order: Order, kind: EventKind, actor: User | None, party: Party, now: datetime, **given: Any
) -> OrderEvent:
    """Make one move of the table in ``models.order``; ``given`` are the other fields of ``Step``.

    Raises Conflict when the order has moved on or a condition is not met, Forbidden for the wrong side, and Invalid
    where words or a number are missing.
    """
    session.refresh(order, with_for_update=True)
    move = MOVES.get(kind)
    if move is None or order.status not in move.sources:
        raise Conflict("order_move_not_allowed", status=order.status.value)
    step = Step(session, order, move, actor, party, now, now.astimezone(SEOUL).date(), order.status, **given)
    if party not in move.actors:
        raise Forbidden
    if move.needs_note and not (step.note or "").strip():
        raise Invalid("note_needed", field="note")
    if refusal := unmet(step):
        raise Conflict(refusal)
    if move.to:
        order.status = move.to
    effects.apply(step)
    event = _write(
        session, order, kind, party, actor, now, line=step.line, note=step.note, picture_key=step.picture_key,
        values=effects.values_of(step),
    )  # fmt: skip
    effects.tell(step)
    if (
        kind is EventKind.PAYMENT_RECEIVED
        and order.status is OrderStatus.ACCEPTED
        and payments.all_received(session, order)
    ):
        advance(session, order, EventKind.SETTLED, None, Party.SYSTEM, now)
    return event


def _write(
    session: Session, order: Order, kind: EventKind, party: Party, actor: User | None, now: datetime, **given: Any
) -> OrderEvent:
    event = OrderEvent(order=order, kind=kind, status=order.status, party=party, actor=actor, at=now, **given)
    session.add(event)
    session.flush()
    return event
