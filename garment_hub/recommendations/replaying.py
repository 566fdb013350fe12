"""What the replay page shows: whether the list is what its facts give, its weights, and every part of every place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from garment_hub.recommendations import sentences
from garment_hub.recommendations.services import replay
from models.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One place: exact values, as stored."""

    rank: int
    factory_id: int
    name: str
    score: str
    parts: list[str]


@dataclass(frozen=True, slots=True)
class ReplayPage:
    is_equal: bool
    weights: list[tuple[str, str]]
    part_names: list[str]
    rows: list[ReplayRow]


def replay_page(session: Session, recommendation: Recommendation) -> ReplayPage:
    weights = _in_order(recommendation.stored["weights"])
    names = [str(sentences.PART_NAMES[part]) for part in weights]
    return ReplayPage(
        is_equal=replay(session, recommendation),
        weights=list(zip(names, (f"{100 * weight:g}" for weight in weights.values()), strict=True)),
        part_names=names,
        rows=[
            ReplayRow(
                rank=entry.rank,
                factory_id=entry.factory_id,
                name=entry.factory.name,
                score=_points(entry.score),
                parts=[_points(entry.parts[part]) for part in weights],
            )
            for entry in recommendation.entries
        ],
    )


def _in_order(weights: Mapping[str, float]) -> dict[str, float]:
    """As everywhere else; a database may give back the keys of an object in another order."""
    return {part: weights[part] for part in sentences.PART_NAMES if part in weights}


def _points(value: float) -> str:
    return f"{100 * value:.4f}"
