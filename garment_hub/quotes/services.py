"""Verbs of a request: ask factories, answer with a price, refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.errors import Conflict, Invalid
from models.factory import Factory, OperatingStatus, Sector
from models.quote import MAXIMUM_ASKED, DeclineReason, Quote, QuoteAnswer, QuoteRequest, RequestStatus
from models.recommendation import Recommendation, RecommendationEntry
from models.user import User

DAYS_TO_ANSWER = 7


def request_quotes(session: Session, brief: Brief, factory_ids: Sequence[int], today: date) -> list[QuoteRequest]:
    """Ask one to five factories; what is unknown about each goes along as questions."""
    session.refresh(brief, with_for_update=True)  # two sendings at once must not pass the limit together
    if brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_not_open")
    if brief.needed_by is None or brief.needed_by <= today:
        raise Invalid("brief_day_over", field="needed_by")
    wanted = list(dict.fromkeys(factory_ids))
    if not wanted:
        raise Invalid("choose_factories", field="factory")
    if len(wanted) + _waiting(session, brief) > MAXIMUM_ASKED:
        raise Invalid("too_many_asked", field="factory", most=MAXIMUM_ASKED)
    answer_by = min(today + timedelta(days=DAYS_TO_ANSWER), brief.needed_by)
    return [_ask(session, brief, factory_id, answer_by) for factory_id in wanted]


def _waiting(session: Session, brief: Brief) -> int:
    waiting = QuoteRequest.brief_id == brief.id, QuoteRequest.status == RequestStatus.OPEN
    return session.scalar(select(func.count()).select_from(QuoteRequest).where(*waiting)) or 0


def _ask(session: Session, brief: Brief, factory_id: int, answer_by: date) -> QuoteRequest:
    entry = _latest_entry(session, brief, factory_id)
    factory = session.get(Factory, factory_id)
    if factory is None or not _can_be_asked(brief, factory, is_on_list=entry is not None):
        raise Conflict("factory_not_there")
    asked = select(QuoteRequest.id).where(QuoteRequest.brief_id == brief.id, QuoteRequest.factory_id == factory_id)
    if session.scalar(asked) is not None:
        raise Conflict("factory_already_asked", factory=factory.name)
    request = QuoteRequest(brief=brief, factory=factory, answer_by=answer_by)
    request.questions = list(entry.questions) if entry else []
    session.add(request)
    session.flush()
    return request


def _can_be_asked(brief: Brief, factory: Factory, *, is_on_list: bool) -> bool:
    """A working garment maker of the district that strangers may see or that the stored list named."""
    is_there = factory.sector is Sector.GARMENT and factory.status is not OperatingStatus.CLOSED
    return is_there and factory.district_id == brief.district_id and (is_on_list or bool(factory.is_listed))


def _latest_entry(session: Session, brief: Brief, factory_id: int) -> RecommendationEntry | None:
    """The factory's place on the newest list that holds it."""
    query = (
        select(RecommendationEntry)
        .join(Recommendation, Recommendation.id == RecommendationEntry.recommendation_id)
        .where(Recommendation.brief_id == brief.id, RecommendationEntry.factory_id == factory_id)
        .order_by(Recommendation.made_at.desc(), Recommendation.id.desc())
        .limit(1)
    )
    return session.scalar(query)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a factory says when it says yes; a yes under conditions names the condition."""

    answer: QuoteAnswer
    unit_price_krw: int
    ready_on: date
    is_vat_included: bool = False
    price_includes: list[str] = field(default_factory=list)
    condition: str | None = None
    remark: str | None = None


def submit_quote(session: Session, request: QuoteRequest, offer: Offer, actor: User) -> Quote:
    """Answer with a price and a day, once."""
    if offer.answer is QuoteAnswer.CONDITIONAL and not offer.condition:
        raise Invalid("answer_incomplete", field="condition")
    _answer(session, request, RequestStatus.ANSWERED)
    request.quote = Quote(
        answer=offer.answer,
        unit_price_krw=offer.unit_price_krw,
        ready_on=offer.ready_on,
        is_vat_included=offer.is_vat_included,
        price_includes=offer.price_includes,
        condition=offer.condition,
        remark=offer.remark,
        answered_by_id=actor.id,
    )
    session.flush()
    return request.quote


def decline(session: Session, request: QuoteRequest, reason: DeclineReason) -> None:
    """Refuse with a reason, once."""
    _answer(session, request, RequestStatus.DECLINED)
    request.decline_reason = reason
    session.flush()


def _answer(session: Session, request: QuoteRequest, status: RequestStatus) -> None:
    session.refresh(request, with_for_update=True)  # a second tap waits here and is then refused
    if request.brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_not_open")
    request.move_to(status)
    request.answered_at = utc_now()
