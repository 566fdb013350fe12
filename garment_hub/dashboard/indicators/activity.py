"""Indicators of what goes on: briefs, lists, requests and answers."""

from __future__ import annotations

from statistics import median

from flask_babel import lazy_gettext
from sqlalchemy import ColumnExpressionArgument, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import CASES, Indicator, Period, count
from garment_hub.dashboard.indicators.dialects import hours_between
from models.brief import Brief
from models.factory import Factory
from models.quote import QuoteRequest
from models.recommendation import Recommendation


def briefs_published(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Briefs published"),
        count(session, Brief, Brief.district_id == district_id, *period.holds(Brief.published_at)),
        CASES,
        lazy_gettext("Briefs that were published in the period, drafts left out."),
    )


def _lists(district_id: int, period: Period) -> list[ColumnExpressionArgument[bool]]:
    return [Recommendation.district_id == district_id, *period.holds(Recommendation.made_at)]


def lists_made(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Lists made"),
        count(
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
        count(session, Recommendation, *conditions, *nobody),
        CASES,
        lazy_gettext("Nothing fitted and nothing was to be confirmed."),
        out_of=count(session, Recommendation, *conditions),
    )


def _requests(district_id: int, period: Period) -> list[ColumnExpressionArgument[bool]]:
    return [
        QuoteRequest.factory_id.in_(select(Factory.id).where(Factory.district_id == district_id)),
        *period.holds(QuoteRequest.asked_at),
    ]


def requests_sent(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Requests to factories"),
        count(session, QuoteRequest, *_requests(district_id, period)),
        CASES,
        lazy_gettext("One brief put to one factory is one request."),
    )


def requests_answered(session: Session, district_id: int, period: Period) -> Indicator:
    asked = _requests(district_id, period)
    return Indicator(
        lazy_gettext("Answered"),
        count(session, QuoteRequest, *asked, QuoteRequest.answered_at.is_not(None)),
        CASES,
        lazy_gettext("Requests of the period with any answer, a refusal included."),
        out_of=count(session, QuoteRequest, *asked),
    )


def hours_to_answer(session: Session, district_id: int, period: Period) -> Indicator:
    answered = select(hours_between(QuoteRequest.asked_at, QuoteRequest.answered_at)).where(
        *_requests(district_id, period), QuoteRequest.answered_at.is_not(None)
    )
    waits = session.scalars(answered).all()
    return Indicator(
        lazy_gettext("Time to answer"),
        round(median(waits), 1) if waits else None,
        lazy_gettext("hours"),
        lazy_gettext("Median time from request to answer, of the requests of the period that have one."),
    )
