"""The weekly question on a phone: from the message that was delivered to the answer, with one tap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.notifications.commands import deliver_due
from garment_hub.pulses import services
from models.base import utc_now
from models.capacity import SEOUL, today_in_seoul, week_of
from models.factory import Factory
from models.pulse import PulseAnswer
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import make_user
from tests.pulses.asking import offered, owned_factory
from tests.serving import running
from tests.slow_line import MOST_BYTES, MOST_SECONDS, first_view

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 740}
SMALLEST_TARGET = 48
NewPage = Callable[..., "Page"]
SignIn = Callable[[Role | User], Browser]

with_and_without_script = pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])


@pytest.fixture
def factory(session: Session) -> Factory:
    factory = owned_factory(session, 500, 500, 500, 500)
    session.commit()
    return factory


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    with running(app) as address:
        yield address


@pytest.fixture
def message(app: Flask, session: Session, factory: Factory, tmp_path: Path, live: str) -> str:
    """The message as the carrier gets it, asked for on the Monday of this week."""
    app.config |= {"MAIL_DIR": tmp_path / "mails", "SITE_URL": live}
    monday = datetime.combine(week_of(today_in_seoul()), datetime.min.time(), SEOUL)
    services.ask_owners(session, monday + timedelta(hours=9))
    session.commit()
    with app.app_context():
        assert deliver_due(app).sent == 1
    (letter,) = (tmp_path / "mails").rglob("*.*")
    return letter.read_text("utf-8")


@pytest.fixture
def link(message: str, live: str) -> str:
    found = re.search(rf"{re.escape(live)}(/link/[\w.-]+)", message)
    assert found, message
    return found[1]


def show(page: Page, site: str, address: str, browser: Browser | None = None) -> None:
    """The page as a browser with this one's cookies opens it; without one, as a stranger's."""
    if browser:
        browser.let_in(page, site)
    page.goto(f"{site}{address}")


@with_and_without_script
@pytest.mark.parametrize(
    ("button", "expected", "said"),
    [("일 받을 수 있어요", 500, "4주에 20일"), ("조금만 받을게요", 250, "4주에 10일"), ("꽉 찼어요", 0, "꽉 찼다고")],
)
def test_pulse_is_one_tap_after_opening_the_link(
    app: Flask,
    session: Session,
    factory: Factory,
    link: str,
    new_page: NewPage,
    live: str,
    script: bool,
    button: str,
    expected: int,
    said: str,
) -> None:
    page = new_page(viewport=PHONE, java_script_enabled=script)
    show(page, live, link)
    assert "이번 주, 일 받을 수 있으세요?" in page.inner_text("h1")
    assert offered(session, factory) == [500] * 4  # to open it changes nothing
    page.get_by_role("button", name=button).click()
    page.get_by_role("heading", name=said).wait_for()
    assert offered(session, factory) == [expected] * 4
    session.expire_all()
    assert factory.confirmed_on == today_in_seoul()


def test_pulse_link_used_again_shows_the_answer_and_takes_another(
    app: Flask, session: Session, factory: Factory, link: str, new_page: NewPage, live: str
) -> None:
    page = new_page(viewport=PHONE)
    show(page, live, link)
    page.get_by_role("button", name="꽉 찼어요").click()
    page.get_by_role("heading", name="꽉 찼다고 적었어요").wait_for()
    page.get_by_role("button", name="조금만 받을게요").click()
    page.get_by_role("heading", name="앞으로 4주에 10일").wait_for()
    page.goto(f"{live}{link}")
    assert "조금만 받을게요" in page.inner_text("main p.muted")
    page.get_by_role("button", name="이번 주 닫기").click()
    page.get_by_role("heading", name="이번 주를 닫았어요").wait_for()
    assert offered(session, factory) == [0, 250, 250, 250]
    assert problems(page) == []


def test_pulse_link_of_last_week_is_over_and_says_what_to_do(
    app: Flask, session: Session, factory: Factory, new_page: NewPage, live: str
) -> None:
    with app.test_request_context():
        token = token_of(Link(Purpose.PULSE, factory.id, factory.owner_id, utc_now() - timedelta(days=8)))
    page = new_page(viewport=SMALL)
    show(page, live, f"/link/{token}")
    assert page.get_by_role("button", name="꽉 찼어요").count() == 0
    assert page.locator("main a, main button").count() > 0
    assert problems(page) == []
    assert offered(session, factory) == [500] * 4


def test_pulse_link_is_not_opened_while_somebody_else_is_signed_in(
    session: Session, factory: Factory, link: str, client_as: SignIn, new_page: NewPage, live: str
) -> None:
    other = client_as(make_user(session, Role.FACTORY_OWNER, factory.district))
    page = new_page(viewport=SMALL)
    show(page, live, link, other)
    assert page.get_by_role("button", name="꽉 찼어요").count() == 0
    assert other.send(link, {"answer": "full"}).status_code == 403
    assert offered(session, factory) == [500] * 4
    assert problems(page) == []


def test_pulse_link_of_a_factory_given_away_is_over(app: Flask, session: Session, factory: Factory, link: str) -> None:
    factory.owner = make_user(session, Role.FACTORY_OWNER, factory.district)
    session.commit()
    browser = Browser(app)
    assert browser.get(link).status_code == 410
    assert browser.send(link, {"answer": "full"}).status_code == 410


def test_pulse_answer_that_is_none_is_told_kindly(app: Flask, session: Session, factory: Factory, link: str) -> None:
    assert Browser(app).send(link, {"answer": "perhaps"}).status_code == 422
    assert offered(session, factory) == [500] * 4


def states(session: Session, factory: Factory) -> Iterator[str]:
    """The page in each of its states: never answered, stale, and after each answer."""
    yield "never"
    factory.confirmed_on = today_in_seoul() - timedelta(weeks=5)
    session.commit()
    yield "stale"
    assert factory.owner
    for answer in PulseAnswer:
        services.answer(session, factory, answer, factory.owner, utc_now())
        session.commit()
        yield answer


def test_pulse_page_is_accessible_in_every_state_at_every_size(
    session: Session, factory: Factory, client_as: SignIn, new_page: NewPage, live: str
) -> None:
    assert factory.owner
    browser, page = client_as(factory.owner), new_page(viewport=SMALL)
    address = f"/factories/{factory.id}/pulse"
    for state in states(session, factory):
        for query in ("", "?done=1", "?shared=1"):
            show(page, live, f"{address}{query}", browser)
            page.locator("details").first.evaluate("details => details.open = true")
            assert problems(page) == [], (state, query)
            check_targets(page)
            check_double_text(page)
        if state == "stale":
            show(page, live, address, browser)
            assert "4주 동안 답이 없어서" in page.inner_text(".notice.warn")


def check_targets(page: Page) -> None:
    controls = page.locator(
        "main button:visible, main summary:visible, main a:visible, main select:visible, main label:visible:has(input)"
    )
    for control in controls.all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= SMALLEST_TARGET, control.inner_text()


def check_double_text(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], page.url


def test_pulse_calendar_reads_aloud_and_fits_a_small_phone(
    session: Session, factory: Factory, client_as: SignIn, new_page: NewPage, live: str
) -> None:
    assert factory.owner
    page = new_page(viewport=SMALL)
    show(page, live, f"/factories/{factory.id}/capacity", client_as(factory.owner))
    assert problems(page) == []
    check_targets(page)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    controls = [
        node
        for node in tree
        if node["role"]["value"] in ("button", "combobox", "link", "textbox") and not node["ignored"]
    ]
    assert sum(node["role"]["value"] == "combobox" for node in controls) == 8
    assert [node for node in controls if not node.get("name", {}).get("value", "").strip()] == []
    names = [node["name"]["value"] for node in controls if node["role"]["value"] == "combobox"]
    assert len(set(names)) == 8 and all("주" in name for name in names)
    check_double_text(page)


def test_pulse_calendar_is_written_without_typing_or_script(
    session: Session, factory: Factory, client_as: SignIn, new_page: NewPage, live: str
) -> None:
    assert factory.owner
    page = new_page(viewport=PHONE, java_script_enabled=False)
    show(page, live, f"/factories/{factory.id}/capacity", client_as(factory.owner))
    page.locator("select").first.select_option("2.5")
    page.get_by_role("button", name="저장").click()
    page.wait_for_url("**saved=1")
    assert offered(session, factory)[0] == 250


def test_pulse_page_is_light_and_quick_on_a_slow_line(
    app: Flask, factory: Factory, link: str, new_page: NewPage, live: str
) -> None:
    view = first_view(partial(new_page, viewport=PHONE), f"{live}{link}")
    assert 0 < view.weight <= MOST_BYTES
    assert view.seconds <= MOST_SECONDS
