"""The question goes out once a week, on Mondays, to those who have not answered yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.notifications import services as notifications
from garment_hub.notifications.catalogue import templates_for
from garment_hub.pulses import services
from models.capacity import SEOUL, week_of
from models.factory import OperatingStatus
from models.notification import Notification
from models.pulse import PulseAnswer
from models.user import Role
from tests.pulses.asking import owned_factory

FIRST = datetime(2027, 3, 1, tzinfo=SEOUL)  # a Monday
HOURS = 24 * 7 * 3
hours = st.lists(st.integers(0, HOURS), max_size=30)


@given(sweeps=hours, answers=hours)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_it_goes_out_as_a_plain_loop_over_weeks_says(session: Session, sweeps: list[int], answers: list[int]) -> None:
    nested = session.begin_nested()
    factory = owned_factory(session, 500)
    assert factory.owner
    for hour, is_sweep in sorted([(hour, True) for hour in sweeps] + [(hour, False) for hour in answers]):
        now = FIRST + timedelta(hours=hour)
        if is_sweep:
            services.ask_owners(session, now)
        else:
            services.answer(session, factory, PulseAnswer.OPEN, factory.owner, now + timedelta(minutes=1))
    asked = session.scalars(select(Notification).order_by(Notification.created_at)).all()
    nested.rollback()
    assert [(one.created_at, one.link) for one in asked] == [
        (FIRST + timedelta(hours=hour), f"/factories/{factory.id}/pulse") for hour in plainly(sweeps, answers)
    ]


def plainly(sweeps: list[int], answers: list[int]) -> list[int]:
    """In each week the first sweep from nine on its Monday, unless an answer came before it that day."""
    found = []
    for monday in range(0, HOURS + 1, 24 * 7):
        first = min((hour for hour in sweeps if monday + 9 <= hour < monday + 24), default=None)
        # At the same full hour the answer sorts before the sweep and is given a minute later: said already.
        if first is not None and not any(monday <= hour <= first for hour in answers):
            found.append(first)
    return found


NINE = FIRST + timedelta(hours=9)


@pytest.mark.parametrize("status", [OperatingStatus.DORMANT, OperatingStatus.CLOSED])
def test_who_does_not_work_is_left_alone(session: Session, status: OperatingStatus) -> None:
    owned_factory(session).status = status
    session.flush()
    assert services.ask_owners(session, NINE) == 0


def test_it_can_be_switched_off(session: Session) -> None:
    factory = owned_factory(session)
    assert factory.owner
    others = {one.code for one in templates_for(Role.FACTORY_OWNER) if one.is_optional} - {"pulse_asked"}
    notifications.choose(session, factory.owner, others)
    assert services.ask_owners(session, NINE) == 0
    notifications.choose(session, factory.owner, {*others, "pulse_asked"})
    assert services.ask_owners(session, NINE) == 1


def test_the_dates_are_those_of_seoul(session: Session) -> None:
    assert week_of(date(2027, 3, 1)) == FIRST.date()
    owned_factory(session)
    assert services.ask_owners(session, NINE - timedelta(seconds=1)) == 0
    assert services.ask_owners(session, NINE) == 1
    assert services.ask_owners(session, NINE) == 0
