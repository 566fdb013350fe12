"""Where a request stands today: whether it can still be answered, completed, or chosen."""

from __future__ import annotations

from datetime import date, timedelta

from models.brief import Brief, BriefStatus
from models.quote import QuoteRequest, RequestStatus

DAYS_VALID = 14


def is_lapsed(request: QuoteRequest, today: date) -> bool:
    """Nobody answered in time."""
    return request.status is RequestStatus.OPEN and request.answer_by < today


def has_yes(request: QuoteRequest) -> bool:
    """The factory said that it could, and the designer still listens."""
    return request.quote is not None and request.status is RequestStatus.ANSWERED


def is_awardable(request: QuoteRequest, today: date) -> bool:
    """Whether the yes names its price and its day and both still stand."""
    quote = request.quote
    if quote is None or not has_yes(request) or request.brief.status is not BriefStatus.OPEN:
        return False
    return quote.is_binding and quote.valid_until >= today and (quote.ready_on or today) >= today


def needs_price(request: QuoteRequest, today: date) -> bool:
    """A yes that cannot be chosen as it stands: without price or day, or one that has run out."""
    return has_yes(request) and request.brief.status is BriefStatus.OPEN and not is_awardable(request, today)


def can_answer(request: QuoteRequest, today: date) -> bool:
    """For the first time."""
    is_open = request.status is RequestStatus.OPEN and request.brief.status is BriefStatus.OPEN
    return is_open and not is_lapsed(request, today)


def usual_validity(brief: Brief, today: date) -> date:
    """How long a price stands when nobody says otherwise: two weeks, but not past the day the goods are needed."""
    return min(today + timedelta(days=DAYS_VALID), brief.needed_by or date.max)
