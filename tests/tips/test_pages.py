"""What an owner reads about the own factory: one question at a time, and the month that is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from garment_hub.labels import month
from garment_hub.recommendations.worth import worths
from garment_hub.tips.months import Month
from garment_hub.tips.queries import put_off_parts
from garment_hub.tips.services import put_off
from models import vocabulary
from models.base import utc_now
from models.brief import Brief
from models.capacity import today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory
from models.quote import QuoteRequest
from models.recommendation import Recommendation, RecommendationEntry
from models.user import Role
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_mandate, make_user

CERTIFICATE = next(code for code in vocabulary.terms("certificate") if code != "kc_mark")
# What an owner writes on each part's page.
ANSWERS: dict[str, dict[str, Any]] = {
    "items": {"codes": ["shirt_blouse"]},
    "processes": {"of_cutting_stage": ["cutting"], "of_sewing": ["sewing_assembly"]},
    "size": {"minimum_order_quantity": "30", "lead_time_days": "7"},
    "rates": {"rate_shirt_blouse_whole": "40"},
    "price": {"price_floor_krw": "9000", "vat": "apart", "price_includes": ["cutting", "sewing_assembly"]},
    "certificates": {f"has_{CERTIFICATE}": "y"},
}
FIGURE = re.compile(r"you fit (\d+) more brief")


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def factory(session: Session, district: District) -> Factory:
    """Claimed, and nothing is known of it but that it sews."""
    owner = make_user(session, Role.FACTORY_OWNER, district)
    return make_factory(session, district, codes={CapabilityKind.STAGE: ["sewing"]}, owner=owner)


@pytest.fixture
def owner(client_as: Callable[..., Browser], factory: Factory) -> Browser:
    browser = client_as(factory.owner)
    browser.get("/?lang=en")
    return browser


def publish(session: Session, district: District, count: int, **values: Any) -> list[Brief]:
    designer = make_designer(session, district)
    values = {"budget_per_piece_krw": 12_000, "certificates": [CERTIFICATE], "published_at": utc_now()} | values
    briefs = [make_brief(session, designer, **values) for _number in range(count)]
    session.commit()
    return briefs


def test_one_question_after_the_other_and_none_twice(
    session: Session, district: District, factory: Factory, owner: Browser
) -> None:
    """Each page saved leads to the next question, with the figure that the rules count; then there is none left."""
    publish(session, district, 3)
    address, asked = f"/factories/{factory.id}/next", []
    for _round in range(12):
        found = worths(session, factory, today_in_seoul())
        page = owner.get(address)
        if not found:
            break
        part, figure = found[0].part, FIGURE.search(page.text)
        assert figure is not None
        assert int(figure[1]) == found[0].briefs
        (target,) = re.findall(rf'href="(/factories/{factory.id}/[^"]*next=[^"]*)"', page.text)
        fields = ANSWERS.get(part) or dict.fromkeys(
            re.findall(r'name="(20\d\d-\d\d-\d\d)"', owner.get(target).text), "5"
        )
        answer = owner.send(target.replace("&amp;", "&"), fields)
        assert answer.status_code == 303
        address = answer.location
        session.rollback()
        assert part not in {worth.part for worth in worths(session, factory, today_in_seoul())}
        asked.append(part)
    assert set(asked) == {*ANSWERS, "capacity"}
    assert len(asked) == len(set(asked))
    assert "You need not write down anything more." in owner.get(f"/factories/{factory.id}/next").text


def test_a_page_left_empty_is_not_asked_again_at_once(
    session: Session, district: District, factory: Factory, owner: Browser
) -> None:
    publish(session, district, 1)
    first = worths(session, factory, today_in_seoul())[0].part
    page = owner.get(f"/factories/{factory.id}/next?asked={first}")
    assert "Saved." in page.text
    assert f"/edit/{first}?" not in page.text


def test_next_time_means_in_a_week(session: Session, district: District, factory: Factory, owner: Browser) -> None:
    publish(session, district, 2)
    found = worths(session, factory, today_in_seoul())
    for worth in found:
        answer = owner.send(f"/factories/{factory.id}/next/{worth.part}/later")
        assert (answer.status_code, answer.location) == (303, f"/factories/{factory.id}/next")
    assert "That is all for now." in owner.get(f"/factories/{factory.id}/next").text
    session.rollback()  # to see what the pages wrote
    today = today_in_seoul()
    assert put_off_parts(session, factory, today + timedelta(days=6)) == {worth.part for worth in found}
    assert put_off_parts(session, factory, today + timedelta(days=7)) == set()
    assert worths(session, factory, today) == found
    assert owner.send(f"/factories/{factory.id}/next/eyelets/later").status_code == 404


def test_putting_off_keeps_what_was_put_off_before(session: Session, factory: Factory) -> None:
    today = today_in_seoul()
    for part in ("size", "price", "size"):
        put_off(session, factory, part, today)
    assert put_off_parts(session, factory, today) == {"size", "price"}


def test_a_registration_is_asked_for_where_checked_factories_are(
    session: Session, district: District, factory: Factory, owner: Browser
) -> None:
    publish(session, district, 2, is_verified_only=True)
    assert [(one.part, one.briefs) for one in worths(session, factory, today_in_seoul())] == [("registration", 2)]
    page = owner.get(f"/factories/{factory.id}/next").text
    assert "2 briefs of the last 30 days asked for checked factories only" in page
    factory.has_no_business_number = True
    session.commit()
    assert worths(session, factory, today_in_seoul()) == []


@pytest.mark.parametrize(
    "values",
    [
        {"published_at": utc_now() - timedelta(days=32)},
        {"published_at": None},
        {"needed_by": in_days(-1)},
    ],
    ids=["long ago", "never", "over"],
)
def test_briefs_that_wait_for_nobody_are_not_counted(
    session: Session, district: District, factory: Factory, values: dict[str, Any]
) -> None:
    publish(session, district, 2, **values)
    assert worths(session, factory, today_in_seoul()) == []


def test_a_factory_that_no_list_holds_is_asked_nothing(session: Session, district: District, factory: Factory) -> None:
    publish(session, district, 1)
    factory.is_display_refused = True
    session.flush()
    assert worths(session, factory, today_in_seoul()) == []


def test_the_centre_asks_with_a_mandate_and_never_reads_the_month(
    session: Session, district: District, factory: Factory, client_as: Callable[..., Browser]
) -> None:
    publish(session, district, 1)
    coordinator = client_as(Role.COORDINATOR)
    for answer in (
        coordinator.get(f"/factories/{factory.id}/next"),
        coordinator.send(f"/factories/{factory.id}/next/size/later"),
    ):
        assert answer.status_code == 303
        assert answer.location.startswith(f"/factories/{factory.id}/mandate?next=")
    make_mandate(session, factory)
    session.commit()
    assert coordinator.get(f"/factories/{factory.id}/next").status_code == 200
    assert coordinator.get(f"/factories/{factory.id}/tip").status_code == 403
    assert f"/factories/{factory.id}/tip" not in coordinator.get(f"/factories/{factory.id}/edit").text


def test_the_way_to_both_pages(factory: Factory, owner: Browser) -> None:
    listing = owner.get(f"/factories/{factory.id}/edit").text
    assert f'href="/factories/{factory.id}/next"' in listing
    assert f'href="/factories/{factory.id}/tip"' in listing
    assert 'href="/factories/mine/tip"' in owner.get("/quote-requests").text
    assert owner.get("/factories/mine/tip").location == f"/factories/{factory.id}/tip"


def test_an_owner_without_a_factory_is_led_to_the_listing(client_as: Callable[..., Browser]) -> None:
    assert client_as(Role.FACTORY_OWNER).get("/factories/mine/tip").location == "/sign-up/factory"


def fill_month(session: Session, factory: Factory, *, waiting: int) -> None:
    """Last month: on four lists, asked twice and five others too; ``waiting`` questions are open now."""
    last = Month.before(today_in_seoul()).first
    at = utc_now().replace(year=last.year, month=last.month, day=15)
    briefs = publish(session, factory.district, 5)
    for brief in briefs[:4]:
        entry = RecommendationEntry(
            factory=factory, rank=2, score=0.5, is_known_feasible=True, parts={}, reasons=[], questions=[],
            facts_hash="",
        )  # fmt: skip
        session.add(
            Recommendation(
                brief_id=brief.id, district_id=factory.district_id, made_at=at, as_of=last, entries=[entry],
                ranker_version="test", feasible_count=1, unknown_count=0, infeasible_count=0, stored={},
            )
        )  # fmt: skip
    others = [make_factory(session, factory.district) for _number in range(5)]
    for asked in (*others, factory):
        session.add_all(QuoteRequest(brief=brief, factory=asked, asked_at=at, answer_by=last) for brief in briefs[:2])
    session.add_all(
        QuoteRequest(brief=brief, factory=factory, answer_by=in_days(3)) for brief in briefs[2 : 2 + waiting]
    )
    session.commit()


def test_an_empty_month_is_said_to_be_empty(app: Flask, factory: Factory, owner: Browser) -> None:
    text = owner.get(f"/factories/{factory.id}/tip").text
    assert "no list showed your factory" in text
    assert "as a rule" not in text
    with app.test_request_context("/?lang=en"):
        assert month(Month.before(today_in_seoul()).first) in text


def test_a_full_month_in_numbers(session: Session, factory: Factory, owner: Browser) -> None:
    fill_month(session, factory, waiting=0)
    text = " ".join(owner.get(f"/factories/{factory.id}/tip").text.split())
    assert re.search(r"Shown on lists</dt><dd><b>4</b>", text)
    assert re.search(r"Asked</dt><dd><b>2</b>", text)
    assert re.search(r"Got the work</dt><dd><b>0</b>", text)
    assert "Other factories of the district that were asked had 2 briefs as a rule." in text
    assert FIGURE.search(text)


def test_a_waiting_request_is_the_one_thing_to_do(session: Session, factory: Factory, owner: Browser) -> None:
    fill_month(session, factory, waiting=2)
    text = owner.get(f"/factories/{factory.id}/tip").text
    assert "2 requests still wait for your answer." in text
    assert text.count('class="button primary"') == 1
    assert "Still empty:" in text


@pytest.mark.parametrize("language", ["ko", "en", "it"])
@pytest.mark.parametrize("zoom", [1, 2])
def test_pages_are_accessible_in_every_state(
    session: Session, factory: Factory, owner: Browser, new_page: Callable[..., Page], language: str, zoom: int
) -> None:
    """Empty, full, with a warning; the question, put off, and none; at 360 px, with letters twice as large too."""
    page = new_page(viewport={"width": 360, "height": 740})

    def look(path: str) -> None:
        owner.show_in(page, f"/factories/{factory.id}/{path}?lang={language}")
        page.evaluate(f"document.documentElement.style.fontSize = '{100 * zoom}%'")
        assert problems(page) == [], (path, language)

    look("tip")
    look("next")
    fill_month(session, factory, waiting=1)
    warn(session, factory)
    look("tip")
    look("next")
    for worth in worths(session, factory, today_in_seoul()):
        put_off(session, factory, worth.part, today_in_seoul())
    session.commit()
    look("next")


def warn(session: Session, factory: Factory) -> None:
    from tests.tips.test_dependence import ordered

    client = make_designer(session, factory.district)
    for _number in range(6):
        ordered(session, factory, client)
    session.commit()
