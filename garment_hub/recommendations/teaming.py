"""Teams for a brief that no single factory need make alone: who does what, how many and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from garment_hub.recommendations.features import brief_features
from garment_hub.recommendations.serving import served
from garment_hub.recommendations.sources import Source, sources_of
from models import vocabulary
from models.brief import Brief
from models.capacity import today_in_seoul
from models.team import TeamMember
from recommender import (
    BriefFeatures,
    FactoryFeatures,
    Feasibility,
    Team,
    TeamPlace,
    free_hundredths,
    needed_hundredths,
)

if TYPE_CHECKING:
    from recommender import SignalRanker

CAPACITY = "capacity"


@dataclass(frozen=True, slots=True)
class ProposedPlace:
    """What one factory would do; days in hundredths of a factory-day, None where nobody has said.

    ``free_hundredths`` lie between the two days, as ``free_source`` says. ``is_agreed``: a place that stays as it was.
    """

    position: int
    factory_id: int
    processes: tuple[str, ...]
    quantity: int
    starts_on: date
    due_on: date
    needed_hundredths: int | None
    free_hundredths: int | None
    free_source: Source | None
    is_lead: bool
    is_agreed: bool
    unsure: tuple[str, ...]  # processes nobody has said the factory does


def propose_for_brief(
    session: Session,
    brief: Brief,
    *,
    as_of: date | None = None,
    root: Path | None = None,
    without: frozenset[int] = frozenset(),
    keep: Sequence[TeamMember] = (),
) -> list[list[ProposedPlace]]:
    """Up to three chains of factories, best first; none where nobody can.

    ``without`` leaves out who dropped out; the places of ``keep`` stay as they are and the rest is planned around them.
    """
    features = brief_features(brief, as_of or today_in_seoul())
    with served(session, brief.district_id, features.as_of, root) as one:
        able = _able(one.ranker, features)
        teams = _teams(able, features, without, [_agreed(member) for member in keep])
    said = sources_of(session, sorted({int(place.factory) for team in teams for place in team.places}))
    sources = {factory: facts.get(CAPACITY) for factory, facts in said.items()}
    agreed = frozenset((member.factory_id, member.starts_on) for member in keep)
    known = {name: factory for name, (factory, _score) in able.items()}
    return [[_place(brief, features, place, known, sources, agreed) for place in team.places] for team in teams]


def teams_of(ranker: SignalRanker, brief: BriefFeatures) -> tuple[Team, ...]:
    """Plans from the facts a ranker holds."""
    return _teams(_able(ranker, brief), brief)


def _able(ranker: SignalRanker, brief: BriefFeatures) -> dict[str, tuple[FactoryFeatures, float]]:
    return {factory.id: (factory, score) for factory, score in ranker.for_parts(brief)}


def _teams(
    able: Mapping[str, tuple[FactoryFeatures, float]],
    brief: BriefFeatures,
    without: frozenset[int] = frozenset(),
    keep: Sequence[TeamPlace] = (),
) -> tuple[Team, ...]:
    from recommender import propose_teams

    return propose_teams(
        brief,
        [factory for factory, _score in able.values()],
        vocabulary.stage_of(),
        list(vocabulary.terms("stage")),
        {name: score for name, (_factory, score) in able.items()},
        without=frozenset(map(str, without)),
        keep=keep,
    )


def _agreed(member: TeamMember) -> TeamPlace:
    return TeamPlace(
        factory=str(member.factory_id),
        position=member.position,
        processes=frozenset(member.processes),
        quantity=member.quantity,
        starts_on=member.starts_on,
        due_on=member.due_on,
        is_lead=member.is_lead,
    )


def _place(
    brief: Brief,
    features: BriefFeatures,
    place: TeamPlace,
    known: Mapping[str, FactoryFeatures],
    sources: Mapping[str, Source | None],
    agreed: frozenset[tuple[int, date]],
) -> ProposedPlace:
    factory = known.get(place.factory)
    mine = replace(features, processes=place.processes, quantity=place.quantity)
    return ProposedPlace(
        position=place.position,
        factory_id=int(place.factory),
        processes=tuple(code for code in brief.processes if code in place.processes),
        quantity=place.quantity,
        starts_on=place.starts_on,
        due_on=place.due_on,
        needed_hundredths=needed_hundredths(mine, factory, vocabulary.stage_of()) if factory else None,
        free_hundredths=_free(replace(mine, materials_on=place.starts_on, needed_by=place.due_on), factory),
        free_source=sources.get(place.factory),
        is_lead=place.is_lead,
        is_agreed=(int(place.factory), place.starts_on) in agreed,
        unsure=_unsure(mine, factory) if factory else (),
    )


def _unsure(part: BriefFeatures, factory: FactoryFeatures) -> tuple[str, ...]:
    asked = Feasibility(vocabulary.stage_of()).questions(part, factory)
    return tuple(str(one.values["process"]) for one in asked if one.code == "ask_process")


def _free(part: BriefFeatures, factory: FactoryFeatures | None) -> int | None:
    if factory is None or factory.free_weeks is None:
        return None
    free, unknown_days = free_hundredths(part, factory)
    return None if unknown_days else free
