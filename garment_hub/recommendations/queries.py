"""Reads of stored lists: the newest of a brief, what changed since, where a factory stands; trainings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from garment_hub.permissions import Access
from garment_hub.recommendations.ranking import by_id, facts_hash, facts_now
from models import vocabulary
from models.brief import Brief
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.factory_change import ChangedPart, FactoryChange
from models.recommendation import RankerArtifact, Recommendation, RecommendationEntry
from models.user import ANSWER_FOR_RANKING, User
from recommender import Answer, BriefFeatures, Feasibility, Reason, brief_from_json, recompute

MOST_LISTS, MOST_TRAININGS = 10, 6


def get_recommendation(session: Session, recommendation_id: int, user: User | None, access: Access) -> Recommendation:
    """A stored list with its insides, for those of its district who answer for the ranking; nobody changes it."""
    found = session.get(Recommendation, recommendation_id)
    if found is None or user is None or user.role not in ANSWER_FOR_RANKING or user.district_id != found.district_id:
        raise NotFound
    if access is Access.WRITE:
        raise Forbidden
    return found


_PLACES = (
    selectinload(Recommendation.entries).selectinload(RecommendationEntry.factory).selectinload(Factory.neighbourhood)
)


def latest_list(session: Session, brief: Brief) -> Recommendation | None:
    """The newest list of a brief, with the factories on it."""
    return session.scalar(_newest(brief).options(_PLACES))


def _newest(brief: Brief) -> Select[Recommendation]:
    query = select(Recommendation).where(Recommendation.brief_id == brief.id)
    return query.order_by(Recommendation.id.desc()).limit(1)


def latest_row(session: Session, brief: Brief) -> Recommendation | None:
    """The same without its places, and without what it was made from: both are read when they are asked for."""
    return session.scalar(_newest(brief).options(defer(Recommendation.stored)))


def read_whole(session: Session, row: Recommendation) -> Recommendation:
    """The same list with everything, in a few queries."""
    return session.scalars(select(Recommendation).where(Recommendation.id == row.id).options(_PLACES)).one()


def state_of(session: Session, recommendation: Recommendation) -> tuple[int, ...]:
    """Another one as soon as a fact of a factory on the list has changed, or one has left the register."""
    change = FactoryChange
    is_of_it = and_(change.factory_id == RecommendationEntry.factory_id, change.part != ChangedPart.EXPOSURE)
    numbers = func.count(), func.count(change.id), func.max(change.id), func.sum(change.id)
    query = select(*numbers).select_from(RecommendationEntry).outerjoin(change, is_of_it)
    return tuple(session.execute(query.where(RecommendationEntry.recommendation_id == recommendation.id)).one())


def latest_lists(session: Session, district_id: int) -> Sequence[Recommendation]:
    """The newest lists of a district with their briefs; what they were made from is left where it is."""
    query = select(Recommendation).where(Recommendation.district_id == district_id)
    options = joinedload(Recommendation.brief), defer(Recommendation.stored)
    return session.scalars(query.options(*options).order_by(Recommendation.id.desc()).limit(MOST_LISTS)).all()


def list_in(session: Session, number: str, district_id: int) -> int | None:
    """The id of the district's list with this number, as somebody typed it."""
    if not re.fullmatch("[0-9]{1,9}", number, re.ASCII):
        return None
    mine = Recommendation.district_id == district_id
    return session.scalar(select(Recommendation.id).where(Recommendation.id == int(number), mine))


def latest_trainings(session: Session, district_id: int) -> Sequence[RankerArtifact]:
    query = select(RankerArtifact).where(RankerArtifact.district_id == district_id)
    return session.scalars(query.order_by(RankerArtifact.id.desc()).limit(MOST_TRAININGS)).all()


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
