"""The values that go into the recommender and come out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Answer(StrEnum):
    """What is known about one question; only a known NO excludes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Stated:
    """Codes of one kind that a factory has, has not, or has said nothing about.

    ``is_complete`` means the factory gave its whole list: a code that is not on it is a known no.
    """

    has: frozenset[str] = frozenset()
    has_not: frozenset[str] = frozenset()
    is_complete: bool = False

    def answer(self, code: str) -> Answer:
        if code in self.has:
            return Answer.YES
        if code in self.has_not or self.is_complete:
            return Answer.NO
        return Answer.UNKNOWN


NOTHING_STATED = Stated()


@dataclass(frozen=True, slots=True)
class Rate:
    """Pieces a day. ``item`` None: any item; ``stage`` None: the whole garment."""

    pieces_per_day: float
    item: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class FreeWeek:
    """Free capacity of one week (Monday ``starts_on``) in hundredths of a factory-day."""

    starts_on: date
    free_hundredths: int


@dataclass(frozen=True, slots=True)
class BriefFeatures:
    """What a designer wants made. Codes are keys of the vocabulary; money is whole won per piece."""

    item: str
    quantity: int
    needed_by: date
    processes: frozenset[str]
    as_of: date
    designer: str | None = None
    category: str | None = None
    fabrics: frozenset[str] = frozenset()
    styles: int = 1
    colours: int = 1
    sizes: int = 1
    materials_on: date | None = None
    flexible_dates: bool = False
    budget_per_piece_krw: int | None = None
    vat_included: bool = False
    price_includes: frozenset[str] = frozenset()
    market: str | None = None
    difficulty: str | None = None
    certificates: frozenset[str] = frozenset()
    verified_only: bool = False
    deliver_to: Place | None = None
    text: str = ""

    @property
    def starts_on(self) -> date:
        """First day on which work may be booked: the materials are there and today has come."""
        return max(self.materials_on or self.as_of, self.as_of)


@dataclass(frozen=True, slots=True)
class FactoryFeatures:
    """What is known of one factory; None and empty mean nothing was stated.

    ``confirmed_on``: the last day on which somebody said that this is how it is; None counts as fresh, as long as
    nobody keeps book. ``is_shared_room``: a public room whose machines anybody may book. ``exposure`` counts how often
    lists have shown it, in the units of `recommender.exposure`.
    """

    id: str
    is_active: bool = True
    items: Stated = NOTHING_STATED
    categories: Stated = NOTHING_STATED
    fabrics: Stated = NOTHING_STATED
    processes: Stated = NOTHING_STATED
    stages: Stated = NOTHING_STATED
    machines: Stated = NOTHING_STATED
    markets: Stated = NOTHING_STATED
    difficulties: Stated = NOTHING_STATED
    certificates_until: Mapping[str, date | None] = field(default_factory=dict)
    people: int | None = None
    minimum_order_quantity: int | None = None
    lead_time_days: int | None = None
    price_floor_krw: int | None = None
    price_vat_included: bool | None = None
    price_includes: frozenset[str] = frozenset()
    rates: tuple[Rate, ...] = ()
    free_weeks: tuple[FreeWeek, ...] | None = None
    place: Place | None = None
    verified_on: date | None = None
    confirmed_on: date | None = None
    text: str = ""
    is_shared_room: bool = False
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One finished order: who ordered what where, and how it went. None means not recorded.

    ``is_order`` false is the answer to a request and nothing more. What does not ``count_for_others`` is known between
    these two only: it says nothing about the factory to another buyer.
    """

    buyer: str
    factory: str
    ordered_on: date | None = None
    quantity: int | None = None
    item: str | None = None
    delivered_on: date | None = None
    on_time: bool | None = None
    passed_first_inspection: bool | None = None
    accepted: bool | None = None
    is_order: bool = True
    counts_for_others: bool = True


class Reason(NamedTuple):
    """A code and its numbers; the application makes the sentence. A tuple, since a list is full of them."""

    code: str
    values: Mapping[str, str | int | float | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RankedFactory:
    """One place of a list. ``score`` is the sum of ``parts``, both on the scale 0 to 1."""

    factory: str
    rank: int
    score: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Reason, ...] = ()
    is_known_feasible: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """The labelled place beside the list: a factory whose turn it is, outside the order.

    ``probability`` is that of this draw, ``candidates`` are those drawn from, by id, ``seed`` repeats the draw.
    """

    place: RankedFactory
    probability: float
    candidates: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class TeamPlace:
    """What one factory does in a team. Places of equal ``position`` share the pieces of one step between them.

    Positions count from 1. ``needed_hundredths`` are the factory-days of the work, None where no rate is known.
    """

    factory: str
    position: int
    processes: frozenset[str]
    quantity: int
    starts_on: date
    due_on: date
    needed_hundredths: int | None = None
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Team:
    """Factories that make one brief together; a step starts when the one before is due. One place leads."""

    places: tuple[TeamPlace, ...]

    @property
    def factories(self) -> frozenset[str]:
        return frozenset(place.factory for place in self.places)


@dataclass(frozen=True, slots=True)
class Considered:
    """A factory that passed every rule, with the learnt numbers its score was made from.

    ``evidence`` holds plain numbers only, so that a list can be recomputed from stored facts without the artifact.
    """

    factory: FactoryFeatures
    is_known_feasible: bool
    evidence: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to a brief: how many factories can, may and cannot, the best of them, or what to relax."""

    brief: BriefFeatures
    feasible: int
    unknown: int
    infeasible: int
    ranked: tuple[RankedFactory, ...]
    considered: Sequence[Considered] = ()
    relax: Reason | None = None
    turn: Turn | None = None
    teams: tuple[Team, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    weights_version: str = ""
    stage_of: Mapping[str, str] = field(default_factory=dict)


def id_key(identity: str) -> tuple[int, int, str]:
    """Sorts 2 before 10, and numbers before names."""
    if identity.isascii() and identity.isdigit():
        return 0, int(identity), identity
    return 1, 0, identity
