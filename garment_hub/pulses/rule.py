"""What an answer to the weekly question does to the coming weeks: pure functions of what stands there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.capacity import DAYS_PER_WEEK, HUNDREDTHS_PER_DAY
from models.pulse import PulseAnswer

HALF_DAY = HUNDREDTHS_PER_DAY // 2
WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Week:
    """Hundredths of one week. ``own`` is what the owner offered before any answer moved it, None: never said."""

    monday: date
    own: int | None
    offered: int | None
    taken: int
    usual: int

    @property
    def base(self) -> int:
        return self.usual if self.own is None else self.own


def own_days(offered: int | None, touched: Sequence[int | None] | None) -> int | None:
    """What the owner offered: ``touched`` is (before, after) of the last answer that moved the week.

    Whoever has written other days since has said something new.
    """
    return touched[0] if touched and touched[1] == offered else offered


def usual_days(own: Iterable[int | None], holidays: int) -> int:
    """The largest week the owner has stated nearby; else five days less the holidays."""
    return max(filter(None, own), default=(WORKING_DAYS - holidays) * HUNDREDTHS_PER_DAY)


def days_after(answer: PulseAnswer, weeks: Sequence[Week]) -> dict[date, int]:
    """Hundredths offered by Monday once this was answered; the first of ``weeks`` is the present one."""
    if answer is PulseAnswer.WEEK_CLOSED:
        return {week.monday: week.taken for week in weeks[:1]}
    is_closed = all(week.base <= week.taken for week in weeks)
    return {week.monday: _days(answer, week, week.usual if is_closed else week.base) for week in weeks}


def _days(answer: PulseAnswer, week: Week, base: int) -> int:
    free = min(max(0, base - week.taken), DAYS_PER_WEEK * HUNDREDTHS_PER_DAY - week.taken)
    if answer is PulseAnswer.FULL:
        free = 0
    elif answer is PulseAnswer.SOME:
        free = free // 2 // HALF_DAY * HALF_DAY
    return week.taken + free


def free_days(answer: PulseAnswer, weeks: Sequence[Week]) -> int:
    """Hundredths still to be had in these weeks once this was answered."""
    after = days_after(answer, weeks)
    return sum(after[week.monday] - week.taken for week in weeks if week.monday in after)
