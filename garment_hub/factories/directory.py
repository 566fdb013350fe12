"""The directory: what somebody looks for, the factories that have it, and how many each further wish would leave."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true
from sqlalchemy.orm import Session, aliased, selectinload

from garment_hub.factories.search import condition
from garment_hub.paging import page_count
from models.capacity import HUNDREDTHS_PER_DAY, CapacityWeek, week_of
from models.district import Neighbourhood
from models.factory import CapabilityKind, Factory, FactoryCapability, Sector
from models.user import User

PAGE_SIZE = 20
FACETS = (CapabilityKind.ITEM, CapabilityKind.STAGE, CapabilityKind.PROCESS, CapabilityKind.FABRIC)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the directory is asked for; ``codes`` holds one code by kind."""

    question: str = ""
    codes: dict[CapabilityKind, str] = field(default_factory=dict)
    dongs: tuple[str, ...] = ()
    is_free: bool = False

    def without_one(self) -> dict[str, Wishes]:
        """The wishes with each of them left out in turn, by the name it has in an address."""
        fewer = {
            kind.value: replace(self, codes={k: c for k, c in self.codes.items() if k != kind}) for kind in self.codes
        }
        if self.question:
            fewer["q"] = replace(self, question="")
        if self.dongs:
            fewer["dong"] = replace(self, dongs=())
        if self.is_free:
            fewer["free"] = replace(self, is_free=False)
        return fewer


@dataclass(frozen=True, slots=True)
class Counts:
    """How many would be left by choosing a code, a neighbourhood (by id; None: unknown), or the free ones."""

    codes: dict[CapabilityKind, dict[str, int]]
    neighbourhoods: dict[int | None, int]
    free: int


@dataclass(frozen=True, slots=True)
class Page:
    factories: list[Factory]
    weeks: dict[int, CapacityWeek]  # this week's, by factory
    total: int
    number: int
    pages: int


def visible_to(user: User | None, district_id: int) -> ColumnElement[bool]:
    """Strangers, designers and owners see what is listed, staff every garment maker of the own district."""
    sees_all = user is not None and user.is_staff and user.district_id == district_id
    return and_(Factory.sector == Sector.GARMENT if sees_all else Factory.is_listed)


def find_page(session: Session, district_id: int, user: User | None, wishes: Wishes, today: date, number: int) -> Page:
    """One page, the freshest first, then by name; never by price. A page past the end is the last one."""
    wanted = _conditions(district_id, user, wishes, today).values()
    total = count_found(session, district_id, user, wishes, today)
    pages = page_count(total, PAGE_SIZE)
    number = min(max(1, number), pages)
    query = (
        select(Factory)
        .where(*wanted)
        .order_by(Factory.confirmed_on.is_(None), Factory.confirmed_on.desc(), Factory.name, Factory.id)
        .options(selectinload(Factory.capabilities), selectinload(Factory.neighbourhood))
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    factories = list(session.scalars(query))
    return Page(factories, _weeks(session, factories, today), total, number, pages)


def count_found(session: Session, district_id: int, user: User | None, wishes: Wishes, today: date) -> int:
    wanted = _conditions(district_id, user, wishes, today).values()
    return session.scalar(select(func.count()).select_from(Factory).where(*wanted)) or 0


def count_wishes(session: Session, district_id: int, user: User | None, wishes: Wishes, today: date) -> Counts:
    """For each filter its own counts, with all the other wishes kept."""
    conditions = _conditions(district_id, user, wishes, today)

    def without(name: str) -> list[ColumnElement[bool]]:
        return [condition for key, condition in conditions.items() if key != name]

    free = select(func.count()).select_from(Factory).where(*without("free"), _is_free(today))
    by_place = select(Factory.neighbourhood_id, func.count()).where(*without("dong")).group_by(Factory.neighbourhood_id)
    codes = _counts_of(session, list(conditions.values()))
    for kind in wishes.codes:
        codes[kind] = _counts_of(session, without(kind)).get(kind, {})
    places: dict[int | None, int] = dict(session.execute(by_place).all())
    return Counts(codes, places, session.scalar(free) or 0)


def _counts_of(session: Session, conditions: list[ColumnElement[bool]]) -> dict[CapabilityKind, dict[str, int]]:
    """Of all kinds at once: naming the kinds would lead SQLite to walk every statement of every factory."""
    stated = aliased(FactoryCapability)  # the conditions look at the same table for themselves
    query: Select[CapabilityKind, str, int] = (
        select(stated.kind, stated.code, func.count())
        .where(stated.has, stated.factory_id.in_(select(Factory.id).where(*conditions)))
        .group_by(stated.kind, stated.code)
    )
    found: dict[CapabilityKind, dict[str, int]] = {}
    for kind, code, count in session.execute(query):
        found.setdefault(kind, {})[code] = count
    return found


def _conditions(district_id: int, user: User | None, wishes: Wishes, today: date) -> dict[str, ColumnElement[bool]]:
    """Every wish as a condition, by name."""
    found = {"place": Factory.district_id == district_id, "visible": visible_to(user, district_id)}
    if wishes.question.strip():
        found["question"] = condition(wishes.question)
    for kind, code in wishes.codes.items():
        found[kind] = exists().where(
            FactoryCapability.factory_id == Factory.id,
            FactoryCapability.kind == kind,
            FactoryCapability.code == code,
            FactoryCapability.has,
        )
    if wishes.dongs:
        dongs = select(Neighbourhood.id).where(
            Neighbourhood.district_id == district_id, Neighbourhood.code.in_(wishes.dongs)
        )
        found["dong"] = Factory.neighbourhood_id.in_(dongs)
    found["free"] = _is_free(today) if wishes.is_free else true()
    return found


def _is_free(today: date) -> ColumnElement[bool]:
    """At least one whole day left in the week of ``today``."""
    left = CapacityWeek.open_hundredths - CapacityWeek.booked_hundredths - CapacityWeek.held_hundredths
    return exists().where(
        CapacityWeek.factory_id == Factory.id, CapacityWeek.starts_on == week_of(today), left >= HUNDREDTHS_PER_DAY
    )


def _weeks(session: Session, factories: list[Factory], today: date) -> dict[int, CapacityWeek]:
    query = select(CapacityWeek).where(
        CapacityWeek.starts_on == week_of(today), CapacityWeek.factory_id.in_([factory.id for factory in factories])
    )
    return {week.factory_id: week for week in session.scalars(query)}
