"""Reads of stored lists: the newest of a brief, what changed since, where a factory stands, the weights in use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from garment_hub.permissions import Access
from garment_hub.recommendations import sentences
from garment_hub.recommendations.ranking import by_id, facts_hash, facts_now
from models import vocabulary
from models.brief import Brief
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.recommendation import Recommendation, RecommendationEntry
from models.user import Role, User
from recommender import Answer, BriefFeatures, Feasibility, Reason, brief_from_json, recompute

WHO_SEES_WEIGHTS = frozenset({Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One part of the score: its name, the points it can give, and what it looks at."""

    name: str
    points: int
    explanation: str


def weights_table() -> list[WeightRow]:
    """Parts of the score with the weights in use, as points out of 100."""
    from recommender import DEFAULT_WEIGHTS

    return [
        WeightRow(str(sentences.PART_NAMES[part]), round(100 * weight), str(sentences.PART_EXPLANATIONS[part]))
        for part, weight in DEFAULT_WEIGHTS.items()
    ]


def get_recommendation(session: Session, recommendation_id: int, user: User | None, access: Access) -> Recommendation:
    """A stored list with its insides, for those of its district who answer for the ranking; nobody changes it."""
    found = session.get(Recommendation, recommendation_id)
    if found is None or user is None or user.role not in WHO_SEES_WEIGHTS or user.district_id != found.district_id:
        raise NotFound
    if access is Access.WRITE:
        raise Forbidden
    return found


def latest_list(session: Session, brief: Brief) -> Recommendation | None:
    """The newest list of a brief, with the factories on it."""
    factories = selectinload(Recommendation.entries).selectinload(RecommendationEntry.factory)
    query = select(Recommendation).where(Recommendation.brief_id == brief.id).order_by(Recommendation.id.desc())
    return session.scalar(query.options(factories.selectinload(Factory.neighbourhood)).limit(1))


def changed_since(session: Session, recommendation: Recommendation) -> set[int]:
    """Factories on the list whose facts, as far as they counted, are no longer those it was made from."""
    brief = brief_from_json(recommendation.stored["brief"])
    now = facts_now(session, brief, by_id([entry.factory_id for entry in recommendation.entries]))
    return {
        entry.factory_id
        for entry in recommendation.entries
        if entry.factory_id not in now or facts_hash(brief, now[entry.factory_id]) != entry.facts_hash
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one factory stands: its place in the whole order, or what excludes it today."""

    place: int | None
    of: int
    why_not: tuple[Reason, ...]
    questions: tuple[Reason, ...]


def standing_of(session: Session, recommendation: Recommendation, factory: Factory) -> Standing:
    """Why a factory is where it is, or not on the list at all."""
    order = [one for one, _score, _parts in recompute(recommendation.stored)]
    name = str(factory.id)
    brief = brief_from_json(recommendation.stored["brief"])
    facts = facts_now(session, brief, by_id([factory.id]))[factory.id]
    feasibility = Feasibility(vocabulary.stage_of())
    return Standing(
        place=order.index(name) + 1 if name in order else None,
        of=len(order),
        why_not=feasibility.why_not(brief, facts),
        questions=feasibility.questions(brief, facts) if feasibility.answer(brief, facts) is Answer.UNKNOWN else (),
    )


def says_the_same(stored: BriefFeatures, now: BriefFeatures) -> bool:
    """Whether a brief still says what its list was made from; the day it is read does not count."""
    return _comparable(stored) == _comparable(now)


def _comparable(brief: BriefFeatures) -> BriefFeatures:
    return replace(brief, as_of=date.min, designer=None, deliver_to=None, text="")
