"""What the replay page shows: whether the list is what its facts give, weights, places, the draw of the turn, teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.labels import day, terms
from garment_hub.recommendations import sentences
from garment_hub.recommendations.services import replay
from models.factory import Factory
from models.recommendation import Recommendation


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One place: exact values, as stored."""

    rank: int
    factory_id: int
    name: str
    score: str
    parts: list[str]
    is_turn: bool


@dataclass(frozen=True, slots=True)
class ReplayTurn:
    """The draw: among whom, with what chance, and the number that repeats it."""

    name: str
    chance: str
    candidates: list[str]
    seed: int


@dataclass(frozen=True, slots=True)
class ReplayPlace:
    """What one factory does in a team."""

    position: int
    name: str
    processes: str
    quantity: int
    days: str
    is_lead: bool


@dataclass(frozen=True, slots=True)
class ReplayPage:
    is_equal: bool
    weights: list[tuple[str, str]]
    part_names: list[str]
    rows: list[ReplayRow]
    turn: ReplayTurn | None
    teams: list[list[ReplayPlace]]


def replay_page(session: Session, recommendation: Recommendation) -> ReplayPage:
    weights = _in_order(recommendation.stored["weights"])
    part_names = [str(sentences.PART_NAMES[part]) for part in weights]
    teams = [team["places"] for team in recommendation.teams or ()]
    names = _names(session, recommendation.turn, (place["factory"] for places in teams for place in places))
    return ReplayPage(
        is_equal=replay(session, recommendation),
        weights=list(zip(part_names, (f"{100 * weight:g}" for weight in weights.values()), strict=True)),
        part_names=part_names,
        rows=_rows(recommendation, list(weights)),
        turn=_turn(recommendation.turn, names) if recommendation.turn else None,
        teams=[[_place(place, names) for place in places] for places in teams],
    )


def _rows(recommendation: Recommendation, parts: list[str]) -> list[ReplayRow]:
    return [
        ReplayRow(
            rank=entry.rank,
            factory_id=entry.factory_id,
            name=entry.factory.name,
            score=_points(entry.score),
            parts=[_points(entry.parts[part]) for part in parts],
            is_turn=entry is recommendation.turn_entry,
        )
        for entry in recommendation.entries
    ]


def _names(session: Session, turn: Mapping[str, Any] | None, others: Iterable[int]) -> dict[int, str]:
    """Of factories that are still in the register."""
    ids = {*others, *(turn["candidates"] if turn else ())}
    if not ids:
        return {}
    return {one.id: one.name for one in session.execute(select(Factory.id, Factory.name).where(Factory.id.in_(ids)))}


def _turn(turn: Mapping[str, Any], names: Mapping[int, str]) -> ReplayTurn:
    return ReplayTurn(
        name=_name(turn["factory"], names),
        chance=f"{100 * turn['probability']:.3g}",
        candidates=[_name(factory, names) for factory in turn["candidates"]],
        seed=turn["seed"],
    )


def _place(place: Mapping[str, Any], names: Mapping[int, str]) -> ReplayPlace:
    return ReplayPlace(
        position=place["position"],
        name=_name(place["factory"], names),
        processes=terms(place["processes"], "process"),
        quantity=place["quantity"],
        days=" – ".join(day(date.fromisoformat(place[name])) for name in ("starts_on", "due_on")),
        is_lead=place["is_lead"],
    )


def _name(factory_id: int, names: Mapping[int, str]) -> str:
    return names.get(factory_id, str(factory_id))


def _in_order(weights: Mapping[str, float]) -> dict[str, float]:
    """As everywhere else; a database may give back the keys of an object in another order."""
    return {part: weights[part] for part in sentences.PART_NAMES if part in weights}


def _points(value: float) -> str:
    return f"{100 * value:.4f}"
