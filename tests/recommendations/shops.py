"""Factories, designers and past orders for the tests of this room."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from models import vocabulary
from models.brief import BriefStatus
from models.capacity import SEOUL, CapacityWeek, today_in_seoul, week_of
from models.designer import Designer
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryCertificate, FactoryRate, FactSource, LegalForm
from models.order import Order, OrderStatus, Party
from models.past_order import PastOrder
from models.quote import RequestStatus
from models.review import Review
from tests.builders import make_brief, make_factory, make_order, make_quote, next_number

ABLE = {
    CapabilityKind.ITEM: ["shirt_blouse", "dress"],
    CapabilityKind.FABRIC: ["woven"],
    CapabilityKind.PROCESS: ["cutting", "sewing_assembly", "ironing_finishing"],
    CapabilityKind.MARKET: ["designer_brand"],
}


def able_factory(session: Session, district: District, **values: Any) -> Factory:
    """A factory that can make the usual brief, everything a rule asks about stated."""
    factory = make_factory(
        session,
        district,
        codes=ABLE,
        **{
            "minimum_order_quantity": 30,
            "lead_time_days": 8,
            "price_floor_krw": 9000,
            "is_price_vat_included": False,
            "price_includes": ["cutting", "sewing_assembly"],
            "neighbourhood": district.neighbourhoods[0],
            "people": 4,
        }
        | values,
    )
    factory.rates = [FactoryRate(item="shirt_blouse", pieces_per_day=40)]
    for name in ("minimum_order_quantity", "lead_time_days", "price_floor_krw", "rates", "capacity"):
        factory.record_fact(name, FactSource.OWNER, today_in_seoul())
    offer_weeks(session, factory)
    return factory


def offer_weeks(session: Session, factory: Factory, hundredths: int = 500, count: int = 8) -> None:
    first = week_of(today_in_seoul())
    session.add_all(
        CapacityWeek(factory=factory, starts_on=first + timedelta(weeks=number), open_hundredths=hundredths)
        for number in range(count)
    )
    session.flush()


def random_factory(session: Session, district: District, random: Random) -> Factory:
    """Any facts, many of them unknown, listed or not."""

    def some(kind: str, most: int = 4) -> list[str]:
        known = list(vocabulary.terms(kind))
        return random.sample(known, random.randint(0, min(most, len(known))))

    factory = Factory(
        name=f"공장{next_number()}",
        district=district,
        legal_form=random.choice([None, LegalForm.COMPANY, LegalForm.SOLE_TRADER]),
        public_basis=random.choice([None, "staff"]),
        neighbourhood=random.choice([None, *district.neighbourhoods]),
        **random.choice([{}, {"lat": 37.5812, "lon": 127.0431, "is_address_public": random.random() < 0.5}]),
        people=random.choice([None, 3]),
        minimum_order_quantity=random.choice([None, 10, 50, 300]),
        lead_time_days=random.choice([None, 7, 40]),
        price_floor_krw=random.choice([None, 5000, 20000]),
        is_price_vat_included=random.choice([None, True, False]),
        price_includes=random.choice([None, [], ["cutting", "sewing_assembly"]]),
        introduction=random.choice([None, "얇은 원단을 오래 만들었어요"]),
        verified_on=random.choice([None, today_in_seoul() - timedelta(days=30)]),
        confirmed_on=random.choice([None, today_in_seoul(), today_in_seoul() - timedelta(days=60)]),
    )
    for kind in CapabilityKind:
        has = some(kind.value)
        has_not = tuple(code for code in some(kind.value, 1) if code not in has)
        factory.set_capabilities(kind, dict.fromkeys(has), has_not)
        if has:
            factory.record_fact(kind.value, FactSource.OWNER, today_in_seoul(), is_complete=random.random() < 0.5)
    factory.rates = [
        FactoryRate(item=item, stage=stage, pieces_per_day=random.randint(5, 200))
        for item, stage in random.sample([("shirt_blouse", None), (None, "sewing"), (None, None)], random.randint(0, 3))
    ]
    factory.certificates = [
        FactoryCertificate(code="gots", valid_until=random.choice([None, today_in_seoul()])) for _ in range(1)
    ][: random.randint(0, 1)]
    session.add(factory)
    session.flush()
    if random.random() < 0.5:
        offer_weeks(session, factory, random.choice([0, 100, 700]), random.randint(1, 12))
    elif random.random() < 0.3:
        factory.record_fact("capacity", FactSource.OWNER, today_in_seoul())
        session.flush()
    return factory


def past_order(
    session: Session, factory: Factory, designer: Designer | None, ordered_on: date | None, **values: Any
) -> PastOrder:
    number = next_number()
    key = f"designer-{designer.id}" if designer else f"buyer-{values.pop('buyer', number)}"
    order = PastOrder(
        **{
            "district_id": factory.district_id,
            "source_key": f"row-{number}",
            "buyer_key": key,
            "buyer_name": key,
            "designer_id": designer.id if designer else None,
            "factory_id": factory.id,
            "ordered_on": ordered_on,
            "quantity": 100,
            "item": "shirt_blouse",
            "delivered_on": ordered_on + timedelta(days=14) if ordered_on else None,
            "is_on_time": True,
            "passed_first_inspection": True,
        }
        | values
    )
    session.add(order)
    session.flush()
    return order


def finished_order(
    session: Session,
    designer: Designer,
    factory: Factory,
    delivered_at: datetime,
    *,
    review: dict[str, Any] | None = None,
    **values: Any,
) -> Order:
    """An accepted order made here, handed over on its day, asked and answered two weeks before."""
    placed_at, due_on = delivered_at - timedelta(days=14), delivered_at.astimezone(SEOUL).date()
    brief = make_brief(session, designer, status=BriefStatus.CLOSED)
    asked = {
        "status": RequestStatus.CHOSEN,
        "asked_at": placed_at - timedelta(days=3),
        "answered_at": placed_at,
        "answer_by": due_on,
    }
    quote = make_quote(session, brief, factory, ready_on=due_on, asked=asked)
    order = make_order(
        session,
        quote,
        **{
            "status": OrderStatus.ACCEPTED,
            "placed_at": placed_at,
            "delivered_at": delivered_at,
            "accepted_at": delivered_at + timedelta(days=1),
        }
        | values,
    )
    if review is not None:
        said: dict[str, Any] = {"kept_the_date": True, "was_good": True, "would_again": True} | review
        session.add(
            Review(
                **{"line": order.lines[0], "party": Party.DESIGNER, "author": designer.user}
                | {"written_at": delivered_at}
                | said
            )
        )
    session.flush()
    return order
