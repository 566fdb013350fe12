"""One process that only serves: loads what was learnt, takes the facts of a register as a stream, and makes lists.

``python -m benchmarks.partners_memory FOLDER SIZE`` prints what that took as JSON. A process of its own, because what a
rival needs must not be counted.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.partners_register import count_of_buyers, factories, read, requests
from benchmarks.partners_world import LEAST_SHARE, MOST_SHARE
from benchmarks.rivals import PLACES
from recommender import Answer, FactoryFeatures, load

LISTS, TIMES = 100, 3


class Counted:
    """Factories one by one whose number is known before, as it is of rows in a database: room is made once."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[FactoryFeatures]:
        return factories(self.count)


def serve(folder: Path, size: int) -> dict[str, float]:
    before = _resident_mb()
    began = time.perf_counter()
    generated = sum(1 for _ in factories(size))
    made_up = time.perf_counter() - began
    began = time.perf_counter()
    ranker = load(folder).refresh(Counted(generated))
    loaded = time.perf_counter() - began - made_up
    asked = []
    for request in requests(4 * LISTS, count_of_buyers(size)):
        share = 1 - ranker.count(read(request))[Answer.NO] / size
        if LEAST_SHARE <= share <= MOST_SHARE:
            asked.append((request, share))
    seconds = []
    for request, _ in TIMES * asked[:LISTS]:
        began = time.perf_counter()
        ranker.recommend(read(request), k=PLACES)
        seconds.append(time.perf_counter() - began)
    return {
        "memory_mb": round(_resident_mb(), 1),
        "memory_before_mb": round(before, 1),
        "load_s": round(loaded, 2),
        "list_ms": round(1000 * statistics.median(seconds), 3),
        "list_p99_ms": round(1000 * statistics.quantiles(seconds, n=100)[98], 3),
        "feasible_share": round(statistics.mean(share for _, share in asked[:LISTS]), 4),
    }


def _resident_mb() -> float:
    """The most this process has ever held; Linux counts what its parent held into ``ru_maxrss``, not into VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> int:
    folder, size = sys.argv[1:]
    with threadpool_limits(1):
        print(json.dumps(serve(Path(folder), int(size))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
