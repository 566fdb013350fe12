"""Figures of merit for ranked lists, their intervals, and splits that keep sister factories together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from math import log2
from typing import Any

import numpy as np

#: Bootstrap draws and the share of them outside the interval on each side.
_DRAWS, _TAIL = 1_000, 0.025


def ndcg(ranking: Sequence[str], relevant: AbstractSet[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain with binary gains (Järvelin and Kekäläinen, 2002), in [0, 1]."""
    gain = sum(1.0 / log2(place + 1) for place, one in enumerate(ranking[:k], start=1) if one in relevant)
    best = sum(1.0 / log2(place + 1) for place in range(1, min(k, len(relevant)) + 1))
    return gain / best if best else 0.0


def hit(ranking: Sequence[str], relevant: AbstractSet[str], k: int = 3) -> float:
    """1 if one of the first ``k`` is relevant."""
    return float(any(one in relevant for one in ranking[:k]))


def recall(ranking: Sequence[str], relevant: AbstractSet[str], k: int = 10) -> float:
    """Share of the relevant that could stand among the first ``k`` and do."""
    found = sum(one in relevant for one in ranking[:k])
    return found / min(k, len(relevant)) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: AbstractSet[str]) -> float:
    """1 over the place of the first relevant one, 0 if there is none."""
    return next((1.0 / place for place, one in enumerate(ranking, start=1) if one in relevant), 0.0)


METRICS: dict[str, Callable[[Sequence[str], AbstractSet[str]], float]] = {
    "ndcg_at_10": ndcg,
    "hit_at_3": hit,
    "recall_at_10": recall,
    "mrr": reciprocal_rank,
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over cases with 95 % intervals."""

    ndcg_at_10: Interval
    hit_at_3: Interval
    recall_at_10: Interval
    mrr: Interval
    cases: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def figures_of(
    rankings: Sequence[Sequence[str]],
    relevant: Sequence[AbstractSet[str]],
    groups: Sequence[Hashable] | None = None,
    random_state: int = 0,
) -> Figures:
    """All metrics of some rankings.

    Parameters
    ----------
    rankings : sequence of sequence of str
        Best first, one a case.
    relevant : sequence of set of str
        What was right in each case; must not be empty.
    groups : sequence, optional
        Who each case belongs to: the bootstrap draws these (designers), since cases of one are alike. Each case is its
        own group if left out.
    random_state : int

    Raises
    ------
    ValueError
        If there is no case, lengths differ or a case has nothing relevant.
    """
    if not rankings or len(rankings) != len(relevant) or not all(relevant):
        raise ValueError("rankings: at least one, each with something relevant")
    intervals = {
        name: interval_of([metric(*case) for case in zip(rankings, relevant, strict=True)], groups, random_state)
        for name, metric in METRICS.items()
    }
    return Figures(**intervals, cases=len(rankings))


def interval_of(values: Sequence[float], groups: Sequence[Hashable] | None = None, random_state: int = 0) -> Interval:
    """Mean and percentile bootstrap over groups (Efron, 1979): a draw's mean is its sum over its number of cases."""
    members = _members(groups if groups is not None else range(len(values)))
    numbers = np.asarray(values, dtype=float)
    sums = np.array([numbers[rows].sum() for rows in members])
    sizes = np.array([len(rows) for rows in members])
    draws = np.random.default_rng(random_state).integers(len(members), size=(_DRAWS, len(members)))
    means = sums[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    low, high = np.quantile(means, [_TAIL, 1 - _TAIL])
    return Interval(float(numbers.mean()), float(low), float(high))


def _members(groups: Sequence[Hashable]) -> list[list[int]]:
    rows: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        rows.setdefault(group, []).append(row)
    return list(rows.values())


def group_splits(
    groups: Sequence[Hashable], n_splits: int = 12, share: float = 0.25, random_state: int = 0
) -> Iterator[tuple[list[int], list[int]]]:
    """Rows to learn from and rows to hide, whole groups at a time (a site, an owner): sister factories would leak.

    Parameters
    ----------
    groups : sequence
        Group of each row.
    n_splits : int
    share : float
        Chance of a group to be hidden.
    random_state : int

    Yields
    ------
    kept, hidden : list of int
    """
    names = sorted(set(groups), key=repr)
    for split in range(n_splits):
        drawn = np.random.default_rng([random_state, split]).random(len(names)) < share
        hidden_groups = {name for name, is_hidden in zip(names, drawn, strict=True) if is_hidden}
        hidden = [row for row, group in enumerate(groups) if group in hidden_groups]
        yield [row for row, group in enumerate(groups) if group not in hidden_groups], hidden
