"""The sentences of this room: names of fields, lines of the check, steps of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_interval
from flask_babel import get_locale, lazy_gettext, ngettext
from flask_babel import gettext as _

from garment_hub.briefs.check import Finding, Kind
from garment_hub.briefs.plan import PlannedStep, Step
from garment_hub.labels import day, number

FIELD_NAMES = {
    "item": lazy_gettext("Item"),
    "category": lazy_gettext("For whom"),
    "fabric": lazy_gettext("Fabric"),
    "processes": lazy_gettext("Processes"),
    "quantity": lazy_gettext("How many"),
    "styles": lazy_gettext("Styles"),
    "colours": lazy_gettext("Colours"),
    "sizes": lazy_gettext("Sizes"),
    "needed_by": lazy_gettext("Needed by"),
    "materials_on": lazy_gettext("Fabric arrives"),
    "flexible_dates": lazy_gettext("Can the day move"),
    "fabric_by": lazy_gettext("Who brings the fabric"),
    "trims_by": lazy_gettext("Who brings the trims"),
    "budget_per_piece_krw": lazy_gettext("Price per piece"),
    "vat_included": lazy_gettext("VAT"),
    "price_includes": lazy_gettext("Work in this price"),
    "pattern_ready": lazy_gettext("Pattern"),
    "sample_ready": lazy_gettext("Sample so far"),
    "sample_wanted": lazy_gettext("Sample first"),
    "market": lazy_gettext("Where it is sold"),
    "difficulty": lazy_gettext("Difficulty"),
    "certificates": lazy_gettext("Certificates"),
    "verified_only": lazy_gettext("Checked factories only"),
    "deliver_to": lazy_gettext("Where to deliver"),
    "note": lazy_gettext("A word to the factory"),
}

STEP_NAMES = {
    Step.PATTERN: lazy_gettext("Pattern"),
    Step.SAMPLE: lazy_gettext("Sample"),
    Step.CONFIRM: lazy_gettext("Sample looked at"),
    Step.FABRIC_IN: lazy_gettext("Fabric in"),
    Step.SEWING: lazy_gettext("Cutting and sewing"),
    Step.INSPECTION: lazy_gettext("Inspection"),
    Step.DELIVERY: lazy_gettext("Delivery"),
}

# code of a finding -> (sentence, the smaller one below it)
FINDINGS = {
    "can_be_priced": (
        lazy_gettext("A factory can name a price"),
        lazy_gettext("Item, pieces, day and processes are there."),
    ),
    "missing": (
        lazy_gettext("A factory cannot name a price yet"),
        lazy_gettext("Still missing: %(fields)s."),
    ),
    "useful": (
        lazy_gettext("With this the answer comes faster"),
        lazy_gettext("Not yet written: %(fields)s. You may leave it open."),
    ),
    "factories_fit": (None, lazy_gettext("Factories where something has to be asked first: %(unknown)s.")),
    "only_unknown": (
        lazy_gettext("No factory is known to fit on every point"),
        lazy_gettext("Factories that may fit once they have been asked: %(unknown)s."),
    ),
    "none_fits": (
        lazy_gettext("No factory fits all of this right now"),
        lazy_gettext("When you look for factories we name the one condition to change."),
    ),
    "time_enough": (None, lazy_gettext("Working days to spare by this count: %(room)s.")),
    "time_tight": (None, lazy_gettext("There is hardly a day to spare.")),
    "time_tight_sample": (None, lazy_gettext("If the sample has to be made again, the day is missed.")),
    "time_short": (None, lazy_gettext("Even when work starts today, working days are missing: %(room)s.")),
    "fabric_late": (
        lazy_gettext("The fabric comes too late"),
        lazy_gettext("By this count it has to be there by %(latest)s."),
    ),
    "pieces_per_kind": (None, lazy_gettext("Styles × colours × sizes make %(kinds)s kinds.")),
    "split_too_fine": (
        lazy_gettext("There are more kinds than pieces"),
        lazy_gettext("Styles × colours × sizes make %(kinds)s kinds. Please look at the numbers again."),
    ),
    "kc_children": (
        lazy_gettext("Children's wear needs the KC supplier's conformity before it is sold"),
        lazy_gettext("From 36 months to 13 years. The test takes 4 to 10 working days and is not in the plan below."),
    ),
    "kc_infants": (
        lazy_gettext("Babies' wear needs the KC safety confirmation before it is sold"),
        lazy_gettext("Under 36 months. The test takes 4 to 10 working days and is not in the plan below."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words, for ``reason_row``."""

    kind: Kind
    sentence: str
    detail: str


def line(finding: Finding) -> Line:
    title, detail = FINDINGS[finding.code]
    values = {name: _shown(value) for name, value in finding.values.items()}
    sentence = _counted(finding.code, finding.values) if title is None else str(title) % values
    return Line(finding.kind, sentence, str(detail) % values)


def _counted(code: str, values: dict[str, Any]) -> str:
    """Sentences whose form depends on a number."""
    if code == "factories_fit":
        return str(ngettext("%(num)s factory fits", "%(num)s factories fit", values["feasible"]))
    if code == "pieces_per_kind":
        return str(ngettext("About %(num)s piece of each kind", "About %(num)s pieces of each kind", values["pieces"]))
    if code == "time_enough":
        return str(_("%(time)s will do", time=_weeks(values["days"])))
    if code == "time_short":
        return str(_("%(time)s is too short", time=_weeks(values["days"])))
    return str(_("%(time)s is tight", time=_weeks(values["days"])))


def _weeks(days: int) -> str:
    weeks, rest = divmod(days, 7)
    if weeks and (weeks > 3 or not rest):
        return str(ngettext("%(num)s week", "%(num)s weeks", weeks))
    return str(ngettext("%(num)s day", "%(num)s days", days))


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return ", ".join(str(FIELD_NAMES[name]) for name in value)
    return number(value) if isinstance(value, int) else str(value)


def plan_rows(plan: list[PlannedStep]) -> list[tuple[str, str]]:
    """Step and days, for ``date_plan``."""
    return [(str(STEP_NAMES[step.step]), _days(step.first, step.last)) for step in plan]


def _days(first: date, last: date) -> str:
    return day(first) if first == last else str(format_interval(first, last, "MMMMd", locale=get_locale()))
