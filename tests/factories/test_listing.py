"""Writing a listing: every fact with who said it and when, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.factories import services
from garment_hub.factories.listing import PARTS
from models import vocabulary
from models.capacity import today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory, FactSource
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_district, make_factory, make_mandate, make_user

KIND = CapabilityKind


@pytest.fixture
def owned(session: Session) -> Factory:
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner, neighbourhood=district.neighbourhoods[0])
    session.commit()
    return factory


@pytest.fixture
def browser(client_as: Callable[[User], Browser], owned: Factory) -> Browser:
    assert owned.owner is not None
    return client_as(owned.owner)


def send(browser: Browser, factory: Factory, part: str, **fields: Any) -> int:
    status: int = browser.send(f"/factories/{factory.id}/edit/{part}", fields).status_code
    return status


@pytest.fixture
def fresh(app: Flask) -> Iterator[Callable[[], Factory]]:
    """The only factory as it now stands in the database, read without holding anybody up."""
    with ExitStack() as stack:

        def look() -> Factory:
            reader = stack.enter_context(Session(engine_of(app).execution_options(writes=False)))
            return reader.scalars(select(Factory)).one()

        yield look


PARTS_FILLED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("fabrics", {"codes": ["woven", "denim"]}, {"fabric": False}),
    ("fabrics", {"codes": ["woven"], "only_these": "y"}, {"fabric": True}),
    ("items", {"codes": ["dress", "skirt"]}, {"item": True}),
    ("stages", {"codes": ["sewing"]}, {"stage": False}),
    ("processes", {"of_sewing": ["overlock"], "of_finishing": ["hand_finishing"]}, {"process": False}),
    ("processes", {"of_sewing": ["overlock"], "only_these": "y"}, {"process": True}),
    ("machines", {"machine_plotter": "2", "machine_fusing_press": "0"}, {"machine": False}),
    ("size", {"people": "4", "minimum_order_quantity": "1,000"}, {"people": False, "minimum_order_quantity": False}),
    ("rates", {"rate_any_whole": "120"}, {"rates": False}),
    (
        "price",
        {"price_floor_krw": "12,000", "vat": "apart"},
        {"price_floor_krw": False, "is_price_vat_included": False},
    ),
    ("markets", {"market": ["export"], "category": ["womenswear"]}, {"market": False, "category": False}),
    ("certificates", {"has_gots": "y", "until_gots": "2099-01-31"}, {"certificates": False}),
    ("about", {"name": "새이름", "introduction": "천천히 해요"}, {"name": False, "introduction": False}),
]


@pytest.mark.parametrize(("part", "fields", "facts"), PARTS_FILLED)
def test_every_saved_fact_names_the_owner_and_the_day(
    browser: Browser,
    session: Session,
    fresh: Callable[[], Factory],
    owned: Factory,
    part: str,
    fields: dict[str, Any],
    facts: dict[str, bool],
) -> None:
    for earlier in owned.facts:
        earlier.source = FactSource.IMPORT
    session.commit()
    if part == "about":
        fields = fields | {"neighbourhood_id": str(owned.district.neighbourhoods[1].id)}
    assert send(browser, owned, part, **fields) == 303
    factory = fresh()
    for name, is_complete in facts.items():
        fact = factory.fact(name)
        assert fact is not None
        assert (fact.source, fact.stated_on, fact.is_complete) == (FactSource.OWNER, today_in_seoul(), is_complete)
    assert factory.confirmed_on == today_in_seoul()


@pytest.mark.parametrize(("part", "fields", "facts"), PARTS_FILLED)
def test_saving_the_same_again_keeps_it_and_the_form_shows_it(
    browser: Browser,
    session: Session,
    fresh: Callable[[], Factory],
    owned: Factory,
    part: str,
    fields: dict[str, Any],
    facts: dict[str, bool],
) -> None:
    if part == "about":
        fields = fields | {"neighbourhood_id": str(owned.district.neighbourhoods[1].id)}
    send(browser, owned, part, **fields)
    before = state(fresh())
    page = browser.get(f"/factories/{owned.id}/edit/{part}").text
    assert send(browser, owned, part, **fields) == 303
    assert state(fresh()) == before
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            assert re.search(rf'name="{name}"[^>]*value="{one.replace(",", "")}"[^>]*(checked)?', page) or one in page


def state(factory: Factory) -> dict[str, Any]:
    return {
        "codes": sorted((row.kind, row.code, row.has, row.count) for row in factory.capabilities),
        "rates": sorted((rate.item or "", rate.stage or "", rate.pieces_per_day) for rate in factory.rates),
        "certificates": [(held.code, held.number, held.valid_until) for held in factory.certificates],
        "columns": [
            getattr(factory, name) for part in PARTS for name in part.facts if name in Factory.__table__.columns
        ],
    }


def test_choosing_no_item_says_nothing_instead_of_none_at_all(
    browser: Browser, fresh: Callable[[], Factory], owned: Factory
) -> None:
    send(browser, owned, "items", codes=["dress"])
    assert send(browser, owned, "items") == 303
    factory = fresh()
    assert factory.codes(KIND.ITEM) == []
    assert factory.fact("item") is None


def test_no_machine_is_a_known_no_and_an_empty_field_is_unknown(
    browser: Browser, fresh: Callable[[], Factory], owned: Factory
) -> None:
    send(browser, owned, "machines", machine_plotter="0", machine_fusing_press="3")
    rows = {row.code: (row.has, row.count) for row in fresh().capabilities if row.kind == KIND.MACHINE}
    assert rows == {"plotter": (False, None), "fusing_press": (True, 3)}
    assert "심지 프레스 3대" in browser.get(f"/factories/{owned.id}?lang=ko").text
    send(browser, owned, "machines", machine_plotter="0")
    rows = {row.code: (row.has, row.count) for row in fresh().capabilities if row.kind == KIND.MACHINE}
    assert rows == {"plotter": (False, None)}


def test_a_taken_back_fact_is_unknown_again(browser: Browser, fresh: Callable[[], Factory], owned: Factory) -> None:
    send(browser, owned, "size", people="4", lead_time_days="8")
    send(browser, owned, "size", people="4")
    factory = fresh()
    assert factory.lead_time_days is None and factory.fact("lead_time_days") is None
    assert factory.people == 4 and factory.fact("people")


def test_rates_are_asked_for_the_items_and_stages_that_were_chosen(
    browser: Browser, fresh: Callable[[], Factory], owned: Factory
) -> None:
    send(browser, owned, "items", codes=["dress", "coat"])
    send(browser, owned, "stages", codes=["sewing", "cutting_stage"])
    page = browser.get(f"/factories/{owned.id}/edit/rates").text
    assert re.findall(r'id="rate_(\w+)"', page) == ["dress_whole", "coat_whole", "any_cutting_stage"]
    send(browser, owned, "rates", rate_dress_whole="40", rate_any_cutting_stage="2,000")
    stated = {(rate.item, rate.stage): rate.pieces_per_day for rate in fresh().rates}
    assert stated == {("dress", None): 40, (None, "cutting_stage"): 2000}


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("size", {"people": "네 명", "minimum_order_quantity": "30"}, "people"),
    ("size", {"people": "0"}, "people"),
    ("size", {"established_year": str(today_in_seoul().year + 1)}, "established_year"),
    ("rates", {"rate_any_whole": "1" * 30}, "rate_any_whole"),
    ("price", {"price_floor_krw": "만원"}, "price_floor_krw"),
    ("price", {"price_includes": ["nonsense"]}, "price_includes"),
    ("items", {"codes": ["dress", "nonsense"]}, "codes"),
    ("stages", {}, "codes"),
    ("machines", {"machine_plotter": "-1"}, "machine_plotter"),
    ("certificates", {"has_gots": "y", "until_gots": "2001-01-01"}, "until_gots"),
    ("certificates", {"has_gots": "y", "until_gots": "soon"}, "until_gots"),
    ("about", {"name": "", "introduction": "쓰던 소개"}, "name"),
    ("about", {"name": "가", "introduction": "긴 글" * 400_000}, "introduction"),
    ("about", {"name": "가\x00나"}, "name"),
]


@pytest.mark.parametrize(("part", "fields", "field"), WRONG)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_typed_is_lost(
    browser: Browser, fresh: Callable[[], Factory], owned: Factory, part: str, fields: dict[str, Any], field: str
) -> None:
    before = state(fresh())
    answer = browser.send(f"/factories/{owned.id}/edit/{part}", fields)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert re.search(r"<title>(Error|오류)", answer.text)
    for value in fields.values():
        if isinstance(value, str) and "\x00" not in value:
            assert value in answer.text
    assert state(fresh()) == before


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_the_centre_may_write_for_an_owner_and_is_named_as_source(
    session: Session, client_as: Callable[[Role], Browser], fresh: Callable[[], Factory], owned: Factory, role: Role
) -> None:
    make_mandate(session, owned)
    assert send(client_as(role), owned, "size", people="3") == 303
    fact = fresh().fact("people")
    assert fact and fact.source == FactSource.STAFF and fact.source_name


EVERY_PART = [f"/edit/{part.key}" for part in PARTS] + ["/edit", "/capacity"]


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER, Role.DISTRICT_OFFICER])
def test_nobody_else_may(client_as: Callable[[Role], Browser], owned: Factory, role: Role) -> None:
    browser = client_as(role)
    for path in EVERY_PART:
        assert browser.get(f"/factories/{owned.id}{path}").status_code == 403
        if path != "/edit":
            assert browser.send(f"/factories/{owned.id}{path}", {"people": "1"}).status_code == 403


def test_the_centre_of_another_district_may_not(
    client_as: Callable[[User], Browser], session: Session, owned: Factory
) -> None:
    other = make_user(session, Role.COORDINATOR, make_district(session))
    assert client_as(other).get(f"/factories/{owned.id}/edit").status_code == 403


def test_strangers_are_sent_to_sign_in(app: Flask, owned: Factory) -> None:
    for path in EVERY_PART:
        answer = Browser(app).get(f"/factories/{owned.id}{path}")
        assert answer.status_code == 303 and answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("lang", ["ko", "en", "it"])
def test_every_part_opens_in_every_language(browser: Browser, owned: Factory, lang: str) -> None:
    for path in EVERY_PART:
        assert browser.get(f"/factories/{owned.id}{path}?lang={lang}").status_code == 200


def test_a_part_that_does_not_exist_is_not_found(browser: Browser, owned: Factory) -> None:
    assert browser.get(f"/factories/{owned.id}/edit/nothing").status_code == 404
    assert browser.get("/factories/99999999999999999999/edit").status_code == 404
    assert browser.send(f"/factories/{owned.id}/edit", {}).status_code == 405


def test_every_code_of_the_glossary_can_be_stated(session: Session, owned: Factory) -> None:
    said = services.Statement(FactSource.OWNER, today_in_seoul())
    for kind in KIND:
        services.state_codes(owned, kind, list(vocabulary.terms(kind)), said)
        services.state_codes(owned, kind, list(reversed(vocabulary.terms(kind)))[:1], said)
        session.flush()
        assert len(owned.codes(kind)) == 1


def test_a_certificate_keeps_its_last_day(browser: Browser, fresh: Callable[[], Factory], owned: Factory) -> None:
    until = in_days(40).isoformat()
    send(browser, owned, "certificates", has_gots="y", until_gots=until, number_gots="G-1", number_grs="not ticked")
    (held,) = fresh().certificates
    assert (held.code, held.number, held.valid_until and held.valid_until.isoformat()) == ("gots", "G-1", until)
