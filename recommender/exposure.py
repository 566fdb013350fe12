"""Who was shown how often, what that costs in the next list, and the labelled place beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import log2
from random import Random
from typing import Any

import numpy as np

from recommender.types import id_key

Values = np.ndarray[Any, np.dtype[np.float64]]

#: Exposure is counted in the worth of a showing on this day: as days pass nothing stored has to be rewritten.
REFERENCE_DAY = date(2026, 1, 1)
HALF_LIFE_DAYS = 30
#: Places that count as seen.
SEEN_PLACES = 10
#: What one showing at the first place costs, on scores in [0, 1].
FAIR_TURN = 0.02
#: The labelled place is drawn from the least shown quarter of the next twenty after the best five.
BEST, NEXT, SHARE = 5, 20, 4


def place_weight(rank: int) -> float:
    """How much a place is seen: 1 / log2(rank + 1), the discount of NDCG, for the first ten."""
    return 1.0 / log2(rank + 1) if rank <= SEEN_PLACES else 0.0


def units(day: date) -> float:
    """Worth of one showing on a day in reference units; what counts on a day is stored exposure divided by this."""
    return float(2.0 ** ((day - REFERENCE_DAY).days / HALF_LIFE_DAYS))


class ExposureLedger:
    """How often lists have shown each factory, fading by half in thirty days.

    Parameters
    ----------
    amounts : mapping of str to float, optional
        Factory to exposure in reference units, as `amounts` gives it.
    """

    def __init__(self, amounts: Mapping[str, float] | None = None) -> None:
        self._amounts = dict(amounts or {})

    def show(self, factories: Sequence[str], day: date) -> None:
        """A list was shown, best first."""
        worth = units(day)
        for rank, factory in enumerate(factories[:SEEN_PLACES], start=1):
            self._amounts[factory] = self._amounts.get(factory, 0.0) + place_weight(rank) * worth

    def amounts(self) -> dict[str, float]:
        """Exposure in reference units of every factory ever shown."""
        return dict(self._amounts)

    def of(self, factories: Iterable[str], day: date) -> Values:
        """What counts on a day: 1.0 is one showing at the first place that day; 0 for a factory never shown."""
        return np.array([self._amounts.get(factory, 0.0) for factory in factories], dtype=float) / units(day)


def fair_turns(exposures: Values, capacities: Values) -> Values:
    """-exposure / √(capacity / mean capacity), at most 0: a large factory may be shown more often.

    Times the strength λ of the fair turn this is its part of the score.

    Parameters
    ----------
    exposures : ndarray of shape (n,)
        What counts today.
    capacities : ndarray of shape (n,)
        Pieces a day, above 0; nan where nothing is stated, which counts as the mean.
    """
    is_known = capacities == capacities
    known = capacities[is_known]
    if not known.size:
        return 0.0 - exposures
    # Subtracted from 0 so that nothing comes out as -0.0.
    return 0.0 - exposures / np.sqrt(np.where(is_known, capacities / known.mean(), 1.0))


@dataclass(frozen=True, slots=True)
class Draw:
    """Who gets the labelled place, how probable that was, and among whom it was drawn, by id."""

    factory: str
    probability: float
    candidates: tuple[str, ...]


def turn_candidates(ids: Sequence[str], exposures: Sequence[float]) -> tuple[str, ...]:
    """The least shown quarter of the next twenty after the best five, by id; none where there are no more than five.

    Parameters
    ----------
    ids : sequence of str
        Factories, best first; no more than the first 25 are looked at.
    exposures : sequence of float
        What counts today, in the same order.
    """
    following = range(BEST, min(len(ids), BEST + NEXT))
    by_exposure = sorted(following, key=lambda place: (exposures[place], id_key(ids[place])))
    return tuple(sorted((ids[place] for place in by_exposure[: -(-len(following) // SHARE)]), key=id_key))


def draw_turn(ids: Sequence[str], exposures: Sequence[float], seed: int) -> Draw | None:
    """The draw of the labelled place, all candidates alike; None where there are none.

    The same seed draws the same place in every version of Python.
    """
    candidates = turn_candidates(ids, exposures)
    if not candidates:
        return None
    return Draw(candidates[int(Random(seed).random() * len(candidates))], 1.0 / len(candidates), candidates)
