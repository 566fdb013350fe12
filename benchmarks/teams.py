"""How long three teams take for a large order: 60 workshops that could take a part, six stages, 3,000 pieces."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from benchmarks import Row
from recommender import BriefFeatures, FactoryFeatures, FreeWeek, Rate, Stated
from recommender.teams import propose_teams

STAGES = ["pattern", "cutting_stage", "decoration", "sewing", "special_machine", "finishing"]
WORK = ["pattern_making", "cutting", "embroidery", "lockstitch", "bartack", "ironing_finishing"]
STAGE_OF = dict(zip(WORK, STAGES, strict=True))
CANDIDATES, PIECES, WEEKS, DISTRICTS = 60, 3_000, 8, 9
MONDAY = date(2026, 3, 2)
COMMAND = "python -m benchmarks teams"
Span = Callable[[np.random.Generator], tuple[int, int]]


def run() -> list[Row]:
    promise = f"Three teams: {CANDIDATES} candidates, {len(STAGES)} stages, {PIECES:,} pieces, within 1 s"
    kinds = {
        "one stage each": (lambda draw: (at := int(draw.integers(6)), at + 1), 6.0),
        "one to three stages each, ample time": (_specialist, 10.0),
        "the same, hardly enough time": (_specialist, 2.5),
        "the same, very little time": (_specialist, 1.0),
        "every one does all stages": (lambda _draw: (0, 6), 3.0),
    }
    return [Row(f"{promise}; {name}", _measured(span, pace), COMMAND) for name, (span, pace) in kinds.items()]


def _measured(span: Span, pace: float) -> str:
    brief = BriefFeatures("coat", PIECES, MONDAY + timedelta(weeks=WEEKS, days=-1), frozenset(WORK), as_of=MONDAY)
    seconds, found = [], 0
    for seed in range(DISTRICTS):
        draw = np.random.default_rng(seed)
        crew = [_workshop(number, draw, span, pace) for number in range(CANDIDATES)]
        scores = {factory.id: float(score) for factory, score in zip(crew, draw.uniform(size=len(crew)), strict=True)}
        start = time.perf_counter()
        found += bool(propose_teams(brief, crew, STAGE_OF, STAGES, scores))
        seconds.append(time.perf_counter() - start)
    return (
        f"median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s; "
        f"a team in {found} of {DISTRICTS} districts"
    )


def _specialist(draw: np.random.Generator) -> tuple[int, int]:
    at = int(draw.integers(6))
    return at, min(6, at + 1 + int(draw.integers(3)))


def _workshop(number: int, draw: np.random.Generator, span: Span, pace: float) -> FactoryFeatures:
    begin, end = span(draw)
    whole = float(draw.integers(20, 150)) * pace
    rates = [Rate(whole), *(Rate(whole * float(draw.uniform(1, 4)), stage=stage) for stage in STAGES[begin:end])]
    free = [FreeWeek(MONDAY + timedelta(weeks=week), 100 * int(draw.integers(8))) for week in range(WEEKS)]
    return FactoryFeatures(
        f"{number:02}",
        items=Stated(frozenset({"coat"})),
        processes=Stated(frozenset(WORK[begin:end]), is_complete=True),
        minimum_order_quantity=int(draw.integers(20, 300)),
        rates=tuple(rates),
        free_weeks=tuple(free),
    )
