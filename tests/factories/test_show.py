"""A factory's page: what it says of known and unknown facts, and what of a home it never tells a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.factory import CapabilityKind, Factory, FactSource
from models.past_order import PastOrder
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_user

PHONE, ADDRESS = "01009990001", "한빛로 12길 3, 지하 1층"


@pytest.fixture
def home(session: Session) -> Factory:
    district = session.get_one(District, 1)
    place = next(place for place in district.neighbourhoods if place.name_ko == "장안2동")
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(
        session, district, owner=owner, neighbourhood=place, phone=PHONE, address=ADDRESS, lat=37.571234, lon=127.071234
    )
    session.commit()
    return factory


def test_a_stranger_sees_the_neighbourhood_but_not_the_home(client: FlaskClient, home: Factory) -> None:
    for address in (f"/factories/{home.id}", "/factories", f"/factories?q={home.name}"):
        page = client.get(address).text
        assert "장안2동" in page
        assert not any(secret in page for secret in (PHONE, ADDRESS, "37.5712", "127.0712"))


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER])
def test_nor_do_other_people(client_as: Callable[[Role], Browser], home: Factory, role: Role) -> None:
    page = client_as(role).get(f"/factories/{home.id}").text
    assert PHONE not in page and ADDRESS not in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR])
def test_staff_see_how_to_reach_it(client_as: Callable[[Role], Browser], home: Factory, role: Role) -> None:
    page = client_as(role).get(f"/factories/{home.id}").text
    assert PHONE in page and ADDRESS in page


def test_the_owner_does_too(client_as: Callable[[User], Browser], home: Factory) -> None:
    assert home.owner is not None
    page = client_as(home.owner).get(f"/factories/{home.id}").text
    assert PHONE in page and ADDRESS in page and f"/factories/{home.id}/capacity" in page


def test_the_address_is_shown_once_the_owner_says_so_and_the_telephone_never(
    client: FlaskClient, session: Session, home: Factory
) -> None:
    home.is_address_public = True
    session.commit()
    page = client.get(f"/factories/{home.id}").text
    assert ADDRESS in page and PHONE not in page


def test_designers_are_led_to_ask_and_strangers_to_sign_in_first(
    client: FlaskClient, client_as: Callable[[Role], Browser], home: Factory
) -> None:
    ask = f"/factories/{home.id}/ask"
    assert f'href="{ask}"' in client_as(Role.DESIGNER).get(f"/factories/{home.id}").text
    stranger = client.get(f"/factories/{home.id}").text
    assert f'href="{ask}"' not in stranger and f"next={ask}".replace("/", "%2F") in stranger.replace("/", "%2F")
    assert "/ask" not in client_as(Role.FACTORY_OWNER).get(f"/factories/{home.id}").text


def test_unknown_facts_are_said_to_be_unknown_and_never_zero(
    client: FlaskClient, session: Session, home: Factory
) -> None:
    page = client.get(f"/factories/{home.id}?lang=en").text
    assert page.count('class="tag ask"') >= 5
    assert "no value with a source" in page
    assert "None" not in page


def test_known_facts_stand_with_source_and_date(client: FlaskClient, session: Session, home: Factory) -> None:
    home.set_capabilities(CapabilityKind.ITEM, {"dress": None})
    home.record_fact("item", FactSource.IMPORT, today_in_seoul().replace(year=2025, month=3, day=4))
    home.price_floor_krw, home.is_price_vat_included, home.price_includes = 12000, False, ["cutting"]
    home.record_fact("price_floor_krw", FactSource.OWNER, today_in_seoul())
    session.commit()
    page = client.get(f"/factories/{home.id}?lang=ko").text
    assert "원피스" in page and "2025년 3월 4일" in page
    assert "12,000원" in page and "재단" in page


def test_past_orders_are_figures_without_names(client: FlaskClient, session: Session, home: Factory) -> None:
    for number, on_time in enumerate([True, True, False, None]):
        session.add(
            PastOrder(
                district_id=1,
                source_key=str(number),
                buyer_key=f"b{number % 2}",
                buyer_name="비밀거래처",
                factory=home,
                is_on_time=on_time,
            )
        )
    session.commit()
    page = client.get(f"/factories/{home.id}?lang=en").text
    assert "2 of 3" in page and "4, for 2 customers" in page
    assert "비밀거래처" not in page
    assert "Passed at first inspection" not in page


def test_four_weeks_with_what_is_taken(client: FlaskClient, session: Session, home: Factory) -> None:
    session.add(
        CapacityWeek(
            factory=home,
            starts_on=week_of(today_in_seoul()),
            open_hundredths=500,
            booked_hundredths=200,
            held_hundredths=100,
        )
    )
    session.commit()
    page = client.get(f"/factories/{home.id}?lang=en").text
    assert "2 d free" in page
    assert page.count('class="week-line"') == 4


def test_typed_markup_is_text(client: FlaskClient, session: Session, home: Factory) -> None:
    home.introduction = home.brands_supplied = home.name = "<script>alert(1)</script>"
    session.commit()
    for address in (f"/factories/{home.id}", "/factories"):
        assert "<script>" not in client.get(address).text
