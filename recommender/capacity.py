"""How many factory-days a brief needs, and how many a factory has said are free for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil

from recommender.types import BriefFeatures, FactoryFeatures

DAYS_IN_WEEK = 7
DAY_HUNDREDTHS = 100


def single_stage(brief: BriefFeatures, stage_of: Mapping[str, str]) -> str | None:
    """The stage of all asked processes, if it is one and the same."""
    stages = {stage_of.get(process) for process in brief.processes}
    return stages.pop() if len(stages) == 1 else None


def rate_for(brief: BriefFeatures, factory: FactoryFeatures, stage_of: Mapping[str, str]) -> float | None:
    """The factory's own pieces a day for this brief: its word on the item before its word on any item.

    For a brief of one stage the rate of that stage counts too, where it is the higher one: a cutter's 2,000 a day is
    not a sewing shop's 120, and one stage takes no longer than the whole garment.
    """
    stated = {(rate.item, rate.stage): rate.pieces_per_day for rate in factory.rates if rate.pieces_per_day > 0}
    rates = [_most_specific(stated, brief.item, stage) for stage in (None, single_stage(brief, stage_of))]
    return max((rate for rate in rates if rate is not None), default=None)


def _most_specific(stated: Mapping[tuple[str | None, str | None], float], item: str, stage: str | None) -> float | None:
    return stated.get((item, stage), stated.get((None, stage)))


def needed_hundredths(brief: BriefFeatures, factory: FactoryFeatures, stage_of: Mapping[str, str]) -> int | None:
    """Quantity over rate in hundredths of a factory-day, rounded up; None where no rate is known."""
    rate = rate_for(brief, factory, stage_of)
    return None if rate is None else ceil(DAY_HUNDREDTHS * brief.quantity / rate)


def window_days(brief: BriefFeatures) -> int:
    """Days from the first possible working day to the needed day, both included; 0 when the window is empty."""
    return max(0, (brief.needed_by - brief.starts_on).days + 1)


def free_hundredths(brief: BriefFeatures, factory: FactoryFeatures) -> tuple[int, int]:
    """Stated free time inside the window, and the days of the window nothing is stated about.

    Returns
    -------
    free : int
        Hundredths of a factory-day; a week that lies partly in the window counts by its days in it, rounded down.
    unknown_days : int
        Days of the window that lie in weeks without a statement.
    """
    free, unknown = 0, window_days(brief)
    for monday, hundredths in {week.starts_on: week.free_hundredths for week in factory.free_weeks or ()}.items():
        days = _days_inside(monday, brief)
        free += hundredths * days // DAYS_IN_WEEK
        unknown -= days
    return free, unknown


def _days_inside(monday: date, brief: BriefFeatures) -> int:
    first, last = (brief.starts_on - monday).days, (brief.needed_by - monday).days
    return max(0, min(last, DAYS_IN_WEEK - 1) - max(first, 0) + 1)
