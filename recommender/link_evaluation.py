"""How well links are foretold: whole sites of a buyer are hidden and looked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from recommender.evaluation import METRICS, figures_of, group_splits
from recommender.link_estimators import ColumnNeighbours, ColumnRegression, WeightedFactors
from recommender.linking import (
    Facility,
    Link,
    LinkContent,
    LinkHistory,
    LinkPopularity,
    LinkRandom,
    LinkRanker,
    LinkScorer,
)

#: Degrees are rounded to this many decimals, about a hundred metres, to find one address.
_SITE_DECIMALS = 3
#: Two facilities with the very same list of at least so many buyers are sisters.
_SISTER_BUYERS = 2


def site_of(facilities: Sequence[Facility], links: Sequence[Link]) -> dict[str, str]:
    """Site of each facility: sister factories share an address or the very same list of buyers."""
    buyers: dict[str, set[str]] = defaultdict(set)
    for buyer, facility in links:
        buyers[facility].add(buyer)
    site = {one.id: one.id for one in facilities}
    first: dict[object, str] = {}
    for one in sorted(facilities, key=lambda one: one.id):
        for mark in _marks(one, frozenset(buyers[one.id])):
            _join(site, one.id, first.setdefault(mark, one.id))
    return {facility: _root(site, facility) for facility in site}


def _marks(facility: Facility, buyers: frozenset[str]) -> list[object]:
    marks: list[object] = []
    if facility.lat is not None and facility.lon is not None:
        marks.append((round(facility.lat, _SITE_DECIMALS), round(facility.lon, _SITE_DECIMALS)))
    if len(buyers) >= _SISTER_BUYERS:
        marks.append(buyers)
    return marks


def _root(site: dict[str, str], facility: str) -> str:
    while site[facility] != facility:
        facility = site[facility]
    return facility


def _join(site: dict[str, str], one: str, other: str) -> None:
    site[_root(site, one)] = _root(site, other)


def link_rankers(random_state: int = 0) -> dict[str, LinkScorer]:
    """The hybrid and the simple methods beside it; none is fitted."""
    return {
        "hybrid": LinkRanker(),
        "content_knn": LinkContent(),
        "item_knn": LinkHistory(ColumnNeighbours()),
        "ease": LinkHistory(ColumnRegression()),
        "als": LinkHistory(WeightedFactors(random_state=random_state)),
        "popularity": LinkPopularity(),
        "random": LinkRandom(random_state),
    }


def evaluate_links(
    facilities: Sequence[Facility], links: Sequence[Link], n_splits: int = 12, random_state: int = 0
) -> dict[str, Any]:
    """All rankers of links on re-splits by site.

    Of every buyer with at least two sites each site is hidden with a chance of a quarter, never all of them; rankers
    learn from the rest and are asked for the hidden ones. A missing pair counts as wrong though it is only unknown, so
    figures compare rankers and say little by themselves.

    Returns
    -------
    dict
        ``splits`` and ``rankers``: to each name `Figures` over all splits (bootstrap over buyers), ``by_split``
        (NDCG@10 of each), ``splits_above_popularity``, and ``new_facilities``: the same where a quarter of the sites is
        hidden from everybody and only these are looked for, None where that leaves nothing to ask.

    Raises
    ------
    ValueError
        If no buyer has two sites.
    """
    rankers = link_rankers(random_state)
    sites = site_of(facilities, links)
    hidden_pairs = [(buyer, sites[facility]) for buyer, facility in links]
    judged = _judged(rankers, facilities, links, hidden_pairs, n_splits, random_state)
    if not judged:
        raise ValueError("links: no buyer has two sites, nothing can be hidden")
    hidden_sites = [sites[facility] for _, facility in links]
    new = _judged(rankers, facilities, links, hidden_sites, n_splits, random_state, is_new=True)
    popular = judged["popularity"]["by_split"]
    for name, one in judged.items():
        above = [mine > theirs for mine, theirs in zip(one["by_split"], popular, strict=True)]
        one["splits_above_popularity"] = sum(above)
        one["new_facilities"] = new.get(name)
    return {"splits": n_splits, "rankers": judged}


_Case = tuple[str, list[str], frozenset[str]]


def _judged(
    rankers: Mapping[str, LinkScorer],
    facilities: Sequence[Facility],
    links: Sequence[Link],
    groups: Sequence[Hashable],
    n_splits: int,
    random_state: int,
    is_new: bool = False,
) -> dict[str, dict[str, Any]]:
    """Figures of each ranker; whole groups of links are hidden, from everybody where ``is_new``."""
    splits = [
        _split(links, kept, hidden, is_new)
        for kept, hidden in group_splits(groups, n_splits, random_state=random_state)
    ]
    tried = [_try(rankers, facilities, learnt, sought) for learnt, sought in splits if sought]
    return {name: _figures([split[name] for split in tried], random_state) for name in rankers} if tried else {}


def _split(
    links: Sequence[Link], kept: Sequence[int], hidden: Sequence[int], is_new: bool
) -> tuple[list[Link], dict[str, frozenset[str]]]:
    """A buyer of whom nothing would be left keeps everything, or is not asked where the facilities are to be new."""
    left = {links[row][0] for row in kept}
    sought: dict[str, set[str]] = defaultdict(set)
    for buyer, facility in (links[row] for row in hidden):
        if buyer in left:
            sought[buyer].add(facility)
    learnt = [links[row] for row in kept] if is_new else [one for one in links if one[1] not in sought.get(one[0], ())]
    return learnt, {buyer: frozenset(found) for buyer, found in sought.items()}


def _try(
    rankers: Mapping[str, LinkScorer],
    facilities: Sequence[Facility],
    links: Sequence[Link],
    sought: Mapping[str, frozenset[str]],
) -> dict[str, list[_Case]]:
    cases: dict[str, list[_Case]] = {}
    for name, ranker in rankers.items():
        rankings: dict[str, list[str]] = {buyer: [] for buyer in sought}
        for link in ranker.fit(facilities, links).rank(list(sought), k=len(facilities)):
            rankings[link.buyer].append(link.facility)
        cases[name] = [(buyer, ranking, sought[buyer]) for buyer, ranking in rankings.items()]
    return cases


def _figures(splits: Sequence[Sequence[_Case]], random_state: int) -> dict[str, Any]:
    pooled = [case for split in splits for case in split]
    buyers, rankings, relevant = zip(*pooled, strict=True)
    metric = METRICS["ndcg_at_10"]
    by_split = [sum(metric(ranking, right) for _, ranking, right in split) / len(split) for split in splits]
    return {**figures_of(rankings, relevant, buyers, random_state).to_json(), "by_split": by_split}
