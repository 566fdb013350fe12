"""The frozen market: made-up factories and designers whose true chance of a good order is known.

Designed before any ranker was tuned on it; docs/decisions/0011-the-frozen-market.md says what was chosen and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from difflib import get_close_matches
from math import isfinite
from typing import Any

import numpy as np

from recommender.types import BriefFeatures, FactoryFeatures, FreeWeek, Place, Rate, Stated

Numbers = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

#: First Monday of the market.
OPENS_ON = date(2024, 1, 1)
WEEKS_IN_MONTH = 365.25 / 12 / 7
#: Weeks kept after the months, for test briefs and for the run with exposure.
WEEKS_AFTER = 26
#: Orders of the default market for each factory and month.
ORDERS_EACH = 9_000 / (2_000 * 24)
#: One designer in so many is new: has a brief to test with and no order in the months.
NEW_DESIGNERS = 4
TASTE_DIMENSIONS = 3
FEWEST_WEEKS, MOST_WEEKS = 3, 8

BASE = frozenset({"sewing_assembly", "ironing_finishing"})
CODES: dict[str, tuple[str, ...]] = {
    "item": tuple(
        "coat denim_jeans dress jacket padded_outerwear shirt_blouse skirt suit".split()
        + "sweatshirt_hoodie swimwear trousers tshirt underwear vest".split()
    ),
    "fabric": tuple("denim knit_jersey leather padding sheer_silk stretch woven".split()),
    "process": tuple("cutting embroidery pattern_making pleating quilting sample_making".split()),
    "market": tuple("designer_brand export online_shop wholesale_market".split()),
    "difficulty": ("demanding", "easy", "normal"),
}
STAGE_OF = {
    "cutting": "cutting_stage",
    "embroidery": "decoration",
    "ironing_finishing": "finishing",
    "pattern_making": "pattern",
    "pleating": "special_machine",
    "quilting": "special_machine",
    "sample_making": "sample",
    "sewing_assembly": "sewing",
}
MACHINES_OF = {
    "cutting": frozenset({"cutting_machine"}),
    "embroidery": frozenset({"embroidery_machine"}),
    "sewing_assembly": frozenset({"lockstitch_machine", "overlock_machine"}),
}
#: What each group of codes counts in the true content: what is sewn, of what and how before for whom. Adds up to 1.
CONTENT_SHARES = {"item": 0.3, "fabric": 0.25, "process": 0.25, "market": 0.1, "difficulty": 0.1}
#: How many codes of a group a factory practises, at least and at most; each code that a brief asks counts alike.
PRACTISED = {"item": (1, 4), "fabric": (1, 4), "process": (1, 5), "market": (1, 3), "difficulty": (1, 2)}

_WHOLE_BOUNDS = {
    "factories": (50, 1_000_000),
    "designers": (10, 1_000_000),
    "months": (1, 240),
    "orders": (1, 10_000_000),
    "seed": (0, 2**63 - 1),
}
_MOST = 100.0


@dataclass(frozen=True, slots=True)
class Market:
    """Size and coefficients of a market.

    Parameters
    ----------
    factories, designers, months : int
    a, b, c : float
        What one standard deviation of content, taste and skill adds to the log odds of a good order. Content can be
        read from what both sides state; taste and skill are hidden.
    d, e : float
        The same for distance and price. Far and dear never help, whatever the sign: only the size counts.
    popularity_bias : float
        Power of a factory's fame and past orders in being seen and chosen; 0 leaves it to chance and truth.
    seed : int
    orders : int, optional
        Briefs posted in the months, nearly all of which become orders; left out, in proportion to factories and months,
        9,000 in the default market.
    """

    factories: int = 2_000
    designers: int = 400
    months: int = 24
    a: float = 1.0
    b: float = 1.0
    c: float = 1.0
    d: float = 0.3
    e: float = 0.2
    popularity_bias: float = 0.5
    seed: int = 0
    orders: int | None = None

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Market:
        """Any subset of the fields; the others keep their defaults.

        Raises
        ------
        ValueError
            If a field is unknown, of the wrong type or out of bounds; names it and the nearest known one.
        """
        if not isinstance(given, Mapping):
            raise ValueError(f"market: must be an object with some of {', '.join(_known())}")
        for name, value in given.items():
            _check(str(name), value)
        return cls(**given)

    @property
    def weeks(self) -> int:
        return max(1, round(self.months * WEEKS_IN_MONTH))

    @property
    def briefs(self) -> int:
        return self.orders or max(1, round(ORDERS_EACH * self.factories * self.months))

    def worlds(self) -> dict[str, Market]:
        """Three worlds: only content counts, only what history shows counts, both count."""
        return {"content": replace(self, b=0.0, c=0.0), "history": replace(self, a=0.0), "mixed": self}


def _known() -> list[str]:
    return [field.name for field in fields(Market)]


def _check(name: str, value: Any) -> None:
    nearest = (get_close_matches(name, _known(), n=1, cutoff=0.0) or _known())[0]
    if name not in _known():
        raise ValueError(f"{name}: is no field of a market; the nearest known one is {nearest}")
    if name == "orders" and value is None:
        return
    if name in _WHOLE_BOUNDS:
        low, high = _WHOLE_BOUNDS[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{name}: must be a whole number from {low} to {high}, not {value!r} ({nearest})")
        return
    lowest = -_MOST if name in {"d", "e"} else 0.0
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if not is_number or not lowest <= value <= _MOST:
        raise ValueError(f"{name}: must be a number from {lowest:g} to {_MOST:g}, not {value!r} ({nearest})")


@dataclass(frozen=True, slots=True)
class Shops:
    """The factories in columns; ``depth`` and ``stated`` have one row a code, all others one entry a factory.

    ``depth`` is true practice in [0, 1] and hidden, as are ``price``, ``skill``, ``taste``, ``luck`` (of having
    become known) and what is offered by those that do not state
    their weeks. ``minimum`` and ``lead_days`` are 0 where nothing is stated: then there is no such limit.
    """

    depth: Mapping[str, Numbers]
    stated: Mapping[str, Truths]
    complete: Mapping[str, Truths]
    lat: Numbers
    lon: Numbers
    rate: Whole
    minimum: Whole
    lead_days: Whole
    price: Whole
    states_price: Truths
    states_weeks: Truths
    offered: Whole
    machines: Truths
    skill: Numbers
    taste: Numbers
    luck: Numbers


@dataclass(frozen=True, slots=True)
class Buyers:
    """The designers in columns, new ones last; ``habit`` holds the shares in which each asks for the codes."""

    habit: Mapping[str, Numbers]
    lat: Numbers
    lon: Numbers
    pieces: Numbers
    budget: Numbers
    taste: Numbers
    activity: Numbers


@dataclass(frozen=True, slots=True)
class Asked:
    """One brief by code numbers. Weeks count from the opening; ``week`` is when it is posted."""

    designer: int
    week: int
    weeks: int
    item: int
    fabric: int
    processes: tuple[int, ...]
    market: int
    difficulty: int
    quantity: int
    budget: int

    def codes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return (
            ("item", (self.item,)),
            ("fabric", (self.fabric,)),
            ("process", self.processes),
            ("market", (self.market,)),
            ("difficulty", (self.difficulty,)),
        )


def stream(market: Market, number: int) -> np.random.Generator:
    """Random numbers of one purpose: drawing more for one leaves the others as they are."""
    return np.random.default_rng([market.seed, number])


def draw_shops(market: Market) -> Shops:
    """The factories of a market, the same for the same seed and size."""
    rng, count = stream(market, 1), market.factories
    openness = rng.uniform(0.5, 1.0, count)  # how much of what it does a factory tells
    depth = {kind: _practice(rng, len(codes), count, *PRACTISED[kind]) for kind, codes in CODES.items()}
    complete = {kind: rng.random(count) < 0.9 for kind in CODES}  # its owner says that the list is whole, and it is
    stated = {kind: _stated(rng, one, np.where(complete[kind], 1.0, openness)) for kind, one in depth.items()}
    weekly = rng.gamma(2.0, 0.3, count)  # free factory-days a week; the rest goes to customers outside the hub
    horizon = market.weeks + WEEKS_AFTER + MOST_WEEKS
    offered = np.minimum(7.0, weekly * rng.gamma(4.0, 0.25, (horizon, count)))
    return Shops(
        depth=depth,
        stated=stated,
        complete=complete,
        lat=37.578 + rng.normal(0.0, 0.012, count),
        lon=127.045 + rng.normal(0.0, 0.015, count),
        rate=np.maximum(3, np.rint(25 * rng.lognormal(0.0, 0.4, count))).astype(np.int64),
        minimum=np.where(rng.random(count) < 0.25, rng.choice([10, 20, 30, 50, 100], count), 0),
        lead_days=np.where(rng.random(count) < 0.5, rng.integers(7, 29, count), 0),
        price=np.rint(9_000 * rng.lognormal(0.0, 0.25, count)).astype(np.int64),
        states_price=rng.random(count) < openness,
        states_weeks=rng.random(count) < openness,
        offered=np.rint(100 * offered).astype(np.int64),
        machines=rng.random((len(MACHINES_OF), count)) < openness,
        skill=rng.normal(size=count),
        taste=rng.normal(size=(TASTE_DIMENSIONS, count)),
        luck=rng.normal(size=count),
    )


def _practice(rng: np.random.Generator, codes: int, count: int, fewest: int, most: int) -> Numbers:
    """Depth of practice, (codes, factories): the root of the share of time spent, so that breadth costs depth."""
    places = rng.random((codes, count)).argsort(axis=0)
    time = np.where(places < rng.integers(fewest, most + 1, count), rng.gamma(1.0, 1.0, (codes, count)), 0.0)
    return np.asarray(np.sqrt(time / time.sum(axis=0)))


def _stated(rng: np.random.Generator, depth: Numbers, openness: Numbers) -> Truths:
    """What is told of it: some is left out, and one code in a hundred is claimed without practice."""
    told = (depth > 0) & (rng.random(depth.shape) < openness)
    return np.asarray(told | (rng.random(depth.shape) < 0.01))


def draw_buyers(market: Market) -> Buyers:
    """The designers of a market and, behind them, the new ones."""
    rng, count = stream(market, 2), market.designers + max(1, market.designers // NEW_DESIGNERS)
    habit = {kind: rng.dirichlet(np.full(len(codes), 0.3), count) for kind, codes in CODES.items()}
    return Buyers(
        habit=habit,
        lat=37.570 + rng.normal(0.0, 0.02, count),
        lon=127.030 + rng.normal(0.0, 0.03, count),
        pieces=60 * rng.lognormal(0.0, 0.5, count),
        budget=11_000 * rng.lognormal(0.0, 0.2, count),
        taste=rng.normal(size=(TASTE_DIMENSIONS, count)),
        activity=rng.lognormal(0.0, 0.7, count),
    )


def draw_briefs(market: Market, buyers: Buyers, rng: np.random.Generator, who: Whole, weeks: Whole) -> list[Asked]:
    """One brief of each designer of ``who``, posted in the weeks given."""
    count = len(who)
    numbers = {
        kind: (rng.random((count, 1)) >= buyers.habit[kind][who].cumsum(axis=1)[:, :-1]).sum(axis=1)
        for kind in ("item", "fabric", "market", "difficulty")
    }
    processes = rng.random((count, len(CODES["process"]))) < buyers.habit["process"][who]
    quantity = np.maximum(5, np.rint(buyers.pieces[who] * rng.lognormal(0.0, 0.4, count))).astype(int)
    budget = np.rint(buyers.budget[who] * rng.lognormal(0.0, 0.15, count)).astype(int)
    window = rng.integers(FEWEST_WEEKS, MOST_WEEKS + 1, count)
    return [
        Asked(
            designer=int(who[row]),
            week=int(weeks[row]),
            weeks=int(window[row]),
            item=int(numbers["item"][row]),
            fabric=int(numbers["fabric"][row]),
            processes=tuple(np.flatnonzero(processes[row]).tolist()),
            market=int(numbers["market"][row]),
            difficulty=int(numbers["difficulty"][row]),
            quantity=int(quantity[row]),
            budget=int(budget[row]),
        )
        for row in range(count)
    ]


def designer_id(number: int) -> str:
    return f"d{number + 1}"


def monday(week: int) -> date:
    return OPENS_ON + timedelta(weeks=week)


def brief_features(asked: Asked, buyers: Buyers) -> BriefFeatures:
    """The brief as a designer would post it on its Monday, wanted by a Sunday."""
    item, fabric = CODES["item"][asked.item], CODES["fabric"][asked.fabric]
    return BriefFeatures(
        item=item,
        quantity=asked.quantity,
        needed_by=monday(asked.week + asked.weeks) - timedelta(days=1),
        processes=BASE | {CODES["process"][one] for one in asked.processes},
        as_of=monday(asked.week),
        designer=designer_id(asked.designer),
        fabrics=frozenset({fabric}),
        budget_per_piece_krw=asked.budget,
        price_includes=BASE,
        market=CODES["market"][asked.market],
        difficulty=CODES["difficulty"][asked.difficulty],
        deliver_to=Place(float(buyers.lat[asked.designer]), float(buyers.lon[asked.designer])),
        text=f"{fabric} {item}".replace("_", " "),
    )


def factory_features(shops: Shops, free: Whole, first_week: int, rows: Iterable[int]) -> list[FactoryFeatures]:
    """Factories as the register shows them.

    Parameters
    ----------
    free : ndarray of shape (weeks, factories)
        Hundredths of a factory-day free in each week from ``first_week`` on.
    rows : iterable of int
        Which factories.
    """
    mondays = [monday(first_week + number) for number in range(len(free))]
    return [_one_factory(shops, free[:, row].tolist(), mondays, row) for row in rows]


def _one_factory(shops: Shops, free: list[int], mondays: list[date], row: int) -> FactoryFeatures:
    items, fabrics = _said(shops, "item", row), _said(shops, "fabric", row)
    processes, machines = _said(shops, "process", row), zip(MACHINES_OF.values(), shops.machines[:, row], strict=True)
    weeks = tuple(FreeWeek(day, hundredths) for day, hundredths in zip(mondays, free, strict=True))
    return FactoryFeatures(
        id=str(row + 1),
        items=items,
        fabrics=fabrics,
        processes=Stated(processes.has | BASE, is_complete=processes.is_complete),
        machines=Stated(frozenset().union(*(found for found, is_told in machines if is_told))),
        markets=_said(shops, "market", row),
        difficulties=_said(shops, "difficulty", row),
        minimum_order_quantity=int(shops.minimum[row]) or None,
        lead_time_days=int(shops.lead_days[row]) or None,
        price_floor_krw=int(shops.price[row]) if shops.states_price[row] else None,
        price_vat_included=False,
        price_includes=BASE,
        rates=(Rate(float(shops.rate[row])),),
        free_weeks=weeks if shops.states_weeks[row] else None,
        place=Place(float(shops.lat[row]), float(shops.lon[row])),
        text=" ".join(sorted(fabrics.has | items.has)).replace("_", " "),
    )


def _said(shops: Shops, kind: str, row: int) -> Stated:
    has = frozenset(CODES[kind][code] for code in np.flatnonzero(shops.stated[kind][:, row]))
    return Stated(has, is_complete=bool(shops.complete[kind][row]))
