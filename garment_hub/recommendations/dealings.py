"""Orders made here, answers to requests and choices, row by row: how each went, and whether both sides may be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from garment_hub.accounts.self_dealing import Marks
from models.brief import Brief
from models.capacity import SEOUL
from models.designer import Designer
from models.factory import Factory
from models.order import Delivery, EventKind, LineStatus, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.past_order import PastOrder
from models.quote import Quote, QuoteRequest, RequestStatus
from models.recommendation import Recommendation
from models.review import Review, is_counted
from models.user import User
from recommender import Outcome

ENDED_WELL = frozenset({OrderStatus.ACCEPTED, OrderStatus.SETTLED})


def designer_key(designer_id: int) -> str:
    """How the ranker names a designer."""
    return f"designer:{designer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """One thing that happened between a designer and a factory, and the day on which it was known.

    ``client`` is the business behind one or more designers' accounts.
    """

    designer_id: int
    client: str
    factory_id: int
    owner_id: int | None
    is_suspicious: bool
    outcome: Outcome
    known_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedWork(Dealing):
    is_ended_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A factory that got the order, and the list its designer had seen when asking it, out of how many it was made."""

    client: str
    factory_id: int
    list_id: int
    out_of: int
    is_suspicious: bool


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Pairs of designer and factory whose review is suspicious, and marks that staff have looked at."""

    open: frozenset[tuple[int, int]]
    cleared: frozenset[tuple[int, int, str]]

    def of(self, row: Any) -> bool:
        """Numbers may have been written down after the review, or no review was written: they are compared now."""
        pair = (row.designer_id, row.factory_id)
        shared = _marks(row.business_number, row.phone).shared_with(
            _marks(row.factory_number, row.factory_phone, row.owner_phone)
        )
        return pair in self.open or (shared is not None and (*pair, shared.value) not in self.cleared)


@lru_cache(maxsize=10_000)
def _marks(business_number: str | None, *phones: str | None) -> Marks:
    return Marks.of(business_number, phones)


def suspicions_in(session: Session, district_id: int) -> Suspicions:
    query = (
        select(Order.designer_id, OrderLine.factory_id, Review.suspicion, Review.cleared_at)
        .join(OrderLine, OrderLine.id == Review.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.district_id == district_id, Review.suspicion.is_not(None))
    )
    rows = session.execute(query).all()
    return Suspicions(
        open=frozenset((one.designer_id, one.factory_id) for one in rows if one.cleared_at is None),
        cleared=frozenset((one.designer_id, one.factory_id, one.suspicion.value) for one in rows if one.cleared_at),
    )


_OWNER = aliased(User)
_SIDES = (
    Designer.business_number,
    User.phone,
    Factory.business_number.label("factory_number"),
    Factory.phone.label("factory_phone"),
    _OWNER.phone.label("owner_phone"),
    Factory.owner_id,
)


def _with_sides(query: Any) -> Any:
    return query.join(User, User.id == Designer.user_id).outerjoin(_OWNER, _OWNER.id == Factory.owner_id)


def _who(row: Any, suspicions: Suspicions) -> dict[str, Any]:
    number = _marks(row.business_number, row.phone).business_number
    return {
        "designer_id": row.designer_id,
        "client": f"business:{number}" if number else designer_key(row.designer_id),
        "factory_id": row.factory_id,
        "owner_id": row.owner_id,
        "is_suspicious": suspicions.of(row),
    }


def finished_work(session: Session, district_id: int, as_of: date, suspicions: Suspicions) -> list[FinishedWork]:
    """Each factory's part of every order handed over by the end of ``as_of``."""
    until = _end_of(as_of)
    lines = session.execute(_lines(district_id, until)).all()
    reworked = set(session.scalars(_reworked(district_id, until)))
    reviews = _open_reviews(session, district_id, until)
    places: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        places[line.order_id].append(line.position)
    return [
        FinishedWork(
            **_who(line, suspicions),
            known_on=_handed_over_on(line),
            is_ended_well=_is_accepted(line, until) and line.status in ENDED_WELL,
            outcome=_outcome(line, places[line.order_id], line.order_id in reworked, reviews.get(line.id), until),
        )
        for line in lines
    ]


def _lines(district_id: int, until: datetime) -> Any:
    own = Delivery.line_id == OrderLine.id, Delivery.is_rework.is_(False)
    handed_over_at = select(func.max(Delivery.handed_over_at)).where(*own).scalar_subquery()
    query = (
        select(
            OrderLine.id,
            OrderLine.order_id,
            OrderLine.factory_id,
            OrderLine.position,
            OrderLine.quantity,
            Quote.ready_on,
            Order.designer_id,
            Order.item,
            Order.status,
            Order.placed_at,
            Order.due_on,
            Order.delivered_at,
            Order.accepted_at,
            handed_over_at.label("handed_over_at"),
            *_SIDES,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .join(Quote, Quote.id == OrderLine.quote_id)
        .join(Designer, Designer.id == Order.designer_id)
        .join(Factory, Factory.id == OrderLine.factory_id)
        .where(Order.district_id == district_id, Order.delivered_at < until)
        .where(Order.status != OrderStatus.CANCELLED, OrderLine.status != LineStatus.DROPPED)
        .order_by(OrderLine.id)
    )
    return _with_sides(query)


def _reworked(district_id: int, until: datetime) -> Select[int]:
    return (
        select(OrderEvent.order_id)
        .join(Order, Order.id == OrderEvent.order_id)
        .where(Order.district_id == district_id, OrderEvent.kind == EventKind.REWORK_ASKED, OrderEvent.at < until)
    )


def _open_reviews(session: Session, district_id: int, until: datetime) -> Mapping[int, Any]:
    """What designers wrote, by line, once the factory may read it: a list must not tell it sooner."""
    query = (
        select(Review.line_id, Review.kept_the_date, Review.was_good)
        .join(OrderLine, OrderLine.id == Review.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.district_id == district_id, Review.party == Party.DESIGNER, is_counted(until))
    )
    return {row.line_id: row for row in session.execute(query)}


def _outcome(line: Any, places: list[int], was_reworked: bool, review: Any, until: datetime) -> Outcome:
    """The designer's word where there is one, else the clock and the inspection.

    Of several factories nobody knows whose fault a rework was. A factory in the middle of the chain promised the day
    of its quote; the last one the day of the order.
    """
    on = _handed_over_on(line)
    promise = line.due_on if line.position == max(places) else line.ready_on
    passed = None
    if len(places) == 1 and (was_reworked or _is_accepted(line, until)):
        passed = not was_reworked
    return Outcome(
        buyer=designer_key(line.designer_id),
        factory=str(line.factory_id),
        ordered_on=_day(line.placed_at),
        quantity=line.quantity,
        item=line.item,
        delivered_on=on,
        on_time=review.kept_the_date if review else (promise and on <= promise),
        passed_first_inspection=review.was_good if review else passed,
    )


def _is_accepted(line: Any, until: datetime) -> bool:
    return line.accepted_at is not None and line.accepted_at < until


def _handed_over_on(line: Any) -> date:
    """The first time all pieces had come: what was made anew later counts in quality."""
    return _day(line.handed_over_at or line.delivered_at)


def answers_to_requests(session: Session, district_id: int, as_of: date, suspicions: Suspicions) -> list[Dealing]:
    """Yes or no to every request whose time is over: no answer is a no, a yes after the day too."""
    rows = session.execute(_requests(district_id, _end_of(as_of))).all()
    return [
        Dealing(
            **_who(row, suspicions),
            known_on=said[0],
            outcome=Outcome(
                buyer=designer_key(row.designer_id),
                factory=str(row.factory_id),
                ordered_on=said[0],
                item=row.item,
                accepted=said[1],
                is_order=False,
            ),
        )
        for row in rows
        if (said := _said(row, as_of))
    ]


def _requests(district_id: int, until: datetime) -> Any:
    query = (
        select(
            QuoteRequest.factory_id,
            QuoteRequest.status,
            QuoteRequest.answered_at,
            QuoteRequest.answer_by,
            Brief.designer_id,
            Brief.item,
            *_SIDES,
        )
        .join(Brief, Brief.id == QuoteRequest.brief_id)
        .join(Designer, Designer.id == Brief.designer_id)
        .join(Factory, Factory.id == QuoteRequest.factory_id)
        .where(Brief.district_id == district_id, QuoteRequest.asked_at < until)
        .order_by(QuoteRequest.id)
    )
    return _with_sides(query)


def _said(row: Any, as_of: date) -> tuple[date, bool] | None:
    """The day on which it was known, and whether it was a yes in time.

    Silence is the factory's own only where somebody there could answer, and while the designer still waited.
    """
    if row.answered_at is not None and (on := _day(row.answered_at)) <= as_of:
        return on, row.status is not RequestStatus.DECLINED and on <= row.answer_by
    over_on = row.answer_by + timedelta(days=1)
    is_silent = row.status is RequestStatus.OPEN and row.owner_id is not None and over_on <= as_of
    return (over_on, False) if is_silent else None


def choices_made(session: Session, district_id: int, as_of: date, suspicions: Suspicions) -> list[Choice]:
    """Who was chosen by the end of ``as_of``, oldest list first; repeats of an order are no new choice."""
    newest = {row.id: row for row in session.execute(_choices(district_id, _end_of(as_of)))}
    chosen = [(_who(row, suspicions), row) for row in newest.values()]
    found = [
        Choice(
            client=who["client"],
            factory_id=row.factory_id,
            list_id=row.list_id,
            out_of=row.feasible_count + row.unknown_count,
            is_suspicious=who["is_suspicious"],
        )
        for who, row in chosen
    ]
    return sorted(found, key=lambda choice: (choice.list_id, choice.factory_id))


def _choices(district_id: int, until: datetime) -> Any:
    """Requests that won, one row for each list of the brief made before them, the newest last."""
    chosen_at = func.coalesce(Order.placed_at, QuoteRequest.closed_at, QuoteRequest.answered_at)
    query = (
        select(
            QuoteRequest.id,
            QuoteRequest.factory_id,
            Brief.designer_id,
            Recommendation.id.label("list_id"),
            Recommendation.feasible_count,
            Recommendation.unknown_count,
            *_SIDES,
        )
        .join(Brief, Brief.id == QuoteRequest.brief_id)
        .join(Recommendation, Recommendation.brief_id == Brief.id)
        .join(Designer, Designer.id == Brief.designer_id)
        .join(Factory, Factory.id == QuoteRequest.factory_id)
        .outerjoin(Quote, Quote.request_id == QuoteRequest.id)
        .outerjoin(OrderLine, OrderLine.quote_id == Quote.id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .where(Brief.district_id == district_id, chosen_at < until, Recommendation.made_at <= QuoteRequest.asked_at)
        .where(or_(Order.id.is_not(None), QuoteRequest.status == RequestStatus.CHOSEN))
        .where(QuoteRequest.repeats_order_id.is_(None))
        .order_by(QuoteRequest.id, Recommendation.made_at, Recommendation.id)
    )
    return _with_sides(query)


def placed_pairs(session: Session, district_id: int) -> Mapping[tuple[int, int], list[tuple[str, date]]]:
    """Item and day of the orders made here by two who also have imported ones, by designer and factory."""
    imported = exists().where(PastOrder.designer_id == Order.designer_id, PastOrder.factory_id == OrderLine.factory_id)
    query = (
        select(Order.designer_id, OrderLine.factory_id, Order.item, Order.placed_at)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.district_id == district_id, imported)
    )
    found: dict[tuple[int, int], list[tuple[str, date]]] = defaultdict(list)
    for designer_id, factory_id, item, placed_at in session.execute(query):
        found[designer_id, factory_id].append((item, _day(placed_at)))
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), SEOUL)
