"""Verbs of this room: recommend partners for a brief, count them, replay a stored list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.recommendations.exposures import add_shown
from garment_hub.recommendations.ranking import Ranking, count_answers, facts_hash, pieces_per_day, rank_for_brief
from garment_hub.recommendations.sources import FACT_BEHIND
from models.brief import Brief
from models.capacity import today_in_seoul
from models.factory import Factory
from models.recommendation import Recommendation, RecommendationEntry
from recommender import (
    Answer,
    RankedFactory,
    Reason,
    Team,
    TeamPlace,
    Turn,
    is_equal,
    reason_to_json,
    recompute,
)
from recommender import Recommendation as Answered


def recommend_for_brief(
    session: Session,
    brief: Brief,
    *,
    as_of: date | None = None,
    root: Path | None = None,
    include_unlisted: bool = False,
) -> Recommendation:
    """Rank and store. A route that writes ranks first, in a reading session, and calls ``store_ranking``."""
    ranking = rank_for_brief(session, brief, as_of=as_of, root=root, include_unlisted=include_unlisted)
    return store_ranking(session, brief, ranking)


def store_ranking(session: Session, brief: Brief | None, ranking: Ranking) -> Recommendation:
    """Keep a list as it was made; ``brief`` is None for one that came in a file."""
    answer = ranking.answer
    made = Recommendation(
        brief_id=brief.id if brief else None,
        district_id=ranking.district_id,
        as_of=answer.brief.as_of,
        ranker_version=ranking.ranker_version,
        artifact_sha256=ranking.artifact_sha256,
        feasible_count=answer.feasible,
        unknown_count=answer.unknown,
        infeasible_count=answer.infeasible,
        why_not=dict(ranking.why_not),
        relax=reason_to_json(answer.relax) if answer.relax else None,
        stored=dict(ranking.stored),
        turn=_draw(answer.turn) if answer.turn else None,
        teams=[_team(team) for team in answer.teams] or None,
        setting_id=ranking.setting_id,
        entries=[_entry(ranking, place) for place in _places(answer)],
    )
    session.add(made)
    session.flush()
    if brief is not None:  # a list made by command was shown to nobody; the labelled place costs nobody anything
        add_shown(session, [int(place.factory) for place in answer.ranked], answer.brief.as_of)
    return made


def _places(answer: Answered) -> list[RankedFactory]:
    """The list, and the factory whose turn it is where it stands too low to be on it."""
    is_listed = answer.turn is None or any(place.factory == answer.turn.place.factory for place in answer.ranked)
    return [*answer.ranked] if is_listed or answer.turn is None else [*answer.ranked, answer.turn.place]


def _draw(turn: Turn) -> dict[str, Any]:
    return {
        "factory": int(turn.place.factory),
        "rank": turn.place.rank,
        "probability": turn.probability,
        "candidates": [int(factory) for factory in turn.candidates],
        "seed": turn.seed,
    }


def _team(team: Team) -> dict[str, Any]:
    return {"places": [_team_place(place) for place in team.places]}


def _team_place(place: TeamPlace) -> dict[str, Any]:
    days = {"starts_on": place.starts_on.isoformat(), "due_on": place.due_on.isoformat()}
    return asdict(place) | {"factory": int(place.factory), "processes": sorted(place.processes)} | days


def _entry(ranking: Ranking, place: RankedFactory) -> RecommendationEntry:
    return RecommendationEntry(
        factory_id=int(place.factory),
        rank=place.rank,
        score=place.score,
        is_known_feasible=place.is_known_feasible,
        parts=dict(place.parts),
        reasons=[_reason(ranking, place.factory, reason) for reason in place.reasons],
        questions=[reason_to_json(question) for question in place.questions],
        facts_hash=facts_hash(ranking.answer.brief, ranking.facts[place.factory]),
    )


def _reason(ranking: Ranking, factory: str, reason: Reason) -> dict[str, Any]:
    """The reason with what its small print needs: who stated the fact when, and the rate behind free days."""
    stored = reason_to_json(reason)
    source = ranking.sources.get(factory, {}).get(FACT_BEHIND.get(reason.code, ""))
    if source:
        stored["source"] = source.to_json()
    if reason.code in ("has_free_days", "had_free_days"):
        stored["pieces_per_day"] = pieces_per_day(ranking.answer.brief, ranking.facts[factory])
    return stored


def count_partners(
    session: Session, brief: Brief, *, as_of: date | None = None, root: Path | None = None
) -> tuple[int, int]:
    """How many factories can make it, and how many may but have to be asked."""
    answers = count_answers(session, brief, as_of or today_in_seoul(), root)
    return answers[Answer.YES], answers[Answer.UNKNOWN]


def replay(session: Session, recommendation: Recommendation) -> bool:
    """Whether the list is what its stored facts, numbers and weights give, and its rows say the same."""
    stored = recommendation.stored
    counts = [recommendation.feasible_count, recommendation.unknown_count, recommendation.infeasible_count]
    return (
        counts == stored["counts"]
        and _same_draw(recommendation.turn, stored.get("turn"))
        and _same_rows(session, recommendation, stored)
        and is_equal(stored)
    )


def _same_draw(shown: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> bool:
    if shown is None or stored is None:
        return shown is stored
    ids = [str(shown["factory"]), [str(factory) for factory in shown["candidates"]]]
    chance = [shown["probability"], shown["seed"]]
    return [*ids, *chance] == [stored[name] for name in ("factory", "candidates", "probability", "seed")]


def _same_rows(session: Session, recommendation: Recommendation, stored: Mapping[str, Any]) -> bool:
    """Each place as stored; one may be missing only when its factory is gone from the register."""
    listed = {
        int(factory): (rank, score, parts) for rank, factory, score, parts in _stored_rows(recommendation, stored)
    }
    shown = {one.factory_id: (one.rank, one.score, one.parts) for one in recommendation.entries}
    missing = listed.keys() - shown.keys()
    if missing and session.scalars(select(Factory.id).where(Factory.id.in_(missing))).first() is not None:
        return False
    return all(listed.get(factory) == row for factory, row in shown.items())


def _stored_rows(
    recommendation: Recommendation, stored: Mapping[str, Any]
) -> list[tuple[int, str, float, dict[str, float]]]:
    """The list, and the place below it of the factory whose turn it was."""
    rows = [(rank, *row) for rank, row in enumerate(stored["ranked"], start=1)]
    below = recommendation.turn["rank"] if recommendation.turn else 0
    if below > len(rows):
        order = recompute(stored)
        rows += [(below, *row) for row in order[below - 1 : below]]
    return rows
