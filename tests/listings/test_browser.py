"""Listing a factory on a phone: within its budget, with and without script, on a bad line, and for everybody's eyes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.district import Installation
from models.factory import CapabilityKind, Factory
from models.user import ConsentPurpose
from tests.accessible import problems
from tests.serving import running
from tests.slow_line import MOST_BYTES, MOST_SECONDS, first_view

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 740}
TAP_SECONDS, LETTER_SECONDS, SCREEN_SECONDS = 2.0, 0.8, 4.0
MOST_TAPS, MOST_TYPED, MOST_AT_HUMAN_PACE = 12, 30, 120
SMALLEST_TARGET = 48
NewPage = Callable[..., "Page"]
with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@dataclass
class Owner:
    """A person at a page: every tap goes through here and is counted, and so is every letter and every screen.

    A field has to be tapped before it is typed in; a list is tapped open, and then its line.
    """

    page: Page
    taps: int = 0
    typed: dict[str, str] = field(default_factory=dict)
    screens: int = 0

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.screens += 1

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def go(self, target: Locator) -> None:
        """A tap that leads to another screen."""
        with self.page.expect_navigation():
            self.tap(target)
        self.screens += 1

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def type(self, label: str, text: str) -> None:
        target = self.page.get_by_label(label)
        self.tap(target)
        target.press_sequentially(text)
        self.typed[label] = text

    def choose(self, label: str, name: str) -> None:
        self.taps += 2
        self.page.get_by_label(label).select_option(label=name)

    @property
    def typed_beside_name_and_phone(self) -> int:
        return sum(len(text) for label, text in self.typed.items() if label not in ("공장 이름", "전화번호"))

    @property
    def seconds(self) -> float:
        letters = sum(map(len, self.typed.values()))
        return TAP_SECONDS * self.taps + LETTER_SECONDS * letters + SCREEN_SECONDS * self.screens

    def register(self, site: str, fabric: str, kind: str, pieces: dict[str, str]) -> None:
        """From the first page until the factory stands on the list."""
        self.open(f"{site}/sign-up/factory")
        self.tap(self.page.get_by_text(fabric, exact=True))
        self.go(self.button("다음"))
        self.go(self.page.get_by_role("button", name=kind, exact=True))
        for label, number in pieces.items():
            self.type(label, number)
        self.type("공장 이름", "해든봉제")
        self.type("전화번호", "01009000123")
        self.choose("어느 동에 있나요?", "장안2동")
        self.go(self.button("모두 동의하고 등록"))
        assert "문자를 보냈어요" in self.page.inner_text("h1")
        self.go(self.page.get_by_role("link", name="문자 열어 보기"))
        self.go(self.button("네, 등록할게요"))


@pytest.fixture
def live(app: Flask, session: Session) -> Iterator[str]:
    """The site behind a real port, with made-up data: there the message's link is shown."""
    session.scalars(select(Installation)).one().is_demo = True
    session.commit()
    with running(app) as address:
        yield address


def only_factory(session: Session) -> Factory:
    session.rollback()
    return session.scalars(select(Factory)).one()


@with_and_without_script
@pytest.mark.parametrize(
    ("fabric", "kind", "pieces"),
    [("다이마루", "봉제", {"티셔츠": "120"}), ("직기", "재단", {"재단": "2000"})],
    ids=["sewing", "cutting"],
)
def test_listing_budget_of_taps_letters_and_seconds(
    session: Session,
    new_page: NewPage,
    live: str,
    script: bool,
    fabric: str,
    kind: str,
    pieces: dict[str, str],
    record_property: Callable[[str, object], None],
) -> None:
    owner = Owner(new_page(viewport=PHONE, java_script_enabled=script))
    owner.register(live, fabric, kind, pieces)
    factory = only_factory(session)
    assert factory.is_listed and factory.owner and factory.owner.phone_confirmed_at
    assert factory.codes(CapabilityKind.STAGE) == ["sewing" if kind == "봉제" else "cutting_stage"]
    assert [str(rate.pieces_per_day) for rate in factory.rates] == list(pieces.values())
    assert {consent.purpose for consent in factory.owner.consents} == set(ConsentPurpose)
    for name in ("taps", "typed_beside_name_and_phone", "seconds"):
        record_property(name, getattr(owner, name))
    assert owner.taps <= MOST_TAPS
    assert owner.typed_beside_name_and_phone <= MOST_TYPED
    assert owner.seconds <= MOST_AT_HUMAN_PACE


def test_listing_budget_counts_every_tap_of_a_known_way(new_page: NewPage, live: str) -> None:
    """The measure measures: two cards, the button, and a field with three letters."""
    owner = Owner(new_page(viewport=PHONE))
    owner.open(f"{live}/sign-up/factory")
    for fabric in ("직기", "다이마루"):
        owner.tap(owner.page.get_by_text(fabric, exact=True))
    owner.go(owner.button("다음"))
    owner.go(owner.page.get_by_role("button", name="봉제", exact=True))
    owner.type("티셔츠", "120")
    assert (owner.taps, owner.typed_beside_name_and_phone, owner.screens) == (5, 3, 3)
    assert owner.seconds == pytest.approx(5 * 2 + 3 * 0.8 + 3 * 4)


def begun(page: Page, site: str, kind: str = "봉제") -> None:
    """At the third step, with two fabrics."""
    page.goto(f"{site}/sign-up/factory")
    for fabric in ("직기", "다이마루"):
        page.get_by_text(fabric, exact=True).click()
    page.get_by_role("button", name="다음").click()
    page.get_by_role("button", name=kind, exact=True).click()
    page.wait_for_url("**/3")


def is_whole(sent: str) -> bool:
    return "백이십 장" in sent and "해든봉제" in sent and bool(re.search(r'name="dong"\s+\d', sent))


def saved(page: Page) -> None:
    page.get_by_text("저장됐어요").wait_for()


def test_listing_every_tap_is_kept_at_once_and_the_address_goes_on_where_it_stopped(
    session: Session, new_page: NewPage, live: str
) -> None:
    page = new_page(viewport=PHONE)
    page.goto(f"{live}/sign-up/factory")
    assert page.get_by_text("저장됐어요").count() == 0
    page.get_by_text("다이마루", exact=True).click()
    saved(page)
    page.reload()
    assert page.get_by_label("다이마루").is_checked()
    page.get_by_role("button", name="다음").click()
    page.get_by_role("button", name="봉제", exact=True).click()
    page.wait_for_url("**/3")
    with page.expect_response(lambda response: is_whole(response.request.post_data or "")):
        page.get_by_label("티셔츠").fill("백이십 장")
        page.get_by_label("공장 이름").fill("해든봉제")
        page.get_by_label("어느 동에 있나요?").select_option(label="장안2동")
    saved(page)
    other = new_page(viewport=PHONE, java_script_enabled=False)
    other.goto(page.url.removesuffix("/3"))
    assert other.get_by_label("티셔츠").input_value() == "백이십 장"
    assert other.get_by_label("공장 이름").input_value() == "해든봉제"
    assert other.get_by_label("어느 동에 있나요?").locator("option:checked").inner_text() == "장안2동"


def test_listing_that_could_not_be_kept_does_not_say_so(new_page: NewPage, live: str) -> None:
    page = new_page(viewport=PHONE)
    begun(page, live)
    page.route("**/sign-up/factory/**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_label("공장 이름").fill("해든봉제")
        page.get_by_label("전화번호").click()
    assert page.get_by_text("저장됐어요").count() == 0


def test_listing_sent_without_a_line_waits_and_goes_out_once(session: Session, new_page: NewPage, live: str) -> None:
    page = new_page(viewport=PHONE)
    begun(page, live)
    page.get_by_label("티셔츠").fill("120")
    page.get_by_label("공장 이름").fill("해든봉제")
    page.get_by_label("전화번호").fill("010.0900.0123")
    page.get_by_label("어느 동에 있나요?").select_option(label="장안2동")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.context.set_offline(True)
    for _press in range(2):
        page.get_by_role("button", name="모두 동의하고 등록").click()
    page.get_by_text("연결이 끊겼어요. 이어지면 저절로 보낼게요.").wait_for()
    assert page.get_by_label("공장 이름").input_value() == "해든봉제"
    page.context.set_offline(False)
    page.wait_for_url("**/sent")
    assert sum("agree" in body and "autosave" not in body for body in sent) == 1
    assert only_factory(session).name == "해든봉제"


def test_listing_without_script_keeps_what_was_sent_before_even_where_it_was_refused(
    session: Session, new_page: NewPage, live: str
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=False)
    begun(page, live)
    page.get_by_label("티셔츠").fill("몰라요")
    page.get_by_label("공장 이름").fill("해든봉제")
    page.get_by_role("button", name="모두 동의하고 등록").click()
    page.get_by_text("나머지 적으신 것은 그대로 있어요").wait_for()
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    assert page.get_by_label("티셔츠").input_value() == "몰라요"
    assert page.get_by_label("공장 이름").input_value() == "해든봉제"


@with_and_without_script
def test_listing_enter_in_a_field_agrees_to_nothing(
    session: Session, new_page: NewPage, live: str, script: bool
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=script)
    begun(page, live)
    page.get_by_label("티셔츠").fill("120")
    page.get_by_label("전화번호").fill("01009000123")
    page.get_by_label("어느 동에 있나요?").select_option(label="장안2동")
    page.get_by_label("공장 이름").fill("해든봉제")
    with page.expect_navigation():
        page.get_by_label("공장 이름").press("Enter")
    assert page.url.endswith("/3") and page.get_by_label("공장 이름").input_value() == "해든봉제"
    assert session.scalars(select(Factory)).all() == []


def test_listing_is_registered_once_by_a_form_sent_twice(session: Session, new_page: NewPage, live: str) -> None:
    page = new_page(viewport=PHONE)
    owner = Owner(page)
    begun(page, live)
    for label, text in (("티셔츠", "120"), ("공장 이름", "해든봉제"), ("전화번호", "01009000123")):
        owner.type(label, text)
    owner.choose("어느 동에 있나요?", "장안2동")
    page.get_by_role("button", name="모두 동의하고 등록").dblclick()
    page.get_by_text("문자를 보냈어요").first.wait_for()
    page.go_back()
    page.goto(page.url)
    assert only_factory(session).name == "해든봉제"
    assert "문자를 보냈어요" in page.inner_text("h1")


LONG = "아주아주긴이름의공장" * 11


def every_state(page: Page, site: str) -> Iterator[str]:
    """Each page empty, filled, wrong and with long names."""
    page.goto(f"{site}/sign-up/factory")
    yield "step 1 empty"
    page.get_by_role("button", name="다음").click()
    page.locator(".error-summary").wait_for()
    yield "step 1 wrong"
    for fabric in ("직기", "다이마루", "요꼬"):
        page.get_by_text(fabric).last.click()
    yield "step 1 filled"
    page.get_by_role("button", name="다음").click()
    page.wait_for_url("**/2")
    yield "step 2"
    page.get_by_role("button", name="자수").click()
    page.wait_for_url("**/3")
    page.locator("details").last.evaluate("details => details.open = true")
    yield "step 3 of several jobs"
    page.get_by_role("button", name="모두 동의하고 등록").click()
    page.locator(".error-summary").wait_for()
    yield "step 3 wrong"
    page.get_by_role("link", name="앞 화면으로").click()
    page.get_by_role("button", name="봉제", exact=True).click()
    page.wait_for_url("**/3")
    yield "step 3 of items"
    page.get_by_label("티셔츠").fill("120")
    page.get_by_label("공장 이름").fill(LONG)
    page.get_by_label("전화번호").fill("010 0900 0123")
    page.get_by_label("어느 동에 있나요?").select_option(label="장안2동")
    yield "step 3 filled"
    page.get_by_role("button", name="모두 동의하고 등록").click()
    page.wait_for_url("**/sent")
    yield "sent"
    page.get_by_role("link", name="문자 열어 보기").click()
    yield "confirm"
    page.get_by_role("button", name="네, 등록할게요").click()
    page.wait_for_url("**/registration?**")
    yield "registration first"
    page.get_by_label("사업자등록번호").fill("0000000000")
    page.get_by_role("button", name="이 번호로").click()
    page.locator(".error-summary").wait_for()
    yield "registration wrong"
    page.get_by_role("button", name="번호가 없어요").click()
    page.wait_for_url("**saved=none**")
    yield "registration none"


def test_listing_is_for_every_eye_in_every_state_on_a_small_phone(new_page: NewPage, live: str) -> None:
    page = new_page(viewport=SMALL)
    seen = {}
    for state in every_state(page, live):
        seen[state] = problems(page) + small_targets(page) + foreign_letters(page)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            seen[state].append("scrolls sideways at 200 %")
        page.evaluate("document.documentElement.style.fontSize = ''")
    assert {state: found for state, found in seen.items() if found} == {}
    assert len(seen) == 13


def small_targets(page: Page) -> list[str]:
    controls = page.locator(
        "main button:visible, main summary:visible, main a.button:visible, main select:visible,"
        " main input.control:visible, main label:visible:has(input)"
    )
    boxes = [(control.inner_text()[:20], control.bounding_box()) for control in controls.all()]
    return [f"small: {name}" for name, box in boxes if box is None or box["height"] < SMALLEST_TARGET]


def foreign_letters(page: Page) -> list[str]:
    return [f"not Korean: {found}" for found in re.findall("[A-Za-z]{2,}", page.inner_text("main"))]


def test_listing_pages_are_light_and_soon_there_on_a_slow_line(new_page: NewPage, live: str) -> None:
    page = new_page(viewport=PHONE)
    begun(page, live)
    for address in (f"{live}/sign-up/factory", page.url.removesuffix("3") + "2", page.url):
        view = first_view(partial(new_page, viewport=PHONE), address)
        assert 0 < view.weight <= MOST_BYTES, address
        assert view.seconds <= MOST_SECONDS, address
