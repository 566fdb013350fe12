"""The counter of tries: nobody can guess, and no stranger can lock anybody out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.accounts.services import hash_password
from garment_hub.accounts.throttle import PER_ACCOUNT, PER_DEVICE, PER_NETWORK, WINDOW, Counter, Throttle
from garment_hub.db import engine_of, make_engine
from models.district import District, Installation
from models.errors import TooMany
from models.user import Role, SignInFailure, User
from tests.browsing import Browser
from tests.builders import make_user

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PASSWORD = "three words together"
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def victim(session: Session) -> User:
    district = session.scalars(select(District)).one()
    user = make_user(
        session, Role.DESIGNER, district, email="victim@test.example", password_hash=hash_password(PASSWORD)
    )
    session.commit()
    return user


def guess(browser: Browser, identifier: str, times: int, address: str = "198.51.100.7") -> list[int]:
    fields = {"csrf_token": browser.csrf_token(), "email": identifier, "password": "a wrong guess"}
    sender = {"REMOTE_ADDR": address}
    return [browser.client.post("/sign-in", data=fields, environ_base=sender).status_code for _time in range(times)]


def test_guessing_at_one_account_is_stopped_wherever_it_comes_from(app: Flask, victim: User) -> None:
    answers = [
        guess(Browser(app), "victim@test.example", 1, f"198.51.100.{number}")[0] for number in range(PER_ACCOUNT + 2)
    ]
    assert answers == [422] * PER_ACCOUNT + [429] * 2


def test_an_unknown_account_is_counted_like_a_known_one(app: Flask, victim: User) -> None:
    known = guess(Browser(app), "victim@test.example", PER_ACCOUNT + 1, "198.51.100.1")
    unknown = guess(Browser(app), "nobody@test.example", PER_ACCOUNT + 1, "198.51.100.2")
    assert known == unknown


def test_another_spelling_does_not_start_another_count(app: Flask, victim: User) -> None:
    guess(Browser(app), "victim@test.example", PER_ACCOUNT)
    assert guess(Browser(app), " VICTIM@test.example", 1, "198.51.100.99") == [429]


@pytest.mark.slow
def test_trying_many_accounts_from_one_network_is_stopped(app: Flask, victim: User) -> None:
    browser = Browser(app)
    answers = [guess(browser, f"person{number}@test.example", 1)[0] for number in range(PER_NETWORK + 1)]
    assert answers == [422] * PER_NETWORK + [429]
    assert guess(Browser(app), "somebody@test.example", 1, "203.0.113.1") == [422]


def test_the_refusal_says_how_long_and_keeps_what_was_typed(app: Flask, victim: User) -> None:
    browser = Browser(app)
    guess(browser, "victim@test.example", PER_ACCOUNT)
    answer = browser.sign_in("victim@test.example", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert "victim@test.example" in answer.text and "15분" in answer.text


def test_a_stranger_cannot_lock_out_a_browser_that_signed_in_before(app: Flask, victim: User) -> None:
    known, new = Browser(app), Browser(app)
    known.sign_in("victim@test.example", PASSWORD)
    known.send("/sign-out")
    guess(Browser(app), "victim@test.example", PER_NETWORK + 5, "127.0.0.1")  # even from the victim's own network
    assert new.sign_in("victim@test.example", PASSWORD).status_code == 429
    assert known.sign_in("victim@test.example", PASSWORD).status_code == 303


def test_a_known_browser_cannot_guess_for_ever_either(app: Flask, victim: User) -> None:
    known = Browser(app)
    known.sign_in("victim@test.example", PASSWORD)
    assert guess(known, "victim@test.example", PER_DEVICE + 1) == [422] * PER_DEVICE + [429]


def test_a_browser_known_to_one_account_is_a_stranger_to_another(app: Flask, session: Session, victim: User) -> None:
    other = make_user(session, Role.DESIGNER, victim.district, password_hash=hash_password(PASSWORD))
    session.commit()
    browser = Browser(app)
    browser.sign_in(str(other.email), PASSWORD)
    browser.send("/sign-out")
    guess(Browser(app), "victim@test.example", PER_ACCOUNT)
    assert guess(browser, "victim@test.example", 1) == [429]


def test_a_cookie_of_ones_own_making_makes_nobody_known(app: Flask, victim: User) -> None:
    guess(Browser(app), "victim@test.example", PER_ACCOUNT)
    forger = Browser(app)
    forger.client.set_cookie("device", f'["forged",[{victim.id}]].signature')
    assert guess(forger, "victim@test.example", 1) == [429]


def test_right_tries_are_not_counted(app: Flask, session: Session, victim: User) -> None:
    for _time in range(PER_ACCOUNT + 3):
        assert Browser(app).sign_in("victim@test.example", PASSWORD).status_code == 303
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_the_count_names_neither_people_nor_networks(app: Flask, session: Session, victim: User) -> None:
    guess(Browser(app), "victim@test.example", 1)
    keys = session.scalars(select(SignInFailure.key)).all()
    assert len(keys) == 2 and not any("victim" in key or "198.51" in key for key in keys)


@pytest.mark.parametrize(("is_demo", "answer"), [(True, 422), (False, 429)])
def test_the_switch_that_turns_it_off_works_in_a_demo_database_only(
    make_app: Callable[..., Flask], is_demo: bool, answer: int
) -> None:
    app = make_app(RATE_LIMITS=False)
    with Session(engine_of(app)) as session:
        session.get_one(Installation, 1).is_demo = is_demo
        session.commit()
    assert guess(Browser(app), "victim@test.example", PER_ACCOUNT + 1)[-1] == answer


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 400), max_size=40))
def test_no_window_ever_holds_more_tries_than_allowed(app_gaps: list[int]) -> None:
    throttle, counter = _throttle_on_memory(), Counter("k", 5)
    now = NOON
    counted: list[datetime] = []
    for gap in app_gaps:
        now += timedelta(seconds=gap)
        recent = [moment for moment in counted if moment > now - WINDOW]
        try:
            throttle.count([counter], now)
            counted.append(now)
            assert len(recent) < counter.limit
        except TooMany as refusal:
            assert len(recent) >= counter.limit
            wait = timedelta(seconds=refusal.retry_after)
            assert timedelta(0) < wait <= WINDOW
            assert len([moment for moment in counted if moment > now + wait - WINDOW]) < counter.limit


def _throttle_on_memory() -> Throttle:
    engine = make_engine("sqlite://")
    SignInFailure.metadata.tables["sign_in_failure"].create(engine)
    return Throttle(engine, "secret")


def test_many_tries_at_once_do_not_slip_through(either_engine_url: str) -> None:
    engine = make_engine(either_engine_url)
    SignInFailure.metadata.tables["sign_in_failure"].create(engine)
    throttle = Throttle(engine, "secret")
    counter = throttle.account("victim@test.example")

    def attempt(_number: int) -> bool:
        try:
            throttle.count([counter])
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        let_in = sum(pool.map(attempt, range(40)))
    assert 0 < let_in <= counter.limit
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == let_in
    engine.dispose()


def test_processes_share_one_count(either_engine_url: str) -> None:
    """Several workers, each with an engine of its own, guess at one account at the same time."""
    engine = make_engine(either_engine_url)
    SignInFailure.metadata.tables["sign_in_failure"].create(engine)
    program = """
import sys
from garment_hub.accounts.throttle import Throttle
from garment_hub.db import make_engine
from models.errors import TooMany
throttle, let_in = Throttle(make_engine(sys.argv[1]), "secret"), 0
for _try in range(8):
    try:
        throttle.count([throttle.account("victim@test.example")])
        let_in += 1
    except TooMany:
        pass
print(let_in)
"""
    call = [sys.executable, "-c", program, either_engine_url]
    workers = [subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _worker in range(2)]
    let_in = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert 0 < sum(let_in) <= PER_ACCOUNT
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(SignInFailure)) == sum(let_in)
    engine.dispose()


def test_neighbours_in_one_ipv6_network_share_a_count_and_others_do_not() -> None:
    throttle = _throttle_on_memory()
    assert throttle.network("2001:db8::1") == throttle.network("2001:db8::ffff:1")
    assert throttle.network("2001:db8::1") != throttle.network("2001:db8:0:1::1")
    assert throttle.network("::ffff:198.51.100.7") == throttle.network("198.51.100.7")
    assert throttle.network("198.51.100.7") != throttle.network("198.51.100.8")
