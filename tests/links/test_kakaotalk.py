"""Links as KakaoTalk's own browser opens them: no storage, no pop-ups, a narrow screen, large letters, back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import LIFE, Purpose
from garment_hub.db import engine_of
from models.base import utc_now
from models.user import Role, User
from tests.accessible import problems
from tests.links.addresses import link_to
from tests.links.test_signing_in import KAKAOTALK
from tests.serving import running
from tests.world import World, build_world

if TYPE_CHECKING:
    from playwright.sync_api import Page

CENTRE = "02-000-0000"
SMALLEST_BUTTON, SMALLEST_AT_THE_DESK = 48, 44
# Nothing is kept, and nothing opens beside the conversation.
IN_THE_APP = """
for (const name of ["localStorage", "sessionStorage", "indexedDB"])
  Object.defineProperty(window, name, {get() { throw new DOMException("denied", "SecurityError"); }});
window.open = () => null;
"""
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@dataclass(frozen=True, slots=True)
class Site:
    """A small district on a loopback port, and a link for its owner."""

    url: str
    world: World
    owner: User

    def link(self, purpose: Purpose = Purpose.SIGN_IN, made_at: datetime | None = None) -> str:
        subject = self.owner.id if purpose is Purpose.SIGN_IN else self.world.ids["request"]
        return self.url + link_to(self.world.app, purpose, subject, self.owner, made_at)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    world = build_world(tmp_path_factory.mktemp("kakaotalk"), CENTRE_PHONE=CENTRE)
    with Session(engine_of(world.app), expire_on_commit=False) as session:
        owner = session.scalars(select(User).where(User.role == Role.FACTORY_OWNER).order_by(User.id)).first()
        assert owner is not None
        owner.email, owner.phone, owner.password_hash = None, "01000000071", None
        session.commit()
    with running(world.app) as address:
        yield Site(address, world, owner)


Open = Callable[..., "Page"]


@pytest.fixture
def phone(new_page: Open) -> Open:
    def open_phone(script: bool = True) -> Page:
        page = new_page(
            viewport={"width": 360, "height": 740}, user_agent=KAKAOTALK, is_mobile=True, has_touch=True,
            java_script_enabled=script,
        )  # fmt: skip
        page.context.add_init_script(IN_THE_APP)
        return page

    return open_phone


def look_at(page: Page, script: bool, smallest: int = SMALLEST_BUTTON) -> None:
    """Nothing for axe to find, at the letters of the telephone and at twice their size; buttons that a thumb hits."""
    page.wait_for_load_state()
    for button in page.locator("main button:visible, main .button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= smallest
    if script:
        assert problems(page) == [], page.url
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert problems(page) == [], f"{page.url} at twice the size"
        page.evaluate("document.documentElement.style.fontSize = ''")


@with_and_without_script
def test_phone_one_tap_signs_in_and_back_shows_where_one_is(site: Site, phone: Open, script: bool) -> None:
    page, link = phone(script), site.link()
    page.goto(link)
    assert "카카오톡 · 안드로이드" in page.inner_text("main")
    look_at(page, script)
    page.get_by_role("button", name="들어가기", exact=True).tap()
    page.wait_for_url("**/quote-requests")
    look_at(page, script)
    page.go_back()
    page.goto(link)
    page.wait_for_url("**/quote-requests")
    assert page.locator("h1").count() == 1
    page.goto(f"{site.url}/account")
    assert "카카오톡 · 안드로이드" in page.inner_text("main")
    look_at(page, script)


@with_and_without_script
def test_phone_a_used_link_leads_to_a_new_one(site: Site, phone: Open, script: bool) -> None:
    first, second, link = phone(script), phone(script), site.link()
    first.goto(link)
    second.goto(link)
    first.get_by_role("button", name="들어가기", exact=True).tap()
    first.wait_for_url("**/quote-requests")
    second.get_by_role("button", name="들어가기", exact=True).tap()
    second.get_by_role("heading", name="이 링크는 이미 쓰셨어요").wait_for()
    look_at(second, script)
    second.get_by_role("button", name="새 링크 받기").tap()
    second.wait_for_url("**/link-sent")
    look_at(second, script)


@with_and_without_script
def test_phone_an_old_link_says_until_when_and_calls_the_centre(site: Site, phone: Open, script: bool) -> None:
    page = phone(script)
    ended = utc_now() - timedelta(days=1)
    page.goto(site.link(Purpose.ANSWER, ended - LIFE[Purpose.ANSWER]))
    assert "까지였어요" in page.inner_text("h1")
    assert page.locator(f"main a[href='tel:{CENTRE}']").count() == 1
    look_at(page, script)
    page.goto(f"{site.link()[:-4]}")
    assert "링크가 다 오지 않았어요" in page.inner_text("h1")
    look_at(page, script)


@with_and_without_script
def test_phone_somebody_elses_link_opens_after_signing_out(site: Site, phone: Open, script: bool) -> None:
    page = phone(script)
    page.goto(site.link(made_at=utc_now() - timedelta(seconds=1)))
    page.get_by_role("button", name="들어가기", exact=True).tap()
    page.wait_for_url("**/quote-requests")
    with Session(engine_of(site.world.app)) as session:
        other = session.scalars(select(User).where(User.role == Role.FACTORY_OWNER, User.id != site.owner.id)).one()
    address = site.url + link_to(site.world.app, Purpose.SIGN_IN, other.id, other)
    page.goto(address)
    page.get_by_role("heading", name="다른 분이 들어와 계세요").wait_for()
    look_at(page, script)
    page.get_by_role("button", name="나가고 링크 열기").tap()
    page.get_by_role("heading", name="이 휴대폰으로 들어갈까요?").wait_for()
    page.wait_for_url(address)


@with_and_without_script
def test_phone_asking_for_a_link_with_a_slip_of_the_finger_first(site: Site, phone: Open, script: bool) -> None:
    page = phone(script)
    page.goto(f"{site.url}/sign-in")
    look_at(page, script)
    page.get_by_role("link", name="비밀번호 없이 링크로 들어가기").tap()
    page.wait_for_url("**/link")
    look_at(page, script)
    page.fill("[name=phone]", "010.0000")
    page.get_by_role("button", name="링크 보내 주세요").tap()
    page.locator("[role=alert]").wait_for()
    assert page.input_value("[name=phone]") == "010.0000"
    look_at(page, script)
    page.fill("[name=phone]", f"010.0000.008{script:d}")
    page.get_by_role("button", name="링크 보내 주세요").tap()
    page.wait_for_url("**/link-sent")


def test_the_centres_code_is_shown_and_large_enough(site: Site, new_page: Open) -> None:
    """At the desk the code is at least 240 points wide, beside what to do with it."""
    page = new_page(viewport={"width": 1280, "height": 900})
    site.world.browsers["coordinator"].let_in(page, site.url)
    page.goto(f"{site.url}/district/registry/{site.world.ids['factory']}/qr")
    look_at(page, True, SMALLEST_AT_THE_DESK)
    page.fill("[name=reason]", "휴대폰을 바꾸셔서 오셨어요")
    page.get_by_role("button", name="코드 보여 주기").click()
    page.locator("svg.qr").wait_for()
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 240
    look_at(page, True, SMALLEST_AT_THE_DESK)
    page.set_viewport_size({"width": 360, "height": 740})
    look_at(page, True, SMALLEST_AT_THE_DESK)
