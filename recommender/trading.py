"""The months of a frozen market: who asks whom, who says yes, how it goes, and how capacity fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from recommender.market import (
    CODES,
    CONTENT_SHARES,
    Asked,
    Buyers,
    Market,
    Numbers,
    Shops,
    Truths,
    Whole,
    designer_id,
    draw_briefs,
    draw_buyers,
    draw_shops,
    monday,
    stream,
)
from recommender.types import Outcome

#: An order weighs this much even on an idle factory; a full calendar weighs one more.
LOAD = 1.0
#: Added to the log odds of yes, on time and passed, which are each likelier than all together.
ACCEPTS, KEEPS = 2.0, 1.0
#: A designer sees ten, first those who did well before, and asks one after the other until one says yes.
SEEN, LOYALTY = 10, 3.0
_EARTH_KM = 6371.0088
_SAMPLE = 400

#: Told of a brief, the rows its designer saw, and the row that took the order, if any; nothing is booked yet.
Watch = Callable[[Asked, Whole, int | None], object]


def logistic(odds: Numbers) -> Numbers:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the market knows: everything drawn, and the scale on which a coefficient of 1 is one deviation.

    ``scale`` holds mean and standard deviation of content, kilometres and price over pairs that are possible by what is
    stated; taste and skill are drawn with mean 0 and deviation 1.
    """

    market: Market
    shops: Shops
    buyers: Buyers
    scale: dict[str, tuple[float, float]]

    @classmethod
    def draw(cls, market: Market) -> Truth:
        """The same for the same market."""
        shops, buyers = draw_shops(market), draw_buyers(market)
        sample = posts(market, buyers, stream(market, 3), _SAMPLE)
        found = [_raw(shops, buyers, asked, np.flatnonzero(may_take(shops, asked))) for asked in sample]
        joined = {name: np.concatenate([one[name] for one in found]) for name in ("content", "km", "price")}
        return cls(
            market, shops, buyers, {name: (float(v.mean()), float(v.std()) or 1.0) for name, v in joined.items()}
        )

    def odds(self, asked: Asked, rows: Whole) -> Numbers:
        """Log odds of a good order at a factory without load, shape (rows,)."""
        market, raw = self.market, _raw(self.shops, self.buyers, asked, rows)
        unit = {name: (raw[name] - mean) / deviation for name, (mean, deviation) in self.scale.items()}
        taste = self.buyers.taste[:, asked.designer] @ self.shops.taste[:, rows] / np.sqrt(len(self.shops.taste))
        hidden = market.b * taste + market.c * self.shops.skill[rows]
        return np.asarray(
            market.a * unit["content"] + hidden - abs(market.d) * unit["km"] - abs(market.e) * unit["price"]
        )

    def content(self, asked: Asked, rows: Whole) -> Numbers:
        """Content alone in log odds."""
        mean, deviation = self.scale["content"]
        return self.market.a * (_content(self.shops, asked, rows) - mean) / deviation


def _raw(shops: Shops, buyers: Buyers, asked: Asked, rows: Whole) -> dict[str, Numbers]:
    north = np.radians(shops.lat[rows] - buyers.lat[asked.designer])
    east = np.radians(shops.lon[rows] - buyers.lon[asked.designer]) * np.cos(np.radians(buyers.lat[asked.designer]))
    return {
        "content": _content(shops, asked, rows),
        "km": _EARTH_KM * np.hypot(north, east),
        "price": shops.price[rows] / asked.budget,
    }


def _content(shops: Shops, asked: Asked, rows: Whole) -> Numbers:
    """Depth of practice in what is asked, weighted over the groups the brief speaks about."""
    depth, shares = np.zeros(len(rows)), 0.0
    for kind, codes in asked.codes():
        for code in codes:
            depth += CONTENT_SHARES[kind] / len(codes) * shops.depth[kind][code, rows]
        shares += CONTENT_SHARES[kind] if codes else 0.0
    return depth / shares


def needed(shops: Shops, asked: Asked) -> Whole:
    """Hundredths of a factory-day, rounded up, shape (factories,)."""
    return -(-100 * asked.quantity // shops.rate)


def may_take(shops: Shops, asked: Asked) -> Truths:
    """No known fact speaks against it, free days apart."""
    may = (shops.minimum <= asked.quantity) & (shops.lead_days <= 7 * asked.weeks - 1)
    may &= ~shops.states_price | (shops.price <= asked.budget)
    for kind, code in (("item", asked.item), *(("process", code) for code in asked.processes)):
        may &= shops.stated[kind][code] | ~shops.complete[kind]
    return may


def posts(market: Market, buyers: Buyers, rng: np.random.Generator, count: int) -> list[Asked]:
    """Briefs of the months, earliest first; new designers do not post in these."""
    share = buyers.activity[: market.designers] / buyers.activity[: market.designers].sum()
    who = rng.choice(market.designers, count, p=share)
    return draw_briefs(market, buyers, rng, who, np.sort(rng.integers(0, market.weeks, count)))


class Trading:
    """Calendars, fame and the log of a market, order after order.

    Attributes
    ----------
    booked : ndarray of shape (weeks, factories)
        Hundredths of a factory-day; never above what is offered.
    log : list of Outcome
    orders : ndarray of shape (factories,)
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.offered = truth.shops.offered
        self.booked = np.zeros_like(self.offered)
        self.orders = np.zeros(truth.market.factories, dtype=np.int64)
        self.log: list[Outcome] = []
        # a name is made by skill, as far as that counts here, and by luck
        self._name = np.exp(truth.market.c * truth.shops.skill + truth.shops.luck)
        self._liked: dict[int, set[int]] = {}
        self._rng = stream(truth.market, 4)
        self._posts = posts(truth.market, truth.buyers, self._rng, truth.market.briefs)[::-1]

    def feasible(self, asked: Asked) -> Whole:
        """Rows of the factories nothing known speaks against."""
        shops = self.truth.shops
        return np.flatnonzero(may_take(shops, asked) & (self.has_room(asked) | ~shops.states_weeks))

    def has_room(self, asked: Asked) -> Truths:
        """Which factories can still book it, stated or not, shape (factories,)."""
        return np.asarray(self._free(asked) >= needed(self.truth.shops, asked))

    def load(self, asked: Asked, rows: Whole) -> Numbers:
        """One, and the share of the window that is booked."""
        window = slice(asked.week, asked.week + asked.weeks)
        offered = self.offered[window][:, rows].sum(axis=0)
        return np.asarray(LOAD + self.booked[window][:, rows].sum(axis=0) / np.maximum(1, offered))

    def success(self, asked: Asked, rows: Whole) -> Numbers:
        """True chance of a good order at each of ``rows``, as busy as they are now; 0 where no room is left."""
        return np.asarray(self.has_room(asked)[rows] * self.chance(asked, rows))

    def chance(self, asked: Asked, rows: Whole) -> Numbers:
        """The same for a factory that has the room."""
        return logistic(self.truth.odds(asked, rows) - self.load(asked, rows))

    def appeal(self, asked: Asked, rows: Whole, rng: np.random.Generator) -> Numbers:
        """What draws a designer to each of ``rows``: truth, noise of the same scale, and fame."""
        odds = self.truth.odds(asked, rows) - self.load(asked, rows)
        return np.asarray(odds + rng.gumbel(size=len(rows)) + self._pull(rows))

    def run(self, until: int | None = None, watch: Watch | None = None) -> Trading:
        """Trade on, up to the week ``until`` or to the end of the months."""
        while self._posts and (until is None or self._posts[-1].week < until):
            self._post(self._posts.pop(), watch)
        return self

    def book(self, asked: Asked, row: int) -> None:
        """Take the needed time, earliest first."""
        window = slice(asked.week, asked.week + asked.weeks)
        free = self.offered[window, row] - self.booked[window, row]
        before = np.concatenate([[0], free.cumsum()[:-1]])
        self.booked[window, row] += np.clip(needed(self.truth.shops, asked)[row] - before, 0, free)

    def _free(self, asked: Asked) -> Whole:
        window = slice(asked.week, asked.week + asked.weeks)
        return np.asarray((self.offered[window] - self.booked[window]).sum(axis=0))

    def _pull(self, rows: Whole) -> Numbers:
        return np.asarray(self.truth.market.popularity_bias * np.log(self._name[rows] + self.orders[rows]))

    def _post(self, asked: Asked, watch: Watch | None) -> None:
        rows = self.feasible(asked)
        liked = self._liked.get(asked.designer, set())
        looked_at = self._pull(rows) + self._rng.gumbel(size=len(rows)) + LOYALTY * np.isin(rows, list(liked))
        seen = np.sort(rows[np.argsort(-looked_at, kind="stable")[:SEEN]])
        has_room = self.has_room(asked)
        called = seen[np.argsort(-self.appeal(asked, seen, self._rng), kind="stable")].tolist()
        taken = next((row for row in called if self._says_yes(asked, row, bool(has_room[row]))), None)
        if watch is not None:
            watch(asked, seen, taken)
        if taken is not None:
            self.log.append(self._deliver(asked, taken, self._rng))
            self.book(asked, taken)
            self.orders[taken] += 1

    def _says_yes(self, asked: Asked, row: int, has_room: bool) -> bool:
        """A no is logged here, a yes with its order."""
        one = np.array([row])
        chance = logistic(ACCEPTS + self.truth.content(asked, one) - self.load(asked, one))[0]
        if self._rng.random() < chance and has_room:
            return True
        self.log.append(self._row(asked, row, accepted=False, is_order=False))
        return False

    def _deliver(self, asked: Asked, row: int, rng: np.random.Generator) -> Outcome:
        skill = self.truth.market.c * self.truth.shops.skill[row]
        busy = self.load(asked, np.array([row]))[0] - LOAD
        on_time, passed = rng.random(2) < logistic(KEEPS + skill - np.array([busy, 0.0]))
        liked = self._liked.setdefault(asked.designer, set())
        (liked.add if on_time and passed else liked.discard)(row)
        late = 0 if on_time else int(rng.integers(1, 15))
        delivered_on = monday(asked.week + asked.weeks) + timedelta(days=late - 1)
        return self._row(
            asked,
            row,
            accepted=True,
            delivered_on=delivered_on,
            on_time=bool(on_time),
            passed_first_inspection=bool(passed),
        )

    def _row(self, asked: Asked, row: int, **known: Any) -> Outcome:
        return Outcome(
            buyer=designer_id(asked.designer),
            factory=str(row + 1),
            ordered_on=monday(asked.week),
            quantity=asked.quantity,
            item=CODES["item"][asked.item],
            **known,
        )
