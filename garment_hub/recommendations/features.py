"""From rows to the values the ranker reads: briefs, and the factories of a whole district in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, String, and_, func, select, type_coerce
from sqlalchemy.orm import Session

from garment_hub.recommendations.dealings import designer_key
from models.brief import Brief
from models.capacity import CapacityWeek, week_of
from models.district import Neighbourhood
from models.errors import Invalid
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCapability,
    FactoryCertificate,
    FactoryFact,
    FactoryRate,
    OperatingStatus,
    Sector,
)
from models.factory_exposure import FactoryExposure
from recommender import BriefFeatures, FactoryFeatures, FreeWeek, Place, Rate, Stated

# Weeks after the needed day that are read too: the answer to "what if it came later".
WEEKS_LATER = 5
# A brief may ask for a day within two years.
WEEKS_AHEAD = 106 + WEEKS_LATER
# Kind of a code -> the field of FactoryFeatures that holds them.
FIELD_OF_KIND: dict[str, str] = {
    CapabilityKind.ITEM.value: "items",
    CapabilityKind.CATEGORY.value: "categories",
    CapabilityKind.FABRIC.value: "fabrics",
    CapabilityKind.PROCESS.value: "processes",
    CapabilityKind.STAGE.value: "stages",
    CapabilityKind.MACHINE.value: "machines",
    CapabilityKind.MARKET.value: "markets",
    CapabilityKind.DIFFICULTY.value: "difficulties",
}
CAPACITY = "capacity"
FREE = CapacityWeek.open_hundredths - CapacityWeek.booked_hundredths - CapacityWeek.held_hundredths

Condition = ColumnElement[bool]


def brief_features(brief: Brief, as_of: date) -> BriefFeatures:
    """The brief as the ranker reads it; refuses one that lacks what every rule needs."""
    if brief.missing_for_publishing or brief.quantity is None or brief.needed_by is None:
        raise Invalid("brief_incomplete")
    return BriefFeatures(
        item=brief.item,
        quantity=brief.quantity,
        needed_by=brief.needed_by,
        processes=frozenset(brief.processes),
        as_of=as_of,
        designer=None if brief.designer_id is None else designer_key(brief.designer_id),
        category=brief.category,
        fabrics=frozenset(brief.fabrics),
        styles=brief.styles,
        colours=brief.colours,
        sizes=brief.sizes,
        materials_on=brief.materials_on,
        flexible_dates=brief.has_flexible_dates,
        budget_per_piece_krw=brief.budget_per_piece_krw,
        vat_included=brief.is_vat_included,
        price_includes=frozenset(brief.price_includes),
        market=brief.market,
        difficulty=brief.difficulty,
        certificates=frozenset(brief.certificates),
        verified_only=brief.is_verified_only,
        deliver_to=_delivery_place(brief),
        text=brief.note or "",
    )


def _delivery_place(brief: Brief) -> Place | None:
    place = _place(brief.deliver_to_lat, brief.deliver_to_lon)
    if place is None and brief.deliver_to is not None:
        return _place(brief.deliver_to.lat, brief.deliver_to.lon)
    return place


def _place(lat: float | None, lon: float | None) -> Place | None:
    return None if lat is None or lon is None else Place(lat, lon)


def ranked_factories(district_id: int | BindParameter[int], *, include_unlisted: bool = False) -> Condition:
    """Whom a list may hold: the district's garment makers still in business, strangers to the public left out."""
    conditions = [
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.status != OperatingStatus.CLOSED,
    ]
    return and_(*conditions) if include_unlisted else and_(*conditions, Factory.is_listed)


@dataclass(frozen=True, slots=True)
class Window:
    """Days whose capacity is read."""

    first: date
    last: date

    @classmethod
    def of(cls, brief: BriefFeatures) -> Window:
        return cls(week_of(min(brief.starts_on, brief.needed_by)), brief.needed_by + timedelta(weeks=WEEKS_LATER))

    @classmethod
    def from_day(cls, day: date) -> Window:
        """From the Monday of its week as far as any brief of that week may reach."""
        monday = week_of(day)
        return cls(monday, monday + timedelta(weeks=WEEKS_AHEAD))


def load_factories(session: Session, which: Condition, window: Window | None) -> list[FactoryFeatures]:
    """Everything known of the factories that ``which`` names; without a window no capacity is read.

    Columns instead of rows, and one query a table: a district may hold 25,000 factories.
    """
    session.flush()  # the connection below does not ask for it
    connection, ids = session.connection(), select(Factory.id).where(which)
    beside = Beside(
        stated=_stated(connection, ids),
        rates=_rates(connection, ids),
        certificates=_certificates(connection, ids),
        weeks=_weeks(connection, ids, window) if window else {},
    )
    query = factory_columns().where(which).order_by(Factory.id)
    return [features_of(row, beside) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands in tables beside the factory's own, by factory."""

    stated: Mapping[int, Mapping[str, Stated]]
    rates: Mapping[int, tuple[Rate, ...]]
    certificates: Mapping[int, Mapping[str, date | None]]
    weeks: Mapping[int, tuple[FreeWeek, ...]]


def factory_columns() -> Any:
    return (
        select(
            Factory.id,
            type_coerce(Factory.status, String).label("status"),
            Factory.people,
            Factory.minimum_order_quantity,
            Factory.lead_time_days,
            Factory.price_floor_krw,
            Factory.is_price_vat_included,
            Factory.price_includes,
            Factory.lat,
            Factory.lon,
            Factory.is_address_public,
            Neighbourhood.lat.label("dong_lat"),
            Neighbourhood.lon.label("dong_lon"),
            Factory.verified_on,
            Factory.confirmed_on,
            Factory.introduction,
            Factory.is_shared_room,
            func.coalesce(FactoryExposure.amount, 0.0).label("exposure"),
        )
        .outerjoin(Neighbourhood, Factory.neighbourhood_id == Neighbourhood.id)
        .outerjoin(FactoryExposure, FactoryExposure.factory_id == Factory.id)
    )


def features_of(row: Any, beside: Beside) -> FactoryFeatures:
    return FactoryFeatures(
        id=str(row.id),
        is_active=row.status == OperatingStatus.ACTIVE.value,
        people=row.people,
        minimum_order_quantity=row.minimum_order_quantity,
        lead_time_days=row.lead_time_days,
        price_floor_krw=row.price_floor_krw,
        price_vat_included=row.is_price_vat_included,
        price_includes=frozenset(row.price_includes or ()),
        rates=beside.rates.get(row.id, ()),
        certificates_until=beside.certificates.get(row.id, {}),
        free_weeks=beside.weeks.get(row.id),
        place=_factory_place(row),
        verified_on=row.verified_on,
        confirmed_on=row.confirmed_on,
        text=row.introduction or "",
        is_shared_room=row.is_shared_room,
        exposure=row.exposure,
        **beside.stated.get(row.id, {}),
    )


def _factory_place(row: Any) -> Place | None:
    """Where it is: its own point where the address is public, else its dong, else its point to about a kilometre.

    Distances are shown, and from a few of them a home could be found.
    """
    own = _place(row.lat, row.lon)
    if own is None or row.is_address_public:
        return own or _place(row.dong_lat, row.dong_lon)
    return _place(row.dong_lat, row.dong_lon) or Place(round(own.lat, 2), round(own.lon, 2))


def _stated(connection: Connection, ids: Any) -> dict[int, dict[str, Stated]]:
    """Each list of codes that was spoken about, by factory and field.

    The codes of one list come as one text, and equal lists are one object: there are far fewer of them than factories.
    """
    complete = {(one, name) for one, name in connection.execute(_complete_lists(ids))}
    refused = {(one, kind): codes for one, kind, codes in connection.execute(_code_lists(ids, has=False))}
    found: dict[int, dict[str, Stated]] = defaultdict(dict)
    for factory_id, kind, codes in connection.execute(_code_lists(ids, has=True)):
        if field := FIELD_OF_KIND.get(kind):
            key = (factory_id, kind)
            found[factory_id][field] = list_of(codes, refused.pop(key, "") if refused else "", key in complete)
    for (factory_id, kind), codes in refused.items():
        if field := FIELD_OF_KIND.get(kind):
            found[factory_id][field] = list_of("", codes, (factory_id, kind) in complete)
    return found


def _code_lists(ids: Any, *, has: bool) -> Any:
    row = FactoryCapability
    codes = func.aggregate_strings(row.code, " ")
    query = select(row.factory_id, type_coerce(row.kind, String), codes)
    return query.where(row.factory_id.in_(ids), row.has.is_(has)).group_by(row.factory_id, row.kind)


@lru_cache(maxsize=10_000)
def list_of(has: str, has_not: str, is_complete: bool) -> Stated:
    return Stated(frozenset(has.split()), frozenset(has_not.split()), is_complete)


def _complete_lists(ids: Any) -> Any:
    return select(FactoryFact.factory_id, FactoryFact.name).where(
        FactoryFact.is_complete, FactoryFact.factory_id.in_(ids)
    )


def _rates(connection: Connection, ids: Any) -> dict[int, tuple[Rate, ...]]:
    row = FactoryRate
    query = select(row.factory_id, row.pieces_per_day, row.item, row.stage).where(row.factory_id.in_(ids))
    rows = ((one, Rate(float(pieces), item, stage)) for one, pieces, item, stage in connection.execute(query))
    # In a fixed order: the database promises none, and stored lists are compared.
    return {one: tuple(sorted(rates, key=rate_order)) for one, rates in _grouped(rows).items()}


def rate_order(rate: Rate) -> tuple[str, str]:
    return rate.item or "", rate.stage or ""


def _certificates(connection: Connection, ids: Any) -> dict[int, dict[str, date | None]]:
    row = FactoryCertificate
    query = select(row.factory_id, row.code, row.valid_until).where(row.factory_id.in_(ids)).order_by(row.code)
    found: dict[int, dict[str, date | None]] = defaultdict(dict)
    for factory_id, code, until in connection.execute(query):
        found[factory_id][code] = until
    return found


def _weeks(connection: Connection, ids: Any, window: Window) -> dict[int, tuple[FreeWeek, ...]]:
    """Free capacity in the window; an empty tuple for who stated capacity once, no entry for who never did."""
    spoken = select(CapacityWeek.factory_id).where(CapacityWeek.factory_id.in_(ids))
    noted = select(FactoryFact.factory_id).where(FactoryFact.name == CAPACITY, FactoryFact.factory_id.in_(ids))
    found: dict[int, tuple[FreeWeek, ...]] = dict.fromkeys(connection.scalars(spoken.union(noted)), ())
    query = select(CapacityWeek.factory_id, CapacityWeek.starts_on, FREE).where(
        CapacityWeek.factory_id.in_(ids), CapacityWeek.starts_on.between(window.first, window.last)
    )
    rows = ((one, free_week(monday, hundredths)) for one, monday, hundredths in connection.execute(query))
    for factory_id, weeks in _grouped(rows).items():
        found[factory_id] = tuple(sorted(weeks, key=week_start))
    return found


@lru_cache(maxsize=10_000)
def free_week(monday: date, hundredths: int) -> FreeWeek:
    return FreeWeek(monday, hundredths)


def week_start(week: FreeWeek) -> date:
    return week.starts_on


def _grouped(pairs: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for factory_id, value in pairs:
        found[factory_id].append(value)
    return found
