"""Why briefs found nobody, and whether listings kept by the centre are shown and asked as others are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from models.factory import Factory
from models.mandate import Mandate
from models.quote import QuoteRequest
from models.recommendation import Recommendation, RecommendationEntry


def unmet(session: Session, district_id: int, since: datetime) -> list[tuple[str, int]]:
    """Lists since then on which nobody stood, by the reason that shut out most factories; most frequent first."""
    nobody = Recommendation.feasible_count == 0, Recommendation.unknown_count == 0
    query = select(Recommendation.why_not).where(
        Recommendation.district_id == district_id, Recommendation.made_at >= since, *nobody
    )
    reasons = Counter(
        max(why_not, key=lambda code: (why_not[code], code)) for why_not in session.scalars(query) if why_not
    )
    return reasons.most_common()


@dataclass(frozen=True, slots=True)
class Share:
    """Factories of one way of being kept, and how many of them were shown and asked."""

    factories: int
    shown: int
    asked: int


def by_keeper(session: Session, district_id: int, since: datetime) -> dict[str, Share]:
    """Listed factories by who keeps the listing: the owner alone, the centre for an owner, or nobody yet."""
    shown = exists().where(
        RecommendationEntry.factory_id == Factory.id,
        RecommendationEntry.recommendation_id == Recommendation.id,
        Recommendation.made_at >= since,
        Recommendation.brief_id.is_not(None),
    )
    asked = exists().where(QuoteRequest.factory_id == Factory.id, QuoteRequest.asked_at >= since)
    keeper = case((_has_mandate(), "centre"), (Factory.owner_id.is_not(None), "owner"), else_="nobody")
    counts = func.count(), func.count().filter(shown), func.count().filter(asked)
    query = select(keeper, *counts).where(Factory.district_id == district_id, Factory.is_listed).group_by(keeper)
    return {name: Share(*numbers) for name, *numbers in session.execute(query)}


def _has_mandate() -> ColumnElement[bool]:
    return exists().where(and_(Mandate.factory_id == Factory.id, Mandate.ended_at.is_(None)))
