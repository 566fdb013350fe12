"""What is asked of whom, what makes a firm a risk, and for how long a check holds. Values in, values out.

Asking in proportion to size and the list of checked firms follow the Milan protocol of 26 May 2025; the twelve months,
the sizes and the renewal by a light re-check are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.factory import VERIFIED_FOR
from models.verification import CheckStep

SMALL, LARGE = 4, 10  # people; in Korea 84 % of sewing firms have four or fewer
STALE_FOR = timedelta(days=182)
SOON = timedelta(days=60)
RENEWED_FOR = 2 * VERIFIED_FOR  # without risk a light re-check carries a check so far, no further


class Risk(StrEnum):
    """What speaks for looking twice."""

    TAX_NOT_ACTIVE = "tax_not_active"
    NUMBER_SHARED = "number_shared"
    NO_NUMBER = "no_number"
    DISPUTE = "dispute"
    CHECK_FAILED = "check_failed"
    NOT_HEARD_OF = "not_heard_of"


@dataclass(frozen=True, slots=True)
class Firm:
    """What decides how much is asked. ``people`` None: not known."""

    people: int | None
    is_company: bool
    risks: frozenset[Risk]


def steps_for(firm: Firm) -> tuple[CheckStep, ...]:
    """The steps that make this firm a checked one: papers always, a visit where there is more to lose.

    A workshop of up to four without risk is not visited; a firm of ten or more, any company, and any firm at risk is.
    Between the two, or where the size is not known, papers and a call are enough.
    """
    if firm.risks or firm.is_company or (firm.people or 0) >= LARGE:
        return (CheckStep.DOCUMENT, CheckStep.VISIT)
    if firm.people is not None and firm.people <= SMALL:
        return (CheckStep.DOCUMENT,)
    return (CheckStep.DOCUMENT, CheckStep.CALL)


def verified_on(wanted: Iterable[CheckStep], passed: Mapping[CheckStep, date], lights: Iterable[date], *,
                has_risk: bool) -> date | None:  # fmt: skip
    """The day from which the twelve months run; None while a step is missing.

    ``passed`` holds for each step the last day on which it was passed and not failed since; a visit counts as a call.
    ``lights`` are the days on which the owner answered the weekly question or was reached by telephone: each renews
    what still holds, without risk and up to 24 months after the last full check.
    """
    known = dict(passed)
    if CheckStep.VISIT in known:
        known[CheckStep.CALL] = max(known[CheckStep.VISIT], known.get(CheckStep.CALL, date.min))
    days = [known.get(step) for step in wanted]
    if not days or None in days:
        return None
    full = min(day for day in days if day)  # what was looked at longest ago runs out first
    if has_risk:
        return full
    latest = full
    for light in sorted(lights):
        if latest < light <= latest + VERIFIED_FOR:
            latest = light
    return min(latest, full + RENEWED_FOR - VERIFIED_FOR)
