"""F1 and F2: thousands of contests for the last days of a factory, and one form sent many times at once."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from garment_hub import schema
from garment_hub.db import make_engine
from tests.orders.contests import (
    award_contest,
    cancel_contest,
    hold_contest,
    lowering_contest,
    same_form_contest,
)

AWARDS, CANCELS, LOWERINGS, HOLDS, FORMS, CROWDS = 4_000, 400, 400, 200, 1_000, 50
RACE_MS = 2
COMMAND = "python -m benchmarks contests"


def run() -> list[Row]:
    return [row for engine in ENGINES for row in _rows(engine)]


def _rows(name: str) -> list[Row]:
    with TemporaryDirectory() as folder, new_database(name, Path(folder)) as url:
        engine = make_engine(url, race_ms=RACE_MS)
        schema.upgrade(engine)
        wrong = [
            _wrong(AWARDS, lambda: award_contest(engine, contenders=4, free_days=2)[0]),
            _wrong(CANCELS, lambda: cancel_contest(engine)),
            _wrong(LOWERINGS, lambda: lowering_contest(engine)),
            _wrong(HOLDS, lambda: hold_contest(engine, contenders=3)),
        ]
        doubles = _wrong(FORMS, lambda: same_form_contest(engine, senders=4))
        engine.dispose()
        engine = make_engine(url)  # for figures of speed nobody waits on purpose
        per_second, p99 = _crowds(engine)
        engine.dispose()
    rounds = AWARDS + CANCELS + LOWERINGS + HOLDS
    return [
        Row(f"F1 no contested round ends wrong: 0 of 5,000 ({name})", f"{sum(wrong)} of {rounds:,}", COMMAND),
        Row(f"F2 one form sent four times at once, one order: 0 of 1,000 ({name})", f"{doubles} of {FORMS:,}", COMMAND),
        Row(f"Contested awards per second, 16 contenders ({name})", f"{per_second:.0f}", COMMAND),
        Row(f"p99 of an award under 16 contenders ({name})", f"{p99 * 1000:.0f} ms", COMMAND),
    ]


def _wrong(rounds: int, contest: Callable[[], int]) -> int:
    return sum(contest() for _round in range(rounds))


def _crowds(engine: Engine) -> tuple[float, float]:
    """Answers per second of a crowd of 16, and the 99th percentile of the time an answer took."""
    seconds: list[float] = []
    spent = 0.0
    for _crowd in range(CROWDS):
        _is_wrong, result = award_contest(engine, contenders=16, free_days=7)
        spent += max(result.seconds)
        seconds += result.seconds
    return len(seconds) / spent, statistics.quantiles(seconds, n=100)[98]
