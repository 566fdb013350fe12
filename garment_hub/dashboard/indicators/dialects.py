"""What the two databases spell differently: days and hours between moments, and the length of a list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class korean_day(FunctionElement[int]):  # noqa: N801 (written like a function of SQL)
    """The number of the day in Korea on which a moment lies; only differences mean anything."""

    type = Integer()
    inherit_cache = True


class plain_day(FunctionElement[int]):  # noqa: N801
    """The number of a date, counted as `korean_day` counts."""

    type = Integer()
    inherit_cache = True


class hours_between(FunctionElement[float]):  # noqa: N801
    """Hours from one moment to a later one, to a millisecond; reading both moments of many rows takes far longer."""

    type = Double()
    inherit_cache = True


class list_length(FunctionElement[int]):  # noqa: N801
    """How many values a JSON list holds."""

    type = Integer()
    inherit_cache = True


@compiles(korean_day, "sqlite")
def _korean_day_sqlite(element: korean_day, compiler: Any, **options: Any) -> str:
    return f"CAST(julianday(date({compiler.process(element.clauses, **options)}, '+9 hours')) AS INTEGER)"


@compiles(korean_day, "postgresql")
def _korean_day_postgresql(element: korean_day, compiler: Any, **options: Any) -> str:
    return f"((({compiler.process(element.clauses, **options)}) AT TIME ZONE 'Asia/Seoul')::date - DATE '2000-01-01')"


@compiles(plain_day, "sqlite")
def _plain_day_sqlite(element: plain_day, compiler: Any, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(plain_day, "postgresql")
def _plain_day_postgresql(element: plain_day, compiler: Any, **options: Any) -> str:
    return f"(({compiler.process(element.clauses, **options)}) - DATE '2000-01-01')"


@compiles(hours_between, "sqlite")
def _hours_between_sqlite(element: hours_between, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"round((julianday({end}) - julianday({start})) * 24, 6)"


@compiles(hours_between, "postgresql")
def _hours_between_postgresql(element: hours_between, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(round(EXTRACT(EPOCH FROM ({end} - {start})) / 3600, 6) AS double precision)"


@compiles(list_length, "sqlite")
def _list_length_sqlite(element: list_length, compiler: Any, **options: Any) -> str:
    return f"json_array_length({compiler.process(element.clauses, **options)})"


@compiles(list_length, "postgresql")
def _list_length_postgresql(element: list_length, compiler: Any, **options: Any) -> str:
    return f"jsonb_array_length({compiler.process(element.clauses, **options)})"
