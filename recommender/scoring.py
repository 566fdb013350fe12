"""The score as a pure function of brief, facts, learnt numbers and weights, and the order it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recommender.signals import (
    DECIMALS,
    Acceptance,
    CapacityFit,
    Continuity,
    History,
    Nearness,
    Pair,
    PriceFit,
    Quality,
    Reliability,
    Signal,
    Values,
)
from recommender.specialty import Specialty
from recommender.types import BriefFeatures, Considered

#: Changes with every change of the default weights or of a part's formula.
WEIGHTS_VERSION = "1"

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


def signal_values(brief: BriefFeatures, pairs: Sequence[Pair], signals: Sequence[Signal]) -> dict[str, Values]:
    """Value of every signal for every factory: name to array of shape (n,), in [0, 1]."""
    return {signal.name: signal.value(brief, pairs) for signal in signals}


def parts_of(values: Mapping[str, Values], weights: Mapping[str, float]) -> list[dict[str, float]]:
    """Weight times value for every factory, rounded to 9 decimals so that ties are ties everywhere."""
    weighted = {name: (weights[name] * column).tolist() for name, column in values.items()}
    count = len(next(iter(weighted.values()), []))
    return [{name: round(column[row], DECIMALS) for name, column in weighted.items()} for row in range(count)]


def score_of(parts: Mapping[str, float]) -> float:
    """The score is the sum of its parts, nothing else."""
    return sum(parts.values())


def order_key(considered: Considered, score: float) -> tuple[float, bool, tuple[int, int, str]]:
    """Best first; on a tie a known yes before an unknown, then by id, numbers as numbers."""
    return -score, not considered.is_known_feasible, id_key(considered.factory.id)


def id_key(identity: str) -> tuple[int, int, str]:
    """Sorts 2 before 10, and numbers before names."""
    if identity.isascii() and identity.isdigit():
        return 0, int(identity), identity
    return 1, 0, identity
