"""A stored list as its page shows it: cards with points, reasons and questions, and the counts beside them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from garment_hub.factories.wording import freshness
from garment_hub.labels import locale_code, number, place_name
from garment_hub.recommendations import sentences
from garment_hub.recommendations.features import brief_features
from garment_hub.recommendations.keeping import Kept
from garment_hub.recommendations.points import Points, points_of
from garment_hub.recommendations.queries import changed_since, read_whole, says_the_same, state_of
from garment_hub.recommendations.rankers import LABEL_COUNT
from garment_hub.recommendations.wording import (
    SHOWN_FIRST,
    Line,
    Relaxation,
    question_lines,
    reason_lines,
    relaxation,
    why_not_groups,
)
from models.brief import Brief
from models.capacity import today_in_seoul
from models.recommendation import Recommendation, RecommendationEntry
from recommender import BriefFeatures, brief_from_json

FULL_CARDS, FIRST_CARDS = 3, 5
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class Card:
    """One place of the list; that of the factory whose turn it is has words on why it stands there."""

    factory_id: int
    rank: int
    name: str
    where: str
    points: Points
    groups: list[tuple[str, float]]
    parts: list[tuple[str, float]]
    first: list[Line]
    rest: list[Line]
    questions: list[str]
    is_changed: bool
    is_full: bool
    turn: str | None = None


@dataclass(frozen=True, slots=True)
class ShownList:
    """Everything the page needs of one list."""

    made_at: datetime
    feasible: int
    unknown: int
    infeasible: int
    cards: list[Card]
    turn: Card | None  # beside the best five, outside the order
    why_not: list[tuple[str, int]]
    relax: Relaxation | None
    is_label_count: bool
    made_for: BriefFeatures
    is_outdated: bool = False  # the brief says something else by now
    key: Hashable = None  # the same for a list that reads the same

    @property
    def first(self) -> list[Card]:
        return self.cards[:FIRST_CARDS]

    @property
    def others(self) -> list[Card]:
        return self.cards[FIRST_CARDS:]

    @property
    def total(self) -> int:
        return self.feasible + self.unknown + self.infeasible

    @property
    def title(self) -> str:
        """How many there are to choose from, and how many stand here; nothing is called fitting that is not."""
        values = {"shown": len(self.first), "feasible": number(self.feasible), "unknown": number(self.unknown)}
        if not self.feasible:
            return str(_("%(shown)s of %(unknown)s factories that may be able to, best first", **values))
        if not self.unknown:
            return str(_("%(shown)s of %(feasible)s factories that fit, best first", **values))
        return str(_("%(shown)s of %(feasible)s factories that fit and %(unknown)s to ask, best first", **values))


_lists: Kept[ShownList] = Kept(MOST_KEPT)


def shown_list(session: Session, brief: Brief, row: Recommendation) -> ShownList:
    """The stored list in words; rows whose facts changed since are marked.

    The words are kept until the day, or a fact of a factory on the list, is another one.
    """
    delivered_to = place_name(brief.deliver_to) if brief.deliver_to else None
    state = state_of(session, row)  # before the facts: who reads in between makes them newer, never older
    key = (row.id, row.made_at, locale_code(), today_in_seoul(), delivered_to, state)
    kept = _lists.get(key, lambda: _in_words(session, row, delivered_to))
    is_outdated = bool(brief.missing_for_publishing) or not says_the_same(
        kept.made_for, brief_features(brief, today_in_seoul())
    )
    return replace(kept, key=key, is_outdated=is_outdated)


def _in_words(session: Session, row: Recommendation, delivered_to: str | None) -> ShownList:
    recommendation = read_whole(session, row)
    changed = changed_since(session, recommendation)
    distances = _distances(recommendation.stored)
    made_for = brief_from_json(recommendation.stored["brief"])
    beside = recommendation.turn_entry

    def card(entry: RecommendationEntry, *, is_full: bool = False) -> Card:
        km = distances.get(str(entry.factory_id))
        return _card(entry, entry.factory_id in changed, km, delivered_to, is_full or entry.rank <= FULL_CARDS)

    return ShownList(
        made_at=recommendation.made_at,
        feasible=recommendation.feasible_count,
        unknown=recommendation.unknown_count,
        infeasible=recommendation.infeasible_count,
        cards=[card(entry) for entry in recommendation.entries if entry is not beside],
        turn=replace(card(beside, is_full=True), turn=_why_its_turn(beside)) if beside else None,
        why_not=why_not_groups(recommendation.why_not),
        relax=relaxation(recommendation.relax, made_for.needed_by) if recommendation.relax else None,
        is_label_count=recommendation.ranker_version == LABEL_COUNT,
        made_for=made_for,
    )


def _distances(stored: Mapping[str, Any]) -> dict[str, float]:
    """Factory -> kilometres, of those of which it was known."""
    known = zip(stored["facts"], stored["evidence"].get("km", ()), strict=False)
    return {facts["id"]: km for facts, km in known if km is not None}


def _card(
    entry: RecommendationEntry, is_changed: bool, km: float | None, delivered_to: str | None, is_full: bool
) -> Card:
    points = points_of(entry.parts)
    lines = reason_lines(entry.reasons, delivered_to)
    return Card(
        factory_id=entry.factory_id,
        rank=entry.rank,
        name=entry.factory.name,
        where=_where(entry, km),
        points=points,
        groups=_named(points.groups, sentences.GROUP_NAMES),
        parts=_named(points.parts, sentences.PART_NAMES),
        first=lines[:SHOWN_FIRST] if is_full else [],
        rest=lines[SHOWN_FIRST:] if is_full else lines,
        questions=question_lines(entry.questions),
        is_changed=is_changed,
        is_full=is_full,
    )


def _why_its_turn(entry: RecommendationEntry) -> str:
    """One sentence; nothing is called fitting of which something is unknown."""
    if entry.is_known_feasible:
        words = _("It fits, but was rarely shown lately. By points it would be no. %(rank)s.", rank=entry.rank)
    else:
        words = _(
            "It was rarely shown lately. Ask first whether it can. By points it would be no. %(rank)s.", rank=entry.rank
        )
    return str(words)


def _named(values: Mapping[str, float], names: Mapping[str, Any]) -> list[tuple[str, float]]:
    return [(str(names[key]), value) for key, value in values.items()]


def _where(entry: RecommendationEntry, km: float | None) -> str:
    """Dong, distance, people and freshness, as far as they are known."""
    factory = entry.factory
    parts: Sequence[str | None] = (
        place_name(factory.neighbourhood) if factory.neighbourhood else None,
        None if km is None else f"{km:.1f} km",
        _("%(count)s people", count=factory.people) if factory.people else None,
        freshness(factory.confirmed_on),
    )
    return " · ".join(part for part in parts if part)
