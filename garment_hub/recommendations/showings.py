"""How often factories were shown to designers, counted from the stored lists: who came up, who never did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from garment_hub.recommendations.features import ranked_factories
from garment_hub.recommendations.points import FAIR_TURN
from garment_hub.recommendations.ranking import LIST_LENGTH
from models.base import utc_now
from models.factory import Factory
from models.order import Order, OrderLine
from models.quote import QuoteRequest
from models.recommendation import Recommendation, RecommendationEntry

PERIODS = (30, 90)
#: Upper bounds of the sizes of firms, in people at work; the last is open.
SIZES = (4, 9, 49)
MOST_NAMED = 20
#: The labelled place stands after the best five.
PLACE_OF_TURN = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """How often one factory stood on a list, and what these places weigh together."""

    times: int = 0
    weight: float = 0.0

    def plus(self, place: int, times: int) -> Shown:
        return Shown(self.times + times, self.weight + times * place_weight(place))


NEVER = Shown()


class Turn(NamedTuple):
    """A labelled place: for which brief, whose, and the rank that its points would give."""

    brief_id: int
    factory_id: int
    rank: int


@dataclass(frozen=True, slots=True)
class Group:
    """Factories of one size or neighbourhood; ``key`` is None where it is not known."""

    key: Any
    factories: int
    shown: int
    times: int

    @property
    def times_each(self) -> float:
        return self.times / self.factories


@dataclass(frozen=True, slots=True)
class LabelledPlace:
    """How many lists had one, and how many of these factories were then asked for a price."""

    lists: int
    asked: int


@dataclass(frozen=True, slots=True)
class Showings:
    """Everything the page of exposure says of one period."""

    days: int
    lists: int
    factories: int
    never_shown: int
    shown_without_order: int
    gini: float | None
    labelled_place: LabelledPlace
    by_size: list[Group]
    by_neighbourhood: list[Group]
    most: list[tuple[Factory, Shown]]
    least: list[tuple[Factory, Shown]]

    @property
    def shown(self) -> int:
        return self.factories - self.never_shown


def place_weight(place: int) -> float:
    """What a place of a list is worth to the factory that stands there: 1 at the top, less below."""
    return 1 / log2(place + 1)


def showings(session: Session, district_id: int, days: int, now: datetime | None = None) -> Showings:
    """Of the last days; factories are those that a list may hold today."""
    since = _since(days, now)
    factories = _factories(session, district_id)
    turns = _turns(session, district_id, since)
    shown = _shown(session, district_id, since, turns)
    ordered = _with_orders(session, district_id, since)
    counts = {factory.id: shown.get(factory.id, NEVER) for factory in factories}
    by_weight = sorted(factories, key=lambda factory: (-counts[factory.id].weight, factory.id))
    return Showings(
        days=days,
        lists=_list_count(session, district_id, since),
        factories=len(factories),
        never_shown=sum(one.times == 0 for one in counts.values()),
        shown_without_order=sum(one.times > 0 and factory not in ordered for factory, one in counts.items()),
        gini=gini([one.weight for one in counts.values()]),
        labelled_place=_labelled_place(session, turns),
        by_size=_groups(factories, counts, lambda factory: size_of(factory.people)),
        by_neighbourhood=_groups(factories, counts, lambda factory: factory.neighbourhood),
        most=[(factory, counts[factory.id]) for factory in by_weight[:MOST_NAMED] if counts[factory.id].times],
        least=[(factory, counts[factory.id]) for factory in by_weight[::-1][:MOST_NAMED]],
    )


def most_taken_for_turns(session: Session, district_id: int, now: datetime | None = None) -> float | None:
    """The most that having been shown often cost a factory on a list of the last 30 days, on the scale 0 to 1."""
    taken = RecommendationEntry.parts[FAIR_TURN].as_float()
    query = select(func.min(taken)).join(Recommendation).where(*_lists(district_id, _since(PERIODS[0], now)))
    lowest = session.scalar(query)
    return -lowest if lowest else None


def gini(amounts: Sequence[float]) -> float | None:
    """0: all were shown alike; near 1: a few had nearly everything. None where nobody was shown."""
    ordered, total = sorted(amounts), sum(amounts)
    if not total:
        return None
    count = len(ordered)
    return sum((2 * place - count - 1) * amount for place, amount in enumerate(ordered, start=1)) / (count * total)


def size_of(people: int | None) -> int | None:
    """The upper bound of the size it belongs to, 0 for above all bounds."""
    return None if people is None else next((bound for bound in SIZES if people <= bound), 0)


def _factories(session: Session, district_id: int) -> Sequence[Factory]:
    query = select(Factory).where(ranked_factories(district_id)).options(joinedload(Factory.neighbourhood))
    return session.scalars(query.order_by(Factory.id)).all()


def _since(days: int, now: datetime | None) -> datetime:
    return (now or utc_now()) - timedelta(days=days)


def _lists(district_id: int, since: datetime) -> tuple[Any, ...]:
    """Lists that a designer saw; those made by command are nobody's."""
    return (
        Recommendation.district_id == district_id,
        Recommendation.made_at >= since,
        Recommendation.brief_id.is_not(None),
    )


def _list_count(session: Session, district_id: int, since: datetime) -> int:
    return session.scalar(select(func.count(Recommendation.id)).where(*_lists(district_id, since))) or 0


def _shown(session: Session, district_id: int, since: datetime, turns: Sequence[Turn]) -> dict[int, Shown]:
    query = (
        select(RecommendationEntry.factory_id, RecommendationEntry.rank, func.count())
        .join(Recommendation, Recommendation.id == RecommendationEntry.recommendation_id)
        .where(*_lists(district_id, since), RecommendationEntry.rank <= LIST_LENGTH)
        .group_by(RecommendationEntry.factory_id, RecommendationEntry.rank)
    )
    shown: dict[int, Shown] = defaultdict(Shown)
    for factory_id, place, times in session.execute(query):
        shown[factory_id] = shown[factory_id].plus(place, times)
    for turn in turns:
        if turn.rank > LIST_LENGTH:  # else its own place of the list was counted
            shown[turn.factory_id] = shown[turn.factory_id].plus(PLACE_OF_TURN, 1)
    return shown


def _turns(session: Session, district_id: int, since: datetime) -> list[Turn]:
    query = select(Recommendation.brief_id, Recommendation.turn)
    rows = session.execute(query.where(*_lists(district_id, since), Recommendation.turn.is_not(None)))
    return [Turn(brief_id, turn["factory"], turn["rank"]) for brief_id, turn in rows]


def _with_orders(session: Session, district_id: int, since: datetime) -> set[int]:
    query = select(OrderLine.factory_id).join(Order).where(Order.district_id == district_id, Order.placed_at >= since)
    return set(session.scalars(query))


def _labelled_place(session: Session, turns: Sequence[Turn]) -> LabelledPlace:
    briefs = {turn.brief_id for turn in turns}
    query = select(QuoteRequest.brief_id, QuoteRequest.factory_id).where(QuoteRequest.brief_id.in_(briefs))
    asked = {(brief_id, factory_id) for brief_id, factory_id in session.execute(query)}
    return LabelledPlace(len(turns), sum((turn.brief_id, turn.factory_id) in asked for turn in turns))


def _groups(
    factories: Iterable[Factory], counts: Mapping[int, Shown], key_of: Callable[[Factory], Hashable]
) -> list[Group]:
    """The largest group first."""
    members: dict[Hashable, list[Shown]] = defaultdict(list)
    for factory in factories:
        members[key_of(factory)].append(counts[factory.id])
    groups = [
        Group(key, len(shown), sum(one.times > 0 for one in shown), sum(one.times for one in shown))
        for key, shown in members.items()
    ]
    return sorted(groups, key=lambda group: (group.key is None, -group.factories))
