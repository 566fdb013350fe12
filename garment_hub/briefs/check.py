"""The check of a brief in plain findings: can a factory price it, does the time do, what else has to be known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from garment_hub.briefs.plan import ASSUMED_DAYS, PlannedStep, Step, backward_plan, makes_sample, slack, steps_for
from garment_hub.briefs.working_days import IsWorking
from models.brief import Brief

Kind = Literal["yes", "warn", "info"]
COMFORT_DAYS = 2
MOST_WEEKS_LATER = 26


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check; ``code`` names the sentence, ``values`` fill it."""

    kind: Kind
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitting:
    """How many factories fit now: known yes on everything, and those with something to ask."""

    feasible: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Check:
    findings: list[Finding]
    plan: list[PlannedStep]
    later: date | None  # the first day, whole weeks later, on which the plan has room


def check_brief(brief: Brief, today: date, is_working: IsWorking, fitting: Fitting | None = None) -> Check:
    """What a person who knows the trade would say about this brief."""
    plan = plan_for(brief, today, is_working)
    room = _room(brief, plan, today, is_working)
    later = _later(brief, plan, today, is_working) if room is not None and room < _comfort(brief) else None
    findings = [
        _price(brief),
        *_useful(brief),
        *_fitting(fitting),
        *_time(brief, room, today),
        *_fabric(brief, plan),
        *_split(brief),
        *_children(brief),
    ]
    return Check(findings, plan, later if brief.has_flexible_dates else None)


def plan_for(brief: Brief, today: date, is_working: IsWorking) -> list[PlannedStep]:
    """The backward plan, empty until quantity and day are known or when the day is over."""
    if not brief.quantity or brief.needed_by is None or brief.needed_by <= today:
        return []
    return backward_plan(brief.needed_by, steps_for(brief, today), is_working)


def _room(brief: Brief, plan: list[PlannedStep], today: date, is_working: IsWorking) -> int | None:
    return slack(plan, today, is_working) if plan else None


def _comfort(brief: Brief) -> int:
    """Days to spare that the plan should have: a sample may have to be made twice."""
    return ASSUMED_DAYS[Step.SAMPLE] + ASSUMED_DAYS[Step.CONFIRM] if makes_sample(brief) else COMFORT_DAYS


def _later(brief: Brief, plan: list[PlannedStep], today: date, is_working: IsWorking) -> date | None:
    steps = steps_for(brief, today)
    days = (plan[-1].last + timedelta(weeks=weeks) for weeks in range(1, MOST_WEEKS_LATER + 1))
    fits = (day for day in days if slack(backward_plan(day, steps, is_working), today, is_working) >= _comfort(brief))
    return next(fits, None)


def _price(brief: Brief) -> Finding:
    missing = brief.missing_for_publishing
    return Finding("warn", "missing", {"fields": missing}) if missing else Finding("yes", "can_be_priced")


def _useful(brief: Brief) -> list[Finding]:
    """What a factory would ask first when it names a price."""
    answers = {"fabric": brief.fabrics, "fabric_by": brief.fabric_by, "trims_by": brief.trims_by}
    open_fields = [name for name, answer in answers.items() if not answer]
    return [Finding("info", "useful", {"fields": open_fields})] if open_fields else []


def _fitting(fitting: Fitting | None) -> list[Finding]:
    if fitting is None:
        return []
    values = {"feasible": fitting.feasible, "unknown": fitting.unknown}
    if fitting.feasible:
        return [Finding("yes", "factories_fit", values)]
    return [Finding("warn", "only_unknown" if fitting.unknown else "none_fits", values)]


def _time(brief: Brief, room: int | None, today: date) -> list[Finding]:
    if room is None or brief.needed_by is None:
        return []
    values = {"days": (brief.needed_by - today).days, "room": abs(room)}
    if room < 0:
        return [Finding("warn", "time_short", values)]
    if room >= _comfort(brief):
        return [Finding("yes", "time_enough", values)]
    return [Finding("warn", "time_tight_sample" if makes_sample(brief) else "time_tight", values)]


def _fabric(brief: Brief, plan: list[PlannedStep]) -> list[Finding]:
    """The fabric has to be there when the plan says so, at the latest."""
    latest = next((step.last for step in plan if step.step is Step.FABRIC_IN), None)
    if latest is None or brief.materials_on is None or brief.materials_on <= latest:
        return []
    return [Finding("warn", "fabric_late", {"latest": latest, "given": brief.materials_on})]


def _split(brief: Brief) -> list[Finding]:
    kinds = brief.styles * brief.colours * brief.sizes
    if not brief.quantity or kinds == 1:
        return []
    values = {"pieces": round(brief.quantity / kinds), "kinds": kinds}
    if brief.quantity < kinds:
        return [Finding("warn", "split_too_fine", values)]
    return [Finding("info", "pieces_per_kind", values)]


def _children(brief: Brief) -> list[Finding]:
    """The duty of whoever sells children's wear."""
    duties = {"childrenswear": "kc_children", "infantwear": "kc_infants"}
    return [Finding("warn", duties[brief.category])] if brief.category in duties else []
