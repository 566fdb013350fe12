"""The nearest factories that pass the hard rules, found by PostgreSQL with pgvector: an exact scan with the filter.

Debian 12 packages no pgvector. One way to a server: ``pip install pgserver`` in an environment of its own, and from its
``pginstall/bin`` ``initdb`` and ``pg_ctl -o "-h 127.0.0.1 -p 54329"``; its address goes into the setting below.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.partners_register import AS_OF, WEEKS
from benchmarks.rivals import (
    CERTIFICATES,
    ITEMS,
    PLACES,
    PROCESSES,
    STAGES,
    WHOLE,
    Array,
    RuleColumns,
    allowed_in_price,
    bits,
    days_by_week,
    only_stage,
)
from recommender import BriefFeatures
from recommender.feasibility import VERIFICATION_LASTS

SETTING = "GARMENT_HUB_BENCH_PGVECTOR_URL"
_FLAGS = ("active", "has_spoken")
_NUMBERS = ("minimum", "lead", "verified", "floor_without_vat", "floor_with_vat")
_MASKS = ("may_items", "may_processes", "included")
# Lists of one number a code become one column a code: arrays would have to be unpacked row by row.
_LISTS = {"rate": ITEMS, "stage_rate": STAGES, "certificate": CERTIFICATES, "free": range(WEEKS)}
_TYPES = {"rate": sa.Double, "stage_rate": sa.Double, "certificate": sa.Integer, "free": sa.SmallInteger}


class Pgvector:
    """One connection with one worker, as the other sides have one thread."""

    def __init__(self, connection: Connection, table: sa.Table) -> None:
        self._connection, self._table = connection, table

    def nearest(self, brief: BriefFeatures, vector: Array) -> Array:
        column = self._table.c
        nearest = sa.select(column.id).where(_passes(column, brief)).limit(PLACES)
        found = self._connection.scalars(nearest.order_by(column.vector.max_inner_product(vector)))
        return np.array(found.all(), dtype=np.int64)


@contextmanager
def filled(columns: RuleColumns, vectors: Array) -> Iterator[Pgvector]:
    """A table of its own, gone afterwards.

    Raises
    ------
    LookupError
        If no server is named.
    ImportError
        If the client is not installed.
    """
    if not (named := os.environ.get(SETTING)):
        raise LookupError(f"{SETTING} names no PostgreSQL with pgvector")
    address = sa.make_url(named).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    table = _table(vectors.shape[1])
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
        for setting in ("max_parallel_workers_per_gather = 0", "jit = off", "temp_buffers = '1GB'"):
            connection.execute(sa.text(f"SET {setting}"))
        table.create(connection)
        _copy(connection, table, columns, vectors)
        connection.execute(sa.text(f"VACUUM ANALYZE {table.name}"))
        yield Pgvector(connection, table)
        table.drop(connection)
    engine.dispose()


def _table(size: int) -> sa.Table:
    from pgvector.sqlalchemy import VECTOR

    plain: list[sa.Column[Any]] = [
        *(sa.Column(name, sa.Boolean) for name in _FLAGS),
        *(sa.Column(name, sa.Integer) for name in _NUMBERS),
        *(sa.Column(name, sa.BigInteger) for name in _MASKS),
        *(sa.Column(f"{name}_{code}", _TYPES[name]) for name, codes in _LISTS.items() for code in codes),
    ]
    vector: sa.Column[Any] = sa.Column("vector", VECTOR(size))
    number = sa.Column("id", sa.Integer, primary_key=True)
    return sa.Table("garment_hub_bench", sa.MetaData(), number, *plain, vector, prefixes=["TEMPORARY"])


def _copy(connection: Connection, table: sa.Table, columns: RuleColumns, vectors: Array) -> None:
    facts = columns.columns
    ready = [
        *(facts[name] for name in (*_FLAGS, *_NUMBERS)),
        _packed(facts["may_item"]),
        _packed(facts["may_process"]),
        facts["included"],
        *(row for name in _LISTS for row in facts[name]),
    ]
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy(f"COPY {table.name} FROM STDIN") as rows:
        for number, (one, vector) in enumerate(zip(zip(*map(_listed, ready), strict=True), vectors, strict=True)):
            rows.write_row((number, *one, str(vector.tolist())))


def _listed(column: Array) -> list[Any]:
    values: list[Any] = column.tolist()
    return values


def _packed(flags: Array) -> Array:
    return np.asarray(sum(row.astype(np.int64) << number for number, row in enumerate(flags)))


def _passes(column: Any, brief: BriefFeatures) -> Any:
    processes = bits(brief.processes)
    conditions = [
        column.active,
        column.may_items.op("&")(1 << ITEMS[brief.item]) != 0,
        column.may_processes.op("&")(processes) == processes,
        column.minimum <= brief.quantity,
        column.lead <= (brief.needed_by - brief.starts_on).days,
        sa.or_(~column.has_spoken, _free(column, brief) >= _needed(column, brief)),
    ]
    conditions += [column[f"certificate_{code}"] >= AS_OF.toordinal() for code in brief.certificates]
    if brief.verified_only:
        conditions.append(column.verified >= (AS_OF - VERIFICATION_LASTS).toordinal())
    if (budget := brief.budget_per_piece_krw) is not None:
        floor = column.floor_with_vat if brief.vat_included else column.floor_without_vat
        covers_more = column.included.op("&")(~allowed_in_price(brief)) != 0
        conditions.append(sa.or_(covers_more, floor <= WHOLE * budget))
    return sa.and_(*conditions)


def _needed(column: Any, brief: BriefFeatures) -> Any:
    rate = column[f"rate_{brief.item}"]
    if (stage := only_stage(brief)) is not None:
        of_stage = column[f"stage_rate_{stage}"]
        rate = sa.case((of_stage == np.inf, rate), (rate == np.inf, of_stage), else_=sa.func.greatest(rate, of_stage))
    return sa.func.ceil(100.0 * brief.quantity / rate)


def _free(column: Any, brief: BriefFeatures) -> Any:
    def of(week: int, days: int) -> Any:
        stated = column[f"free_{week}"]
        return sa.case((stated < 0, 100 * days), else_=stated * days // 7)

    return sum((of(week, days) for week, days in days_by_week(brief)), start=0)


assert len(PROCESSES) < 64  # they are bits of one number
