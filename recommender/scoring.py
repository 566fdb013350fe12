"""The score as a pure function of brief, facts, learnt numbers and weights, and the order it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from recommender.labels import Array
from recommender.signals import (
    DECIMALS,
    Acceptance,
    CapacityFit,
    Continuity,
    Evidence,
    FairTurn,
    History,
    Nearness,
    PriceFit,
    Quality,
    Reliability,
    Signal,
)
from recommender.specialty import Specialty
from recommender.survey import Columns
from recommender.types import id_key

#: Changes with every change of the default weights or of a part's formula.
WEIGHTS_VERSION = "3"

#: Shares of the parts; they add up to 1. Certificates and low prices weigh nothing.
DEFAULT_WEIGHTS: dict[str, float] = {
    "specialty": 0.26,
    "capacity_fit": 0.18,
    "history": 0.10,
    "continuity": 0.08,
    "reliability": 0.10,
    "quality": 0.08,
    "acceptance": 0.05,
    "nearness": 0.10,
    "price_fit": 0.05,
}

PARTS: dict[str, type[Signal]] = {
    signal.name: signal
    for signal in (
        Specialty,
        CapacityFit,
        History,
        Continuity,
        Reliability,
        Quality,
        Acceptance,
        Nearness,
        PriceFit,
    )
}
#: Parts that add up to a score, in the order in which they are added.
ALL_PARTS = PARTS | {FairTurn.name: FairTurn}


def checked_weights(weights: Mapping[str, float] | None) -> dict[str, float]:
    """The weights in the order of ``PARTS``.

    Raises
    ------
    ValueError
        If a part is unknown or missing, a weight is below 0 or above 1, or the sum is not 1 (within 1e-9).
    """
    given = dict(DEFAULT_WEIGHTS if weights is None else weights)
    if wrong := set(given) ^ set(PARTS):
        raise ValueError(f"weights: wanted one for each of {', '.join(PARTS)}; wrong: {', '.join(sorted(wrong))}")
    if any(not 0.0 <= weight <= 1.0 for weight in given.values()):
        raise ValueError("weights: each must lie between 0 and 1")
    if abs(sum(given.values()) - 1.0) > 1e-9:
        raise ValueError(f"weights: must add up to 1, not {sum(given.values()):g}")
    return {name: given[name] for name in PARTS}


def part_values(columns: Columns, evidence: Evidence, signals: Sequence[Signal]) -> Array:
    """Value of every signal for every row, shape (signals, n), in [0, 1]; those of the fair turn are at most 0."""
    if not len(columns.rows):
        return np.zeros((len(signals), 0))
    return np.array([signal.value(columns, evidence) for signal in signals])


def weighted_parts(values: Array, weights: Sequence[float]) -> Array:
    """Weight times value, rounded to 9 decimals so that ties are ties everywhere; sums of columns are the scores."""
    return np.asarray(np.round(values * np.array(weights)[:, None], DECIMALS))


def best_first(scores: Array, is_known: Array, identity: Callable[[int], str], k: int) -> list[int]:
    """Places of the best ``k``; on a tie a known yes before an unknown, then by id, numbers as numbers."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        places = np.flatnonzero(scores >= least).tolist()
    else:
        places = list(range(len(scores)))
    keys: dict[int, Any] = {
        place: (-float(scores[place]), not is_known[place], id_key(identity(place))) for place in places
    }
    return sorted(places, key=keys.__getitem__)[:k]
