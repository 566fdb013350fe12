"""What the database refuses whatever the code does: impossible numbers, doubles, people nobody can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine
from models.brief import Brief
from models.capacity import CapacityWeek
from models.designer import Designer
from models.district import District, Installation
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryFact, FactoryRate, FactSource
from models.past_order import PastOrder
from models.quote import Quote, QuoteAnswer, QuoteRequest
from models.registry_import import DuplicateProposal
from models.user import Role, User, UserSession
from tests.builders import make_brief, make_designer, make_district, make_factory, make_user

pytestmark = pytest.mark.slow

MONDAY = date(2027, 3, 1)


@dataclass(frozen=True, slots=True)
class World:
    """The rows that others hang on."""

    session: Session
    district: District
    factory: Factory
    other: Factory
    designer: Designer
    brief: Brief
    request: QuoteRequest


@pytest.fixture
def world(either_engine_url: str) -> Iterator[World]:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    with Session(engine) as session:
        district = make_district(session)
        factory, other = make_factory(session, district), make_factory(session, district)
        designer = make_designer(session, district)
        brief = make_brief(session, designer)
        request = QuoteRequest(brief=brief, factory=factory, answer_by=MONDAY)
        session.add(request)
        session.flush()
        yield World(session, district, factory, other, designer, brief, request)
    engine.dispose()


def week(world: World, **values: Any) -> CapacityWeek:
    return CapacityWeek(**{"factory_id": world.factory.id, "starts_on": MONDAY, "open_hundredths": 500} | values)


def brief(world: World, **values: Any) -> Brief:
    return Brief(**{"designer": world.designer, "district": world.district, "item": "coat_jacket"} | values)


def factory(world: World, **values: Any) -> Factory:
    return Factory(**{"name": "공장", "district": world.district} | values)


def quote(world: World, **values: Any) -> Quote:
    row = {"request": world.request, "answer": QuoteAnswer.POSSIBLE, "unit_price_krw": 9000, "ready_on": MONDAY}
    return Quote(**row | {"valid_until": MONDAY} | values)


def past_order(world: World, **values: Any) -> PastOrder:
    row = {"source_key": "1", "buyer_key": "b", "buyer_name": "b"}
    return PastOrder(**row | {"district_id": world.district.id, "factory_id": world.factory.id} | values)


REFUSED: dict[str, Callable[[World], list[Any]]] = {
    "more than seven days": lambda w: [week(w, open_hundredths=701)],
    "less than no days": lambda w: [week(w, open_hundredths=-1)],
    "over-booked": lambda w: [week(w, booked_hundredths=501)],
    "over-booked with what is held": lambda w: [week(w, booked_hundredths=300, held_hundredths=201)],
    "booked less than nothing": lambda w: [week(w, booked_hundredths=-1)],
    "one week twice": lambda w: [week(w), week(w)],
    "no pieces in a brief": lambda w: [brief(w, quantity=0)],
    "no colours in a brief": lambda w: [brief(w, colours=0)],
    "a budget of nothing": lambda w: [brief(w, budget_per_piece_krw=0)],
    "a factory of nobody": lambda w: [factory(w, people=0)],
    "a minimum of nothing": lambda w: [factory(w, minimum_order_quantity=0)],
    "a lead time of nothing": lambda w: [factory(w, lead_time_days=0)],
    "a price floor of nothing": lambda w: [factory(w, price_floor_krw=-1)],
    "no pieces a day": lambda w: [FactoryRate(factory_id=w.factory.id, pieces_per_day=0)],
    "no machines of a kind": lambda w: [
        FactoryCapability(factory_id=w.factory.id, kind=CapabilityKind.MACHINE, code="lockstitch", count=0)
    ],
    "one capability twice": lambda w: [
        FactoryCapability(factory_id=w.factory.id, kind=CapabilityKind.ITEM, code="coat_jacket") for _time in range(2)
    ],
    "one fact twice": lambda w: [
        FactoryFact(factory_id=w.factory.id, name="people", source=FactSource.OWNER, stated_on=MONDAY)
        for _time in range(2)
    ],
    "quantities the wrong way round": lambda w: [
        Designer(
            user=make_user(w.session, Role.DESIGNER, w.district),
            district=w.district,
            brand="b",
            usual_quantity_min=9,
            usual_quantity_max=3,
        )
    ],
    "two profiles of one person": lambda w: [Designer(user=w.designer.user, district=w.district, brand="b")],
    "one question to one factory twice": lambda w: [
        QuoteRequest(brief_id=w.brief.id, factory_id=w.factory.id, answer_by=MONDAY)
    ],
    "a price of nothing": lambda w: [quote(w, unit_price_krw=0)],
    "a condition that is not stated": lambda w: [quote(w, answer=QuoteAnswer.CONDITIONAL)],
    "a person nobody can reach": lambda w: [User(role=Role.DESIGNER, name="x", district_id=w.district.id)],
    "one address twice": lambda w: [
        User(role=Role.DESIGNER, name="x", district_id=w.district.id, email="same@test.example") for _time in range(2)
    ],
    "one telephone number twice": lambda w: [
        User(role=Role.DESIGNER, name="x", district_id=w.district.id, phone="01000000001") for _time in range(2)
    ],
    "a second installation row": lambda w: [Installation(id=2)],
    "a session of nobody": lambda w: [UserSession(token_hash="h", user_id=987654, expires_at=w.district.created_at)],
    "a past order of nothing": lambda w: [past_order(w, quantity=0)],
    "one past order twice": lambda w: [past_order(w), past_order(w)],
    "a duplicate of itself": lambda w: [DuplicateProposal(factory_id=w.factory.id, other_id=w.factory.id, score=1.0)],
}

ACCEPTED: dict[str, Callable[[World], list[Any]]] = {
    "a full week": lambda w: [week(w, open_hundredths=700, booked_hundredths=500, held_hundredths=200)],
    "a closed week": lambda w: [week(w, open_hundredths=0)],
    "two weeks": lambda w: [week(w), week(w, starts_on=date(2027, 3, 8))],
    "a draft of nothing but an item": lambda w: [brief(w)],
    "a factory known by name only": lambda w: [factory(w)],
    "two factories of one name": lambda w: [factory(w), factory(w)],
    "a condition that is stated": lambda w: [quote(w, answer=QuoteAnswer.CONDITIONAL, condition="원단 먼저")],
    "people without e-mail": lambda w: [
        User(role=Role.FACTORY_OWNER, name="x", district_id=w.district.id, phone=f"0100000000{n}") for n in range(2)
    ],
    "a past order": lambda w: [past_order(w, quantity=1)],
}


def is_refused(world: World, rows: Callable[[World], list[Any]]) -> bool:
    """Whether the database refuses these rows; they are gone afterwards either way."""
    savepoint = world.session.begin_nested()
    world.session.add_all(rows(world))
    try:
        world.session.flush()
    except IntegrityError:
        return True
    finally:
        savepoint.rollback()
    return False


def test_the_database_refuses_what_cannot_be(world: World) -> None:
    assert [what for what, rows in REFUSED.items() if not is_refused(world, rows)] == []


def test_the_database_accepts_what_can(world: World) -> None:
    assert [what for what, rows in ACCEPTED.items() if is_refused(world, rows)] == []
