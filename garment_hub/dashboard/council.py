"""Papers for the council: three years of work that was linked, by neighbourhood, size and first-time firms.

They are made at the officer's own desk and hide nothing; what is published is suppressed elsewhere. Imported past
orders are not in them: they were linked by nobody here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, ColumnElement, case, cast, func, select
from sqlalchemy.orm import Session

from garment_hub.labels import place_name
from models.capacity import SEOUL
from models.district import District
from models.factory import Factory
from models.order import LineStatus, Order, OrderLine, OrderStatus

YEARS = 3
#: Upper bounds of the sizes of firms, in people; the last is open.
SIZES = (4, 9, 49)
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Paper:
    """One table that says what it counts; its first column names the row."""

    title: str
    definition: str
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class Linked:
    """Work confirmed in one year in one group: distinct firms, lines of orders, pieces, won without VAT."""

    firms: int = 0
    jobs: int = 0
    pieces: int = 0
    amount_krw: int = 0


def years_back(today: date) -> list[int]:
    """This year and those before it, the oldest first."""
    return list(range(today.year - YEARS + 1, today.year + 1))


def papers(session: Session, district: District, today: date) -> list[Paper]:
    years = years_back(today)
    names = {place.id: place_name(place) for place in district.neighbourhoods}
    places, sizes = _("Work that was linked, by neighbourhood"), _("Work that was linked, by size of firm")
    return [
        _by_year(session, district.id, years),
        _paper(session, district.id, years, places, Factory.neighbourhood_id, lambda key: names.get(key)),
        _paper(session, district.id, years, sizes, _size(), size_name),
        _first_time(session, district, years, names),
    ]


def _span(year: int) -> tuple[datetime, datetime]:
    """The year in Korean time."""
    starts = (datetime.combine(date(one, 1, 1), time(), SEOUL).astimezone(UTC) for one in (year, year + 1))
    first, after = starts
    return first, after


def _confirmed(district_id: int, year: int) -> list[ColumnElement[bool]]:
    first, after = _span(year)
    return [
        Order.district_id == district_id,
        Order.confirmed_at >= first,
        Order.confirmed_at < after,
        Order.status != OrderStatus.CANCELLED,
        OrderLine.status != LineStatus.DROPPED,
    ]


def linked_by(session: Session, district_id: int, year: int, group: Any) -> dict[Any, Linked]:
    """What was confirmed in the year, by a column or expression of the factory."""
    amount = func.sum(cast(OrderLine.quantity, BigInteger) * OrderLine.unit_price_krw)
    figures = (
        func.count(func.coalesce(Factory.merged_into_id, Factory.id).distinct()),
        func.count(),
        func.sum(OrderLine.quantity),
        amount,
    )
    query = (
        select(group, *figures)
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Factory, Factory.id == OrderLine.factory_id)
        .where(*_confirmed(district_id, year))
        .group_by(group)
    )
    return {key: Linked(*map(int, numbers)) for key, *numbers in session.execute(query)}


def first_time_firms(session: Session, district_id: int, years: Iterable[int]) -> dict[int, dict[int | None, int]]:
    """By year and neighbourhood, firms whose first confirmed job here was in that year."""
    firm = func.coalesce(Factory.merged_into_id, Factory.id)
    first = (
        select(firm.label("id"), func.min(Order.confirmed_at).label("since"))
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Factory, Factory.id == OrderLine.factory_id)
        .where(
            Order.district_id == district_id,
            Order.confirmed_at.is_not(None),
            Order.status != OrderStatus.CANCELLED,
            OrderLine.status != LineStatus.DROPPED,
        )
        .group_by(firm)
        .subquery()
    )
    found: dict[int, dict[int | None, int]] = {year: Counter() for year in years}
    for place, since in session.execute(
        select(Factory.neighbourhood_id, first.c.since).join(first, first.c.id == Factory.id)
    ):
        if (year := since.astimezone(SEOUL).year) in found:
            found[year][place] += 1
    return found


def _size() -> Any:
    smaller = [(Factory.people <= top, top) for top in SIZES]
    return case((Factory.people.is_(None), None), *smaller, else_=SIZES[-1] + 1)


def size_name(top: int | None) -> str | None:
    if top is None:
        return None
    if top > SIZES[-1]:
        return str(_("%(least)s people and more", least=top))
    least = dict(zip(SIZES, (1, *(one + 1 for one in SIZES)), strict=False))[top]
    return str(_("%(least)s to %(most)s people", least=least, most=top))


def _by_year(session: Session, district_id: int, years: list[int]) -> Paper:
    first = first_time_firms(session, district_id, years)
    rows: list[list[Cell]] = []
    for year in years:
        all_of_it = sum_of(linked_by(session, district_id, year, OrderLine.factory_id).values())
        newcomers = sum(first[year].values())
        rows.append([str(year), all_of_it.firms, newcomers, all_of_it.jobs, all_of_it.pieces, all_of_it.amount_krw])
    counted = _("Orders confirmed in the year between a client and a factory of the district, by way of this"
                " platform or the centre. Each firm counts once a year; an amount is the price agreed, times"
                " the pieces.")  # fmt: skip
    return Paper(
        title=str(_("Work that was linked, by year")),
        definition=" ".join([counted, _("Units: firms, firms, jobs, pieces, won.")]),
        columns=[str(_("Year")), *_heads(), ],
        rows=rows,
    )  # fmt: skip


def _heads() -> list[str]:
    return [str(_("Firms (each once)")), str(_("of these for the first time")), str(_("Jobs")), str(_("Pieces")),
            str(_("Amount (won)"))]  # fmt: skip


def sum_of(groups: Iterable[Linked]) -> Linked:
    """Of groups that share no firm."""
    found = list(groups)
    return Linked(*(sum(getattr(one, name) for one in found) for name in ("firms", "jobs", "pieces", "amount_krw")))


def _paper(
    session: Session,
    district_id: int,
    years: list[int],
    title: str,
    group: Any,
    name_of: Callable[[Any], str | None],
) -> Paper:
    """Groups as rows; for each year firms, jobs and amount."""
    by_year = {year: linked_by(session, district_id, year, group) for year in years}
    keys = {key for found in by_year.values() for key in found}
    rows: list[list[Cell]] = []
    for key in sorted(
        keys, key=lambda key: (key is None, str(name_of(key)) if not isinstance(key, int) else "", key or 0)
    ):
        row: list[Cell] = [name_of(key) or str(_("not known"))]
        for year in years:
            one = by_year[year].get(key, Linked())
            row += [one.firms, one.jobs, one.amount_krw]
        rows.append(row)
    heads = [f"{year} {head}" for year in years for head in (_("firms"), _("jobs"), _("amount (won)"))]
    counted = _("As above, grouped by what the register says of the firm today."), _("Units: firms, jobs, won.")
    return Paper(title, " ".join(counted), [str(_("Group")), *heads], rows)


def _first_time(session: Session, district: District, years: list[int], names: dict[int, str]) -> Paper:
    found = first_time_firms(session, district.id, years)
    places = sorted({place for year in years for place in found[year]}, key=lambda place: names.get(place or 0, "힣"))
    rows: list[list[Cell]] = [
        [names.get(place or 0) or str(_("not known")), *(found[year].get(place, 0) for year in years)]
        for place in places
    ]
    return Paper(
        title=str(_("Firms with their first job")),
        definition=" ".join(
            [_("Firms whose first confirmed order on this platform was in that year."), _("Unit: firms.")]
        ),
        columns=[str(_("Group")), *(str(year) for year in years)],
        rows=rows,
    )
