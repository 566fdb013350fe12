"""The main job in Chromium, with JavaScript and without: a newcomer's brief, and an owner's answer on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.accessible import problems
from tests.builders import in_days
from tests.conftest import LiveSite

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
OWNERS_FACTORY = "말순솔기"  # of owner@demo.example
SMALLEST_TARGET = 48
NewPage = Callable[..., "Page"]
Look = Callable[["Page"], None]

with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


def sign_in(page: Page, site: LiveSite, identifier: str) -> None:
    page.goto(f"{site.url}/sign-in")
    page.fill("[name=email]", identifier)
    page.fill("[name=password]", site.password)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def eye(script: bool) -> Look:
    """Looks at a page with axe, which needs scripts; without them the same pages are only walked through."""

    def look_at(page: Page) -> None:
        assert problems(page) == [], page.url

    return look_at if script else lambda page: None


def sign_up(page: Page, site: LiveSite, look_at: Look) -> None:
    page.goto(f"{site.url}/sign-up/designer")
    look_at(page)
    page.fill("[name=name]", "오새봄")
    page.fill("[name=brand]", "새봄상점")
    page.fill("[name=email]", f"{uuid4().hex}@brand.example")
    page.fill("[name=password]", "four words in a row")
    page.check("[name=accepts_service]")
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda address: "/sign-up" not in address)


def write_brief(page: Page, site: LiveSite, look_at: Look) -> None:
    """Four steps, each looked at; the second first sent with mistakes."""
    page.goto(f"{site.url}/briefs/new?item=shirt_blouse")
    look_at(page)
    assert page.locator("[name=item][value=shirt_blouse]").is_checked()
    page.click(".actions button[value=next]")
    page.wait_for_url("**/edit/2")
    page.fill("[name=quantity]", "0")
    page.click(".actions button[value=next]")
    page.locator(".error-summary").wait_for()
    assert page.title().startswith("오류:")
    assert page.input_value("[name=quantity]") == "0"
    look_at(page)
    page.fill("[name=quantity]", "120")
    page.fill("[name=needed_by]", in_days(28).isoformat())
    page.fill("[name=budget_per_piece_krw]", "12,000")
    page.click("button[value=check]")
    page.wait_for_url("**/edit/2")
    assert page.locator(".date-plan li").count() == 7
    look_at(page)
    page.click(".actions button[value=next]")
    page.wait_for_url("**/edit/3")
    look_at(page)
    page.locator("label.chip", has=page.locator("[name=fabric_by][value=designer]")).click()
    page.click(".actions button[value=next]")
    page.wait_for_url("**/edit/4")
    look_at(page)
    page.click("main form .button.primary")
    page.wait_for_url("**/recommendations")


def ask_two(page: Page, look_at: Look) -> None:
    """The demo owner's factory and the first other one on the list."""
    look_at(page)
    shown = page.locator(".candidate")
    assert shown.count() >= 2
    assert re.search(r"[가-힣]", shown.first.locator(".reason").first.inner_text())
    names = shown.locator("h2").all_inner_texts()
    assert OWNERS_FACTORY in " ".join(names)
    mine = next(number for number, name in enumerate(names) if OWNERS_FACTORY in name)
    for number in (mine, 0 if mine else 1):
        shown.nth(number).locator("[name=factory]").check()
    page.locator(".action-bar button").click()
    page.wait_for_url("**/quotes?asked=2")
    assert "두 곳에 물어봤어요" in page.inner_text("h1")
    look_at(page)


def newest_request(page: Page, site: LiveSite, look_at: Look) -> None:
    page.goto(f"{site.url}/quote-requests")
    look_at(page)
    cards = page.locator("main .link-card")
    numbers = [int(address.split("/")[-1]) for address in cards.evaluate_all("all => all.map(one => one.href)")]
    cards.nth(numbers.index(max(numbers))).click()
    page.wait_for_url(re.compile(r"/quote-requests/\d+$"))
    assert "하실 수 있으세요?" in page.inner_text("h1")


@with_and_without_script
def test_newcomer_signs_up_posts_a_brief_asks_two_and_sees_the_answer(
    live_site: LiveSite, new_page: NewPage, script: bool
) -> None:
    look_at = eye(script)
    designer = new_page(viewport=DESK, java_script_enabled=script)
    sign_up(designer, live_site, look_at)
    write_brief(designer, live_site, look_at)
    ask_two(designer, look_at)
    answers = designer.url.split("?")[0]
    owner = new_page(viewport=PHONE, java_script_enabled=script)
    sign_in(owner, live_site, "owner@demo.example")
    newest_request(owner, live_site, look_at)
    owner.get_by_role("button", name="이 값에 할게요").click()
    owner.get_by_role("heading", name="답을 보냈어요").wait_for()
    designer.goto(answers)
    assert "한 곳이 값을 보냈어요" in designer.inner_text("h1")
    table = designer.inner_text(".compare-wide")
    assert OWNERS_FACTORY in table
    assert "1,440,000원" in table
    assert "1,584,000원" in table
    look_at(designer)
    designer.set_viewport_size(PHONE)
    assert designer.locator(".compare-narrow").is_visible()
    look_at(designer)
    designer.goto(f"{live_site.url}/briefs")
    look_at(designer)


@with_and_without_script
def test_phone_owner_answers_with_a_condition(live_site: LiveSite, new_page: NewPage, script: bool) -> None:
    look_at = eye(script)
    designer = new_page(viewport=PHONE, java_script_enabled=script)
    sign_in(designer, live_site, "designer@demo.example")
    write_brief(designer, live_site, look_at)
    ask_two(designer, look_at)
    owner = new_page(viewport=PHONE, java_script_enabled=script)
    sign_in(owner, live_site, "owner@demo.example")
    newest_request(owner, live_site, look_at)
    look_at(owner)
    for box in (button.bounding_box() for button in owner.locator("main button:visible, main summary").all()):
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET
    owner.get_by_role("link", name="조건을 바꾸면 할 수 있어요").click()
    look_at(owner)
    owner.get_by_role("button", name="이 조건으로 답하기").click()
    owner.locator(".error-summary").wait_for()
    assert owner.title().startswith("오류:")
    look_at(owner)
    owner.fill("[name=condition]", "한 주 늦춰 주시면 돼요")
    owner.fill("[name=unit_price_krw]", "13,500")
    owner.get_by_role("button", name="이 조건으로 답하기").click()
    owner.get_by_role("heading", name="답을 보냈어요").wait_for()
    look_at(owner)
    designer.reload()
    assert "한 주 늦춰 주시면 돼요" in designer.inner_text(".compare-narrow")


@with_and_without_script
def test_phone_owner_refuses_with_one_tap(live_site: LiveSite, new_page: NewPage, script: bool) -> None:
    look_at, blind = eye(script), eye(False)  # the pages before were looked at above
    designer = new_page(viewport=PHONE, java_script_enabled=script)
    sign_in(designer, live_site, "designer2@demo.example")
    write_brief(designer, live_site, blind)
    ask_two(designer, blind)
    owner = new_page(viewport=PHONE, java_script_enabled=script)
    sign_in(owner, live_site, "owner@demo.example")
    newest_request(owner, live_site, blind)
    owner.get_by_role("button", name="꽉 찼어요").click()
    owner.get_by_role("heading", name="답을 보냈어요").wait_for()
    look_at(owner)
    designer.reload()
    assert "일이 꽉 찼어요" in designer.inner_text("main")


def tap(page: Page, button: str, *, opened_by: str | None = None, **given: str) -> None:
    """The button with these words on the page of an order, its fields filled in; the next page says what was done."""
    if opened_by:
        page.locator("summary", has_text=opened_by).first.click()
    form = page.locator("form.move", has=page.get_by_role("button", name=button)).first
    for name, value in given.items():
        form.locator(f"[name={name}]:visible").fill(value)
    form.get_by_role("button", name=button).click()
    page.locator(".notice.ok").first.wait_for()
    page.wait_for_load_state()


def write_paper(designer: Page) -> None:
    """All of the agreement that only the designer knows."""
    designer.locator("main a.button.primary").click()
    paper = {
        "style": "봄 블라우스", "deliver_to": "답십리로 12", "sizes-0": "M", "assort-0-colour": "아이보리",
        "assort-0-pieces-0": "120", "materials-0-name": "면 포플린", "materials_on": in_days(3).isoformat(),
        "sample_fee_krw": "50000", "sample_on": in_days(5).isoformat(), "lines-0-tolerance_pieces": "3",
        "lines-0-deposit_percent": "30", "lines-0-balance_days": "7",
    }  # fmt: skip
    for name, value in paper.items():
        designer.fill(f"[name={name}]", value)
    designer.check("[name=is_in_pattern]")
    for name, value in {
        "materials-0-by": "designer", "lines-0-defects": "remake", "lines-0-balance": "after_handover",
        "ownership": "designer", "secrecy": "yes", "lines-0-price_includes": "sewing_assembly",
    }.items():  # fmt: skip
        designer.locator(f"[name={name}][value={value}]").check(force=True)
    designer.get_by_role("button", name="이렇게 적을게요").click()


def fill_agreement(designer: Page, owner: Page) -> None:
    """Each side writes what only it knows, then the designer says yes to what came of it."""
    write_paper(designer)
    owner.reload()
    owner.locator("main a.button.primary").click()
    owner.fill("[name=lines-0-account]", "농협 301-0000-0000-00")
    owner.locator("[name=lines-0-document][value=tax_invoice]").check(force=True)
    owner.locator("main form button[type=submit]").last.click()
    designer.reload()
    designer.get_by_role("button", name="이 약속대로 할게요").click()


def test_order_on_two_phones_without_script(live_site: LiveSite, new_page: NewPage) -> None:
    """From the offer to the last payment, by nothing but the buttons that stand there."""
    designer, owner = (new_page(viewport=PHONE, java_script_enabled=False) for _side in range(2))
    sign_in(designer, live_site, "designer@demo.example")
    sign_in(owner, live_site, "owner@demo.example")
    blind = eye(False)
    write_brief(designer, live_site, blind)
    ask_two(designer, blind)
    newest_request(owner, live_site, blind)
    owner.get_by_role("button", name="이 값에 할게요").click()
    designer.reload()
    offer = designer.locator(".compare-narrow .card", has_text=OWNERS_FACTORY)
    offer.locator("summary").click()
    offer.locator("form button[type=submit]").click()
    designer.wait_for_url(re.compile(r"/orders/\d+$"))
    order = designer.url
    owner.goto(f"{live_site.url}/orders")
    owner.locator("main .link-card").first.click()
    owner.wait_for_url(order)
    for box in (button.bounding_box() for button in owner.locator("main button:visible, main summary").all()):
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET
    tap(owner, "샘플 보냈어요")
    designer.reload()
    tap(designer, "다시 만들어 달라고 하기", opened_by="고칠 데가 있어요", note="소매가 2cm 길어요")
    owner.reload()
    assert "소매가 2cm 길어요" in owner.inner_text("main")
    tap(owner, "샘플 보냈어요")
    designer.reload()
    tap(designer, "샘플 좋아요")
    owner.reload()
    fill_agreement(designer, owner)
    owner.goto(order)
    tap(owner, "시작했어요")
    tap(owner, "일부 넘겼어요", opened_by="일부만 넘겼어요", pieces="40")
    tap(owner, "다 넘겼어요")
    designer.goto(order)
    tap(designer, "이만큼 왔어요")
    tap(designer, "이만큼 왔어요", pieces="79")
    tap(designer, "이상 없어요. 받았어요")
    while designer.get_by_role("button", name="보냈어요", exact=True).count():
        tap(designer, "보냈어요")
        owner.reload()
        tap(owner, "들어왔어요")
        designer.reload()
    assert "어떠셨어요?" in owner.inner_text("h1")
    assert "함께 일해 보니" in designer.inner_text("h1")
