"""Reads of a few factories, one statement each: what an edit changed, or who stands on a stored list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import JSON, Connection, Integer, String, bindparam, cast, exists, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

from garment_hub.recommendations.features import (
    CAPACITY,
    FIELD_OF_KIND,
    FREE,
    Beside,
    Condition,
    Window,
    factory_columns,
    features_of,
    free_week,
    list_of,
    ranked_factories,
    rate_order,
    week_start,
)
from models.capacity import CapacityWeek
from models.factory import Factory, FactoryCapability, FactoryCertificate, FactoryFact, FactoryRate
from models.factory_exposure import FactoryExposure
from recommender import FactoryFeatures, FreeWeek, Rate, Stated


class json_rows(GenericFunction[Any]):  # noqa: N801 (named as in SQL)
    """All rows of a subquery as one list of lists."""

    type = JSON()
    inherit_cache = True


@compiles(json_rows, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(json_rows, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))"


def load_few(session: Session, which: Condition, window: Window) -> list[FactoryFeatures]:
    """What ``load_factories`` gives, sooner where they are few and later where they are many."""
    session.flush()
    query = _everything().where(which)
    return [_features(row) for row in session.connection().execute(query, _days(window))]


def load_changed(
    connection: Connection, district_id: int, ids: Collection[int], window: Window, *, include_unlisted: bool
) -> list[FactoryFeatures]:
    """Those of them that a list may hold."""
    values = {"district": district_id, "ids": list(ids)} | _days(window)
    rows = connection.execute(_ranked_ones(include_unlisted), values)
    return [_features(row) for row in rows if row.is_ranked]


def load_capacity(
    connection: Connection, ids: Collection[int], window: Window
) -> dict[str, tuple[FreeWeek, ...] | None]:
    """Free weeks by factory; None for who never spoke of capacity."""
    rows = connection.execute(_capacity(), {"ids": list(ids)} | _days(window))
    return {str(row.id): _free_weeks(row) if row.is_stated or row.is_noted else None for row in rows}


def load_exposure(connection: Connection, ids: Collection[int]) -> dict[str, float]:
    """How much each was shown; 0 for who never was."""
    amounts = {row.factory_id: row.amount for row in connection.execute(_exposure(), {"ids": list(ids)})}
    return {str(one): amounts.get(one, 0.0) for one in ids}


def _days(window: Window) -> dict[str, date]:
    return {"first": window.first, "last": window.last}


# Statements are made once: making one takes longer than running it.


@cache
def _ranked_ones(include_unlisted: bool) -> Any:
    """Found by their ids alone, since PostgreSQL may take the district for the better way in."""
    which = ranked_factories(bindparam("district", type_=Integer), include_unlisted=include_unlisted)
    return _everything().add_columns(which.label("is_ranked")).where(Factory.id.in_(bindparam("ids", expanding=True)))


@cache
def _everything() -> Any:
    codes, fact = FactoryCapability, FactoryFact
    rate, certificate = FactoryRate, FactoryCertificate
    return factory_columns().add_columns(
        _lists(codes, type_coerce(codes.kind, String), codes.code, cast(codes.has, Integer)).label("codes"),
        _lists(rate, rate.pieces_per_day, rate.item, rate.stage).label("rates"),
        _lists(certificate, certificate.code, type_coerce(certificate.valid_until, String)).label("certificates"),
        _lists(fact, fact.name, cast(fact.is_complete, Integer)).label("facts"),
        *_week_columns(),
    )


@cache
def _capacity() -> Any:
    noted = exists().where(FactoryFact.factory_id == Factory.id, FactoryFact.name == CAPACITY)
    query = select(Factory.id, noted.label("is_noted"), *_week_columns())
    return query.where(Factory.id.in_(bindparam("ids", expanding=True)))


@cache
def _exposure() -> Any:
    query = select(FactoryExposure.factory_id, FactoryExposure.amount)
    return query.where(FactoryExposure.factory_id.in_(bindparam("ids", expanding=True)))


def _week_columns() -> tuple[Any, Any]:
    week = CapacityWeek
    inside = week.starts_on.between(bindparam("first"), bindparam("last"))
    weeks = _lists(week, type_coerce(week.starts_on, String), FREE, where=inside)
    return weeks.label("weeks"), exists().where(week.factory_id == Factory.id).label("is_stated")


def _lists(table: Any, *columns: Any, where: Any = None) -> Any:
    query = select(json_rows(*columns)).where(table.factory_id == Factory.id)
    return (query if where is None else query.where(where)).scalar_subquery()


def _features(row: Any) -> FactoryFeatures:
    complete = {name for name, is_complete in row.facts or () if is_complete}
    is_noted = any(name == CAPACITY for name, _is_complete in row.facts or ())
    beside = Beside(
        stated={row.id: _stated(row.codes or (), complete)},
        rates={row.id: tuple(sorted((Rate(float(one), *rest) for one, *rest in row.rates or ()), key=rate_order))},
        certificates={row.id: {code: _date(until) for code, until in sorted(row.certificates or ())}},
        weeks={row.id: _free_weeks(row)} if row.is_stated or is_noted else {},
    )
    return features_of(row, beside)


def _stated(rows: Any, complete: set[str]) -> dict[str, Stated]:
    lists: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for kind, code, has in rows:
        lists[kind][0 if has else 1].append(code)
    return {
        FIELD_OF_KIND[kind]: list_of(" ".join(has), " ".join(has_not), kind in complete)
        for kind, (has, has_not) in lists.items()
        if kind in FIELD_OF_KIND
    }


def _free_weeks(row: Any) -> tuple[FreeWeek, ...]:
    weeks = (free_week(date.fromisoformat(monday), hundredths) for monday, hundredths in row.weeks or ())
    return tuple(sorted(weeks, key=week_start))


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
