"""The weekly question in words: what each answer does, and what the last one was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import day, days
from garment_hub.pulses.rule import HALF_DAY, Week, free_days
from models.pulse import Pulse, PulseAnswer

LABELS: dict[PulseAnswer, Any] = {
    PulseAnswer.OPEN: lazy_gettext("I can take work"),
    PulseAnswer.SOME: lazy_gettext("I can take a little"),
    PulseAnswer.FULL: lazy_gettext("I am full"),
    PulseAnswer.WEEK_CLOSED: lazy_gettext("Close this week"),
}
SHARES = {
    0: lazy_gettext("None of it"),
    25: lazy_gettext("A little"),
    50: lazy_gettext("About half"),
    75: lazy_gettext("Most of it"),
}
_LOOKS = {PulseAnswer.OPEN: ("check", "ok"), PulseAnswer.SOME: ("half", "warn"), PulseAnswer.FULL: ("full", "full")}


@dataclass(frozen=True, slots=True)
class Card:
    """One of the three buttons, with its effect written inside."""

    answer: PulseAnswer
    label: str
    effect: str
    icon: str
    kind: str


def cards(weeks: list[Week]) -> list[Card]:
    return [
        Card(answer, str(LABELS[answer]), _effect(answer, weeks), icon, kind) for answer, (icon, kind) in _LOOKS.items()
    ]


def _effect(answer: PulseAnswer, weeks: list[Week]) -> str:
    if answer is PulseAnswer.FULL:
        return str(_("No requests for four weeks"))
    return str(_("%(days)s days in the next four weeks", days=_half_days(free_days(answer, weeks))))


def _half_days(hundredths: int) -> str:
    """Never more than there is."""
    return days(hundredths // HALF_DAY * HALF_DAY)


def done(pulse: Pulse, weeks: list[Week]) -> str:
    """What happened, as a heading."""
    if pulse.answer is PulseAnswer.WEEK_CLOSED:
        return str(_("This week is closed"))
    if pulse.answer is PulseAnswer.FULL:
        return str(_("Noted: you are full. Requests rest for four weeks"))
    free = sum(week.offered - week.taken for week in weeks if week.offered is not None)
    return str(_("Noted: %(days)s days of work in the next four weeks", days=_half_days(free)))


def last_time(pulse: Pulse) -> str:
    return str(
        _("Last time, on %(day)s, you tapped “%(answer)s”.", day=day(pulse.answered_at), answer=LABELS[pulse.answer])
    )
