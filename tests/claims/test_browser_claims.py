"""Taking a factory over in Chromium: from the public page to what the centre did, and through the centre's check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.notifications.one_job import link_path
from models.base import utc_now
from models.claim import Claim, ClaimGround
from models.district import District
from models.factory import Factory
from models.notification import Notification
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import make_factory, make_user
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SMALL: ViewportSize = {"width": 360, "height": 740}
NewPage = Callable[..., "Page"]
ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture
def factory(session: Session) -> Factory:
    factory = make_factory(session, session.get_one(District, 1), name="순자 봉제", phone="01099998888")
    session.commit()
    return factory


def last_message(app: Flask, session: Session) -> str:
    session.rollback()
    newest = session.scalars(select(Notification).order_by(Notification.id.desc()).limit(1)).one()
    with app.app_context():
        path = link_path(newest, utc_now())
    session.rollback()
    return path


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_from_the_public_page_to_the_centres_word(
    app: Flask, session: Session, factory: Factory, client_as: ClientAs, new_page: NewPage, site: str, script: bool
) -> None:
    phone, desk = (new_page(viewport=size, java_script_enabled=script) for size in (PHONE, DESK))
    phone.goto(f"{site}/factories/{factory.id}")
    phone.get_by_role("link", name="내 공장이에요").click()
    phone.get_by_label("이름").fill("박순자")
    phone.get_by_label("전화번호").fill("010.2345.6789")
    phone.get_by_role("checkbox").first.check()
    phone.get_by_role("button", name="문자 보내 주세요").click()
    phone.get_by_role("heading", name="문자를 봐 주세요").wait_for()
    phone.goto(f"{site}{last_message(app, session)}")
    phone.get_by_role("button", name="내 공장으로 등록").click()
    phone.get_by_label("어떻게 알 수 있을까요").fill("이십 년째 여기서 해요")
    phone.get_by_role("button", name="내 공장이에요").click()
    phone.get_by_role("heading", name="센터에서 확인하고 알려 드릴게요").wait_for()

    client_as(Role.COORDINATOR).let_in(desk, site)
    desk.goto(f"{site}/district/claims")
    desk.get_by_role("link", name="확인하기: 순자 봉제, 박순자").click()
    desk.get_by_text("이십 년째 여기서 해요").wait_for()
    desk.get_by_label("왜 그렇게 하나요").fill("통화했어요")
    desk.get_by_role("button", name="이분 공장이 맞아요").click()
    desk.get_by_text("이제 그분 이름으로 되어 있어요").wait_for()

    phone.goto(f"{site}/factories/{factory.id}/claim")
    assert phone.url == f"{site}/factories/{factory.id}/done-for-you"


def states(app: Flask, session: Session, factory: Factory) -> Iterator[tuple[str, Role | User | None]]:
    """Each page in each of its states, with who looks."""
    district, address = factory.district, f"/factories/{factory.id}/claim"

    def owner(**values: object) -> User:
        known = {"email": None, "phone_confirmed_at": utc_now()}
        return make_user(session, Role.FACTORY_OWNER, district, **known | values)

    with app.app_context():
        code = f"/link/{token_of(Link(Purpose.CLAIM, factory.id, None, utc_now()))}"
    yield address, None
    yield code, None
    yield "/claim-sent", None
    yield address, owner(phone="01099998888")
    yield code, owner(phone="01011110001")
    yield address, owner(phone="01011110002", phone_confirmed_at=None)
    yield address, owner(phone=None, email="owner@test.example")
    yield "/district/claims", Role.COORDINATOR
    waits = owner(phone="01011110003", name="박순자")
    claim = Claim(factory=factory, user=waits, ground=ClaimGround.BUSINESS_NUMBER, note="이십 년째 여기서 해요")
    session.add(claim)
    session.commit()
    yield address, waits
    for role in (Role.COORDINATOR, Role.DISTRICT_OFFICER):
        yield "/district/claims?done=accepted", role
        yield f"/district/claims/{claim.id}", role
    with_one = owner(phone="01011110004")
    make_factory(session, district, owner=with_one)
    yield code, with_one
    factory.owner = owner(phone="01011110005")
    session.commit()
    yield address, None
    yield f"/district/claims/{claim.id}", Role.COORDINATOR


@pytest.mark.parametrize("size", [SMALL, DESK], ids=["small", "desk"])
def test_pages_are_accessible_in_every_state(
    app: Flask,
    session: Session,
    factory: Factory,
    client_as: ClientAs,
    new_page: NewPage,
    site: str,
    size: ViewportSize,
) -> None:
    for address, who in states(app, session, factory):
        page = new_page(viewport=size)
        session.commit()
        if who is not None:
            client_as(who).let_in(page, site)
        page.goto(f"{site}{address}")
        assert problems(page) == [], (address, who)
        is_owners = who is None or (isinstance(who, User) and who.role is Role.FACTORY_OWNER)
        if is_owners:
            for control in page.locator("main button:visible, main .button:visible").all():
                box = control.bounding_box()
                assert box and box["height"] >= 48, control.inner_text()
        if is_owners and size is SMALL:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert widths[0] <= widths[1], address
        page.close()


def test_a_form_with_something_missing_is_accessible_and_keeps_what_was_typed(
    factory: Factory, new_page: NewPage, site: str
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"{site}/factories/{factory.id}/claim")
    page.get_by_label("이름").fill("박순자")
    page.get_by_role("button", name="문자 보내 주세요").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("이름").input_value() == "박순자"
    assert problems(page) == []
