"""One function per indicator of a district; page and file call the same ones, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnExpressionArgument, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.brief import Brief
from models.capacity import SEOUL
from models.designer import Designer
from models.factory import Factory, OperatingStatus, Sector
from models.quote import QuoteRequest
from models.recommendation import Recommendation

FRESH_DAYS = 28
PERIOD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that says what it is. ``value`` None: nothing to count yet. ``out_of``: the whole it is part of."""

    name: object
    value: float | None
    unit: object
    definition: object
    out_of: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included, in Korean time."""

    first: date
    last: date

    @classmethod
    def ending(cls, last: date, days: int = PERIOD_DAYS) -> Period:
        return cls(last - timedelta(days=days - 1), last)

    def holds(self, column: InstrumentedAttribute[Any]) -> list[ColumnExpressionArgument[bool]]:
        start = datetime.combine(self.first, time(), SEOUL).astimezone(UTC)
        end = datetime.combine(self.last + timedelta(days=1), time(), SEOUL).astimezone(UTC)
        return [column >= start, column < end]


PLACES = lazy_gettext("places")
CASES = lazy_gettext("cases")


def working(district_id: int) -> list[ColumnExpressionArgument[bool]]:
    """Garment factories on the register that have not closed, listed to the public or not."""
    return [
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.status != OperatingStatus.CLOSED,
    ]


def _count(session: Session, table: type, *conditions: ColumnExpressionArgument[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def factories_registered(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Factories on the register"),
        _count(session, Factory, *working(district_id)),
        PLACES,
        lazy_gettext("Garment factories that have not closed. Rows of other trades are not counted."),
    )


def factories_listed(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Shown to the public"),
        _count(session, Factory, Factory.district_id == district_id, Factory.is_listed),
        PLACES,
        lazy_gettext("Claimed by their owner, a company, or shown on a basis that staff recorded."),
        out_of=_count(session, Factory, *working(district_id)),
    )


def factories_fresh(session: Session, district_id: int, period: Period) -> Indicator:
    since = period.last - timedelta(days=FRESH_DAYS)
    return Indicator(
        lazy_gettext("Confirmed within four weeks"),
        _count(session, Factory, *working(district_id), Factory.confirmed_on >= since),
        PLACES,
        lazy_gettext("Owner or staff said within 28 days that the listing is still right."),
        out_of=_count(session, Factory, *working(district_id)),
    )


def designers_registered(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Designers"),
        _count(session, Designer, Designer.district_id == district_id),
        lazy_gettext("people"),
        lazy_gettext("Designers and small brands with an account."),
    )


def briefs_published(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Briefs published"),
        _count(session, Brief, Brief.district_id == district_id, *period.holds(Brief.published_at)),
        CASES,
        lazy_gettext("Briefs that were published in the period, drafts left out."),
    )


def _lists(district_id: int, period: Period) -> list[ColumnExpressionArgument[bool]]:
    return [Recommendation.district_id == district_id, *period.holds(Recommendation.made_at)]


def lists_made(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Lists made"),
        _count(
            session, Recommendation, Recommendation.district_id == district_id, *period.holds(Recommendation.made_at)
        ),
        CASES,
        lazy_gettext("Lists of recommended factories that were made in the period."),
    )


def lists_empty(session: Session, district_id: int, period: Period) -> Indicator:
    conditions = _lists(district_id, period)
    nobody = [Recommendation.feasible_count == 0, Recommendation.unknown_count == 0]
    return Indicator(
        lazy_gettext("Lists without any factory"),
        _count(session, Recommendation, *conditions, *nobody),
        CASES,
        lazy_gettext("Nothing fitted and nothing was to be confirmed."),
        out_of=_count(session, Recommendation, *conditions),
    )


def _requests(district_id: int, period: Period) -> list[ColumnExpressionArgument[bool]]:
    return [
        QuoteRequest.factory_id.in_(select(Factory.id).where(Factory.district_id == district_id)),
        *period.holds(QuoteRequest.asked_at),
    ]


def requests_sent(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Requests to factories"),
        _count(session, QuoteRequest, *_requests(district_id, period)),
        CASES,
        lazy_gettext("One brief put to one factory is one request."),
    )


def requests_answered(session: Session, district_id: int, period: Period) -> Indicator:
    asked = _requests(district_id, period)
    return Indicator(
        lazy_gettext("Answered"),
        _count(session, QuoteRequest, *asked, QuoteRequest.answered_at.is_not(None)),
        CASES,
        lazy_gettext("Requests of the period with any answer, a refusal included."),
        out_of=_count(session, QuoteRequest, *asked),
    )


def hours_to_answer(session: Session, district_id: int, period: Period) -> Indicator:
    answered = select(QuoteRequest.asked_at, QuoteRequest.answered_at).where(
        *_requests(district_id, period), QuoteRequest.answered_at.is_not(None)
    )
    waits = [(end - start).total_seconds() / 3600 for start, end in session.execute(answered) if end]
    return Indicator(
        lazy_gettext("Time to answer"),
        round(median(waits), 1) if waits else None,
        lazy_gettext("hours"),
        lazy_gettext("Median time from request to answer, of the requests of the period that have one."),
    )


Function = Callable[[Session, int, Period], Indicator]
PUBLIC: tuple[Function, ...] = (factories_listed, factories_fresh, designers_registered)
REGISTER: tuple[Function, ...] = (factories_registered, factories_listed, factories_fresh, designers_registered)
ACTIVITY: tuple[Function, ...] = (
    briefs_published,
    lists_made,
    lists_empty,
    requests_sent,
    requests_answered,
    hours_to_answer,
)
