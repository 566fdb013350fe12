"""Ranks the factories of a district for a brief: reads only, so that no write lock waits for it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from garment_hub.recommendations.features import Condition, Window, brief_features, load_factories, ranked_factories
from garment_hub.recommendations.rankers import choose_ranker
from garment_hub.recommendations.sources import Source, sources_of
from models import vocabulary
from models.brief import Brief
from models.capacity import today_in_seoul
from models.factory import Factory
from recommender import (
    Answer,
    BriefFeatures,
    FactoryFeatures,
    Feasibility,
    Recommendation,
    factory_to_json,
    most_helpful,
    rate_for,
    stored_list,
    used_facts,
)

LIST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list as it was made, not yet stored."""

    district_id: int
    answer: Recommendation
    why_not: Mapping[str, int]  # reason code -> number of factories; one factory may have several
    ranker_version: str
    artifact_sha256: str | None
    facts: Mapping[str, FactoryFeatures]  # of the ranked ones
    sources: Mapping[str, Mapping[str, Source]]  # factory -> fact -> who said it when

    @property
    def stored(self) -> dict[str, Any]:
        return stored_list(self.answer)


@dataclass(frozen=True, slots=True)
class _Split:
    """Factories by what the hard limits say of them."""

    passing: list[FactoryFeatures]
    failing: list[FactoryFeatures]


def rank_for_brief(
    session: Session,
    brief: Brief,
    *,
    as_of: date | None = None,
    root: Path | None = None,
    include_unlisted: bool = False,
    k: int = LIST_LENGTH,
) -> Ranking:
    """The best ``k`` partners for a brief, with everything that a stored list keeps."""
    features = brief_features(brief, as_of or today_in_seoul())
    which = ranked_factories(brief.district_id, include_unlisted=include_unlisted)
    factories = load_factories(session, which, Window.of(features))
    split = _split(features, factories)
    chosen = choose_ranker(session, brief.district_id, factories, features.as_of, root)
    answer = replace(
        # Only who passes is encoded: of a large register that is a small share.
        chosen.ranker.refresh(split.passing).recommend(features, k),
        infeasible=len(split.failing),
        relax=None if split.passing else most_helpful(features, split.failing, vocabulary.stage_of()),
    )
    ranked = {one.factory for one in answer.ranked}
    return Ranking(
        district_id=brief.district_id,
        answer=answer,
        why_not=_why_not(features, split.failing),
        ranker_version=chosen.version,
        artifact_sha256=chosen.artifact_sha256,
        facts={one.id: one for one in split.passing if one.id in ranked},
        sources=sources_of(session, [int(one) for one in ranked]),
    )


def count_answers(session: Session, brief: Brief, as_of: date) -> Counter[Answer]:
    """How many factories can, may and cannot, without ranking them."""
    features = brief_features(brief, as_of)
    factories = load_factories(session, ranked_factories(brief.district_id), Window.of(features))
    feasibility = Feasibility(vocabulary.stage_of())
    return Counter(feasibility.answer(features, factory) for factory in factories)


def _split(brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> _Split:
    feasibility = Feasibility(vocabulary.stage_of())
    split = _Split([], [])
    for factory in factories:
        is_out = feasibility.answer(brief, factory) is Answer.NO
        (split.failing if is_out else split.passing).append(factory)
    return split


def _why_not(brief: BriefFeatures, failing: Sequence[FactoryFeatures]) -> dict[str, int]:
    feasibility = Feasibility(vocabulary.stage_of())
    codes = ({reason.code for reason in feasibility.why_not(brief, factory)} for factory in failing)
    return dict(Counter(code for of_one in codes for code in sorted(of_one)))


def facts_hash(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    """Names the facts of a factory that count for this brief; another hash later means that they changed."""
    facts = factory_to_json(used_facts(brief, factory, vocabulary.stage_of()))
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def facts_now(session: Session, brief: BriefFeatures, which: Condition) -> dict[int, FactoryFeatures]:
    """What is known today of some factories, read for a brief as it was."""
    return {int(one.id): one for one in load_factories(session, which, Window.of(brief))}


def by_id(ids: Sequence[int]) -> Condition:
    return Factory.id.in_(ids)


def pieces_per_day(brief: BriefFeatures, factory: FactoryFeatures) -> float | None:
    """The factory's own rate for this brief."""
    return rate_for(brief, factory, vocabulary.stage_of())
