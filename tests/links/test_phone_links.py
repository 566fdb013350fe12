"""Links as they come to a telephone in Chromium, with JavaScript and without: nobody is signed in, one tap each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from garment_hub.db import engine_of, reading, unit_of_work
from garment_hub.notifications.commands import deliver_due
from models.base import utc_now
from models.notification import Notification
from models.user import User
from tests.conftest import LiveSite
from tests.test_browser_journeys import (
    DESK,
    OWNERS_FACTORY,
    PHONE,
    SMALLEST_TARGET,
    Look,
    NewPage,
    ask_two,
    eye,
    sign_in,
    tap,
    with_and_without_script,
    write_brief,
    write_paper,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

OWNER = "owner@demo.example"
Newest = Callable[[str], str]


@pytest.fixture
def newest(live_site: LiveSite, tmp_path: Path) -> Iterator[Newest]:
    """The address in the last message of a kind to the owner, delivered as files."""
    before = live_site.app.config["MAIL_DIR"]
    live_site.app.config["MAIL_DIR"] = tmp_path

    def newest_link(template: str) -> str:
        engine = engine_of(live_site.app)
        with unit_of_work(engine) as session:  # whatever the hour is
            waiting = Notification.sent_at.is_(None)
            session.execute(update(Notification).where(waiting).values(not_before=utc_now()))
        with live_site.app.app_context():
            deliver_due(live_site.app)
        to_owner = Notification.template == template, User.email == OWNER
        with reading(engine) as session:
            query = select(Notification.message_id).join(Notification.user).where(*to_owner)
            message = session.scalars(query.order_by(Notification.id.desc())).first()
        (path,) = re.findall(r"(/link/\S+)", next(tmp_path.glob(f"{message}.*")).read_text(encoding="utf-8"))
        return live_site.url + str(path)

    yield newest_link
    live_site.app.config["MAIL_DIR"] = before


def fits_a_thumb(page: Page) -> None:
    page.wait_for_load_state()
    for control in page.locator("main button:visible, main summary:visible, main a.button:visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET, control.text_content()


def open_link(page: Page, address: str, look_at: Look) -> None:
    page.goto(address)
    fits_a_thumb(page)
    look_at(page)


def asked_by_designer(site: LiveSite, new_page: NewPage, script: bool) -> Page:
    designer = new_page(viewport=DESK, java_script_enabled=script)
    sign_in(designer, site, "designer@demo.example")
    write_brief(designer, site, eye(False))
    ask_two(designer, eye(False))
    return designer


@with_and_without_script
def test_phone_link_answers_agrees_and_confirms_the_money(
    live_site: LiveSite, new_page: NewPage, newest: Newest, script: bool
) -> None:
    look_at = eye(script)
    designer = asked_by_designer(live_site, new_page, script)
    phone = new_page(viewport=PHONE, java_script_enabled=script)
    order = answered_and_ordered(designer, phone, newest("quote_requested"), look_at)
    sample_is_right(live_site, new_page, designer, order)
    agreed(designer, phone, newest, look_at)
    designer.goto(order)
    tap(designer, "보냈어요")
    open_link(phone, newest("payment_reported"), look_at)
    phone.get_by_role("button", name="아직 안 들어왔어요").click()
    phone.get_by_role("heading", name="아직 안 들어왔다고 알렸어요").wait_for()
    look_at(phone)
    designer.reload()
    assert "아직 안 들어왔어요" in designer.inner_text("main .history")
    tap(designer, "보냈어요")
    open_link(phone, newest("payment_reported"), look_at)
    phone.get_by_role("button", name="들어왔어요", exact=True).click()
    phone.get_by_role("heading", name="돈이 들어왔다고 적어 두었어요").wait_for()
    look_at(phone)
    assert phone.context.request.get(f"{live_site.url}/orders", max_redirects=0).status == 303  # nobody was signed in


def answered_and_ordered(designer: Page, phone: Page, link: str, look_at: Look) -> str:
    """One tap of each; the address of the order."""
    open_link(phone, link, look_at)
    assert "하실 수 있으세요?" in phone.inner_text("h1")
    phone.get_by_role("button", name="이 값에 할게요").click()
    phone.get_by_role("heading", name="답을 보냈어요").wait_for()
    fits_a_thumb(phone)
    look_at(phone)
    designer.set_viewport_size(PHONE)
    designer.reload()
    offer = designer.locator(".compare-narrow .card", has_text=OWNERS_FACTORY)
    offer.locator("summary").click()
    offer.locator("form button[type=submit]").click()
    designer.wait_for_url(re.compile(r"/orders/\d+$"))
    return designer.url


def sample_is_right(site: LiveSite, new_page: NewPage, designer: Page, order: str) -> None:
    owner = new_page(viewport=PHONE)
    sign_in(owner, site, OWNER)
    owner.goto(order)
    tap(owner, "샘플 보냈어요")
    designer.reload()
    tap(designer, "샘플 좋아요")


def agreed(designer: Page, phone: Page, newest: Newest, look_at: Look) -> None:
    """The owner fills in the account behind the link, the designer changes a word, and one tap agrees."""
    write_paper(designer)
    open_link(phone, newest("terms_proposed"), look_at)
    phone.fill("[name=lines-0-account]", "농협 301-0000-0000-00")
    phone.locator("[name=lines-0-document][value=tax_invoice]").check(force=True)
    phone.get_by_role("button", name="이렇게 적을게요").click()
    phone.get_by_role("heading", name="상대가 확인하길 기다려요").wait_for()
    look_at(phone)
    designer.reload()
    designer.locator("main details.more.section > summary").click()
    designer.fill("[name=cautions]", "단추는 가운데에서 달아 주세요")
    designer.get_by_role("button", name="이렇게 적을게요").click()
    open_link(phone, newest("terms_proposed"), look_at)
    assert "단추는 가운데에서 달아 주세요" in phone.inner_text("main")
    phone.get_by_role("button", name="이 약속대로 할게요").click()
    phone.get_by_role("heading", name="모두 약속했어요").wait_for()
    look_at(phone)


@with_and_without_script
def test_phone_link_says_no_and_used_again_or_by_somebody_else_says_what_to_do(
    live_site: LiveSite, new_page: NewPage, newest: Newest, script: bool
) -> None:
    look_at = eye(script)
    designer = asked_by_designer(live_site, new_page, script)
    link = newest("quote_requested")
    designer.goto(link)
    assert "다른 분이 들어와" in designer.inner_text("h1")
    look_at(designer)
    phone, second = (new_page(viewport=PHONE, java_script_enabled=script) for _phone in range(2))
    open_link(phone, link, look_at)
    open_link(second, link, look_at)
    phone.get_by_role("button", name="꽉 찼어요").click()
    phone.get_by_role("heading", name="답을 보냈어요").wait_for()
    look_at(phone)
    second.get_by_role("button", name="이 값에 할게요").click()
    second.locator("[role=alert]").wait_for()
    assert "이미" in second.inner_text("[role=alert]")
    look_at(second)
    second.goto(link)
    assert "답을 보냈어요" in second.inner_text("h1")
    second.get_by_role("button", name="이 전화기 기억하기").click()
    second.wait_for_url("**/link-sent")


def test_phone_link_takes_a_condition_and_the_back_button_loses_nothing(
    live_site: LiveSite, new_page: NewPage, newest: Newest
) -> None:
    look_at = eye(True)
    asked_by_designer(live_site, new_page, True)
    phone = new_page(viewport=PHONE)
    open_link(phone, newest("quote_requested"), look_at)
    phone.get_by_role("link", name="조건을 바꾸면 할 수 있어요").click()
    phone.go_back()
    assert "하실 수 있으세요?" in phone.inner_text("h1")
    phone.go_forward()
    look_at(phone)
    phone.fill("[name=condition]", "한 주 늦춰 주시면 돼요")
    phone.get_by_role("button", name="이 조건으로 답하기").click()
    phone.get_by_role("heading", name="답을 보냈어요").wait_for()
    assert "한 주 늦춰 주시면 돼요" in phone.inner_text("main")
