"""Sides that take turns in one process, round after round, so that a busy machine is busy for all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

ROUNDS = 9
_COPIED_BYTES, _COPIES = 256 * 2**20, 7

#: Does its work for the case of that number.
Side = Callable[[int], Any]


class Rounds:
    """Seconds of every side, by round and case; a side that starts one round ends the next.

    Each round has its own cases, so that nobody gets away with remembering them.

    Parameters
    ----------
    sides : mapping of str to callable
    cases : int
        Of one round; the sides are called with numbers from 0 to ``(ROUNDS + 1) * cases - 1``, the first round is not
        counted.
    """

    def __init__(self, sides: Mapping[str, Side], cases: int) -> None:
        self.seconds: dict[str, list[list[float]]] = {name: [] for name in sides}
        names = list(sides)
        for side in sides.values():
            _pass(side, range(cases))
        for number in range(1, ROUNDS + 1):
            for name in names if number % 2 else reversed(names):
                self.seconds[name].append(_pass(sides[name], range(number * cases, (number + 1) * cases)))

    def faster(self, rival: str, own: str) -> float:
        """How many times longer the rival takes: the lower quartile of the rounds."""
        rounds = zip(self.seconds[rival], self.seconds[own], strict=True)
        return lower_quartile([sum(one) / sum(other) for one, other in rounds])

    def against(self, limits: Sequence[float], name: str) -> float:
        """How many times longer a side takes than a limit for every case: the lower quartile of the rounds."""
        cases = len(limits) // (ROUNDS + 1)
        rounds = enumerate(self.seconds[name], start=1)
        return lower_quartile([sum(one) / sum(limits[at * cases : (at + 1) * cases]) for at, one in rounds])

    def milliseconds(self, of: Callable[[list[float]], float]) -> dict[str, float]:
        """One figure for each side over all of its answers."""
        every = {name: [one for of_round in rounds for one in of_round] for name, rounds in self.seconds.items()}
        return {name: round(1000 * of(times), 4) for name, times in every.items()}


def lower_quartile(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=4, method="inclusive")[0]


def memory_bandwidth() -> float:
    """Bytes read and written in a second by the fastest of a few copies."""
    source = np.ones(_COPIED_BYTES, dtype=np.uint8)
    target = np.empty_like(source)
    seconds = []
    for _ in range(_COPIES):
        began = time.perf_counter()
        np.copyto(target, source)
        seconds.append(time.perf_counter() - began)
    return 2 * _COPIED_BYTES / min(seconds)


def _pass(side: Side, cases: range) -> list[float]:
    seconds = []
    for case in cases:
        began = time.perf_counter()
        side(case)
        seconds.append(time.perf_counter() - began)
    return seconds
