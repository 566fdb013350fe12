"""Verbs of a request: ask factories, take the question back, answer with a price, refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.briefs.services import take_back_request
from garment_hub.factories import bookings
from garment_hub.quotes import news
from garment_hub.quotes.standing import is_awardable, is_lapsed, needs_price, usual_validity
from models.audit import AuditAction
from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.capacity import SEOUL
from models.case import Case
from models.errors import Conflict, Invalid
from models.factory import Factory, OperatingStatus, Sector
from models.order import Order
from models.payment import AskingStop
from models.quote import (
    MAXIMUM_ASKED,
    MAXIMUM_PER_FACTORY_AND_WEEK,
    BalanceRule,
    DeclineReason,
    DefectRule,
    Quote,
    QuoteAnswer,
    QuoteRequest,
    RequestStatus,
)
from models.recommendation import Recommendation, RecommendationEntry
from models.team import TeamMember
from models.user import User

DAYS_TO_ANSWER = 7
WEEK = timedelta(days=7)
ENDED = frozenset({RequestStatus.DECLINED, RequestStatus.CHOSEN, RequestStatus.NOT_CHOSEN})
DEPOSITS = (30, 50)  # what a new client can offer in place of a record, in percent


def request_quotes(
    session: Session, brief: Brief, factory_ids: Sequence[int], today: date, *, deposit_percent: int | None = None
) -> list[QuoteRequest]:
    """Ask one to five factories; what is unknown about each goes along as questions."""
    prepare_asking(session, brief, today, deposit_percent)
    if not factory_ids:
        raise Invalid("choose_factories", field="factory")
    wanted = list(dict.fromkeys(factory_ids))
    require_room(session, brief, len(wanted), today)
    factories = askable(session, brief, wanted)
    alone = QuoteRequest.brief_id == brief.id, QuoteRequest.team_member_id.is_(None)
    asked = set(session.scalars(select(QuoteRequest.factory_id).where(*alone)))
    for factory in factories:
        if factory.id in asked:
            raise Conflict("factory_already_asked", factory=factory.name)
    return [ask_one(session, brief, factory, today, deposit_percent=deposit_percent) for factory in factories]


def prepare_asking(session: Session, brief: Brief, today: date, deposit_percent: int | None = None) -> None:
    """Lock the brief, so that two sendings at once do not pass the limit together, and look whether it may ask."""
    if deposit_percent not in (None, *DEPOSITS):
        raise Invalid("deposit_not_offered", field="deposit_percent")
    session.refresh(brief, with_for_update=True)
    if brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_not_open")
    if brief.needed_by is None or brief.needed_by <= today:
        raise Invalid("brief_day_over", field="needed_by")
    if running_stop(session, brief.designer_id) is not None:
        raise Conflict("asking_stopped")


def running_stop(session: Session, designer_id: int) -> AskingStop | None:
    """What keeps a client who has not paid from asking new factories."""
    running = AskingStop.designer_id == designer_id, AskingStop.lifted_at.is_(None)
    return session.scalar(select(AskingStop).where(*running))


def require_room(session: Session, brief: Brief, more: int, today: date) -> None:
    """At most five may be waiting at a time; a team counts as one, whatever its size, as it makes one offer."""
    waiting = select(QuoteRequest.factory_id, TeamMember.team_id).outerjoin(QuoteRequest.team_member)
    waiting = waiting.where(
        QuoteRequest.brief_id == brief.id, QuoteRequest.status == RequestStatus.OPEN, QuoteRequest.answer_by >= today
    )
    places = {("team", team) if team else ("factory", factory) for factory, team in session.execute(waiting)}
    if len(places) + more > MAXIMUM_ASKED:
        raise Invalid("too_many_asked", field="factory", most=MAXIMUM_ASKED)


def askable(
    session: Session, brief: Brief, factory_ids: Sequence[int], *, have_worked_before: bool = False
) -> list[Factory]:
    """The factories in the order given, locked: each may be asked, and has not been asked enough this week."""
    # A weaker lock than for update: rows that refer to the factory can still be written meanwhile.
    locked = select(Factory).where(Factory.id.in_(factory_ids)).order_by(Factory.id).with_for_update(key_share=True)
    found = {factory.id: factory for factory in session.scalars(locked)}
    for factory_id in factory_ids:
        factory = found.get(factory_id)
        if factory is None or not _can_be_asked(session, brief, factory, is_known=have_worked_before):
            raise Conflict("factory_not_there")
        if factory_ids.count(factory_id) + _asked_lately(session, factory) > MAXIMUM_PER_FACTORY_AND_WEEK:
            raise Conflict("factory_asked_enough", factory=factory.name)
    return [found[factory_id] for factory_id in factory_ids]


def _asked_lately(session: Session, factory: Factory) -> int:
    """Questions of the last seven days, whoever asked and whatever became of them: they all took the owner's time."""
    lately = QuoteRequest.factory_id == factory.id, QuoteRequest.asked_at > utc_now() - WEEK
    return session.scalar(select(func.count()).select_from(QuoteRequest).where(*lately)) or 0


def _can_be_asked(session: Session, brief: Brief, factory: Factory, *, is_known: bool) -> bool:
    """A working garment maker of the district that is known to the client, or to everybody, or from the stored list."""
    is_there = factory.sector is Sector.GARMENT and factory.status is not OperatingStatus.CLOSED
    if not is_there or factory.district_id != brief.district_id:
        return False
    return is_known or bool(factory.is_listed) or latest_entry(session, brief, factory.id) is not None


def latest_entry(session: Session, brief: Brief, factory_id: int) -> RecommendationEntry | None:
    """The factory's place on the newest list that holds it."""
    query = (
        select(RecommendationEntry)
        .join(Recommendation, Recommendation.id == RecommendationEntry.recommendation_id)
        .where(Recommendation.brief_id == brief.id, RecommendationEntry.factory_id == factory_id)
        .order_by(Recommendation.made_at.desc(), Recommendation.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def ask_one(
    session: Session,
    brief: Brief,
    factory: Factory,
    today: date,
    *,
    member: TeamMember | None = None,
    repeats: Order | None = None,
    deposit_percent: int | None = None,
) -> QuoteRequest:
    """Put the question, open the place to talk about it, and tell whoever answers."""
    entry = latest_entry(session, brief, factory.id)
    request = QuoteRequest(
        brief=brief,
        factory=factory,
        team_member=member,
        repeats_order_id=repeats.id if repeats else None,
        answer_by=min(today + timedelta(days=DAYS_TO_ANSWER), brief.needed_by or date.max),
        deposit_offered_percent=deposit_percent,
        questions=list(entry.questions) if entry else [],
    )
    session.add_all([request, Case(request=request)])
    session.flush()
    news.asked(session, request)
    return request


def withdraw_request(session: Session, request: QuoteRequest) -> None:
    """Take the question back; a team is taken back whole, since it is one offer."""
    session.refresh(request.brief, with_for_update=True)
    taken = [request]
    if request.team_member is not None:
        whole = select(QuoteRequest).join(QuoteRequest.team_member)
        whole = whole.where(TeamMember.team_id == request.team_member.team_id).order_by(QuoteRequest.id)
        open_ones = or_(QuoteRequest.status == RequestStatus.OPEN, QuoteRequest.status == RequestStatus.ANSWERED)
        taken = list(session.scalars(whole.where(or_(open_ones, QuoteRequest.id == request.id))))
    for each in taken:
        session.refresh(each, with_for_update=True)
        take_back_request(session, each)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a factory says when it says yes, by the columns of ``Quote``; what it does not say stays open."""

    answer: QuoteAnswer
    unit_price_krw: int | None = None
    ready_on: date | None = None
    is_vat_included: bool = False
    price_includes: list[str] = field(default_factory=list)
    extras: dict[str, int] = field(default_factory=dict)
    sample_fee_krw: int | None = None
    is_sample_fee_deducted: bool = False
    sample_on: date | None = None
    work_hundredths: int | None = None
    tolerance_pieces: int | None = None
    defects: DefectRule | None = None
    deposit_percent: int | None = None
    balance: BalanceRule | None = None
    balance_days: int | None = None
    valid_until: date | None = None
    condition: str | None = None
    remark: str | None = None


def submit_quote(
    session: Session, request: QuoteRequest, offer: Offer, actor: User, today: date, *, heard: str | None = None
) -> Quote:
    """Say yes, once; a yes without price or day, or one that ran out, is made complete the same way.

    ``heard`` is how staff who answer for an owner know it.
    """
    if offer.answer is QuoteAnswer.CONDITIONAL and not offer.condition:
        raise Invalid("answer_incomplete", field="condition")
    usual = usual_validity(request.brief, today)
    if offer.valid_until and not today <= offer.valid_until <= (request.brief.needed_by or date.max):
        raise Invalid("validity_out_of_range", field="valid_until")
    _lock(session, request, today)
    if not needs_price(request, today):
        _move(request, RequestStatus.ANSWERED)
    said = asdict(offer) | {"valid_until": offer.valid_until or usual}
    said |= {"answered_by_id": actor.id, "answered_at": utc_now()}
    quote = request.quote = request.quote or Quote()
    for name, value in said.items():
        setattr(quote, name, value)
    _sign(session, request, actor, heard)
    session.flush()
    news.answered(session, request)
    return quote


def decline(
    session: Session,
    request: QuoteRequest,
    reason: DeclineReason,
    actor: User,
    today: date,
    *,
    could_at_krw: int | None = None,
    could_from_on: date | None = None,
    heard: str | None = None,
) -> None:
    """Refuse with a reason, once; it may say at which price or from which day it could."""
    _lock(session, request, today)
    _move(request, RequestStatus.DECLINED)
    request.decline_reason = reason
    request.could_at_krw, request.could_from_on = could_at_krw, could_from_on
    _sign(session, request, actor, heard)
    session.flush()
    news.declined(session, request)


def hold_days(session: Session, request: QuoteRequest, now: datetime) -> None:
    """Keep the days of a quote that can be chosen, for 48 hours."""
    session.refresh(request, with_for_update=True)
    if request.quote is None or not is_awardable(request, now.astimezone(SEOUL).date()):
        raise Conflict("hold_needs_quote")
    bookings.hold_for_quote(session, request.quote, now)


def _lock(session: Session, request: QuoteRequest, today: date) -> None:
    """A second tap, and an award of the same brief, wait here; then look whether an answer is still wanted."""
    session.refresh(request.brief, with_for_update=True)
    session.refresh(request, with_for_update=True)
    if request.status in ENDED:
        raise Conflict("request_already_answered")
    if request.status is RequestStatus.WITHDRAWN or request.brief.status is not BriefStatus.OPEN:
        raise Conflict("request_taken_back")
    if is_lapsed(request, today):
        raise Conflict("answer_day_over")


def _move(request: QuoteRequest, status: RequestStatus) -> None:
    request.move_to(status)
    request.answered_at = utc_now()


def _sign(session: Session, request: QuoteRequest, actor: User, heard: str | None) -> None:
    """Keep who answered; staff who speak for an owner say how they know."""
    request.answered_by_id = actor.id
    if actor.is_staff:
        if not heard:
            raise Invalid("heard_needed", field="heard")
        audit.record(session, actor, AuditAction.ANSWERED_FOR_OWNER, request, reason=heard)
