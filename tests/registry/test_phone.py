"""Registering while an owner is on the telephone, in a real browser: without script, for all eyes, at any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.factory import Factory
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.registry.sheets import NEW
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

ClientAs = Callable[[Role | User], Browser]
NewPage = Callable[..., "Page"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
SMALL: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


def let_in(page: Page, browser: Browser, site: str) -> Page:
    browser.let_in(page, site)
    page.goto(site + NEW)
    return page


def type_in(page: Page, name: str = "해든봉제") -> None:
    page.get_by_label("봉제", exact=True).check()
    page.get_by_label("2. 공장 이름").fill(name)
    page.get_by_label("3. 전화번호").fill("02.2200.1234")
    page.get_by_label("4. 어느 동에 있나요?").select_option(index=1)
    page.get_by_label("다이마루", exact=True).check()
    page.get_by_role("textbox", name="티셔츠", exact=True).fill("1,120")
    page.get_by_label("9. 사업자등록번호").fill("0000000000")
    for box in page.locator(".asked input[type=checkbox]").all():
        box.check()
    page.locator("[name=given_by]").fill("박순자")
    page.locator("[name=channel][value=phone]").check()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_phone_call_from_the_first_word_to_the_code(
    session: Session, client_as: ClientAs, new_page: NewPage, live: str, script: bool
) -> None:
    browser = client_as(Role.COORDINATOR)
    page = let_in(new_page(viewport=DESK, java_script_enabled=script), browser, live)
    type_in(page)
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("나머지 적으신 것은 그대로 있어요").wait_for()
    assert page.get_by_role("textbox", name="티셔츠", exact=True).input_value() == "1,120"
    page.get_by_label("9. 사업자등록번호").fill("123-45-67891")
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("등록했어요").wait_for()
    assert [factory.name for factory in session.scalars(select(Factory))] == ["해든봉제"]
    page.get_by_role("link", name="사장님 휴대폰용 코드 보여 주기").first.click()
    page.locator("svg.qr").wait_for()

    page.goto(live + NEW)
    type_in(page, "해든 봉제")
    page.get_by_label("9. 사업자등록번호").fill("")
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("이미 있는 공장 아닌가요?").wait_for()
    page.get_by_label("살펴봤어요. 다른 공장이에요.").check()
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("등록했어요").wait_for()
    session.rollback()
    assert len(session.scalars(select(Factory)).all()) == 2


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_phone_screen_is_for_everybody_in_every_state(
    client_as: ClientAs, new_page: NewPage, live: str, viewport: ViewportSize
) -> None:
    page = let_in(new_page(viewport=viewport), client_as(Role.COORDINATOR), live)
    assert problems(page) == []
    type_in(page)
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("나머지 적으신 것은 그대로 있어요").wait_for()
    assert problems(page) == []
    page.get_by_label("9. 사업자등록번호").fill("")
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("등록했어요").wait_for()
    assert problems(page) == []
    page.goto(live + NEW)
    type_in(page)
    page.get_by_label("9. 사업자등록번호").fill("")
    page.get_by_role("button", name="등록하기").click()
    page.get_by_text("이미 있는 공장 아닌가요?").wait_for()
    assert problems(page) == []


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_phone_screen_with_letters_twice_as_large_does_not_scroll_sideways(
    client_as: ClientAs, new_page: NewPage, live: str, language: str
) -> None:
    page = let_in(new_page(viewport=SMALL), client_as(Role.COORDINATOR), live)
    page.goto(f"{live}{NEW}?lang={language}")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert problems(page) == []
