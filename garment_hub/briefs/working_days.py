"""Which days people work: no weekends, no public holidays of the country."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

SATURDAY = 5
ONE_DAY = timedelta(days=1)

IsWorking = Callable[[date], bool]


@cache
def working_days_of(country: str) -> IsWorking:
    """The test for one country; where its holidays are not known, only weekends are free."""
    import holidays

    try:
        free = holidays.country_holidays(country)
    except NotImplementedError:
        return is_weekday
    return lambda day: is_weekday(day) and day not in free


def is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def last_working_day(until: date, is_working: IsWorking) -> date:
    """The latest working day that is not after ``until``."""
    while not is_working(until):
        until -= ONE_DAY
    return until


def back(day: date, count: int, is_working: IsWorking) -> date:
    """The working day ``count`` working days before ``day``."""
    for _step in range(count):
        day = last_working_day(day - ONE_DAY, is_working)
    return day


def days_between(first: date, end: date, is_working: IsWorking) -> int:
    """Working days from ``first`` on and before ``end``; negative when ``end`` comes first."""
    if end < first:
        return -days_between(end, first, is_working)
    return sum(is_working(first + timedelta(days=number)) for number in range((end - first).days))
