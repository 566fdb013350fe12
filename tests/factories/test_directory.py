"""The directory: who sees what, the order, the filters with their numbers, and what it says when nothing fits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.factories.directory import FACETS, PAGE_SIZE, Wishes, count_found, count_wishes, find_page
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.factory import CapabilityKind, Factory, LegalForm, OperatingStatus, Sector
from models.user import Role
from tests.browsing import Browser
from tests.builders import make_district, make_factory

TODAY = date(2027, 2, 17)
KIND = CapabilityKind


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def some(session: Session, district: District) -> list[Factory]:
    draw = random.Random(11)
    return [a_factory(session, district, draw) for _ in range(45)]


def a_factory(session: Session, district: District, draw: random.Random) -> Factory:
    factory = make_factory(
        session,
        district,
        codes={
            KIND.ITEM: draw.sample(["dress", "skirt", "coat"], draw.randint(0, 2)),
            KIND.PROCESS: draw.sample(["cutting", "overlock"], draw.randint(0, 2)),
            KIND.STAGE: draw.sample(["sewing", "pattern"], 1),
        },
        neighbourhood=draw.choice([None, *district.neighbourhoods[:3]]),
        confirmed_on=draw.choice([None, TODAY, TODAY - timedelta(days=draw.randint(1, 30))]),
        price_floor_krw=draw.randint(1, 9) * 1000,
    )
    if draw.random() < 0.6:
        session.add(
            CapacityWeek(
                factory=factory,
                starts_on=week_of(TODAY),
                open_hundredths=500,
                booked_hundredths=draw.choice([0, 401, 500]),
            )
        )
    session.flush()
    return factory


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    codes = {
        KIND.ITEM: draw(st.sampled_from([None, "dress", "coat"])),
        KIND.PROCESS: draw(st.sampled_from([None, "cutting"])),
        KIND.STAGE: draw(st.sampled_from([None, "sewing"])),
    }
    dongs = draw(st.sampled_from([(), ("1123060000",), ("1123051500", "1123061000")]))
    chosen = {kind: code for kind, code in codes.items() if code}
    return Wishes(codes=chosen, dongs=dongs, is_free=draw(st.booleans()))


def fits(session: Session, factory: Factory, wanted: Wishes) -> bool:
    """The oracle."""
    week = next((w for w in session.query(CapacityWeek) if w.factory_id == factory.id), None)
    return (
        all(code in factory.codes(kind) for kind, code in wanted.codes.items())
        and (not wanted.dongs or (factory.neighbourhood is not None and factory.neighbourhood.code in wanted.dongs))
        and (not wanted.is_free or (week is not None and week.free_hundredths >= 100))
    )


@given(wishes())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_filters_keep_what_fits_and_each_number_is_what_choosing_it_leaves(
    session: Session, district: District, some: list[Factory], wanted: Wishes
) -> None:
    fitting = [factory for factory in some if fits(session, factory, wanted)]
    page = find_page(session, district.id, None, wanted, TODAY, 1)
    assert page.total == len(fitting)
    assert {factory.id for factory in page.factories} <= {factory.id for factory in fitting}
    counts = count_wishes(session, district.id, None, wanted, TODAY)
    for kind in FACETS:
        for code, number in counts.codes.get(kind, {}).items():
            chosen = Wishes(codes={**wanted.codes, kind: code}, dongs=wanted.dongs, is_free=wanted.is_free)
            assert count_found(session, district.id, None, chosen, TODAY) == number
    free = Wishes(codes=wanted.codes, dongs=wanted.dongs, is_free=True)
    assert count_found(session, district.id, None, free, TODAY) == counts.free
    anywhere = Wishes(codes=wanted.codes, is_free=wanted.is_free)
    assert sum(counts.neighbourhoods.values()) == count_found(session, district.id, None, anywhere, TODAY)


def test_all_pages_together_show_each_once_the_freshest_first_then_by_name(
    session: Session, district: District, some: list[Factory]
) -> None:
    pages = [find_page(session, district.id, None, Wishes(), TODAY, number) for number in (1, 2, 3)]
    shown = [factory for page in pages for factory in page.factories]
    assert len(shown) == len(some) == pages[0].total
    assert shown == sorted(
        some, key=lambda f: (f.confirmed_on is None, -(f.confirmed_on or TODAY).toordinal(), f.name, f.id)
    )
    assert max(len(page.factories) for page in pages) == PAGE_SIZE


@pytest.mark.parametrize("number", [-3, 0, 1, 99, 10**18])
def test_a_page_outside_is_the_nearest_one(
    session: Session, district: District, some: list[Factory], number: int
) -> None:
    assert find_page(session, district.id, None, Wishes(), TODAY, number).factories


@pytest.fixture
def hidden(session: Session, district: District) -> dict[str, Factory]:
    """One of each kind that strangers must not see."""
    made = {
        "sole trader": make_factory(session, district, name="숨은일인", legal_form=LegalForm.SOLE_TRADER),
        "unknown form": make_factory(session, district, name="숨은형태", legal_form=None),
        "closed": make_factory(session, district, name="숨은폐업", status=OperatingStatus.CLOSED),
        "other trade": make_factory(session, district, name="숨은철공", sector=Sector.OTHER),
    }
    session.commit()
    return made


def test_strangers_see_only_what_is_listed(client: FlaskClient, hidden: dict[str, Factory]) -> None:
    assert "숨은" not in client.get("/factories?q=숨은").text.replace('value="숨은"', "")
    for factory in hidden.values():
        assert client.get(f"/factories/{factory.id}").status_code == 404


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER])
def test_designers_and_owners_see_no_more_than_strangers(
    client_as: Callable[[Role], Browser], hidden: dict[str, Factory], role: Role
) -> None:
    browser = client_as(role)
    assert "숨은" not in browser.get("/factories").text
    assert all(browser.get(f"/factories/{factory.id}").status_code == 404 for factory in hidden.values())


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR])
def test_staff_see_every_garment_maker_of_their_district(
    client_as: Callable[[Role], Browser], hidden: dict[str, Factory], role: Role
) -> None:
    browser = client_as(role)
    page = browser.get("/factories").text
    assert "숨은일인" in page and "숨은형태" in page and "숨은폐업" in page
    assert "숨은철공" not in page
    assert browser.get(f"/factories/{hidden['sole trader'].id}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?item=nothing&process=%00&stage=&fabric=%F0%9F%98%80",
        "?dong=1123051500,1123053300&dong=x&page=abc",
        "?q=%ED%A0%80&page=-1",
        "?q=" + "가" * 3000,
        "?free=yes&page=99999999999999999999",
        "?item=dress&item=coat",
        "?lang=en&q=<script>",
        "?lang=it&district=11230",
    ],
)
def test_any_address_of_the_directory_answers(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/factories{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


def test_when_nothing_fits_it_names_the_wish_to_leave_out_with_its_number(
    client: FlaskClient, session: Session, district: District
) -> None:
    for item in ("dress", "dress", "coat"):
        make_factory(session, district, codes={KIND.ITEM: [item], KIND.PROCESS: ["cutting"] if item == "coat" else []})
    session.commit()
    page = client.get("/factories?item=dress&process=cutting&lang=en").text
    assert "No factory has all of this." in page
    offers = re.findall(r"Without “([^”]+)”: (\d+) factor", page)
    assert offers == [("Cutting", "2"), ("Dress", "1")]


def test_a_free_factory_is_shown_with_its_blocks(client: FlaskClient, session: Session, district: District) -> None:
    factory = make_factory(session, district, name="빈날봉제")
    session.add(CapacityWeek(factory=factory, starts_on=week_of(today_in_seoul()), open_hundredths=300))
    make_factory(session, district, name="모름봉제")
    session.commit()
    page = client.get("/factories?free=1").text
    assert "빈날봉제" in page and "모름봉제" not in page
    assert page.count('class="day free"') == 3


def test_another_district_is_shown_by_its_code(client: FlaskClient, session: Session) -> None:
    other = make_district(session)
    make_factory(session, other, name="다른구봉제", neighbourhood=other.neighbourhoods[0])
    session.commit()
    assert "다른구봉제" not in client.get("/factories").text
    page = client.get(f"/factories?district={other.code}").text
    assert "다른구봉제" in page and "가운데동" in page
    assert 'class="map"' not in page
