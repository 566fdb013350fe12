"""The plan counted backwards from the day the goods are needed: the latest days on which each step may stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from garment_hub.briefs.working_days import ONE_DAY, IsWorking, back, days_between, last_working_day
from models.brief import Brief


class Step(StrEnum):
    PATTERN = "pattern"
    SAMPLE = "sample"
    CONFIRM = "confirm"
    FABRIC_IN = "fabric_in"
    SEWING = "sewing"
    INSPECTION = "inspection"
    DELIVERY = "delivery"


# Our own assumptions in working days, none of them measured; the page says so beside every plan.
ASSUMED_DAYS = {Step.PATTERN: 3, Step.SAMPLE: 4, Step.CONFIRM: 1, Step.FABRIC_IN: 1, Step.INSPECTION: 1}
ASSUMED_SEWING_DAYS = ((50, 5), (150, 8), (300, 12), (1000, 20))
ASSUMED_SEWING_DAYS_BEYOND = 30
ASSUMED_DEMANDING_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class PlannedStep:
    step: Step
    first: date
    last: date


def sewing_days(quantity: int, difficulty: str | None = None) -> int:
    """Cutting and sewing together, as assumed for so many pieces."""
    usual = next((days for most, days in ASSUMED_SEWING_DAYS if quantity <= most), ASSUMED_SEWING_DAYS_BEYOND)
    return round(usual * ASSUMED_DEMANDING_FACTOR) if difficulty == "demanding" else usual


def makes_sample(brief: Brief) -> bool:
    return brief.is_sample_wanted and not brief.is_sample_ready


def steps_for(brief: Brief, today: date) -> list[tuple[Step, int]]:
    """The steps that are still to be done before delivery, with their assumed working days."""
    has_pattern = bool(brief.is_pattern_ready or brief.is_sample_ready)
    skipped = {
        Step.PATTERN: has_pattern,
        Step.SAMPLE: not makes_sample(brief),
        Step.CONFIRM: not makes_sample(brief),
        Step.FABRIC_IN: brief.materials_on is not None and brief.materials_on <= today,
    }
    days = ASSUMED_DAYS | {Step.SEWING: sewing_days(brief.quantity or 1, brief.difficulty)}
    return [(step, days[step]) for step in Step if step in days and not skipped.get(step)]


def backward_plan(needed_by: date, steps: list[tuple[Step, int]], is_working: IsWorking) -> list[PlannedStep]:
    """The latest plan: delivery on the day itself, every step before it on working days, none over another."""
    plan = [PlannedStep(Step.DELIVERY, needed_by, needed_by)]
    for step, days in reversed(steps):
        last = last_working_day(plan[0].first - ONE_DAY, is_working)
        plan.insert(0, PlannedStep(step, back(last, days - 1, is_working), last))
    return plan


def slack(plan: list[PlannedStep], today: date, is_working: IsWorking) -> int:
    """Working days to spare before the first step has to begin; negative: so many are missing."""
    return days_between(today, plan[0].first, is_working)
