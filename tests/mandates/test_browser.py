"""The assisted mode in Chromium: the centre writes after a telephone call, the owner sees it and ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.factories.services import Written
from models.audit import AuditAction
from models.district import District
from models.factory import Factory
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import make_factory, make_mandate, make_user
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 740}
SMALLEST_TARGET = 48
NewPage = Callable[..., "Page"]
ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture
def factory(session: Session) -> Factory:
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district, name="박순자")
    factory = make_factory(session, district, owner=owner, name="순자 봉제", phone="0212345678")
    session.commit()
    return factory


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_centre_writes_by_phone_the_owner_sees_and_ends_it_and_the_next_edit_asks_again(
    session: Session, factory: Factory, client_as: ClientAs, new_page: NewPage, site: str, script: bool
) -> None:
    coordinator = make_user(session, Role.COORDINATOR, factory.district, name="이은영")
    desk, phone = (new_page(viewport=size, java_script_enabled=script) for size in (DESK, PHONE))
    client_as(coordinator).let_in(desk, site)
    assert factory.owner
    client_as(factory.owner).let_in(phone, site)
    size = f"{site}/factories/{factory.id}/edit/size"
    desk.goto(size)
    desk.get_by_role("heading", name="대신해도 된다고 하셨나요").wait_for()
    desk.get_by_role("checkbox").first.check()
    desk.get_by_label("누가 말씀하셨나요").fill("박순자")
    desk.get_by_role("radio", name="전화로").check()
    desk.get_by_role("button", name="이렇게 적어").click()
    desk.wait_for_url(size)
    desk.locator("input[name=people]").fill("3")
    desk.locator("main form button[type=submit]").first.click()
    desk.wait_for_url("**/edit?saved=size")

    phone.goto(f"{site}/factories/{factory.id}/edit")
    assert "이은영" in phone.inner_text("main")
    phone.get_by_role("link", name="센터가 대신해 드린 일").click()
    phone.get_by_role("heading", name="날짜별로 보기").wait_for()
    phone.wait_for_load_state()
    told = phone.locator("main ol").inner_text()
    assert told.index("칸을 적었어요") < told.index("전화로 여쭤보고")
    phone.get_by_role("button", name="이제 제가 직접 할게요").click()
    phone.get_by_role("heading", name="사장님만 적고 답하실 수 있어요").wait_for()

    desk.goto(size)
    assert desk.url.startswith(f"{site}/factories/{factory.id}/mandate?next=")


def states(session: Session, factory: Factory) -> Iterator[tuple[str, Role]]:
    """Each page in each of its states, with who looks."""
    page, done = f"/factories/{factory.id}/mandate", f"/factories/{factory.id}/done-for-you"
    yield f"{page}?next=/factories/{factory.id}/edit", Role.COORDINATOR
    yield f"{page}?ended=1", Role.FACTORY_OWNER
    yield done, Role.FACTORY_OWNER
    coordinator = make_user(session, Role.COORDINATOR, factory.district, name="이은영")
    make_mandate(session, factory, coordinator=coordinator, purposes=["district_office", "public_display", "service"])
    for what in Written:
        audit.record(session, coordinator, AuditAction.CHANGED_FOR_OWNER, factory, what=what)
    session.commit()
    for role in (Role.COORDINATOR, Role.FACTORY_OWNER):
        yield page, role
        yield f"{done}?first=1", role
    yield "/account", Role.FACTORY_OWNER
    yield f"/factories/{factory.id}/edit", Role.FACTORY_OWNER


def test_pages_are_accessible_in_every_state_and_fit_small_phones_with_double_text(
    session: Session, factory: Factory, client_as: ClientAs, new_page: NewPage, site: str
) -> None:
    assert factory.owner
    pages = {role: new_page(viewport=SMALL) for role in (Role.COORDINATOR, Role.FACTORY_OWNER)}
    client_as(Role.COORDINATOR).let_in(pages[Role.COORDINATOR], site)
    client_as(factory.owner).let_in(pages[Role.FACTORY_OWNER], site)
    for address, role in states(session, factory):
        page = pages[role]
        page.goto(f"{site}{address}")
        assert problems(page) == [], (address, role)
        if role is Role.FACTORY_OWNER:
            for control in page.locator("main button:visible, main .button:visible").all():
                box = control.bounding_box()
                assert box and box["height"] >= SMALLEST_TARGET, control.inner_text()
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert width[0] <= width[1], (address, role)


def test_a_form_with_something_missing_is_accessible_too(
    session: Session, factory: Factory, client_as: ClientAs, new_page: NewPage, site: str
) -> None:
    page = new_page(viewport=PHONE)
    client_as(Role.COORDINATOR).let_in(page, site)
    page.goto(f"{site}/factories/{factory.id}/mandate")
    page.get_by_role("button", name="이렇게 적어").click()
    page.get_by_role("alert").wait_for()
    assert problems(page) == []
