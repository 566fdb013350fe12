"""Days of a factory's weeks, taken and given back: the one place that changes what is booked and held.

A transaction that takes days locks the weeks first, always by factory and Monday, so that two of them wait for each
other instead of dying. Then one conditional statement per week decides, and a check constraint stands behind it.
On SQLite the transaction itself (BEGIN IMMEDIATE) is the lock.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.capacity import (
    DAYS_PER_WEEK,
    HUNDREDTHS_PER_DAY,
    SEOUL,
    BookingKind,
    CapacityBooking,
    CapacityWeek,
    week_of,
)
from models.errors import Conflict
from models.factory import Factory, FactoryRate
from models.order import LineStatus, OrderLine
from models.quote import Quote
from models.vocabulary import stage_of

HOLD_FOR = timedelta(hours=48)
WEEK = timedelta(days=DAYS_PER_WEEK)


@dataclass(frozen=True, slots=True)
class Work:
    """What a factory would take on: ``days`` in hundredths (None: nobody has said), between two days inclusive."""

    factory_id: int
    days: int | None
    starts_on: date
    due_on: date

    @property
    def mondays(self) -> list[date]:
        first, last = week_of(self.starts_on), week_of(self.due_on)
        return [first + WEEK * number for number in range((last - first).days // DAYS_PER_WEEK + 1)]

    def most_in(self, monday: date) -> int:
        """Hundredths of the week that lie between the two days."""
        first, last = max(self.starts_on, monday), min(self.due_on, monday + WEEK - timedelta(days=1))
        return max(0, (last - first).days + 1) * HUNDREDTHS_PER_DAY


def work_of(quote: Quote, today: date, processes: Sequence[str] = ()) -> Work:
    """The days a quote stands for: as its factory counts them, else from the factory's own rate.

    ``processes`` are those of a part of the garment; a member of a team has its own.
    """
    request = quote.request
    brief, member = request.brief, request.team_member
    begins = member.starts_on if member else brief.materials_on or today
    due = quote.ready_on or (member.due_on if member else brief.needed_by) or today
    pieces, part = (member.quantity, member.processes) if member else (brief.quantity or 1, processes)
    days = quote.work_hundredths or days_needed(request.factory, brief.item, part, pieces)
    return Work(request.factory_id, days, max(begins, today), due)


def days_needed(factory: Factory, item: str, processes: Sequence[str], pieces: int) -> int | None:
    """Hundredths of factory-days, rounded up; None where a rate is missing. No processes: the whole garment.

    Stages are done one after the other, so their days add up.
    """
    stages = {stage_of().get(process) for process in processes} or {None}
    rates = [_rate(factory, item, stage) for stage in stages]
    if rates == [None]:  # who makes whole garments and names no rate for one stage needs no more for it than for all
        rates = [_rate(factory, item, None)]
    if any(rate is None for rate in rates):
        return None
    return sum(-(-pieces * HUNDREDTHS_PER_DAY // rate.pieces_per_day) for rate in rates if rate)


def _rate(factory: Factory, item: str, stage: str | None) -> FactoryRate | None:
    """The rate of this stage for this item, else for any item."""
    of_stage = [rate for rate in factory.rates if rate.stage == stage]
    return next((rate for wanted in (item, None) for rate in of_stage if rate.item == wanted), None)


def lock_weeks(
    session: Session, wanted: Iterable[tuple[int, Collection[date]]], now: datetime
) -> dict[tuple[int, date], CapacityWeek]:
    """The stated weeks among these Mondays of these factories, held until the transaction ends.

    Holds in them that have run out are let go; those of other weeks are left alone, for they are not locked.
    """
    spans = [and_(CapacityWeek.factory_id == factory, CapacityWeek.starts_on.in_(days)) for factory, days in wanted]
    weeks = _locked(session, or_(*spans)) if spans else []
    _let_go(session, _bookings(session, _has_run_out(now), CapacityBooking.week_id.in_([week.id for week in weeks])))
    return {(week.factory_id, week.starts_on): week for week in weeks}


def _has_run_out(now: datetime) -> ColumnElement[bool]:
    return CapacityBooking.expires_at <= now


def _locked(session: Session, which: ColumnElement[bool]) -> list[CapacityWeek]:
    in_order = CapacityWeek.factory_id, CapacityWeek.starts_on
    query = select(CapacityWeek).where(which).order_by(*in_order).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def take_days(
    session: Session,
    work: Work,
    now: datetime,
    *,
    kind: BookingKind,
    line: OrderLine | None = None,
    quote: Quote | None = None,
    expires_at: datetime | None = None,
    must_fit: bool = True,
) -> int:
    """Take the days, earliest first, and give back how many fit into no stated week.

    Raises Conflict when they fit neither into the stated weeks nor into weeks of which nothing was said. With
    ``must_fit`` off (work that exists anyway) the rest stays unplaced instead.
    """
    if not work.days:
        return 0
    weeks = lock_weeks(session, [(work.factory_id, work.mondays)], now)
    plan, rest = _plan(work, weeks)
    unsaid = sum(work.most_in(monday) for monday in work.mondays if (work.factory_id, monday) not in weeks)
    if must_fit and rest > unsaid:
        raise Conflict("capacity_short", days=rest - unsaid)
    pause(session)
    for week, days in plan:
        _add(session, week, kind, days)
        _note(session, CapacityBooking(week_id=week.id, kind=kind, hundredths=days, expires_at=expires_at), line, quote)
    session.flush()
    return rest


def _note(session: Session, booking: CapacityBooking, line: OrderLine | None, quote: Quote | None) -> None:
    """Write down whose days they are; a line that has days in the week already gets more of them."""
    booking.order_line_id, booking.quote_id = line.id if line else None, quote.id if quote else None
    same = CapacityBooking.week_id == booking.week_id, CapacityBooking.order_line_id == booking.order_line_id
    there = session.scalar(select(CapacityBooking).where(*same)) if line else None
    if there:
        there.hundredths += booking.hundredths
    else:
        session.add(booking)


def _plan(work: Work, weeks: dict[tuple[int, date], CapacityWeek]) -> tuple[list[tuple[CapacityWeek, int]], int]:
    rest, plan = work.days or 0, []
    for monday in work.mondays:
        week = weeks.get((work.factory_id, monday))
        days = min(rest, week.free_hundredths, work.most_in(monday)) if week else 0
        if week and days > 0:
            plan.append((week, days))
            rest -= days
    return plan, rest


def pause(session: Session) -> None:
    """Wait between check and write where a test asks for it, so that races have room to happen."""
    time.sleep(session.get_bind().get_execution_options().get("race_ms", 0) / 1000)


def _column(kind: BookingKind) -> InstrumentedAttribute[int]:
    return CapacityWeek.booked_hundredths if kind is BookingKind.BOOKED else CapacityWeek.held_hundredths


def _add(session: Session, week: CapacityWeek, kind: BookingKind, days: int) -> None:
    """The one statement that decides who gets the last days."""
    taken = CapacityWeek.booked_hundredths + CapacityWeek.held_hundredths
    column = _column(kind)
    statement = update(CapacityWeek).where(CapacityWeek.id == week.id, taken + days <= CapacityWeek.open_hundredths)
    if not session.execute(statement.values({column: column + days})).rowcount:  # type: ignore[attr-defined]
        raise Conflict("capacity_short", days=days)
    session.expire(week)


def _give_back(session: Session, booking: CapacityBooking, days: int) -> None:
    column = _column(booking.kind)
    statement = update(CapacityWeek).where(CapacityWeek.id == booking.week_id)
    session.execute(statement.values({column: column - days}))
    session.expire(booking.week)
    if days == booking.hundredths:
        session.delete(booking)
    else:
        booking.hundredths -= days


def _bookings(session: Session, *which: ColumnElement[bool]) -> list[CapacityBooking]:
    """Bookings, the earliest week first, with their weeks locked: read again after whoever held them is through."""
    query = select(CapacityBooking).join(CapacityBooking.week).where(*which)
    if found := session.scalars(query).all():
        _locked(session, CapacityWeek.id.in_([booking.week_id for booking in found]))
    in_order = query.order_by(CapacityWeek.factory_id, CapacityWeek.starts_on)
    return list(session.scalars(in_order.execution_options(populate_existing=True)))


def _let_go(session: Session, bookings: Sequence[CapacityBooking]) -> int:
    """Give back all of them; how many there were."""
    for booking in bookings:
        _give_back(session, booking, booking.hundredths)
    session.flush()
    return len(bookings)


def sweep_holds(session: Session, now: datetime) -> int:
    """Let go of every hold that has run out; how many there were."""
    return _let_go(session, _bookings(session, _has_run_out(now)))


def hold_for_quote(session: Session, quote: Quote, now: datetime) -> None:
    """Hold a quote's days for 48 hours; one hold at a time per factory, and only days the factory has stated."""
    factory = quote.request.factory
    # Two holds of one factory at once; without the key, so that others may go on making rows that refer to it.
    session.refresh(factory, with_for_update={"key_share": True})
    held = select(CapacityBooking.id).join(CapacityBooking.week).where(CapacityWeek.factory_id == factory.id)
    if session.scalar(held.where(CapacityBooking.expires_at > now).limit(1)) is not None:
        raise Conflict("hold_exists")
    work = work_of(quote, now.astimezone(SEOUL).date())
    if not work.days:
        raise Conflict("hold_needs_days")
    rest = take_days(session, work, now, kind=BookingKind.HELD, quote=quote, expires_at=now + HOLD_FOR)
    if rest == work.days:
        raise Conflict("hold_needs_days")


def release_hold(session: Session, quote: Quote) -> None:
    _let_go(session, _bookings(session, CapacityBooking.quote_id == quote.id))


def book_held_days(session: Session, line: OrderLine) -> None:
    """Basting becomes lockstitch: what was held while sampling is booked. It always fits, since both count."""
    for booking in _bookings(
        session, CapacityBooking.order_line_id == line.id, CapacityBooking.kind == BookingKind.HELD
    ):
        taken = {
            CapacityWeek.held_hundredths: CapacityWeek.held_hundredths - booking.hundredths,
            CapacityWeek.booked_hundredths: CapacityWeek.booked_hundredths + booking.hundredths,
        }
        session.execute(update(CapacityWeek).where(CapacityWeek.id == booking.week_id).values(taken))
        booking.kind = BookingKind.BOOKED
        session.expire(booking.week)
    session.flush()


def release_days(session: Session, line: OrderLine, from_monday: date = date.min) -> None:
    """Give back the days of the line's weeks from this Monday on, and what waits for a place."""
    _let_go(
        session,
        _bookings(session, CapacityBooking.order_line_id == line.id, CapacityWeek.starts_on >= from_monday),
    )
    line.unplaced_hundredths = 0


def days_ahead(session: Session, line: OrderLine, from_monday: date) -> int:
    """Hundredths taken for the line from this Monday on."""
    coming = _bookings(session, CapacityBooking.order_line_id == line.id, CapacityWeek.starts_on >= from_monday)
    return sum(booking.hundredths for booking in coming)


def keep_days(session: Session, line: OrderLine, days: int, from_monday: date) -> None:
    """Part of the work is done: from this Monday on, keep only so many days and give back the latest ones."""
    coming = _bookings(session, CapacityBooking.order_line_id == line.id, CapacityWeek.starts_on >= from_monday)
    line.unplaced_hundredths = min(line.unplaced_hundredths, days)
    surplus = sum(booking.hundredths for booking in coming) + line.unplaced_hundredths - days
    for booking in reversed(coming):
        if surplus <= 0:
            break
        given = min(surplus, booking.hundredths)
        _give_back(session, booking, given)
        surplus -= given
    session.flush()


def reschedule(session: Session, line: OrderLine, today: date, now: datetime, days: int | None = None) -> None:
    """The line's days have changed: give back those ahead and take as many, or ``days``, anew; the rest waits."""
    ahead = days_ahead(session, line, week_of(today)) + line.unplaced_hundredths if days is None else days
    release_days(session, line, week_of(today))
    work = Work(line.factory_id, ahead, max(line.starts_on, today), line.due_on)
    line.unplaced_hundredths = take_days(session, work, now, kind=_kind_of(line), line=line, must_fit=False)
    session.flush()


def _kind_of(line: OrderLine) -> BookingKind:
    return BookingKind.HELD if line.order.confirmed_at is None else BookingKind.BOOKED


def place_waiting(session: Session, factory: Factory, today: date, now: datetime) -> None:
    """Work taken on before a week was stated gets its days in that week as soon as it is stated, first come first."""
    waiting = select(OrderLine).where(
        OrderLine.factory_id == factory.id,
        OrderLine.unplaced_hundredths > 0,
        OrderLine.status.in_((LineStatus.PLANNED, LineStatus.WORKING)),
        OrderLine.due_on >= today,
    )
    for line in session.scalars(waiting.order_by(OrderLine.id)):
        work = Work(factory.id, line.unplaced_hundredths, max(line.starts_on, today), line.due_on)
        line.unplaced_hundredths = take_days(session, work, now, kind=_kind_of(line), line=line, must_fit=False)
    session.flush()
