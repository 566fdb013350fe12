"""Lists of partners against other ways to find them, edits, memory: what ``recommender bench`` prints."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from threadpoolctl import threadpool_limits

from benchmarks import Row, pages, partners_pgvector
from benchmarks.partners_edits import EDITS, capacity_edits
from benchmarks.partners_register import AS_OF, read
from benchmarks.partners_rounds import Rounds, Side, memory_bandwidth
from benchmarks.partners_world import BRIEFS, World, fitted
from benchmarks.rivals import PLACES, Scikit, flat_index, neighbours
from garment_hub.db import engine_of
from recommender import PartnerRanker, save
from recommender.compiled import CompiledEncoder

COMMAND = "python -m benchmarks partners"
SIZES, LARGEST = (25_000, 100_000), 1_000_000
OURS, RANKING, COMPILED = "end to end", "ranking alone", "compiled encoder"
SCIKIT, PIPELINE, NEIGHBOURS = "scikit-learn", "Pipeline.transform", "NearestNeighbors"
FAISS, PGVECTOR = "faiss IndexFlatIP", "pgvector"
#: Ratio, the side it is measured against, our side.
_AGAINST = {
    "T1": (SCIKIT, OURS), "T2": (NEIGHBOURS, OURS), "T3": (FAISS, OURS), "T4": (PIPELINE, COMPILED),
    "T5": (PGVECTOR, OURS),
}  # fmt: skip
_PROMISES = {
    "T1": "a list with reasons against the best scikit-learn way (Pipeline, mask, exact search)",
    "T2": "a list with reasons against NearestNeighbors alone, without filter and reasons",
    "T3": "a list with reasons against faiss IndexFlatIP alone, without filter and reasons",
    "T4": "the compiled encoder against Pipeline.transform",
    "T5": "a list with reasons against an exact scan with the filter in pgvector",
}
#: Gates of the first size, goals of the second.
_GOALS: dict[int, dict[str, float]] = {
    SIZES[0]: {"T1": 30, "T4": 100},
    SIZES[1]: {"T1": 50, "T2": 25, "T3": 1.5, "T4": 120, "T5": 40},
}


def run() -> list[Row]:
    rows = [row for size in SIZES for row in _rows(measure(size))]
    with threadpool_limits(1):
        million = served(fitted(LARGEST), LARGEST)
    return [*rows, _memory_row(million, LARGEST), _load_row(million, LARGEST), _list_row(million, LARGEST)]


def measure(factories: int = 25_000) -> dict[str, Any]:
    """Everything ``recommender bench --json`` prints.

    Parameters
    ----------
    factories : int
        Size of the made-up register.

    Returns
    -------
    dict
        ``ratios`` above 1 mean that we are faster, but T7 (times the bandwidth limit), T8 (share of edits seen) and T9
        (a page with a list against the page without); ``skipped`` says why a figure is missing.
    """
    page_ratio = _page_ratio()
    with threadpool_limits(1):
        world = World.of(factories)
        world.check()
        rounds, skipped = _timed(world)
        ratios = {name: rounds.faster(rival, own) for name, (rival, own) in _AGAINST.items() if rival in rounds.seconds}
        bandwidth = memory_bandwidth()
        ratios["T7"] = rounds.against([touched / bandwidth for touched in world.bytes_touched()], RANKING)
        ratios["T8"], edits = capacity_edits(world)
        ratios["T9"] = page_ratio
    return {
        "factories": factories,
        "ratios": {name: round(ratio, 3) for name, ratio in ratios.items()},
        "medians_ms": rounds.milliseconds(statistics.median),
        "p99_ms": rounds.milliseconds(lambda times: statistics.quantiles(times, n=100)[98]),
        "feasible_share": round(world.feasible_share, 4),
        "encoder_difference": world.encoder_difference(),
        **edits,
        **{name: figure for name, figure in served(world.ranker, factories).items() if name != "feasible_share"},
        "skipped": skipped,
    }


def served(ranker: PartnerRanker, size: int) -> dict[str, float]:
    """What a process needs that only serves; see `partners_memory`."""
    with TemporaryDirectory() as folder:
        save(ranker, Path(folder), trained_on=AS_OF)
        call = [sys.executable, "-m", "benchmarks.partners_memory", folder, str(size)]
        done = subprocess.run(call, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _page_ratio() -> float:
    """A page with ten recommendations against the same page without, in processor time."""
    with TemporaryDirectory() as folder:
        app = pages.demo_site(Path(folder))
        without, with_list, _first_look = pages.measured(pages.two_briefs(app))
        engine_of(app).dispose()
    return with_list / without


def _timed(world: World) -> tuple[Rounds, dict[str, str]]:
    ranker, encoder, requests, briefs = world.ranker, world.encoder, world.requests, world.briefs
    scikit = Scikit(world.pipeline, world.rules, world.vectors)
    fresh = CompiledEncoder.from_pipeline(world.pipeline)  # one that has met none of the briefs' words
    vectors = [encoder.encode(brief) for brief in briefs]
    nearest = neighbours(world.vectors)
    sides: dict[str, Side] = {
        OURS: lambda case: ranker.recommend(read(requests[case]), k=PLACES),
        RANKING: lambda case: ranker.recommend(briefs[case], k=PLACES),
        COMPILED: lambda case: fresh.encode(briefs[case]),
        PIPELINE: lambda case: world.pipeline.transform([briefs[case]]),
        SCIKIT: lambda case: scikit.nearest(read(requests[case])),
        NEIGHBOURS: lambda case: nearest(vectors[case]),
    }
    skipped = {}
    with ExitStack() as stack:
        try:
            flat = flat_index(world.vectors)
            sides[FAISS] = lambda case: flat(vectors[case])
        except ImportError as error:
            skipped["T3"] = str(error)
        try:
            table = stack.enter_context(partners_pgvector.filled(world.rules, world.vectors))
            sides[PGVECTOR] = lambda case: table.nearest(briefs[case], vectors[case])
        except (ImportError, LookupError) as error:
            skipped["T5"] = str(error)
        return Rounds(sides, BRIEFS), skipped


def _rows(found: dict[str, Any]) -> list[Row]:
    size = found["factories"]
    return [
        *(_ratio_row(found, name) for name in _AGAINST),
        _row("T4 difference of the compiled encoder: ≤ 1e-5", size, f"{found['encoder_difference']:.1e}"),
        _row("T7 ranking against the limit set by memory bandwidth: goal ≤ 20 times, then ≤ 6", size,
             f"{found['ratios']['T7']:.1f} times"),
        _row(f"T8 edits seen by the next new list: 100 % of {EDITS:,}", size, f"{found['ratios']['T8']:.2%}"),
        _row("T8 a capacity edit: ≤ 10 µs; any edit of a factory: reported", size,
             f"{found['capacity_edit_us']:.1f} µs; {found['factory_edit_us']:.0f} µs"),
        _memory_row(found, size),
        _load_row(found, size),
        _list_row(found, size),
    ]  # fmt: skip


def _ratio_row(found: dict[str, Any], name: str) -> Row:
    size, (rival, own) = found["factories"], _AGAINST[name]
    goal = _GOALS.get(size, {}).get(name)
    promise = f"{name} {_PROMISES[name]}: {f'≥ {goal} times as fast' if goal else 'reported'}"
    if name in found["skipped"]:
        return _row(promise, size, f"not measured: {found['skipped'][name]}")
    ratio, medians = found["ratios"][name], found["medians_ms"]
    verdict = "" if ratio >= 1 else ", the rival wins"
    return _row(promise, size, f"{ratio:.3g} times ({medians[own]:.3g} ms, {rival} {medians[rival]:.3g} ms{verdict})")


def _memory_row(found: dict[str, Any], size: int) -> Row:
    goal = "≤ 1,200 MB" if size == LARGEST else "reported"
    return _row(f"Memory of a process that serves lists: {goal}", size, f"{found['memory_mb']:,.0f} MB at most")


def _load_row(found: dict[str, Any], size: int) -> Row:
    return _row("Taking in all facts of a register: reported", size, f"{found['load_s']:.1f} s")


def _list_row(found: dict[str, Any], size: int) -> Row:
    goal = "≤ 10 ms" if size == LARGEST else "reported"
    figure = f"median {found['list_ms']:.2f} ms, p99 {found['list_p99_ms']:.2f} ms"
    return _row(f"A list of ten with reasons, {found['feasible_share']:.1%} feasible: {goal}", size, figure)


def _row(promise: str, size: int, figure: str) -> Row:
    return Row(f"{promise} ({size:,} factories)", figure, COMMAND)
