"""From codes and values to words: trade terms, statuses, roles, days, weeks and won."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from babel.dates import format_skeleton
from flask import Flask
from flask_babel import format_date as babel_date
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from models import vocabulary
from models.brief import BriefStatus, Supplier
from models.capacity import SEOUL, week_of
from models.district import District, Neighbourhood
from models.factory import FactSource, OperatingStatus, VerificationMethod
from models.quote import DeclineReason, QuoteAnswer, RequestStatus
from models.user import Role

LABELS: dict[StrEnum, object] = {
    Role.DESIGNER: lazy_gettext("Designer"),
    Role.FACTORY_OWNER: lazy_gettext("Factory owner"),
    Role.COORDINATOR: lazy_gettext("Coordinator"),
    Role.DISTRICT_OFFICER: lazy_gettext("District staff"),
    Role.ADMINISTRATOR: lazy_gettext("Administrator"),
    BriefStatus.DRAFT: lazy_gettext("Draft"),
    BriefStatus.OPEN: lazy_gettext("Open"),
    BriefStatus.CLOSED: lazy_gettext("Closed"),
    BriefStatus.WITHDRAWN: lazy_gettext("Withdrawn"),
    Supplier.DESIGNER: lazy_gettext("The designer brings it"),
    Supplier.FACTORY: lazy_gettext("The factory brings it"),
    OperatingStatus.ACTIVE: lazy_gettext("Working"),
    OperatingStatus.DORMANT: lazy_gettext("Paused"),
    OperatingStatus.CLOSED: lazy_gettext("Closed down"),
    FactSource.OWNER: lazy_gettext("Stated by the owner"),
    FactSource.STAFF: lazy_gettext("Entered by the centre"),
    FactSource.IMPORT: lazy_gettext("From a register"),
    FactSource.DEMO: lazy_gettext("Made up"),
    VerificationMethod.DOCUMENT: lazy_gettext("Papers checked"),
    VerificationMethod.PHONE: lazy_gettext("Checked by telephone"),
    VerificationMethod.VISIT: lazy_gettext("Visited"),
    RequestStatus.OPEN: lazy_gettext("Waiting for an answer"),
    RequestStatus.ANSWERED: lazy_gettext("Answered"),
    RequestStatus.DECLINED: lazy_gettext("Cannot this time"),
    RequestStatus.WITHDRAWN: lazy_gettext("Withdrawn"),
    QuoteAnswer.POSSIBLE: lazy_gettext("Possible"),
    QuoteAnswer.CONDITIONAL: lazy_gettext("Possible if something changes"),
    DeclineReason.PRICE: lazy_gettext("The price is too low"),
    DeclineReason.DATE: lazy_gettext("The date is too soon"),
    DeclineReason.FULL: lazy_gettext("Fully booked"),
    DeclineReason.MACHINE: lazy_gettext("No such machine"),
    DeclineReason.OTHER: lazy_gettext("Another reason"),
}


def locale_code() -> str:
    """ko, en or it."""
    locale = get_locale()
    return str(locale.language) if locale else "ko"


def label(code: StrEnum) -> str:
    return str(LABELS[code])


def term(code: str, kind: str) -> str:
    """The trade word for a vocabulary code."""
    return vocabulary.name(kind, code, locale_code())


def said(text: str) -> str:
    """A formula or a source of the tables that ship with the site, in the reader's language."""
    return vocabulary.said(text, locale_code())


def terms(codes: list[str], kind: str) -> str:
    return ", ".join(term(code, kind) for code in codes)


def choices(kind: str) -> list[tuple[str, str]]:
    """Code and word of every term of one kind, for a form."""
    return [(key, word.name(locale_code())) for key, word in vocabulary.terms(kind).items()]


def number(value: float) -> str:
    """Thousands apart, as every language here writes them for whole numbers."""
    return f"{value:,.0f}"


def won(amount: int) -> str:
    return str(_("%(amount)s won", amount=number(amount)))


def days(hundredths: int) -> str:
    """Factory-days from hundredths: 250 is "2.5"."""
    return f"{hundredths / 100:g}"


def day(value: date | datetime) -> str:
    """A day as people say it, in Korean time: "3월 12일 (금)"; with the year when it is not this one."""
    value = _local_day(value)
    if value.year == datetime.now(SEOUL).year:
        return str(babel_date(value, _("MMMM d (EEE)")))
    return full_day(value)


def full_day(value: date | datetime) -> str:
    """Day with year: "2027년 3월 12일"."""
    return str(babel_date(_local_day(value), _("MMMM d, yyyy")))


def moment(value: datetime) -> str:
    """Day and time in Korean time."""
    local = value.astimezone(SEOUL)
    return f"{day(value)} {local:%H:%M}"


def _local_day(value: date | datetime) -> date:
    return value.astimezone(SEOUL).date() if isinstance(value, datetime) else value


def week(monday: date) -> str:
    """A week as the trade counts it: the month of its Monday and which Monday of that month."""
    monday = week_of(monday)
    return str(_("%(month)s week %(number)s", month=babel_date(monday, "MMM"), number=(monday.day - 1) // 7 + 1))


def month(day: date) -> str:
    """The month of a day, by name."""
    return str(babel_date(day, "LLLL"))


def year_month(day: date) -> str:
    """The month of a day with its year."""
    return str(format_skeleton("yMMMM", day, locale=get_locale()))


def place_name(place: District | Neighbourhood) -> str:
    return place.name_ko if locale_code() == "ko" else place.name_en


def init_app(app: Flask) -> None:
    for function in (
        label,
        term,
        terms,
        said,
        number,
        won,
        days,
        day,
        full_day,
        moment,
        week,
        month,
        year_month,
        place_name,
    ):
        app.jinja_env.filters[function.__name__] = function
