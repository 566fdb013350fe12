"""Signing in and out through the pages: who gets in, where to, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub.accounts.services import disable, hash_password
from garment_hub.accounts.sign_in import COOKIE_FIELD, STAFF_IDLE, safe_next
from models.base import utc_now
from models.district import District
from models.user import STAFF, Role, User, UserSession
from tests.browsing import Browser, signed_in
from tests.builders import make_designer, make_user

PASSWORD = "three words together"
HASH = hash_password(PASSWORD)


@pytest.fixture
def district(session: Session) -> District:
    return session.scalars(select(District)).one()


@pytest.fixture
def owner(session: Session, district: District) -> User:
    user = make_user(
        session, Role.FACTORY_OWNER, district, email="owner@test.example", phone="01000000001", password_hash=HASH
    )
    session.commit()
    return user


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    "identifier", ["owner@test.example", " Owner@Test.Example ", "010-0000-0001", "+82 10 0000 0001"]
)
def test_one_signs_in_with_address_or_number_in_any_spelling(app: Flask, owner: User, identifier: str) -> None:
    browser = Browser(app)
    answer = browser.sign_in(identifier, PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/quote-requests")
    assert is_in(browser)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_lands_on_a_page_it_may_open(app: Flask, session: Session, district: District, role: Role) -> None:
    user = make_user(session, role, district, password_hash=HASH)
    if role is Role.DESIGNER:
        make_designer(session, district, user=user)
    session.commit()
    browser = Browser(app)
    answer = browser.sign_in(str(user.email), PASSWORD)
    assert browser.get(str(answer.location)).status_code == 200


def test_wrong_and_unknown_get_the_same_answer(app: Flask, owner: User) -> None:
    answers = []
    for identifier in ("owner@test.example", "nobody@test.example", "no address at all"):
        browser = Browser(app)
        answer = browser.sign_in(identifier, "a wrong password")
        assert answer.status_code == 422
        assert not is_in(browser)
        answers.append(answer.text.replace(identifier, "…").replace(browser.csrf_token(), "…"))
    assert len({text.split('role="alert"')[1].split("</ul>")[0] for text in answers}) == 1


def test_somebody_without_a_password_cannot_sign_in_with_none(app: Flask, session: Session, district: District) -> None:
    make_user(session, Role.FACTORY_OWNER, district, phone="01000000002", password_hash=None)
    session.commit()
    assert [Browser(app).sign_in("01000000002", text).status_code for text in ("", "x", "None")] == [422] * 3


def test_what_was_typed_stays_but_never_the_password(app: Flask, owner: User) -> None:
    answer = Browser(app).sign_in("owner@test.example", "a wrong <password>")
    assert "owner@test.example" in answer.text and "wrong" not in answer.text


def test_the_cookie_holds_a_token_and_the_row_only_its_hash(app: Flask, session: Session, owner: User) -> None:
    browser = Browser(app)
    browser.sign_in("owner@test.example", PASSWORD)
    with browser.client.session_transaction() as cookie:
        token = cookie[COOKIE_FIELD]
    row = session.scalars(select(UserSession)).one()
    assert token not in vars(row).values() and len(token) >= 40


def test_a_restart_keeps_people_signed_in(make_app, app: Flask, owner: User) -> None:  # type: ignore[no-untyped-def]
    browser = Browser(app)
    browser.sign_in("owner@test.example", PASSWORD)
    again = make_app(DATA_DIR=app.config["DATA_DIR"])
    browser.client.application = again
    assert is_in(browser)


def test_signing_out_ends_the_row_so_that_a_stolen_cookie_is_worth_nothing(app: Flask, owner: User) -> None:
    browser, thief = Browser(app), Browser(app)
    browser.sign_in("owner@test.example", PASSWORD)
    thief.client.set_cookie("session", browser.client.get_cookie("session").value)  # type: ignore[union-attr]
    assert is_in(thief)
    answer = browser.send("/sign-out")
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert not is_in(browser) and not is_in(thief)


def test_signing_in_again_leaves_no_row_behind(app: Flask, session: Session, owner: User) -> None:
    browser = Browser(app)
    for _time in range(3):
        browser.sign_in("owner@test.example", PASSWORD)
    assert len(session.scalars(select(UserSession).where(UserSession.ended_at.is_(None))).all()) == 1


def test_what_stood_in_the_cookie_before_is_not_carried_over(app: Flask, owner: User) -> None:
    browser = Browser(app)
    token = browser.csrf_token()
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        before = cookie["csrf_token"]
    browser.client.post("/sign-in", data={"csrf_token": token, "email": "owner@test.example", "password": PASSWORD})
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie and cookie.get("csrf_token") != before


def test_disabling_an_account_ends_its_sessions(app: Flask, session: Session, owner: User) -> None:
    browser = signed_in(app, session, owner)
    assert is_in(browser)
    disable(session, owner)
    session.commit()
    assert not is_in(browser)
    assert Browser(app).sign_in("owner@test.example", PASSWORD).status_code == 422


def _shift(session: Session, **ago: timedelta) -> None:
    session.execute(update(UserSession).values({name: utc_now() - time for name, time in ago.items()}))
    session.commit()


@pytest.mark.parametrize("role", list(Role))
def test_a_long_pause_signs_staff_out_and_nobody_else(
    app: Flask, session: Session, district: District, role: Role
) -> None:
    browser = signed_in(app, session, make_user(session, role, district))
    _shift(session, last_seen_at=STAFF_IDLE - timedelta(minutes=1))
    assert is_in(browser)
    _shift(session, last_seen_at=STAFF_IDLE + timedelta(minutes=1))
    assert is_in(browser) == (role not in STAFF)


@pytest.mark.parametrize(("role", "hours"), [(Role.COORDINATOR, 8), (Role.FACTORY_OWNER, 30 * 24)])
def test_no_session_outlives_its_limit(
    app: Flask, session: Session, district: District, role: Role, hours: int
) -> None:
    browser = signed_in(app, session, make_user(session, role, district))
    row = session.scalars(select(UserSession)).one()
    assert row.expires_at - row.created_at == timedelta(hours=hours)
    _shift(session, expires_at=timedelta(seconds=1))
    assert not is_in(browser)


def test_somebody_who_stayed_away_is_told_why_they_sign_in_again(app: Flask, session: Session, owner: User) -> None:
    browser = signed_in(app, session, owner)
    before = Browser(app).get("/sign-in").text
    _shift(session, expires_at=timedelta(seconds=1))
    assert "오래 쉬셔서" in browser.get("/sign-in").text and "오래 쉬셔서" not in before


def test_last_seen_is_written_once_a_minute_and_for_staff_only(
    app: Flask, session: Session, district: District
) -> None:
    staff = signed_in(app, session, make_user(session, Role.COORDINATOR, district))
    other = signed_in(app, session, make_user(session, Role.DESIGNER, district))
    _shift(session, last_seen_at=timedelta(minutes=5))

    def visit() -> list[float]:
        staff.get("/account")
        other.get("/account")
        return written()

    def written() -> list[float]:
        times = session.scalars(select(UserSession.last_seen_at).order_by(UserSession.id))
        moments = [moment.timestamp() for moment in times]
        session.rollback()
        return moments

    start = written()
    first, second = visit(), visit()
    assert first[0] > start[0] + 200 and first[1] == start[1]
    assert second == first


def test_looking_around_without_signing_in_writes_nothing(app: Flask) -> None:
    browser = Browser(app)
    browser.get("/")  # opens the database, and with it the write-ahead log
    database = app.config["DATA_DIR"] / "garment_hub.sqlite3-wal"
    before = (database.stat().st_mtime_ns, database.stat().st_size) if database.exists() else None
    for address in ("/", "/sign-in", "/factories", "/healthz", "/readyz", "/account"):
        browser.get(address)
    after = (database.stat().st_mtime_ns, database.stat().st_size) if database.exists() else None
    assert before == after


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "\\\\evil.example", "https://evil.example",
     "javascript:alert(1)", " //evil.example", "/ /evil.example", "///evil.example", "evil", ""],
)  # fmt: skip
def test_no_address_of_another_site_is_followed(app: Flask, owner: User, target: str) -> None:
    answer = Browser(app).sign_in("owner@test.example", PASSWORD, next=target)
    assert answer.location == "/quote-requests"


@given(st.text(st.characters(max_codepoint=0x7F) | st.characters(), max_size=30))
def test_whatever_is_followed_is_a_path(text: str) -> None:
    target = safe_next("/" + text)
    assert target is None or (target[:2] not in ("//", "/\\") and "\\" not in target)


def test_one_comes_back_to_the_page_one_wanted(app: Flask, owner: User) -> None:
    browser = Browser(app)
    refused = browser.get("/account?done=details")
    assert refused.status_code == 303 and str(refused.location).startswith("/sign-in?next=")
    page = browser.get(str(refused.location))
    assert 'name="next" value="/account?done=details"' in page.text
    answer = browser.sign_in("owner@test.example", PASSWORD, next="/account?done=details")
    assert answer.location == "/account?done=details"
