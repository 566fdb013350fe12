"""T8: edits of every kind by another process, whether the next list here has seen them, and what that took it."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.recommendations.changes import look
from garment_hub.recommendations.edits import load_few
from garment_hub.recommendations.features import Window, ranked_factories
from garment_hub.recommendations.serving import served
from models.capacity import today_in_seoul
from models.factory import Factory
from tests.recommendations.editing import editor_elsewhere, fill

FACTORIES, EDITS, QUIET = 1_000, 10_000, 2_000
COMMAND = "python -m benchmarks serving"


def run() -> list[Row]:
    return [row for engine in ENGINES for row in _rows(engine)]


def _rows(name: str) -> list[Row]:
    with TemporaryDirectory() as folder, new_database(name, Path(folder)) as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        with unit_of_work(engine) as session:
            district_id = fill(session, FACTORIES).id
        _served(engine, district_id)
        seen, taken = 0, defaultdict[str, list[float]](list)
        with _reading(engine) as session:
            mark = look(session.connection(), district_id, None).mark
        with editor_elsewhere(url, seed=1, everybody=False) as edit:
            for _edit in range(EDITS):
                touched = edit()
                seconds = _served(engine, district_id)
                seen += _has_seen(engine, district_id, touched)
                with _reading(engine) as session:
                    news = look(session.connection(), district_id, mark)
                mark = news.mark
                taken["facts" if news.changes.facts else "days and showings"].append(seconds)
        quiet = [_served(engine, district_id) for _time in range(QUIET)]
        engine.dispose()
    return [
        Row(f"T8 edits of another process seen by the next list: 100 % ({name})", f"{seen:,} of {EDITS:,}", COMMAND),
        *(
            Row(f"T8 poll, read changed {what}, apply: at most 500 µs ({name})", _figure(times), COMMAND)
            for what, times in sorted(taken.items())
        ),
        Row(f"T8 poll when nothing changed ({name})", _figure(quiet), COMMAND),
    ]


@contextmanager
def _reading(engine: Engine) -> Iterator[Session]:
    """Ends as a page does; after a rollback PostgreSQL's driver would prepare its statements anew."""
    with Session(engine.execution_options(writes=False)) as session:
        yield session
        session.commit()


def _served(engine: Engine, district_id: int) -> float:
    """Seconds until the ranker is there, true to the database."""
    with _reading(engine) as session:
        session.execute(select(1))  # a page has read its brief before: the transaction has begun
        began = time.perf_counter()
        with served(session, district_id, today_in_seoul(), None):
            return time.perf_counter() - began


def _has_seen(engine: Engine, district_id: int, touched: set[int]) -> bool:
    which, window = ranked_factories(district_id) & Factory.id.in_(touched), Window.from_day(today_in_seoul())
    with _reading(engine) as session:
        stored = {one.id: replace(one, text="") for one in load_few(session, which, window)}
        with served(session, district_id, today_in_seoul(), None) as one:
            catalogue = one.ranker.catalogue_
            rows = {str(factory): catalogue.row_of.get(str(factory)) for factory in touched}
            return stored == {
                factory: catalogue.facts(row)
                for factory, row in rows.items()
                if row is not None and row not in catalogue.removed
            }


def _figure(seconds: list[float]) -> str:
    micros = sorted(1e6 * one for one in seconds)
    return f"median {statistics.median(micros):.0f} µs, p99 {micros[int(0.99 * len(micros))]:.0f} µs"
