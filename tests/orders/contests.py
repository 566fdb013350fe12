"""Contests for the last days of a factory: many at once, on a real database; used by the tests and by the benchmark."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub.db import unit_of_work
from garment_hub.factories import bookings
from garment_hub.factories.services import Statement, list_capacity
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders.services import advance, place_order
from models.base import utc_now
from models.brief import BriefStatus
from models.capacity import CapacityBooking, CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.errors import Conflict
from models.factory import Factory, FactSource
from models.order import EventKind, Order, OrderLine, Party
from models.quote import Quote
from models.user import Role
from tests.builders import make_brief, make_designer, make_factory, make_quote, make_user

DAY = 100
Act = Callable[[], bool]


@dataclass
class Result:
    """What each contender was told, and how long it took."""

    yes: int = 0
    no: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Contest:
    """One factory with so many free days in one coming week, and quotes of one day each for it."""

    engine: Engine
    factory_id: int
    monday: date
    quote_ids: list[int]

    @classmethod
    def set_up(cls, engine: Engine, contenders: int, free_days: int) -> Contest:
        monday = week_of(today_in_seoul()) + timedelta(weeks=1)
        with unit_of_work(engine) as session:
            district = session.scalars(select(District)).first()
            assert district is not None
            owner = make_user(session, Role.FACTORY_OWNER, district)
            factory = make_factory(session, district, owner=owner)
            session.add(CapacityWeek(factory=factory, starts_on=monday, open_hundredths=free_days * DAY))
            quotes = [_quote(session, factory, monday) for _each in range(contenders)]
            session.flush()
            return cls(engine, factory.id, monday, [quote.id for quote in quotes])

    def award(self, quote_id: int) -> bool:
        """Told yes, or told that it is gone."""
        try:
            with unit_of_work(self.engine) as session:
                quote = session.get_one(Quote, quote_id)
                place_order(session, [quote], quote.request.brief.designer.user, utc_now())
        except Conflict:
            return False
        return True

    def hold(self, quote_id: int, seconds: float) -> None:
        with unit_of_work(self.engine) as session:
            quote = session.get_one(Quote, quote_id)
            now = utc_now() - bookings.HOLD_FOR + timedelta(seconds=seconds)
            bookings.hold_for_quote(session, quote, now)

    def cancel(self, order_id: int) -> bool:
        try:
            with unit_of_work(self.engine) as session:
                order = session.get_one(Order, order_id)
                actor = order.designer.user
                advance(session, order, EventKind.CANCELLED, actor, Party.DESIGNER, utc_now(), note="취소")
        except Conflict:
            return False
        return True

    def lower(self, days: int) -> bool:
        try:
            with unit_of_work(self.engine) as session:
                factory = session.get_one(Factory, self.factory_id)
                said = Statement(FactSource.OWNER, today_in_seoul())
                list_capacity(session, factory, {self.monday: days * DAY}, said)
        except Conflict:
            return False
        return True

    def orders(self) -> list[int]:
        with Session(self.engine) as session:
            query = select(OrderLine.order_id).where(OrderLine.factory_id == self.factory_id)
            return list(session.scalars(query.order_by(OrderLine.order_id)))

    def taken(self) -> tuple[int, int]:
        """Days taken and offered in whole days; the rows of the bookings have to say the same."""
        with Session(self.engine) as session:
            week = session.scalars(select(CapacityWeek).where(CapacityWeek.factory_id == self.factory_id)).one()
            rows = session.scalar(
                select(func.coalesce(func.sum(CapacityBooking.hundredths), 0)).where(CapacityBooking.week_id == week.id)
            )
            assert rows == week.booked_hundredths + week.held_hundredths
            return rows // DAY, week.open_hundredths // DAY


def _quote(session: Session, factory: Factory, monday: date) -> Quote:
    designer = make_designer(session, factory.district)
    brief = make_brief(
        session, designer, status=BriefStatus.OPEN, materials_on=monday, needed_by=monday + timedelta(30)
    )
    return make_quote(
        session, brief, factory, work_hundredths=DAY, ready_on=monday + timedelta(days=6), valid_until=monday
    )


def all_at_once(acts: Sequence[Act]) -> Result:
    """Everybody starts at the same moment."""
    barrier, result = Barrier(len(acts)), Result()

    def run(act: Act) -> tuple[bool, float]:
        barrier.wait()
        started = time.perf_counter()
        return act(), time.perf_counter() - started

    with ThreadPoolExecutor(len(acts)) as pool:
        for is_yes, seconds in pool.map(run, acts):
            result.yes += is_yes
            result.no += not is_yes
            result.seconds.append(seconds)
    return result


def award_contest(engine: Engine, contenders: int, free_days: int) -> tuple[int, Result]:
    """How many rounds' outcomes were wrong (0 or 1), and what happened."""
    contest = Contest.set_up(engine, contenders, free_days)
    result = all_at_once([lambda quote=quote: contest.award(quote) for quote in contest.quote_ids])  # type: ignore[misc]
    taken, offered = contest.taken()
    is_right = result.yes == len(contest.orders()) == taken == min(offered, contenders)
    return int(not is_right), result


def same_form_contest(engine: Engine, senders: int) -> int:
    """One form sent many times at once: one order, and everybody is led to it."""
    contest = Contest.set_up(engine, contenders=1, free_days=min(senders, 7))
    token, led_to = new_token(), []

    def send() -> bool:
        with unit_of_work(engine) as session:
            quote = session.get_one(Quote, contest.quote_ids[0])
            actor = quote.request.brief.designer.user
            form = SentForm.of(token, actor, {"quote_id": [str(quote.id)]})
            location = form.earlier_location(session)
            if location is None:
                location = f"/orders/{place_order(session, [quote], actor, utc_now()).id}"
                form.remember(session, location)
        led_to.append(location)
        return True

    all_at_once([send] * senders)
    return int(not (len(contest.orders()) == len(set(led_to)) == 1 and len(led_to) == senders))


def cancel_contest(engine: Engine) -> int:
    """The only day is taken; its order is cancelled while two others want the day."""
    contest = Contest.set_up(engine, 3, 1)
    first, *others = contest.quote_ids
    assert contest.award(first)
    (order,) = contest.orders()
    awards: list[bool] = []

    def try_award(quote: int) -> bool:
        awards.append(contest.award(quote))
        return awards[-1]

    result = all_at_once([lambda: contest.cancel(order), *(lambda quote=quote: try_award(quote) for quote in others)])
    taken, _offered = contest.taken()
    is_right = sum(awards) == taken <= 1 and result.yes == taken + 1
    # A day that is free again is not lost to those who come after.
    later = [contest.award(quote) for quote in others] if taken == 0 else [True]
    return int(not (is_right and sum(later) == 1))


def lowering_contest(engine: Engine) -> int:
    """The owner takes the day back while somebody takes it: one of the two is told no."""
    contest = Contest.set_up(engine, 1, 1)
    outcome: dict[str, bool] = {}

    def lower() -> bool:
        outcome["lowered"] = contest.lower(0)
        return outcome["lowered"]

    def award() -> bool:
        outcome["awarded"] = contest.award(contest.quote_ids[0])
        return outcome["awarded"]

    all_at_once([lower, award])
    taken, offered = contest.taken()
    return int(not (outcome["lowered"] != outcome["awarded"] and (taken, offered) in ((1, 1), (0, 0))))


def hold_contest(engine: Engine, contenders: int) -> int:
    """A hold runs out while several want its day: exactly one gets it, never two, and it is not lost."""
    contest = Contest.set_up(engine, contenders + 1, 1)
    holder, *others = contest.quote_ids
    contest.hold(holder, seconds=0.03)

    def try_for_a_while(quote: int) -> bool:
        ends = time.monotonic() + 0.5
        while time.monotonic() < ends:
            if contest.award(quote):
                return True
        return False

    result = all_at_once([lambda quote=quote: try_for_a_while(quote) for quote in others])  # type: ignore[misc]
    return int(not (result.yes == 1 and contest.taken() == (1, 1)))
