"""The day plan in Chromium: planned, ordered and written up with one hand, and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District
from models.factory import Factory
from models.user import Role, User
from models.visit import Visit
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import in_days, make_factory
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
A4: ViewportSize = {"width": 703, "height": 1032}  # 210 by 297 mm less margins of 12
NewPage = Callable[..., "Page"]
ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture
def factories(session: Session) -> list[Factory]:
    """Three that nobody ever confirmed, from south to north, the last of a long name and address."""
    district = session.get_one(District, 1)
    made = [
        make_factory(session, district, name=name, phone=f"020000000{number}", lat=37.5 + number / 50, lon=127.0)
        for number, name in enumerate(["남쪽 봉제", "가운데 봉제", "북쪽 패턴 샘플 재단 전문 봉제 공장"])
    ]
    made[2].address = "서울특별시 동대문구 왕산로 12길 34-5 아주긴이름빌딩 지하 1층 다음 골목 안쪽"
    session.commit()
    return made


def planned(session: Session, factories: list[Factory]) -> None:
    for place, factory in enumerate(factories, 1):
        visit = Visit(district_id=factory.district_id, factory=factory, planned_on=today_in_seoul(), place=place)
        session.add(visit)
    visit.purpose, visit.done_at, visit.note = "새 기계 보기", utc_now(), "다음 달에 다시"
    session.commit()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_day_is_planned_ordered_and_written_up(
    factories: list[Factory], client_as: ClientAs, new_page: NewPage, site: str, script: bool
) -> None:
    from playwright.sync_api import expect

    page = new_page(viewport=PHONE, java_script_enabled=script)
    client_as(Role.COORDINATOR).let_in(page, site)
    page.goto(f"{site}/district/visits?day={in_days(1).isoformat()}")
    for factory in factories:
        page.get_by_role("button", name=f"이날에 넣기: {factory.name}").click()
    stops = page.locator(".stop h2")
    expect(stops).to_have_text([f"{number} {one.name}" for number, one in enumerate(factories, 1)])
    page.get_by_role("button", name="나중에 가기: 남쪽 봉제").click()
    page.get_by_role("button", name="이날에서 빼기: 북쪽").click()
    expect(stops).to_have_text(["1 가운데 봉제", "2 남쪽 봉제"])
    page.get_by_text("다녀왔어요: 남쪽 봉제").click()
    page.locator("details[open] textarea").fill("기계가 한 대 늘었어요")
    page.locator("details[open]").get_by_role("button", name="적어 두기").click()
    page.locator(".stop-note").get_by_text("기계가 한 대 늘었어요").wait_for()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_are_accessible_in_every_state(
    session: Session, factories: list[Factory], client_as: ClientAs, new_page: NewPage, site: str, size: ViewportSize
) -> None:
    page = new_page(viewport=size)
    client_as(Role.COORDINATOR).let_in(page, site)
    empty = [f"/district/visits?day={day}" for day in ("2020-01-01", "foo", in_days(3).isoformat())]
    for address in (*empty, f"/district/registry/{factories[0].id}/visit"):
        page.goto(f"{site}{address}")
        assert problems(page) == [], address
    page.get_by_label("언제 가나요").fill("")
    page.get_by_role("button", name="이날에 넣기").click()
    page.get_by_role("alert").wait_for()
    assert problems(page) == []
    planned(session, factories)
    page.goto(f"{site}/district/visits")
    page.get_by_text("다녀왔어요: 남쪽 봉제").click()
    assert problems(page) == []


def test_on_paper_stand_the_stops_and_room_to_write_and_nothing_to_tap(
    session: Session, factories: list[Factory], client_as: ClientAs, new_page: NewPage, site: str
) -> None:
    planned(session, factories)
    page = new_page(viewport=A4)
    client_as(Role.COORDINATOR).let_in(page, site)
    page.goto(f"{site}/district/visits")
    page.emulate_media(media="print")
    shown = page.locator("main").inner_text()
    for factory in factories:
        assert factory.name in shown and str(factory.phone) in shown
    assert "새 기계 보기" in shown and "다음 달에 다시" in shown
    assert page.locator("button:visible, input:visible, summary:visible, nav:visible").count() == 0
    assert page.locator(".on-paper-only:visible").count() == 2  # the third stop is written up
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]
    assert page.evaluate("document.documentElement.scrollHeight") <= A4["height"]
