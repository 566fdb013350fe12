"""The sentences of this room: counted factories, refusals, days of work, telephone numbers."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import days, week
from garment_hub.quotes.schedule import Schedule
from models.factory import Factory
from models.quote import DeclineReason
from models.user import User

COUNTED = {
    1: lazy_gettext("one factory"),
    2: lazy_gettext("two factories"),
    3: lazy_gettext("three factories"),
    4: lazy_gettext("four factories"),
    5: lazy_gettext("five factories"),
}

REFUSALS = {
    DeclineReason.PRICE: lazy_gettext("The price per piece does not fit"),
    DeclineReason.DATE: lazy_gettext("The day is too soon"),
    DeclineReason.FULL: lazy_gettext("They are fully booked"),
    DeclineReason.MACHINE: lazy_gettext("They do not have the machine"),
    DeclineReason.OTHER: lazy_gettext("For another reason"),
}

# As the owner says it, with one tap.
REFUSAL_BUTTONS = {
    DeclineReason.PRICE: lazy_gettext("The price is too low for me"),
    DeclineReason.DATE: lazy_gettext("The day is too soon for me"),
    DeclineReason.FULL: lazy_gettext("I am fully booked"),
    DeclineReason.MACHINE: lazy_gettext("I do not have the machine"),
    DeclineReason.OTHER: lazy_gettext("I have another reason"),
}


def factories_counted(count: int) -> str:
    return str(COUNTED[count]) if count in COUNTED else str(_("%(count)s factories", count=count))


def own_days(schedule: Schedule) -> tuple[str, str]:
    """How long it takes at the factory's own rate, and when it could be."""
    free = _free(schedule.free_weeks)
    if schedule.needed_hundredths is None:
        return _("To be confirmed"), _("You have not written how many you make a day.") + " " + free
    return _("About %(days)s days of work", days=days(_half_days(schedule.needed_hundredths))), free


def _half_days(hundredths: int) -> int:
    """Rounded up to half days, as people speak."""
    return -(-hundredths // 50) * 50


def _free(weeks: list[date] | None) -> str:
    if weeks is None:
        return str(_("You have not written which weeks are free."))
    if not weeks:
        return str(_("You have no free day left until then."))
    return str(_("You have free days in %(weeks)s.", weeks=", ".join(week(monday) for monday in weeks[:3])))


def factory_phone(factory: Factory) -> str | None:
    return spoken_phone(factory.phone or (factory.owner.phone if factory.owner else None))


def contact(person: User) -> str:
    """How the other side is reached: by telephone, else by e-mail."""
    return spoken_phone(person.phone) or person.email or ""


def spoken_phone(digits: str | None) -> str | None:
    """Digits in the groups in which Korean numbers are read; others as they are."""
    if not digits or not digits.isdecimal() or not digits.startswith("0"):
        return digits
    area = 2 if digits.startswith("02") else 3
    if len(digits) - area not in (7, 8):
        return digits
    return f"{digits[:area]}-{digits[area:-4]}-{digits[-4:]}"
