"""Weeks of a factory: the same again changes nothing, and nobody can offer less than is taken."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, unit_of_work
from garment_hub.factories import services
from garment_hub.factories.queries import weeks_from
from garment_hub.factories.weeks import WeekRow, week_rows
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.errors import Conflict, Invalid
from models.factory import Factory, FactSource
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_user

pytestmark = pytest.mark.slow

MONDAY = date(2027, 2, 15)
SAID = services.Statement(FactSource.OWNER, MONDAY)
hundredths = st.integers(0, 700)


@pytest.fixture
def factory(session: Session) -> Factory:
    return make_factory(session, session.get_one(District, 1))


def reading(session: Session) -> Session:
    """Another look at what is committed, or the same look inside a transaction that is not."""
    if session.in_nested_transaction():
        return nullcontext(session)  # type: ignore[return-value]
    return Session(session.get_bind().execution_options(writes=False))


def stored(session: Session, factory: Factory) -> dict[date, int]:
    query = select(CapacityWeek.starts_on, CapacityWeek.open_hundredths).where(CapacityWeek.factory_id == factory.id)
    with reading(session) as reader:
        return dict(reader.execute(query).all())


offers = st.dictionaries(st.integers(0, 7).map(lambda n: MONDAY + timedelta(weeks=n)), hundredths, max_size=8)


@given(st.lists(offers, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_last_word_stands_and_saying_it_twice_changes_nothing(
    session: Session, said: list[dict[date, int]]
) -> None:
    nested = session.begin_nested()
    factory = make_factory(session, session.get_one(District, 1))
    expected: dict[date, int] = {}
    for offer in said:
        expected |= offer
        for _again in range(2):
            services.list_capacity(session, factory, offer, SAID)
            assert stored(session, factory) == expected
    nested.rollback()


@given(booked=hundredths, held=hundredths, offered=hundredths)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_less_than_taken_is_refused_and_changes_nothing(
    session: Session, factory: Factory, booked: int, held: int, offered: int
) -> None:
    held = min(held, 700 - booked)
    nested = session.begin_nested()
    row = CapacityWeek(
        factory=factory, starts_on=MONDAY, open_hundredths=700, booked_hundredths=booked, held_hundredths=held
    )
    session.add(row)
    session.flush()
    if offered >= booked + held:
        services.list_capacity(session, factory, {MONDAY: offered}, SAID)
        assert stored(session, factory) == {MONDAY: offered}
    else:
        with pytest.raises(Conflict, match="capacity_below_taken") as refused:
            services.list_capacity(session, factory, {MONDAY: offered}, SAID)
        assert refused.value.field == MONDAY.isoformat()
        assert stored(session, factory) == {MONDAY: 700}
    nested.rollback()


def test_both_databases_refuse_less_than_taken(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    with Session(engine_of(make_app(DATABASE_URL=either_engine_url))) as session:
        factory = make_factory(session, session.scalars(select(District)).one())
        session.add(CapacityWeek(factory=factory, starts_on=MONDAY, open_hundredths=500, booked_hundredths=301))
        session.flush()
        with pytest.raises(Conflict, match="capacity_below_taken"):
            services.list_capacity(session, factory, {MONDAY: 300}, SAID)
        services.list_capacity(session, factory, {MONDAY: 301}, SAID)


@pytest.mark.parametrize(("day", "offered"), [(MONDAY, -1), (MONDAY, 701), (MONDAY + timedelta(days=1), 100)])
def test_what_is_no_week_is_refused(session: Session, factory: Factory, day: date, offered: int) -> None:
    with pytest.raises(Invalid):
        services.list_capacity(session, factory, {day: offered}, SAID)
    assert not stored(session, factory)


def test_it_says_who_and_when(session: Session, factory: Factory) -> None:
    services.list_capacity(session, factory, {MONDAY: 300}, SAID)
    fact = factory.fact("capacity")
    assert fact and (fact.source, fact.stated_on) == (FactSource.OWNER, MONDAY)
    assert factory.confirmed_on == MONDAY


def test_booking_and_lowering_at_once_never_over_book(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    """Eight at a time over fifteen rounds: bookers take a day each while the owner lowers the week."""
    app = make_app(DATABASE_URL=either_engine_url)
    engine = engine_of(app)
    with unit_of_work(engine) as session:
        factory_id = make_factory(session, session.scalars(select(District)).one()).id
    outcomes: list[str] = []

    def book(monday: date) -> None:
        with unit_of_work(engine) as session:
            result = session.execute(
                update(CapacityWeek)
                .where(CapacityWeek.starts_on == monday)
                .where(
                    CapacityWeek.booked_hundredths + CapacityWeek.held_hundredths + 100 <= CapacityWeek.open_hundredths
                )
                .values(booked_hundredths=CapacityWeek.booked_hundredths + 100)
            )
            outcomes.append("booked" if result.rowcount else "full")  # type: ignore[attr-defined]

    def lower(monday: date) -> None:
        try:
            with unit_of_work(engine) as session:
                services.list_capacity(session, session.get_one(Factory, factory_id), {monday: 300}, SAID)
        except Conflict:
            outcomes.append("refused")

    for number in range(15):
        monday = MONDAY + timedelta(weeks=number)
        with unit_of_work(engine) as session:
            services.list_capacity(session, session.get_one(Factory, factory_id), {monday: 500}, SAID)
        outcomes.clear()
        work = [threading.Thread(target=book, args=[monday]) for _ in range(7)]
        work.insert(number % 8, threading.Thread(target=lower, args=[monday]))
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()
        with Session(engine) as session:
            row = session.scalars(select(CapacityWeek).where(CapacityWeek.starts_on == monday)).one()
            assert row.booked_hundredths == 100 * outcomes.count("booked") <= row.open_hundredths
            assert row.open_hundredths == (500 if "refused" in outcomes else 300)
            assert row.booked_hundredths >= 300


def test_many_first_words_at_once_make_one_week(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    engine = engine_of(make_app(DATABASE_URL=either_engine_url))
    with unit_of_work(engine) as session:
        factory_id = make_factory(session, session.scalars(select(District)).one()).id

    def say(offered: int) -> None:
        with unit_of_work(engine) as session:
            services.list_capacity(session, session.get_one(Factory, factory_id), {MONDAY: offered}, SAID)

    work = [threading.Thread(target=say, args=[100 * number]) for number in range(1, 8)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(CapacityWeek)) == 1


@pytest.fixture
def owner(session: Session, factory: Factory) -> User:
    factory.owner = make_user(session, Role.FACTORY_OWNER, session.get_one(District, 1))
    session.commit()
    return factory.owner


def this_week(number: int = 0) -> date:
    return week_of(today_in_seoul()) + timedelta(weeks=number)


def chosen(page: str, monday: date) -> str:
    """The value that the form would send again for this week."""
    select_box = re.search(f'name="{monday.isoformat()}".*?</select>', page, re.DOTALL)
    assert select_box
    (found,) = re.findall('<option value="([^"]*)" selected>', select_box[0])
    return str(found)


def test_an_owner_writes_the_weeks_and_a_resend_changes_nothing(
    client_as: Callable[[User], Browser], session: Session, factory: Factory, owner: User
) -> None:
    browser, address = client_as(owner), f"/factories/{factory.id}/capacity"
    fields = {this_week(n).isoformat(): text for n, text in enumerate(["5", "4.5", "０", "", "7", ".5", "3,5"])}
    for _again in range(2):
        assert browser.send(address, fields).status_code == 303
        assert stored(session, factory) == {
            this_week(0): 500,
            this_week(1): 450,
            this_week(2): 0,
            this_week(4): 700,
            this_week(5): 50,
            this_week(6): 350,
        }
    session.refresh(factory)
    assert factory.confirmed_on == today_in_seoul()
    page = browser.get(address).text
    assert chosen(page, this_week(1)) == "4.5" and chosen(page, this_week(3)) == ""


@pytest.mark.parametrize("text", ["8", "-1", "다섯", "1.25", "1e1", "nan", "9" * 400, "5 5"])
def test_what_is_no_number_of_days_is_told_and_stays_typed(
    client_as: Callable[[User], Browser], session: Session, factory: Factory, owner: User, text: str
) -> None:
    fields = {this_week().isoformat(): text, this_week(1).isoformat(): "3"}
    answer = client_as(owner).send(f"/factories/{factory.id}/capacity", fields)
    assert answer.status_code == 422
    assert (chosen(answer.text, this_week()), chosen(answer.text, this_week(1))) == (text, "3")
    assert f'href="#{this_week().isoformat()}"' in answer.text
    assert not stored(session, factory)


def test_less_than_taken_is_a_409_with_the_form_as_typed_and_nothing_saved(
    client_as: Callable[[User], Browser], session: Session, factory: Factory, owner: User
) -> None:
    session.add(CapacityWeek(factory=factory, starts_on=this_week(1), open_hundredths=500, booked_hundredths=300))
    browser = client_as(owner)
    fields = {this_week().isoformat(): "4", this_week(1).isoformat(): "2"}
    answer = browser.send(f"/factories/{factory.id}/capacity?lang=en", fields)
    assert answer.status_code == 409
    assert "already has more work than that" in answer.text
    assert chosen(answer.text, this_week()) == "4"
    assert stored(session, factory) == {this_week(1): 500}


def test_same_as_last_week_fills_this_week_and_the_unwritten_ones_only(
    client_as: Callable[[User], Browser], session: Session, factory: Factory, owner: User
) -> None:
    session.add(CapacityWeek(factory=factory, starts_on=this_week(-1), open_hundredths=350))
    session.add(CapacityWeek(factory=factory, starts_on=this_week(2), open_hundredths=100))
    browser, address = client_as(owner), f"/factories/{factory.id}/capacity"
    assert "3.5" in browser.get(address).text
    for _again in range(2):
        assert browser.send(address, {"same": "1"}).status_code == 303
    after = stored(session, factory)
    assert after.pop(this_week(2)) == 100
    assert after == {this_week(number): 350 for number in range(-1, 8) if number != 2}


def test_without_a_last_week_the_button_says_so(
    client_as: Callable[[User], Browser], factory: Factory, owner: User
) -> None:
    assert client_as(owner).send(f"/factories/{factory.id}/capacity", {"same": "1"}).status_code == 422


def test_weeks_show_their_holidays_once(app: Flask, session: Session, factory: Factory) -> None:
    with app.test_request_context("/?lang=ko"):
        rows = week_rows(weeks_from(session, factory, date(2027, 2, 3), 5), "KR")
        assert [row.holidays for row in rows] == [("설날",), ("설날 다음날",), (), (), ("삼일절",)]
        assert rows[0].days == "1–7일"
        assert week_rows(weeks_from(session, factory, date(2027, 2, 3), 1), "XX")[0].holidays == ()


def test_slow_seasons_are_marked(app: Flask, session: Session, factory: Factory) -> None:
    with app.test_request_context("/?lang=ko"):
        rows = week_rows(weeks_from(session, factory, date(2027, 1, 4), 52), "XX")
    assert {row.monday.month for row in rows if row.is_slow} == {1, 7, 8, 12}
    assert all(row.is_slow for row in rows if row.monday.month in (1, 7, 8, 12))


@given(taken=hundredths)
def test_no_week_offers_less_than_is_taken(taken: int) -> None:
    row = WeekRow(MONDAY, "", "", (), CapacityWeek(open_hundredths=700, booked_hundredths=taken, held_hundredths=0))
    assert row.choices == [half for half in range(0, 701, 50) if half >= taken]


def test_a_week_of_odd_hundredths_stays_as_it_is_when_sent_again(
    client_as: Callable[[User], Browser], session: Session, factory: Factory, owner: User
) -> None:
    session.add(CapacityWeek(factory=factory, starts_on=this_week(1), open_hundredths=333, booked_hundredths=333))
    browser, address = client_as(owner), f"/factories/{factory.id}/capacity"
    page = browser.get(address).text
    assert "3.33" in page and chosen(page, this_week(1)) == ""
    assert browser.send(address, {this_week().isoformat(): "2", this_week(1).isoformat(): ""}).status_code == 303
    assert stored(session, factory) == {this_week(): 200, this_week(1): 333}
