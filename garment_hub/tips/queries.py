"""What happened to a factory in a month, what is usual around it, and what its owner put off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from garment_hub.recommendations.ranking import LIST_LENGTH
from garment_hub.tips.medians import usual
from garment_hub.tips.months import Month
from models.district import Neighbourhood
from models.factory import Factory
from models.order import Order, OrderLine
from models.quote import QuoteRequest, RequestStatus
from models.recommendation import Recommendation, RecommendationEntry
from models.tip import Tip


@dataclass(frozen=True, slots=True)
class Seen:
    """On how many lists it stood, for how many briefs it was asked, how many orders it got."""

    shown: int
    asked: int
    chosen: int


@dataclass(frozen=True, slots=True)
class Usual:
    """How often other factories were asked; ``neighbourhood`` None: of the whole district."""

    asked: int
    neighbourhood: Neighbourhood | None


def seen_in(session: Session, factory: Factory, month: Month) -> Seen:
    orders = select(func.count(OrderLine.order_id.distinct())).join(Order)
    return Seen(
        shown=shown_by_factory(session, [factory.id], month).get(factory.id, 0),
        asked=_asked(session, QuoteRequest.factory_id == factory.id, month).get(factory.id, 0),
        chosen=session.scalar(orders.where(OrderLine.factory_id == factory.id, month.holds(Order.placed_at))) or 0,
    )


def shown_by_factory(session: Session, factory_ids: Collection[int], month: Month) -> dict[int, int]:
    """Lists made for a brief on which each stood where designers see it: among the best, or in the labelled place."""
    entry = RecommendationEntry
    is_turn = Recommendation.turn["factory"].as_integer() == entry.factory_id
    query = (
        select(entry.factory_id, func.count())
        .join(Recommendation, Recommendation.id == entry.recommendation_id)
        .where(
            entry.factory_id.in_(factory_ids),
            Recommendation.brief_id.is_not(None),
            month.holds(Recommendation.made_at),
            or_(entry.rank <= LIST_LENGTH, is_turn),
        )
        .group_by(entry.factory_id)
    )
    return dict(session.execute(query).all())


def _asked(session: Session, which: ColumnElement[bool], month: Month) -> dict[int, int]:
    query = select(QuoteRequest.factory_id, func.count(QuoteRequest.brief_id.distinct())).where(
        which, month.holds(QuoteRequest.asked_at)
    )
    return dict(session.execute(query.group_by(QuoteRequest.factory_id)).all())


def usual_around(session: Session, factory: Factory, month: Month) -> Usual | None:
    """Of the other factories that were asked at all: those of the same neighbourhood, else those of the district."""
    others = select(Factory.id).where(Factory.district_id == factory.district_id, Factory.id != factory.id)
    if factory.neighbourhood:
        near = others.where(Factory.neighbourhood_id == factory.neighbourhood_id)
        if (count := usual([*_asked(session, QuoteRequest.factory_id.in_(near), month).values()])) is not None:
            return Usual(count, factory.neighbourhood)
    count = usual([*_asked(session, QuoteRequest.factory_id.in_(others), month).values()])
    return None if count is None else Usual(count, None)


def waiting_requests(session: Session, factory: Factory, today: date) -> int:
    """Questions that nobody has answered and that can still be answered."""
    query = select(func.count()).select_from(QuoteRequest)
    waits = QuoteRequest.status == RequestStatus.OPEN, QuoteRequest.answer_by >= today
    return session.scalar(query.where(QuoteRequest.factory_id == factory.id, *waits)) or 0


def put_off_parts(session: Session, factory: Factory, today: date) -> set[str]:
    """Parts that the owner wants to be asked for some other day."""
    tip = session.get(Tip, factory.id)
    return {part for part, until in tip.put_off.items() if date.fromisoformat(until) > today} if tip else set()
