"""Staff show a code beside the password: by RFC 6238, each code once, and nobody is half signed in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.accounts import second_factor
from garment_hub.accounts.services import hash_password
from garment_hub.cli import main
from garment_hub.db import make_engine
from models.base import utc_now
from models.district import District, Installation
from models.errors import Conflict
from models.second_factor import RecoveryCode, SecondFactor
from models.user import STAFF, Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import make_user
from tests.racing import at_once
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "three words together"
HASH = hash_password(PASSWORD)
STEP = timedelta(seconds=30)
NOON = datetime(2026, 3, 2, 3, 0, 10, tzinfo=UTC)
RECOVERY = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")
# RFC 6238, appendix B: the secret of SHA-1 and moments with the last six of their eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
           (2000000000, "279037"), (20000000000, "353130")]  # fmt: skip


@pytest.fixture
def officer(session: Session) -> User:
    officer = make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1), password_hash=HASH)
    session.commit()
    return officer


def give(session: Session, person: User, secret: str = SECRET, **values: Any) -> SecondFactor:
    factor = SecondFactor(user_id=person.id, secret=secret, **values)
    session.add(factor)
    session.commit()
    return factor


def code_now(session: Session, person: User, later: int = 0) -> str:
    session.rollback()
    secret = session.get_one(SecondFactor, person.id).secret
    return pyotp.TOTP(secret).at(utc_now() + later * STEP)


def is_in(browser: Browser) -> bool:
    return browser.get("/district/").status_code == 200


@pytest.mark.parametrize(("at", "code"), VECTORS)
def test_codes_are_those_of_the_standard(session: Session, officer: User, at: int, code: str) -> None:
    give(session, officer)
    assert not second_factor.opens(
        session, officer, f"{(int(code) + 1) % 1_000_000:06}", datetime.fromtimestamp(at, UTC)
    )
    assert second_factor.opens(session, officer, f"{code[:3]} {code[3:]}", datetime.fromtimestamp(at, UTC))


def test_a_code_serves_once_within_its_minute_and_never_an_earlier_one_after_it(
    session: Session, officer: User
) -> None:
    give(session, officer)
    codes = {drift: pyotp.TOTP(SECRET).at(NOON + drift * STEP) for drift in range(-2, 3)}
    assert not second_factor.opens(session, officer, codes[-2], NOON)
    assert not second_factor.opens(session, officer, codes[2], NOON)
    assert [second_factor.opens(session, officer, codes[0], NOON) for _time in range(2)] == [True, False]
    assert not second_factor.opens(session, officer, codes[-1], NOON)
    assert second_factor.opens(session, officer, codes[1], NOON)


@pytest.mark.parametrize("code", ["", "0", "000000 ", "١٢٣٤٥٦", "x" * 5000, "-" * 19])
def test_nonsense_opens_nothing(session: Session, officer: User, code: str) -> None:
    give(session, officer, confirmed_at=NOON)
    assert not second_factor.opens(session, officer, code, NOON)


def test_a_recovery_code_serves_once_and_its_owner_alone(session: Session, officer: User) -> None:
    other = make_user(session, Role.COORDINATOR, session.get_one(District, 1))
    for person in (officer, other):
        give(session, person, confirmed_at=NOON)
    first, *_rest = second_factor.new_recovery_codes(session, officer)
    assert len(_rest) == second_factor.CODES - 1
    assert not second_factor.opens(session, other, first, NOON)
    assert [second_factor.opens(session, officer, first.upper(), NOON) for _time in range(2)] == [True, False]
    assert second_factor.codes_left(session, officer) == second_factor.CODES - 1
    again = second_factor.new_recovery_codes(session, officer)
    assert not second_factor.opens(session, officer, _rest[0], NOON)
    assert second_factor.opens(session, officer, again[0], NOON)
    stored = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not any(code in stored for code in again)


def test_the_first_sign_in_sets_it_up_and_the_next_asks_for_a_code(app: Flask, session: Session, officer: User) -> None:
    browser = Browser(app)
    answer = browser.sign_in(str(officer.email), PASSWORD, next="/district/registry")
    assert (answer.status_code, answer.location) == (303, "/sign-in/code?next=/district/registry")
    assert not is_in(browser)
    page = browser.get(str(answer.location)).text
    assert "<svg" in page
    assert re.sub(r"\s", "", page).count(session.get_one(SecondFactor, officer.id).secret) == 1
    codes = browser.send("/sign-in/code", {"code": code_now(session, officer), "next": "/district/registry"})
    assert len(set(RECOVERY.findall(codes.text))) == second_factor.CODES
    assert 'href="/district/registry"' in codes.text
    assert is_in(browser)

    again = Browser(app)
    asked = again.get(str(again.sign_in(str(officer.email), PASSWORD).location)).text
    assert "<svg" not in asked.split("<main")[1].split("</main")[0]
    assert session.get_one(SecondFactor, officer.id).secret not in asked
    session.rollback()
    used = again.send("/sign-in/code", {"code": code_now(session, officer)})
    assert used.status_code == 422
    assert not is_in(again)
    fresh = again.send("/sign-in/code", {"code": code_now(session, officer, 1), "next": "//elsewhere.example"})
    assert (fresh.status_code, fresh.location) == (303, "/district/")
    assert is_in(again)


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(STAFF))
def test_with_the_password_alone_no_page_of_the_desk_opens(app: Flask, session: Session, role: Role) -> None:
    person = make_user(session, role, session.get_one(District, 1), password_hash=HASH)
    session.commit()
    browser = Browser(app)
    browser.sign_in(str(person.email), PASSWORD)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    assert len(rules) > 50
    for rule in rules:
        if rule.rule == "/sign-in/code":
            continue
        with browser.get(rule.rule) as found, Browser(app).get(rule.rule) as nobody:
            assert (found.status_code, found.location) == (nobody.status_code, nobody.location), rule.rule


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER])
def test_nobody_else_is_asked(app: Flask, session: Session, role: Role) -> None:
    person = make_user(session, role, session.get_one(District, 1), password_hash=HASH)
    session.commit()
    assert "code" not in str(Browser(app).sign_in(str(person.email), PASSWORD).location)


def test_a_demo_database_asks_nobody(app: Flask, session: Session, officer: User) -> None:
    session.execute(update(Installation).values(is_demo=True))
    session.commit()
    browser = Browser(app)
    assert browser.sign_in(str(officer.email), PASSWORD).location == "/district/"
    assert is_in(browser)
    assert browser.get("/account/second-factor").status_code == 200


def test_a_changed_password_a_late_code_and_another_person_do_not_get_in(
    app: Flask, session: Session, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(session, officer, confirmed_at=NOON)
    browser = Browser(app)
    browser.sign_in(str(officer.email), PASSWORD)
    much_later = time.time() + 601
    with monkeypatch.context() as clock:
        clock.setattr("time.time", lambda: much_later)
        assert browser.get("/sign-in/code").status_code == 303
    assert browser.get("/sign-in/code").status_code == 200
    officer.password_hash = hash_password("four other words here")
    session.commit()
    assert browser.send("/sign-in/code", {"code": code_now(session, officer)}).location == "/sign-in"
    assert not is_in(browser)


def test_guessing_ends_after_a_few_tries_and_the_right_code_waits(app: Flask, session: Session, officer: User) -> None:
    give(session, officer, confirmed_at=NOON)
    browser = Browser(app)
    browser.sign_in(str(officer.email), PASSWORD)
    statuses = [browser.send("/sign-in/code", {"code": "not it"}).status_code for _time in range(11)]
    assert statuses == [422] * 10 + [429]
    late = browser.send("/sign-in/code", {"code": code_now(session, officer)})
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0


def test_codes_are_renewed_and_another_telephone_is_set_up_for_a_code(
    app: Flask, session: Session, officer: User, client_as: Callable[..., Browser]
) -> None:
    give(session, officer, confirmed_at=NOON)
    browser, other = client_as(officer), client_as(officer)
    refused = browser.send("/account/second-factor/codes", {"code": "123"})
    assert (refused.status_code, "123" in refused.text) == (422, True)
    shown = browser.send("/account/second-factor/codes", {"code": code_now(session, officer)})
    assert len(RECOVERY.findall(shown.text)) == second_factor.CODES
    assert "10" in browser.get("/account/second-factor?lang=en").text
    moved = browser.send("/account/second-factor/anew", {"code": code_now(session, officer, 1)})
    assert moved.location == "/sign-in"
    assert not is_in(browser)
    assert not is_in(other)
    session.rollback()
    assert session.get(SecondFactor, officer.id) is None


def test_a_lost_telephone_is_helped_by_command(
    app: Flask, session: Session, officer: User, client_as: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    give(session, officer, confirmed_at=NOON)
    monkeypatch.setattr("garment_hub.app.create_app", lambda: app)
    browser = client_as(officer)
    assert main(["user", "reset-second-factor", "nobody@test.example"]) == 2
    assert "Nobody signs in" in capsys.readouterr().err
    assert is_in(browser)
    assert main(["user", "reset-second-factor", str(officer.email).upper()]) == 0
    assert not is_in(browser)
    session.rollback()
    assert session.get(SecondFactor, officer.id) is None


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_of_many_with_one_code_at_the_same_moment_one_gets_in(engine: Engine) -> None:
    with Session(engine) as session:
        person = make_user(session, Role.COORDINATOR, session.get_one(District, 1)).id
        session.add(SecondFactor(user_id=person, secret=SECRET, confirmed_at=NOON))
        session.commit()
    code = pyotp.TOTP(SECRET).at(NOON)

    def show(session: Session) -> None:
        if not second_factor.opens(session, session.get_one(User, person), code, NOON + timedelta(seconds=1)):
            raise Conflict("code_wrong")

    assert at_once(engine, [show] * 6) == {"done": 1, "code_wrong": 5}


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_set_up_in_a_browser(
    site: str, new_page: Callable[..., Page], session: Session, officer: User, script: bool
) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    page.goto(f"{site}/sign-in")
    page.fill("[name=email]", str(officer.email))
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/sign-in/code**")
    assert not (script and problems(page))
    page.fill("[name=code]", code_now(session, officer))
    page.click("main button[type=submit]")
    page.get_by_role("heading", name="복구 코드").wait_for()
    assert not (script and problems(page))
    page.get_by_role("link", name="옮겨 적었어요").click()
    page.wait_for_url("**/district/")
