"""Clocks: weeks are Korea's wherever the machine stands, and a clock that is set back an hour breaks nothing."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.accounts.services import hash_password
from garment_hub.accounts.throttle import PER_ACCOUNT, WINDOW
from garment_hub.db import engine_of, unit_of_work
from garment_hub.factories.bookings import HOLD_FOR, hold_for_quote, sweep_holds
from garment_hub.notifications import notify
from garment_hub.notifications.channels import senders
from garment_hub.notifications.delivery import deliver
from garment_hub.notifications.wording import compose
from models.base import utc_now
from models.capacity import CapacityBooking, CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.user import Role, User, UserSession
from tests.browsing import Browser
from tests.builders import make_user
from tests.notifications.stubs import mail_server
from tests.orders.stages import answered

ROOT = Path(__file__).parents[1]
HOUR = timedelta(hours=1)
SEOUL_IS_AHEAD = timedelta(hours=9)
PASSWORD = "three words together"
ZONES = ["UTC", "Asia/Seoul", "Europe/Rome", "America/Los_Angeles"]
ODD_MOMENTS = [
    datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC),  # a second before new year in Seoul
    datetime(2026, 12, 31, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # Milan's clocks go forward
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # and back: half past two comes twice
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2027, 2, 28, 15, 0, tzinfo=UTC),  # a Sunday here, Monday and the first of a month there
]


class Clock:
    """The system's clock as the program sees it, to be moved."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        clock, self.shift = self, timedelta()
        self.stands: datetime | None = None

        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock.stands or datetime.now(tz) + clock.shift

        patch.setattr("models.base.datetime", Moved)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(params=ZONES)
def machine_s_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_s_zone")
def test_the_day_and_the_week_are_korea_s_whatever_the_machine_s_zone() -> None:
    @given(
        st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)) | st.sampled_from(ODD_MOMENTS), st.integers(-12, 14)
    )
    def check(moment: datetime, hours: int) -> None:
        moment = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
        expected = (moment.astimezone(UTC).replace(tzinfo=None) + SEOUL_IS_AHEAD).date()
        with pytest.MonkeyPatch.context() as patch:
            Clock(patch).stands = moment
            assert today_in_seoul() == expected
            monday = week_of(today_in_seoul())
        assert monday.isoweekday() == 1 and monday <= expected < monday + timedelta(days=7)

    check()


def test_nobody_asks_the_machine_for_its_own_day() -> None:
    """``date.today()`` and ``datetime.now()`` are of the zone the machine happens to stand in."""
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for wing in ("garment_hub", "models", "recommender")
        for path in (ROOT / wing).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("today", "utcnow", "now", "fromtimestamp")
        and not (node.args or node.keywords)
        and getattr(node.func.value, "id", "") in ("date", "datetime")
    ]
    assert asked == []


@pytest.mark.parametrize("moment", ODD_MOMENTS)
def test_this_week_on_a_page_is_korea_s(
    app: Flask, session: Session, clock: Clock, client_as: Callable[[Role | User], Browser], moment: datetime
) -> None:
    """The first week an owner is asked about holds the day it is in Seoul."""
    clock.stands = moment
    today = (moment + SEOUL_IS_AHEAD).date()
    monday = today - timedelta(days=today.weekday())
    quote = answered(session, session.get_one(District, 1))
    owner = quote.request.factory.owner
    assert owner is not None
    page = client_as(owner).get(f"/factories/{quote.request.factory_id}/capacity").text
    assert str(monday) in page and str(monday - timedelta(weeks=1)) not in page


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.COORDINATOR])
def test_a_clock_set_back_signs_nobody_out_and_nobody_in(
    app: Flask, session: Session, clock: Clock, client_as: Callable[[Role | User], Browser], role: Role
) -> None:
    browser, ended = client_as(role), client_as(role)
    ended.send("/sign-out")
    for clock.shift in (timedelta(), -HOUR, timedelta()):
        assert browser.get("/account").status_code == 200
        assert ended.get("/account").status_code == 303
    session.rollback()
    row = session.scalars(select(UserSession).where(UserSession.ended_at.is_(None))).one()
    assert row.last_seen_at <= utc_now() < row.expires_at


def test_a_clock_set_back_keeps_nobody_out_for_longer_than_the_rule_says(
    app: Flask, session: Session, clock: Clock
) -> None:
    make_user(
        session, Role.DESIGNER, session.get_one(District, 1), email="me@test.example",
        password_hash=hash_password(PASSWORD),
    )  # fmt: skip
    session.commit()
    known, stranger = Browser(app), Browser(app)
    assert known.sign_in("me@test.example", PASSWORD).status_code == 303
    known.send("/sign-out")
    answers = [stranger.sign_in("me@test.example", "a wrong guess").status_code for _try in range(PER_ACCOUNT + 1)]
    assert answers[-1] == 429
    clock.shift = -HOUR
    assert known.sign_in("me@test.example", PASSWORD).status_code == 303
    answer = Browser(app).sign_in("me@test.example", PASSWORD)
    assert answer.status_code == 303 or int(answer.headers["Retry-After"]) <= WINDOW.total_seconds()


def test_a_clock_set_back_neither_ends_a_hold_early_nor_gives_its_days_back_twice(session: Session) -> None:
    now = utc_now()
    quote = answered(session, session.get_one(District, 1))
    hold_for_quote(session, quote, now)

    def held() -> int:
        session.flush()
        session.expire_all()
        return session.scalar(select(func.sum(CapacityWeek.held_hundredths))) or 0

    days = held()
    assert days > 0
    for moment in (now, now - HOUR, now, now + HOLD_FOR - HOUR):
        assert (sweep_holds(session, moment), held()) == (0, days)
    assert sweep_holds(session, now + HOLD_FOR) > 0
    for moment in (now + HOLD_FOR - HOUR, now + HOLD_FOR):
        assert (sweep_holds(session, moment), held()) == (0, 0)
    assert session.scalar(select(func.count()).select_from(CapacityBooking)) == 0


def test_a_clock_set_back_sends_each_mail_once_and_none_never(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def write(sender: str, now: datetime) -> None:
        with unit_of_work(engine_of(app)) as session:
            user = session.scalar(select(User)) or make_user(session, Role.DESIGNER, session.get_one(District, 1))
            assert notify(session, user, "message_received", link=f"/messages/{sender}", sender=sender, now=now)

    with mail_server() as server, app.app_context():
        for sender, now in (("첫째", noon), ("둘째", noon - HOUR), ("셋째", noon)):
            write(sender, now)
            for moment in (now, now - HOUR, now):
                deliver(
                    engine_of(app),
                    senders(app.config | server.settings),
                    compose,
                    partial(datetime.fromtimestamp, moment.timestamp(), UTC),
                )
        told = [mail.get_content().split("에서")[0] for mail in server.mails]
    assert told == ["첫째", "둘째", "셋째"]


def test_new_year_in_seoul_comes_before_new_year_in_london() -> None:
    assert week_of(date(2027, 1, 1)) == date(2026, 12, 28)
    with pytest.MonkeyPatch.context() as patch:
        Clock(patch).stands = datetime(2026, 12, 31, 15, tzinfo=UTC)
        assert today_in_seoul() == date(2027, 1, 1)
