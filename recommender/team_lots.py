"""What a team still has to do, who could take which part of it, and how many pieces that is between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.capacity import DAY_HUNDREDTHS, DAYS_IN_WEEK

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps nobody has taken yet, one after the other, between two days (counted from one Monday, both included)."""

    steps: tuple[frozenset[str], ...]
    quantity: int
    first: int
    last: int
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One factory could take the steps ``begin`` up to ``end`` of a stretch; ``rate`` None: nobody knows how fast.

    Whoever names no rate gets at least the share of its steps in the days of the stretch. ``free`` are hundredths
    of a factory-day, week by week. ``least`` is the smallest lot it takes.
    """

    factory: str
    stretch: int
    begin: int
    end: int
    doubts: int
    rate: float | None
    free: tuple[int, ...]
    least: int


class Lots:
    """How many pieces each option can make between two days."""

    def __init__(self, options: Sequence[Option], stretches: Sequence[Stretch]) -> None:
        self.least = np.array([option.least for option in options])
        self.quantity = np.array([stretches[option.stretch].quantity for option in options])
        self._rate = np.array([option.rate or np.inf for option in options])
        self._days = np.array([_fewest_days(option, stretches[option.stretch]) for option in options])
        weeks = [(*option.free, 0) for option in options]  # the day behind the last may lie in a new week
        self._free = np.array(weeks, dtype=np.int64)
        self._before = np.concatenate([np.zeros((len(options), 1), np.int64), np.cumsum(self._free, axis=1)], axis=1)

    def between(self, which: Array, first: Array, last: Array) -> Array:
        """Most pieces of these options, a row each, for every pair of days; 0 where the smallest lot is not reached."""
        free, rate = self._free_between(which, first, last), self._rate[which, None]
        with np.errstate(invalid="ignore"):
            lots: Array = np.where(np.isinf(rate), np.inf, np.floor(free * rate / DAY_HUNDREDTHS) + 1)
            for _twice in range(2):  # rounded as `needed_hundredths` rounds
                lots = np.where(np.ceil(DAY_HUNDREDTHS * lots / rate) > free, lots - 1, lots)
        lots = np.minimum(lots, self.quantity[which, None]).astype(np.int64)
        lots[(lots < self.least[which, None]) | (last - first + 1 < self._days[which, None])] = 0
        return lots

    def _free_between(self, which: Array, first: Array, last: Array) -> Array:
        """As `recommender.capacity.free_hundredths`: each week by its days in the window, rounded down."""
        (start, skipped), (stop, over) = np.divmod(first, DAYS_IN_WEEK), np.divmod(last, DAYS_IN_WEEK)
        free, before = self._free[which], self._before[which]
        within = free[:, start] * np.maximum(over + 1 - skipped, 0) // DAYS_IN_WEEK
        head = free[:, start] * (DAYS_IN_WEEK - skipped) // DAYS_IN_WEEK
        tail = free[:, stop] * (over + 1) // DAYS_IN_WEEK
        apart = head + before[:, stop] - before[:, np.minimum(start + 1, stop)] + tail
        free_between: Array = np.where(start == stop, within, apart)
        return free_between


def _fewest_days(option: Option, stretch: Stretch) -> int:
    days = stretch.last - stretch.first + 1
    return 1 if option.rate else max(1, days * (option.end - option.begin) // len(stretch.steps))


def shared(quantity: int, least: Array, most: Array) -> tuple[int, ...]:
    """The smallest lots, and of the rest to each by what it could still take; the largest remainders rounded up."""
    rest, room = quantity - int(least.sum()), most - least
    exact = rest * room / max(int(room.sum()), 1)
    lots = least + np.floor(exact).astype(np.int64)
    order = np.argsort(np.floor(exact) - exact, kind="stable")
    lots[order[: quantity - int(lots.sum())]] += 1
    return tuple(lots.tolist())
