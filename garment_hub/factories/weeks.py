"""The weeks of a factory as its owner reads them: name, days, holidays, and what is taken of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import format_date as babel_date
from flask_babel import gettext as _

from garment_hub.labels import locale_code, week
from models.capacity import DAYS_PER_WEEK, HUNDREDTHS_PER_DAY, CapacityWeek, today_in_seoul

# Months in which the trade has least to do.
SLOW_MONTHS = frozenset({7, 8, 12, 1})
HALF_DAY = HUNDREDTHS_PER_DAY // 2


@dataclass(frozen=True, slots=True)
class WeekRow:
    """``stated`` is None while nothing was said about the week."""

    monday: date
    name: str
    days: str
    holidays: tuple[str, ...]
    stated: CapacityWeek | None

    @property
    def is_slow(self) -> bool:
        return self.monday.month in SLOW_MONTHS

    @property
    def choices(self) -> list[int]:
        """Hundredths that may be offered: whole and half days, from what is taken to the whole week."""
        taken = self.stated.booked_hundredths + self.stated.held_hundredths if self.stated else 0
        least = -(-taken // HALF_DAY) * HALF_DAY
        return list(range(least, DAYS_PER_WEEK * HUNDREDTHS_PER_DAY + 1, HALF_DAY))


def week_rows(weeks: Mapping[date, CapacityWeek | None], country: str) -> list[WeekRow]:
    names = holiday_names(min(weeks), len(weeks), country)
    return [
        WeekRow(monday, week(monday), _days(monday), _of_week(names, monday), stated)
        for monday, stated in weeks.items()
    ]


def missed_weeks(confirmed_on: date | None) -> int:
    """Whole weeks since the last confirmation beyond the first: what the ranking counts too."""
    return 0 if confirmed_on is None else max(0, (today_in_seoul() - confirmed_on).days // DAYS_PER_WEEK - 1)


def _days(monday: date) -> str:
    sunday = monday + timedelta(days=DAYS_PER_WEEK - 1)
    if monday.month == sunday.month:
        return str(_("%(first)s–%(last)s", first=monday.day, last=sunday.day))
    pattern = _("MMM d")
    return f"{babel_date(monday, pattern)}–{babel_date(sunday, pattern)}"


def holiday_names(first: date, weeks: int, country: str) -> dict[date, str]:
    """Public holidays of the country by day, in the reader's language where it has them."""
    import holidays  # late: it is large and only two pages need it

    if country not in holidays.list_supported_countries():
        return {}
    last = first + timedelta(weeks=weeks)
    language = {"ko": "ko"}.get(locale_code(), "en_US")
    known = holidays.country_holidays(country, years=range(first.year, last.year + 1), language=language)
    return {day: name for day, name in known.items() if first <= day < last}


def _of_week(names: Mapping[date, str], monday: date) -> tuple[str, ...]:
    """A feast of several days is named once: the shortest of the names that begin with the same word."""
    found: dict[str, str] = {}
    for day in (monday + timedelta(days=number) for number in range(DAYS_PER_WEEK)):
        if name := names.get(day):
            begin = name.split()[0]
            found[begin] = min(found.get(begin, name), name, key=len)
    return tuple(found.values())


def as_last_week(weeks: Mapping[date, CapacityWeek | None], last: CapacityWeek | None) -> dict[date, int]:
    """This week, and those of which nothing was said, like last week; what was said of later weeks stays."""
    if last is None:
        return {}
    this = min(weeks)
    return {monday: last.open_hundredths for monday, stated in weeks.items() if stated is None or monday == this}
