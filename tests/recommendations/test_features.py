"""What the ranker reads is what the rows say, for one factory and for a whole district at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.features import (
    Window,
    brief_features,
    load_factories,
    ranked_factories,
)
from models.capacity import CapacityWeek, today_in_seoul
from models.errors import Invalid
from models.factory import CapabilityKind, Factory, LegalForm, OperatingStatus, Sector
from recommender import BriefFeatures, FactoryFeatures, FreeWeek, Place, Rate, Stated
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory
from tests.recommendations.shops import able_factory, past_order, random_factory


def plainly(session: Session, factory: Factory, window: Window) -> FactoryFeatures:
    """The same values by the objects, one row after the other."""

    def stated(kind: CapabilityKind) -> Stated:
        rows = [row for row in factory.capabilities if row.kind == kind]
        fact = factory.fact(kind.value)
        if not rows:
            return Stated()
        has_not = frozenset(row.code for row in rows if not row.has)
        return Stated(frozenset(factory.codes(kind)), has_not, fact is not None and fact.is_complete)

    weeks = session.query(CapacityWeek).filter_by(factory_id=factory.id).order_by(CapacityWeek.starts_on).all()
    free = tuple(
        FreeWeek(week.starts_on, week.free_hundredths)
        for week in weeks
        if window.first <= week.starts_on <= window.last
    )
    has_spoken = bool(weeks) or factory.fact("capacity") is not None
    rates = sorted(factory.rates, key=lambda rate: (rate.item or "", rate.stage or ""))
    return FactoryFeatures(
        id=str(factory.id),
        is_active=factory.status == OperatingStatus.ACTIVE,
        items=stated(CapabilityKind.ITEM),
        categories=stated(CapabilityKind.CATEGORY),
        fabrics=stated(CapabilityKind.FABRIC),
        processes=stated(CapabilityKind.PROCESS),
        stages=stated(CapabilityKind.STAGE),
        machines=stated(CapabilityKind.MACHINE),
        markets=stated(CapabilityKind.MARKET),
        difficulties=stated(CapabilityKind.DIFFICULTY),
        certificates_until={one.code: one.valid_until for one in factory.certificates},
        people=factory.people,
        minimum_order_quantity=factory.minimum_order_quantity,
        lead_time_days=factory.lead_time_days,
        price_floor_krw=factory.price_floor_krw,
        price_vat_included=factory.is_price_vat_included,
        price_includes=frozenset(factory.price_includes or ()),
        rates=tuple(Rate(rate.pieces_per_day, rate.item, rate.stage) for rate in rates),
        free_weeks=free if has_spoken else None,
        place=place_of(factory),
        verified_on=factory.verified_on,
        confirmed_on=factory.confirmed_on,
        text=factory.introduction or "",
    )


def place_of(factory: Factory) -> Place | None:
    dong = factory.neighbourhood
    if factory.lat is not None and factory.lon is not None and (factory.is_address_public or dong is None):
        exact = Place(factory.lat, factory.lon)
        return exact if factory.is_address_public else Place(round(exact.lat, 2), round(exact.lon, 2))
    return Place(dong.lat, dong.lon) if dong and dong.lat is not None and dong.lon is not None else None


@pytest.mark.parametrize("seed", range(4))
def test_features_are_what_the_rows_say(session: Session, seed: int) -> None:
    district, random = make_district(session), Random(seed)
    factories = [random_factory(session, district, random) for _ in range(15)]
    session.expire_all()
    window = Window(today_in_seoul(), in_days(30))

    loaded = load_factories(session, ranked_factories(district.id, include_unlisted=True), window)

    assert loaded == [plainly(session, factory, window) for factory in factories]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = engine_of(app)
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_queries_does_not_grow_with_the_district(app: Flask, session: Session) -> None:
    counts = []
    for size in (2, 40):
        district = make_district(session)
        for _ in range(size):
            able_factory(session, district)
        session.flush()
        with counted(app) as statements:
            loaded = load_factories(session, ranked_factories(district.id), Window(in_days(0), in_days(30)))
        assert len(loaded) == size
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 10


def test_only_listed_garment_makers_of_the_district_are_ranked(session: Session) -> None:
    district, elsewhere = make_district(session), make_district(session)
    listed = make_factory(session, district)
    unclaimed = make_factory(session, district, legal_form=LegalForm.SOLE_TRADER)
    make_factory(session, district, status=OperatingStatus.CLOSED)
    make_factory(session, district, sector=Sector.OTHER)
    make_factory(session, elsewhere)

    def ids(*, include_unlisted: bool) -> list[str]:
        which = ranked_factories(district.id, include_unlisted=include_unlisted)
        return [one.id for one in load_factories(session, which, None)]

    assert ids(include_unlisted=False) == [str(listed.id)]
    assert ids(include_unlisted=True) == [str(listed.id), str(unclaimed.id)]


def test_a_private_address_is_known_only_roughly(session: Session) -> None:
    """From distances to a few places a home could be found."""
    district = make_district(session)
    point: dict[str, Any] = {"lat": 37.58123, "lon": 127.04567}
    home = make_factory(session, district, neighbourhood=district.neighbourhoods[0], **point)
    nowhere = make_factory(session, district, **point)
    public = make_factory(session, district, is_address_public=True, **point)

    places = {one.id: one.place for one in load_factories(session, ranked_factories(district.id), None)}

    assert places[str(home.id)] == Place(37.58, 127.05)
    assert places[str(nowhere.id)] == Place(37.58, 127.05)
    assert places[str(public.id)] == Place(37.58123, 127.04567)


def test_a_brief_is_read_whole(session: Session) -> None:
    district = make_district(session)
    designer = make_designer(session, district)
    brief = make_brief(
        session, designer, category="womenswear", fabrics=["woven"], styles=2, colours=3, sizes=4,
        materials_on=in_days(5), budget_per_piece_krw=12000, price_includes=["cutting"], market="designer_brand",
        difficulty="normal", certificates=["gots"], is_verified_only=True, deliver_to=district.neighbourhoods[1],
        note="곱게 부탁드려요",
    )  # fmt: skip

    assert brief_features(brief, in_days(0)) == BriefFeatures(
        item="shirt_blouse", quantity=120, needed_by=in_days(28), processes=frozenset({"cutting", "sewing_assembly"}),
        as_of=in_days(0), designer=f"designer:{designer.id}", category="womenswear", fabrics=frozenset({"woven"}),
        styles=2, colours=3, sizes=4, materials_on=in_days(5), flexible_dates=True, budget_per_piece_krw=12000,
        vat_included=False, price_includes=frozenset({"cutting"}), market="designer_brand", difficulty="normal",
        certificates=frozenset({"gots"}), verified_only=True, deliver_to=Place(37.60, 127.07), text="곱게 부탁드려요",
    )  # fmt: skip


@pytest.mark.parametrize("missing", [{"quantity": None}, {"needed_by": None}, {"processes": []}])
def test_a_brief_with_gaps_is_refused(session: Session, missing: dict[str, Any]) -> None:
    brief = make_brief(session, make_designer(session, make_district(session)), **missing)
    with pytest.raises(Invalid, match="brief_incomplete"):
        brief_features(brief, in_days(0))


def test_past_orders_are_those_of_the_district_up_to_the_day(session: Session) -> None:
    district, elsewhere = make_district(session), make_district(session)
    designer = make_designer(session, district)
    factory, foreign = make_factory(session, district), make_factory(session, elsewhere)
    as_of = today_in_seoul() - timedelta(days=10)
    past_order(session, factory, designer, as_of)
    past_order(session, factory, None, None, buyer="B-1")
    past_order(session, factory, designer, as_of + timedelta(days=1))
    past_order(session, foreign, None, as_of)

    log = load_outcomes(session, district.id, as_of)

    assert [(one.buyer, one.ordered_on) for one in log] == [
        (f"designer:{designer.id}", as_of),
        (f"buyer:{district.id}:buyer-B-1", None),
    ]
    assert (log[0].factory, log[0].item, log[0].on_time) == (str(factory.id), "shirt_blouse", True)
    assert isinstance(log[0].delivered_on, date)
