"""The sign-in link: one tap, once, and the telephone is remembered for a year."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.accounts.services import LINK_SESSION, end_all_sessions
from garment_hub.accounts.throttle import PER_ACCOUNT
from garment_hub.db import engine_of, unit_of_work
from models.base import utc_now
from models.district import District
from models.user import Role, User, UserSession
from tests.browsing import Browser, signed_in
from tests.builders import make_designer, make_user
from tests.links.addresses import link_to

KAKAOTALK = (
    "Mozilla/5.0 (Linux; Android 14; SM-S921N Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/120.0.6099.230 Mobile Safari/537.36;KAKAOTALK 2410420"
)


@pytest.fixture
def owner(session: Session) -> User:
    person = make_user(
        session, Role.FACTORY_OWNER, session.get_one(District, 1), email=None, phone="01000000041", password_hash=None
    )
    session.commit()
    return person


@pytest.fixture
def link(app: Flask, owner: User) -> str:
    return link_to(app, Purpose.SIGN_IN, owner.id, owner)


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def sessions(session: Session) -> list[UserSession]:
    session.rollback()
    found = list(session.scalars(select(UserSession).order_by(UserSession.id)))
    session.rollback()
    return found


def test_opening_asks_and_one_tap_signs_in_for_a_year(app: Flask, session: Session, owner: User, link: str) -> None:
    browser = Browser(app)
    page = browser.get(link)
    assert page.status_code == 200 and "이 휴대폰으로 들어갈까요?" in page.text
    assert not is_in(browser) and sessions(session) == []
    answer = browser.send(link)
    assert (answer.status_code, answer.location) == (303, "/quote-requests")
    assert is_in(browser)
    (row,) = sessions(session)
    assert (row.user_id, row.expires_at - row.created_at) == (owner.id, LINK_SESSION)
    cookie = browser.client.get_cookie("session")
    assert cookie is not None and cookie.expires is not None
    assert cookie.expires - utc_now() > LINK_SESSION - timedelta(minutes=5)


def test_a_designer_gets_in_the_same_way(app: Flask, session: Session) -> None:
    designer = make_designer(session, session.get_one(District, 1)).user
    session.commit()
    browser = Browser(app)
    answer = browser.send(link_to(app, Purpose.SIGN_IN, designer.id, designer))
    assert (answer.status_code, answer.location) == (303, "/briefs")
    assert is_in(browser)


def test_used_twice_is_said_kindly_and_offers_a_new_one(app: Flask, session: Session, link: str) -> None:
    Browser(app).send(link)
    second = Browser(app)
    for answer in (second.get(link), second.send(link)):
        assert answer.status_code == 410
        assert "이미 쓰셨어요" in answer.text and "새 링크 받기" in answer.text
    assert not is_in(second) and len(sessions(session)) == 1
    assert second.send(f"{link}?again=1").location == "/link-sent"


def test_back_and_tapped_once_more_lead_on_for_whoever_is_in(app: Flask, session: Session, link: str) -> None:
    browser = Browser(app)
    landing = browser.send(link).location
    for answer in (browser.get(link), browser.send(link)):
        assert (answer.status_code, answer.location) == (303, landing)
    assert len(sessions(session)) == 1


@pytest.mark.slow
def test_of_many_taps_at_once_one_gets_in(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    with unit_of_work(engine_of(app)) as work:
        owner = make_user(work, Role.FACTORY_OWNER, work.get_one(District, 1), phone="01000000042")
    link = link_to(app, Purpose.SIGN_IN, owner.id, owner)
    browsers = [Browser(app) for _number in range(8)]
    for browser in browsers:
        browser.csrf_token()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda browser: browser.send(link).status_code, browsers))
    assert sorted(codes) == [303] + [410] * 7
    with Session(engine_of(app)) as session:
        assert len(sessions(session)) == 1


@pytest.mark.parametrize("is_to_phone", [True, False])
def test_the_tap_confirms_the_telephone_only_when_the_link_went_there(
    app: Flask, session: Session, owner: User, is_to_phone: bool
) -> None:
    with app.app_context():
        address = f"/link/{token_of(Link(Purpose.SIGN_IN, owner.id, owner.id, utc_now(), is_to_phone))}"
    Browser(app).get(address)
    session.refresh(owner)
    session.rollback()
    assert owner.phone_confirmed_at is None
    Browser(app).send(address)
    session.refresh(owner)
    session.rollback()
    assert (owner.phone_confirmed_at is not None) == is_to_phone


def test_the_device_is_remembered_by_what_it_is(app: Flask, session: Session, owner: User, link: str) -> None:
    browser = Browser(app)
    browser.send(link, headers={"User-Agent": KAKAOTALK})
    assert "카카오톡 · 안드로이드" in browser.get("/account").text
    (row,) = sessions(session)
    assert row.device == "kakaotalk android"


def test_a_known_telephone_is_not_kept_out_by_strangers_who_guess(app: Flask, owner: User, link: str) -> None:
    browser = Browser(app)
    browser.send(link)
    for _time in range(PER_ACCOUNT):
        Browser(app).send("/link", {"phone": str(owner.phone)})
    browser.send("/sign-out")
    assert Browser(app).send("/link", {"phone": str(owner.phone)}).status_code == 429
    assert browser.send("/link", {"phone": str(owner.phone)}).status_code == 303


def test_a_device_that_was_forgotten_is_out(app: Flask, session: Session, owner: User, link: str) -> None:
    phone, other = Browser(app), Browser(app)
    phone.send(link)
    other.send(link_to(app, Purpose.SIGN_IN, owner.id, owner, utc_now() - timedelta(seconds=1)))
    first, _second = sessions(session)
    assert other.send(f"/account/sessions/{first.id}/end").status_code == 303
    assert (is_in(phone), is_in(other)) == (False, True)


def test_whoever_was_signed_in_as_somebody_before_is_that_person_no_more(
    app: Flask, session: Session, owner: User, link: str
) -> None:
    browser = Browser(app)
    browser.send(link)
    with unit_of_work(engine_of(app)) as work:
        end_all_sessions(work, owner)
    assert not is_in(browser)
    assert browser.send(link_to(app, Purpose.SIGN_IN, owner.id, owner)).status_code == 303
    assert is_in(browser)


def test_whoever_made_the_account_before_the_telephone_was_confirmed_is_out(
    app: Flask, session: Session, owner: User
) -> None:
    owner.password_hash, owner.email = "somebody else's", "somebody.else@test.example"
    session.commit()
    earlier = signed_in(app, session, owner)
    assert is_in(earlier)
    with app.app_context():
        to_the_phone = f"/link/{token_of(Link(Purpose.SIGN_IN, owner.id, owner.id, utc_now(), is_to_phone=True))}"
    phone = Browser(app)
    assert phone.send(to_the_phone).status_code == 303
    assert (is_in(earlier), is_in(phone)) == (False, True)
    session.refresh(owner)
    assert owner.password_hash is None and owner.email is None
