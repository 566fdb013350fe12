"""Whether factories said yes as often as the acceptance signal had foretold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from recommender.evaluation import Interval, interval_of
from recommender.market import Market
from recommender.ranker import PartnerRanker
from recommender.scoring import DEFAULT_WEIGHTS
from recommender.trading import Trading, Truth
from recommender.types import BriefFeatures, FactoryFeatures, Outcome
from recommender.windows import Window, answered, rolling_windows

ACCEPTANCE = "acceptance"
N_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Requests foretold about alike: how many, the mean foretold, and the share that was accepted."""

    requests: int
    foretold: float
    accepted: Interval


@dataclass(frozen=True, slots=True)
class Calibration:
    """Reliability curve and Brier score (1950); ``brier_of_mean`` is that of always foretelling the learnt mean."""

    requests: int
    accepted_share: float
    brier: Interval
    brier_of_mean: float
    expected_calibration_error: float
    bins: tuple[Bin, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def acceptance_calibration(log: Sequence[Outcome], n_windows: int = 4, random_state: int = 0) -> Calibration | None:
    """The acceptance signal as a probability, against the answers of rolling windows; None where there are too few."""
    blanks = [FactoryFeatures(id=one) for one in sorted({row.factory for row in answered(log)})]
    windows = rolling_windows(blanks, log, n_windows, rows=answered)
    foretold = [one for window in windows for one in _foretold(window)]
    if not foretold:
        return None
    rows, probabilities, means = zip(*foretold, strict=True)
    return calibration_of(
        list(probabilities),
        [row.accepted is True for row in rows],
        [row.buyer for row in rows],
        list(means),
        random_state,
    )


def market_calibration(given: Mapping[str, Any], random_state: int = 0) -> Calibration | None:
    """The same on the answers of the made-up factories of a market.

    Raises
    ------
    ValueError
        If a coefficient is wrong (the message names it).
    """
    return acceptance_calibration(Trading(Truth.draw(Market.from_json(given))).run().log, random_state=random_state)


def calibration_of(
    foretold: Sequence[float],
    happened: Sequence[bool],
    groups: Sequence[str],
    usual: Sequence[float],
    random_state: int = 0,
) -> Calibration:
    """Reliability in ten bins of about as many requests each; intervals over groups."""
    expected, seen = np.asarray(foretold, dtype=float), np.asarray(happened, dtype=float)
    names = np.asarray(groups)
    order = np.argsort(expected, kind="stable")
    bins = []
    for rows in np.array_split(order, min(N_BINS, len(order))):
        share = interval_of(seen[rows].tolist(), names[rows].tolist(), random_state)
        bins.append(Bin(len(rows), float(expected[rows].mean()), share))
    gaps = [one.requests * abs(one.foretold - one.accepted.mean) for one in bins]
    return Calibration(
        requests=len(seen),
        accepted_share=float(seen.mean()),
        brier=interval_of(((expected - seen) ** 2).tolist(), groups, random_state),
        brier_of_mean=float(((np.asarray(usual, dtype=float) - seen) ** 2).mean()),
        expected_calibration_error=sum(gaps) / len(seen),
        bins=tuple(bins),
    )


def _foretold(window: Window) -> Iterator[tuple[Outcome, float, float]]:
    """Every request with its foretold probability and the mean learnt by then.

    Nothing is stated about the factories here, so that the hard limits let every one of them pass.
    """
    learnt = [replace(row, is_order=False) for row in answered(window.learnt)]
    mean = sum(row.accepted is True for row in learnt) / len(learnt)
    by_item: dict[str, list[Outcome]] = defaultdict(list)
    for row in window.requests:
        by_item[row.item or ""].append(row)
    weights = {name: float(name == ACCEPTANCE) for name in DEFAULT_WEIGHTS}
    ranker = PartnerRanker(weights).fit(window.factories, learnt, window.as_of)
    for item, rows in by_item.items():
        brief = BriefFeatures(item, 1, window.until + timedelta(days=1), frozenset(), as_of=window.until)
        answer = ranker.recommend(brief, k=len(window.factories))
        values = {one.factory: one.parts[ACCEPTANCE] for one in answer.ranked}
        yield from ((row, values[row.factory], mean) for row in rows)
