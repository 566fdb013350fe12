"""A factory's days against a plain dict: whatever is taken, held, moved and given back, the sums hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub.factories import bookings
from garment_hub.factories.bookings import Work, days_needed
from models import Base
from models.capacity import SEOUL, BookingKind, CapacityBooking, CapacityWeek, week_of
from models.errors import Conflict
from models.factory import Factory, FactoryRate
from models.order import OrderLine
from models.quote import Quote
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote

MONDAY = date(2027, 1, 4)
NOON = datetime(2027, 1, 4, 3, tzinfo=UTC)
WEEKS = [MONDAY + timedelta(weeks=number) for number in range(4)]
days = st.integers(1, 700)
mondays = st.sampled_from(WEEKS)


def make_tables() -> Engine:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return engine


class Diary(RuleBasedStateMachine):
    """``said`` is what each week offers; ``taken`` is who has how many days of it, and how."""

    lines = Bundle("lines")

    @initialize()
    def start(self) -> None:
        self.engine = make_tables()
        self.session = Session(self.engine)
        self.district = make_district(self.session)
        self.designer = make_designer(self.session, self.district)
        self.factory = make_factory(self.session, self.district)
        self.now = NOON
        self.said: dict[date, int] = {}
        self.taken: dict[tuple[date, str], tuple[BookingKind, int]] = {}
        self.ends: dict[str, datetime] = {}

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()

    def free(self, monday: date) -> int:
        return self.said.get(monday, 0) - sum(n for (week, _), (_, n) in self.taken.items() if week == monday)

    def quote(self) -> Quote:
        return make_quote(self.session, make_brief(self.session, self.designer), self.factory)

    @rule(monday=mondays, offered=st.integers(0, 700))
    def state_week(self, monday: date, offered: int) -> None:
        week = self.session.scalar(select(CapacityWeek).where(CapacityWeek.starts_on == monday))
        if offered < self.said.get(monday, 0) - self.free(monday):
            return
        week = week or CapacityWeek(factory=self.factory, starts_on=monday)
        week.open_hundredths = offered
        self.session.add(week)
        self.session.flush()
        self.said[monday] = offered

    @rule(target=lines, amount=days, first=mondays, weeks=st.integers(1, 4), kind=st.sampled_from(list(BookingKind)))
    def take(self, amount: int, first: date, weeks: int, kind: BookingKind) -> OrderLine:
        line = make_order(self.session, self.quote()).lines[0]
        due = first + timedelta(weeks=weeks, days=-1)
        work = Work(self.factory.id, amount, first, due)
        planned, rest = self.plan(work)
        room = sum(700 for monday in work.mondays if monday not in self.said)
        if rest > room:
            with pytest.raises(Conflict, match="capacity_short"):
                bookings.take_days(self.session, work, self.now, kind=kind, line=line)
            return line
        assert bookings.take_days(self.session, work, self.now, kind=kind, line=line) == rest
        line.unplaced_hundredths = rest
        self.taken.update({(monday, f"line {line.id}"): (kind, n) for monday, n in planned.items()})
        return line

    def plan(self, work: Work) -> tuple[dict[date, int], int]:
        """Earliest first, by a loop anybody can follow."""
        rest, planned = work.days or 0, {}
        for monday in work.mondays:
            most = min(rest, self.free(monday), work.most_in(monday))
            if most > 0:
                planned[monday] = most
                rest -= most
        return planned, rest

    @rule(amount=days, first=mondays, hours=st.integers(1, 72))
    def hold(self, amount: int, first: date, hours: int) -> None:
        quote = self.quote()
        work = Work(self.factory.id, amount, first, first + timedelta(days=6))
        planned, rest = self.plan(work)
        ends = self.now + timedelta(hours=hours)
        if first in self.said and rest:
            with pytest.raises(Conflict):
                bookings.take_days(self.session, work, self.now, kind=BookingKind.HELD, quote=quote, expires_at=ends)
            return
        bookings.take_days(self.session, work, self.now, kind=BookingKind.HELD, quote=quote, expires_at=ends)
        self.taken.update({(monday, f"quote {quote.id}"): (BookingKind.HELD, n) for monday, n in planned.items()})
        self.ends[f"quote {quote.id}"] = ends

    @rule(hours=st.integers(1, 48))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        bookings.sweep_holds(self.session, self.now)
        over = {name for name, ends in self.ends.items() if ends <= self.now}
        self.taken = {key: value for key, value in self.taken.items() if key[1] not in over}

    @rule(line=lines)
    def confirm(self, line: OrderLine) -> None:
        bookings.book_held_days(self.session, line)
        for key, (_, amount) in list(self.taken.items()):
            if key[1] == f"line {line.id}":
                self.taken[key] = (BookingKind.BOOKED, amount)

    @rule(line=lines, monday=mondays)
    def release(self, line: OrderLine, monday: date) -> None:
        bookings.release_days(self.session, line, monday)
        self.taken = {key: value for key, value in self.taken.items() if key[1] != f"line {line.id}" or key[0] < monday}

    @rule(line=lines, amount=st.integers(0, 700), monday=mondays)
    def keep(self, line: OrderLine, amount: int, monday: date) -> None:
        mine = sorted(key for key in self.taken if key[1] == f"line {line.id}" and key[0] >= monday)
        left = amount - min(line.unplaced_hundredths, amount)
        bookings.keep_days(self.session, line, amount, monday)
        for key in mine:
            kind, had = self.taken.pop(key)
            if kept := min(had, left):
                self.taken[key] = (kind, kept)
            left -= kept

    @invariant()
    def the_sums_are_those_of_the_dict(self) -> None:
        if not hasattr(self, "session"):
            return
        self.session.flush()
        self.session.expire_all()
        for week in self.session.scalars(select(CapacityWeek)):
            for kind, stored in (
                (BookingKind.BOOKED, week.booked_hundredths),
                (BookingKind.HELD, week.held_hundredths),
            ):
                ours = sum(n for (monday, _), (how, n) in self.taken.items() if (monday, how) == (week.starts_on, kind))
                rows = sum(each.hundredths for each in week.bookings if each.kind is kind)
                assert stored == ours == rows
            assert 0 <= week.booked_hundredths + week.held_hundredths <= week.open_hundredths


Diary.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestDiary = pytest.mark.slow(Diary.TestCase)


@pytest.fixture
def memory() -> Iterator[Session]:
    engine = make_tables()
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def quote(memory: Session) -> Quote:
    district = make_district(memory)
    return make_quote(memory, make_brief(memory, make_designer(memory, district)), make_factory(memory, district))


def state(session: Session, factory: Factory, *offered: int) -> list[CapacityWeek]:
    weeks = [
        CapacityWeek(factory=factory, starts_on=monday, open_hundredths=hundredths)
        for monday, hundredths in zip(WEEKS, offered, strict=False)
    ]
    session.add_all(weeks)
    session.flush()
    return weeks


def test_a_hold_ends_by_itself_and_its_days_can_be_taken_in_the_same_breath(memory: Session, quote: Quote) -> None:
    factory = quote.request.factory
    (week,) = state(memory, factory, 300)
    work = Work(factory.id, 300, MONDAY, MONDAY + timedelta(days=6))
    ends = NOON + timedelta(hours=48)
    bookings.take_days(memory, work, NOON, kind=BookingKind.HELD, quote=quote, expires_at=ends)
    line = make_order(memory, quote).lines[0]
    with pytest.raises(Conflict, match="capacity_short"):
        bookings.take_days(memory, work, ends - timedelta(seconds=1), kind=BookingKind.BOOKED, line=line)
    assert bookings.take_days(memory, work, ends, kind=BookingKind.BOOKED, line=line) == 0
    memory.refresh(week)
    assert (week.booked_hundredths, week.held_hundredths) == (300, 0)


def test_the_database_itself_refuses_what_does_not_fit(memory: Session, quote: Quote) -> None:
    (week,) = state(memory, quote.request.factory, 300)
    week.booked_hundredths = 301
    with pytest.raises(IntegrityError):
        memory.flush()


def test_work_that_fits_into_no_stated_week_waits_and_gets_its_days_when_one_is_stated(
    memory: Session, quote: Quote
) -> None:
    factory = quote.request.factory
    state(memory, factory, 100)
    line = make_order(memory, quote, line={"starts_on": MONDAY, "due_on": WEEKS[1] + timedelta(days=4)}).lines[0]
    work = Work(factory.id, 400, line.starts_on, line.due_on)
    line.unplaced_hundredths = bookings.take_days(memory, work, NOON, kind=BookingKind.HELD, line=line)
    assert line.unplaced_hundredths == 300
    memory.add(CapacityWeek(factory=factory, starts_on=WEEKS[1], open_hundredths=500))
    memory.flush()
    bookings.place_waiting(memory, factory, MONDAY, NOON)
    assert line.unplaced_hundredths == 0
    assert {each.week.starts_on: each.hundredths for each in memory.scalars(select(CapacityBooking))} == {
        WEEKS[0]: 100,
        WEEKS[1]: 300,
    }


def test_only_the_days_between_start_and_end_count(memory: Session, quote: Quote) -> None:
    factory = quote.request.factory
    state(memory, factory, 700, 700)
    line = make_order(memory, quote).lines[0]
    friday, tuesday = MONDAY + timedelta(days=4), WEEKS[1] + timedelta(days=1)
    with pytest.raises(Conflict, match="capacity_short"):
        bookings.take_days(memory, Work(factory.id, 501, friday, tuesday), NOON, kind=BookingKind.BOOKED, line=line)
    assert not bookings.take_days(
        memory, Work(factory.id, 500, friday, tuesday), NOON, kind=BookingKind.BOOKED, line=line
    )


@pytest.mark.parametrize(
    ("rates", "processes", "wanted"),
    [
        ({(None, None): 40}, [], 300),
        ({("shirt_blouse", None): 50, (None, None): 10}, [], 240),
        ({(None, "cutting_stage"): 1200}, ["cutting"], 10),
        ({(None, "cutting_stage"): 1000, (None, "sewing"): 40}, ["cutting", "sewing_assembly"], 312),
        ({(None, None): 40}, ["sewing_assembly"], 300),
        ({(None, "cutting_stage"): 1000}, ["cutting", "sewing_assembly"], None),
        ({}, [], None),
    ],
)
def test_days_come_from_the_rate_of_the_item_and_of_each_stage(
    memory: Session, rates: dict[tuple[str | None, str | None], int], processes: list[str], wanted: int | None
) -> None:
    factory = make_factory(memory, make_district(memory))
    factory.rates = [FactoryRate(item=item, stage=stage, pieces_per_day=n) for (item, stage), n in rates.items()]
    assert days_needed(factory, "shirt_blouse", processes, 120) == wanted


def test_weeks_are_korean_weeks_whatever_the_clock_of_the_server_says() -> None:
    """Sunday evening in London is already Monday, and another week, in Seoul; new year changes nothing."""
    before, after = datetime(2026, 12, 27, 14, 59, tzinfo=UTC), datetime(2026, 12, 27, 15, tzinfo=UTC)
    weeks = [week_of(moment.astimezone(SEOUL).date()) for moment in (before, after)]
    assert weeks == [date(2026, 12, 21), date(2026, 12, 28)]
