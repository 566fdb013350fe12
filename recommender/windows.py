"""Past orders cut into what was known on a day and what came next, by time or by site; nothing later is learnt from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from math import ceil

from recommender.evaluation import group_splits
from recommender.link_evaluation import site_of
from recommender.linking import Facility
from recommender.signals import known_on, orders
from recommender.types import BriefFeatures, FactoryFeatures, Outcome

#: Fewer orders or cases than these say nothing.
FEWEST_CASES = 20
#: What a past order does not tell of the brief behind it.
USUAL_WEEKS, USUAL_QUANTITY = 4, 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A brief, the factories chosen for it, and those known before, which an answer must not repeat."""

    brief: BriefFeatures
    chosen: frozenset[str]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Window:
    """What was known at the end of ``as_of``, and what came then up to ``until``.

    ``requests`` are the rows of the window whose answer, yes or no, is known.
    """

    as_of: date
    until: date
    factories: tuple[FactoryFeatures, ...]
    learnt: tuple[Outcome, ...]
    cases: tuple[Case, ...]
    requests: tuple[Outcome, ...] = ()


def rolling_windows(
    factories: Sequence[FactoryFeatures],
    log: Sequence[Outcome],
    n_windows: int = 4,
    learnt_share: float = 0.5,
    most_cases: int = 400,
    rows: Callable[[Iterable[Outcome]], list[Outcome]] = orders,
) -> list[Window]:
    """Several cuts through the dated rows: learn from everything before, foretell what comes up to the next cut.

    Parameters
    ----------
    factories : sequence of FactoryFeatures
        Facts of now; `facts_then` takes back what carries a later date.
    log : sequence of Outcome
        Undated rows are left out: nobody knows on which side they stand.
    n_windows : int
        With about as many rows each.
    learnt_share : float
        Of the rows, the earliest; every window learns at least from these.
    most_cases : int
        In all windows together, spread over the whole time.
    rows : callable
        Picks the rows that say where to cut: `orders`, or `answered` to judge the acceptance of requests.

    Returns
    -------
    list of Window
        Empty where there are too few dated rows.
    """
    dated = [row for row in log if row.ordered_on is not None]
    days = sorted(row.ordered_on for row in rows(dated) if row.ordered_on is not None)
    if len(days) < FEWEST_CASES:
        return []
    places = (len(days) * (learnt_share + (1.0 - learnt_share) * step / n_windows) for step in range(n_windows))
    firsts = [first for first in sorted({days[int(place)] for place in places}) if first > days[0]]
    bounds = pairwise([*firsts, days[-1] + _DAY])
    most = ceil(most_cases / n_windows)
    return [window_of(factories, dated, first, following - _DAY, most) for first, following in bounds]


def window_of(
    factories: Sequence[FactoryFeatures], log: Sequence[Outcome], first: date, until: date, most_cases: int = 400
) -> Window:
    """The window from ``first`` to ``until``; learnt is what could be read on the evening before."""
    as_of = first - _DAY
    facts = tuple(facts_then(factory, as_of) for factory in factories)
    known = {factory.id for factory in facts}
    dated = [row for row in log if row.ordered_on is not None]
    inside = [row for row in dated if row.ordered_on and first <= row.ordered_on <= until and row.factory in known]
    cases = _cases(orders(inside))
    return Window(
        as_of=as_of,
        until=until,
        factories=facts,
        learnt=tuple(known_on(dated, as_of)),
        cases=tuple(cases[:: max(1, ceil(len(cases) / most_cases))]),
        requests=tuple(answered(inside)),
    )


def answered(log: Iterable[Outcome]) -> list[Outcome]:
    """Rows of which it is known whether the factory said yes."""
    return [row for row in log if row.accepted is not None]


def facts_then(factory: FactoryFeatures, day: date) -> FactoryFeatures:
    """The facts without what carries a later date: a check made since, and the lists that have shown it since.

    When it was confirmed before a later confirmation is not known: it counts as fresh.
    """
    days = factory.verified_on, factory.confirmed_on
    checked, confirmed = (known if known and known <= day else None for known in days)
    return replace(factory, verified_on=checked, confirmed_on=confirmed, exposure=0.0)


def _cases(rows: Iterable[Outcome]) -> list[Case]:
    """One case for each brief: orders of one buyer, day and item went to several factories together."""
    found: dict[tuple[date, str, str], list[Outcome]] = defaultdict(list)
    for row in rows:
        if row.ordered_on is not None:
            found[row.ordered_on, row.buyer, row.item or ""].append(row)
    return [
        Case(_brief_of(group, day), frozenset(row.factory for row in group))
        for (day, _, _), group in sorted(found.items(), key=lambda pair: pair[0])
    ]


def _brief_of(rows: Sequence[Outcome], day: date) -> BriefFeatures:
    """What is known of the brief behind some orders; the rest as it usually is."""
    delivered = max((row.delivered_on for row in rows if row.delivered_on), default=day)
    return BriefFeatures(
        item=rows[0].item or "",
        quantity=max(row.quantity or USUAL_QUANTITY for row in rows),
        needed_by=max(delivered, day + timedelta(weeks=USUAL_WEEKS)),
        processes=frozenset(),
        as_of=day,
        designer=rows[0].buyer,
    )


def site_windows(
    factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date, n_splits: int = 4, random_state: int = 0
) -> list[Window]:
    """For rows without dates: of each buyer whole sites are hidden and looked for.

    The brief is what the buyer's remaining factories have in common; these are left out of the answer. Sister
    factories, which share an address or a list of buyers, stand on one side.
    """
    by_id = {factory.id: facts_then(factory, as_of) for factory in factories}
    pairs = sorted({(row.buyer, row.factory) for row in orders(log) if row.factory in by_id})
    sites = site_of([_facility(factory) for factory in by_id.values()], pairs)
    groups = [(buyer, sites[factory]) for buyer, factory in pairs]
    found = []
    for kept, hidden in group_splits(groups, n_splits, random_state=random_state):
        learnt, sought = [pairs[row] for row in kept], [pairs[row] for row in hidden]
        remaining = set(learnt)
        rows = tuple(row for row in known_on(log, as_of) if (row.buyer, row.factory) in remaining)
        cases = tuple(_site_cases(by_id, learnt, sought, as_of))
        found.append(Window(as_of, as_of, tuple(by_id.values()), rows, cases))
    return [window for window in found if window.cases]


def _facility(factory: FactoryFeatures) -> Facility:
    place = factory.place
    return Facility(factory.id) if place is None else Facility(factory.id, place.lat, place.lon)


def _site_cases(
    by_id: dict[str, FactoryFeatures], learnt: list[tuple[str, str]], sought: list[tuple[str, str]], as_of: date
) -> Iterator[Case]:
    used: dict[str, list[FactoryFeatures]] = defaultdict(list)
    hidden: dict[str, set[str]] = defaultdict(set)
    for buyer, factory in learnt:
        used[buyer].append(by_id[factory])
    for buyer, factory in sought:
        hidden[buyer].add(factory)
    for buyer in sorted(hidden.keys() & used.keys()):
        brief = replace(_usual_brief(used[buyer], as_of), designer=buyer)
        yield Case(brief, frozenset(hidden[buyer]), frozenset(factory.id for factory in used[buyer]))


def _usual_brief(used: Sequence[FactoryFeatures], as_of: date) -> BriefFeatures:
    """The item most of a buyer's factories make, and the fabrics that more than half of them handle."""
    items = Counter(item for factory in used for item in sorted(factory.items.has))
    fabrics = Counter(fabric for factory in used for fabric in factory.fabrics.has)
    return BriefFeatures(
        item=items.most_common(1)[0][0] if items else "",
        quantity=max((factory.minimum_order_quantity or USUAL_QUANTITY for factory in used), default=USUAL_QUANTITY),
        needed_by=as_of + timedelta(weeks=USUAL_WEEKS),
        processes=frozenset(),
        as_of=as_of,
        fabrics=frozenset(fabric for fabric, count in fabrics.items() if 2 * count > len(used)),
    )
