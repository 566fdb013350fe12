"""Ranks the factories of a district for a brief: reads only, so that no write lock waits for it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from secrets import randbits
from typing import Any

from sqlalchemy.orm import Session

from garment_hub.recommendations.edits import load_few
from garment_hub.recommendations.features import Condition, Window, brief_features
from garment_hub.recommendations.serving import served
from garment_hub.recommendations.sources import Source, sources_of
from garment_hub.recommendations.teaming import teams_of
from models import vocabulary
from models.brief import Brief
from models.capacity import today_in_seoul
from models.factory import Factory
from recommender import (
    Answer,
    BriefFeatures,
    FactoryFeatures,
    Recommendation,
    factory_to_json,
    rate_for,
    stored_list,
    used_facts,
)

LIST_LENGTH = 10
SEED_BITS = 31


@dataclass(frozen=True, slots=True)
class Ranking:
    """A list as it was made, not yet stored."""

    district_id: int
    answer: Recommendation
    why_not: Mapping[str, int]  # reason code -> number of factories; one factory may have several
    ranker_version: str
    artifact_sha256: str | None
    facts: Mapping[str, FactoryFeatures]  # of the ranked ones, and of the one whose turn it is
    sources: Mapping[str, Mapping[str, Source]]  # factory -> fact -> who said it when
    stored: Mapping[str, Any]  # made with the list: the facts go on changing
    setting_id: int | None = None  # the version of the weights; None for the defaults


def rank_for_brief(
    session: Session,
    brief: Brief,
    *,
    as_of: date | None = None,
    root: Path | None = None,
    include_unlisted: bool = False,
    k: int = LIST_LENGTH,
    with_teams: bool = False,
) -> Ranking:
    """The best ``k`` partners for a brief, with all that a stored list keeps; teams if nobody can do it alone."""
    features = brief_features(brief, as_of or today_in_seoul())
    with served(session, brief.district_id, features.as_of, root, include_unlisted=include_unlisted) as one:
        answer = one.ranker.recommend(features, k, seed=randbits(SEED_BITS))
        if with_teams or not answer.ranked:
            answer = replace(answer, teams=teams_of(one.ranker, features))
        places = [*answer.ranked, *([answer.turn.place] if answer.turn else [])]
        facts = {place.factory: one.ranker.facts(place.factory) for place in places}
        return Ranking(
            district_id=brief.district_id,
            answer=answer,
            why_not=one.ranker.count_refusals(features),
            ranker_version=one.version,
            artifact_sha256=one.artifact_sha256,
            facts=facts,
            sources=sources_of(session, [int(factory) for factory in facts]),
            stored=stored_list(answer),
            setting_id=one.setting_id,
        )


def count_answers(session: Session, brief: Brief, as_of: date, root: Path | None = None) -> Counter[Answer]:
    """How many factories can, may and cannot, without ranking them."""
    with served(session, brief.district_id, as_of, root) as one:
        return one.ranker.count(brief_features(brief, as_of))


def facts_hash(brief: BriefFeatures, factory: FactoryFeatures) -> str:
    """Names the facts of a factory that count for this brief; another hash later means that they changed.

    That they were confirmed once more changes none of them.
    """
    facts = factory_to_json(replace(used_facts(brief, factory, vocabulary.stage_of()), confirmed_on=None))
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def facts_now(session: Session, brief: BriefFeatures, which: Condition) -> dict[int, FactoryFeatures]:
    """What is known today of some factories, read for a brief as it was."""
    return {int(one.id): one for one in load_few(session, which, Window.of(brief))}


def by_id(ids: Sequence[int]) -> Condition:
    return Factory.id.in_(ids)


def pieces_per_day(brief: BriefFeatures, factory: FactoryFeatures) -> float | None:
    """The factory's own rate for this brief."""
    return rate_for(brief, factory, vocabulary.stage_of())
