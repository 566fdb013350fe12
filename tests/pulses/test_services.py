"""Answers in the database: what they move, who gave them, and a booking at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub import audit, schema
from garment_hub.db import make_engine
from garment_hub.factories.services import Statement, list_capacity
from garment_hub.pulses import services
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import CapacityWeek, today_in_seoul
from models.errors import Invalid
from models.factory import Factory, FactSource
from models.pulse import Pulse, PulseAnswer
from models.user import Role
from tests.builders import make_user
from tests.orders.contests import Contest, all_at_once
from tests.pulses.asking import offered, owned_factory, this_week


def say(session: Session, factory: Factory, *answers: PulseAnswer) -> None:
    assert factory.owner
    for answer in answers:
        services.answer(session, factory, answer, factory.owner, utc_now())
    session.commit()


def test_each_answer_moves_the_four_weeks_and_open_gives_them_back(session: Session) -> None:
    factory = owned_factory(session, 500, 400, 300, 0)
    say(session, factory, PulseAnswer.SOME)
    assert offered(session, factory) == [250, 200, 150, 0]
    say(session, factory, PulseAnswer.FULL)
    assert offered(session, factory) == [0, 0, 0, 0]
    say(session, factory, PulseAnswer.WEEK_CLOSED, PulseAnswer.SOME, PulseAnswer.OPEN)
    assert offered(session, factory) == [500, 400, 300, 0]
    assert factory.confirmed_on == today_in_seoul()


def test_days_written_after_an_answer_are_the_owners_own(session: Session) -> None:
    factory = owned_factory(session, 500, 500, 500, 500)
    say(session, factory, PulseAnswer.FULL)
    list_capacity(session, factory, {this_week(1): 300}, Statement(FactSource.OWNER, today_in_seoul()))
    say(session, factory, PulseAnswer.OPEN)
    assert offered(session, factory) == [500, 300, 500, 500]


def test_what_is_taken_stays_taken(session: Session) -> None:
    factory = owned_factory(session, 500, 500, 500, 500)
    week = session.scalars(select(CapacityWeek).where(CapacityWeek.starts_on == this_week())).one()
    week.booked_hundredths, week.held_hundredths = 133, 100
    say(session, factory, PulseAnswer.SOME)
    assert offered(session, factory)[0] == 233 + 100
    say(session, factory, PulseAnswer.FULL)
    assert offered(session, factory)[0] == 233


def test_closing_the_week_leaves_the_others(session: Session) -> None:
    factory = owned_factory(session, 500, 400, 300, 200)
    say(session, factory, PulseAnswer.WEEK_CLOSED)
    assert offered(session, factory) == [0, 400, 300, 200]
    say(session, factory, PulseAnswer.OPEN)
    assert offered(session, factory) == [500, 400, 300, 200]


def test_who_never_wrote_days_offers_working_days_less_holidays(session: Session) -> None:
    factory = owned_factory(session)
    factory.district.country = "XX"  # no holidays are known
    say(session, factory, PulseAnswer.OPEN)
    assert offered(session, factory) == [500] * 4


def test_a_double_tap_is_one_answer(session: Session) -> None:
    factory = owned_factory(session, 500, 500)
    say(session, factory, PulseAnswer.SOME, PulseAnswer.SOME)
    assert session.scalar(select(func.count()).select_from(Pulse)) == 1
    say(session, factory, PulseAnswer.OPEN)
    assert session.scalar(select(func.count()).select_from(Pulse)) == 2


def test_an_answer_of_the_centre_is_marked(session: Session) -> None:
    factory = owned_factory(session, 500)
    coordinator = make_user(session, Role.COORDINATOR, factory.district)
    pulse = services.answer(session, factory, PulseAnswer.FULL, coordinator, utc_now())
    assert (pulse.source, pulse.answered_by) == (FactSource.STAFF, coordinator)
    fact = factory.fact("capacity")
    assert fact and (fact.source, fact.source_name) == (FactSource.STAFF, coordinator.name)
    services.state_outside_work(session, factory, 50, coordinator, utc_now())
    noted = audit.entries_of(session, factory, AuditAction.CHANGED_FOR_OWNER)
    assert [entry.values for entry in noted] == [{"what": "full"}, {"what": "outside_work_percent"}]


@pytest.mark.parametrize("percent", services.OUTSIDE_SHARES)
def test_outside_work_is_a_fact_with_its_day(session: Session, percent: int) -> None:
    factory = owned_factory(session)
    assert factory.owner
    services.state_outside_work(session, factory, percent, factory.owner, utc_now())
    fact = factory.fact("outside_work_percent")
    assert factory.outside_work_percent == percent
    assert fact and (fact.source, fact.stated_on) == (FactSource.OWNER, today_in_seoul())


@pytest.mark.parametrize("percent", [-1, 30, 100])
def test_other_shares_are_refused(session: Session, percent: int) -> None:
    factory = owned_factory(session)
    assert factory.owner
    with pytest.raises(Invalid, match="outside_work_unknown"):
        services.state_outside_work(session, factory, percent, factory.owner, utc_now())


@pytest.fixture
def slow_engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url, race_ms=20)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def say_full(engine: Engine, contest: Contest) -> bool:
    with Session(engine) as session:
        say(session, session.get_one(Factory, contest.factory_id), PulseAnswer.FULL)
    return True


@pytest.mark.slow
def test_answering_full_while_days_are_taken(slow_engine: Engine) -> None:
    """Three want the three free days while the owner says full: whoever was told yes has the day."""
    for _round in range(8):
        contest = Contest.set_up(slow_engine, contenders=3, free_days=3)

        awards = [partial(contest.award, quote) for quote in contest.quote_ids]
        result = all_at_once([*awards[:1], partial(say_full, slow_engine, contest), *awards[1:]])
        with Session(slow_engine) as session:
            of_factory = CapacityWeek.factory_id == contest.factory_id
            weeks = session.scalars(select(CapacityWeek).where(of_factory)).all()
            contested = next(week for week in weeks if week.starts_on == contest.monday)
            taken = contested.booked_hundredths + contested.held_hundredths
            assert taken == contested.open_hundredths == 100 * (result.yes - 1)
            assert {week.starts_on for week in weeks} == {contest.monday + timedelta(weeks=n) for n in range(-1, 3)}
