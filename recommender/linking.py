"""Which facilities a buyer may work with, learnt from a bare list of who works with whom."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import MultiLabelBinarizer, normalize
from sklearn.utils.validation import check_is_fitted

from recommender.history import Matrix

Link = tuple[str, str]

#: A smaller spread is rounding: the values are equal.
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Facility:
    """One facility of an open register; None and empty mean not reported.

    ``workers`` is a head count, ``capacity`` pieces a month, ``established`` a year, ``markets`` countries served.
    """

    id: str
    lat: float | None = None
    lon: float | None = None
    workers: float | None = None
    capacity: float | None = None
    products: frozenset[str] = frozenset()
    processings: frozenset[str] = frozenset()
    markets: frozenset[str] = frozenset()
    memberships: frozenset[str] = frozenset()
    established: int | None = None


@dataclass(frozen=True, slots=True)
class RankedLink:
    """One place of a buyer's list; scores compare within one buyer only."""

    buyer: str
    rank: int
    facility: str
    score: float


class LinkScorer(BaseEstimator):  # type: ignore[misc]
    """What all rankers of links share.

    Attributes
    ----------
    facilities_ : list of str
        Ids in the order of the columns.
    links_ : ndarray of shape (buyers, facilities)
        0 and 1.
    """

    def fit(self, facilities: Sequence[Facility], links: Sequence[Link]) -> Self:
        """Learn from (buyer, facility) pairs; a missing pair means unknown, not refused.

        Raises
        ------
        ValueError
            If ids of facilities repeat or a link names an unknown facility.
        """
        ordered = sorted(facilities, key=lambda facility: facility.id)
        self.facilities_ = [facility.id for facility in ordered]
        columns = {facility: column for column, facility in enumerate(self.facilities_)}
        if len(columns) < len(ordered):
            raise ValueError("facilities: an id stands twice")
        if unknown := sorted({facility for _, facility in links} - columns.keys()):
            raise ValueError(f"links: {len(unknown)} unknown facilities, the first is {unknown[0]}")
        self._row = {buyer: row for row, buyer in enumerate(sorted({buyer for buyer, _ in links}))}
        self.links_ = np.zeros((len(self._row), len(columns)))
        for buyer, facility in links:
            self.links_[self._row[buyer], columns[facility]] = 1.0
        self._learn(ordered)
        return self

    def rank(self, buyer_ids: Sequence[str], k: int = 10) -> list[RankedLink]:
        """The best ``k`` facilities of each buyer, without those the buyer is known to work with; ties by id.

        A buyer without a known link gets what speaks for a facility in general.
        """
        check_is_fitted(self, "links_")
        return [link for buyer in buyer_ids for link in self._rank_one(buyer, k)]

    @abstractmethod
    def _learn(self, facilities: Sequence[Facility]) -> None: ...

    @abstractmethod
    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        """Scores of all facilities for a buyer whose row of links is ``known``, shape (facilities,)."""

    def _rank_one(self, buyer: str, k: int) -> list[RankedLink]:
        row = self._row.get(buyer)
        known = np.zeros(len(self.facilities_)) if row is None else self.links_[row]
        scores = self._scores(buyer, known)
        candidates = np.flatnonzero(known == 0.0)
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
        places = enumerate(best, start=1)
        return [RankedLink(buyer, place, self.facilities_[column], float(scores[column])) for place, column in places]


class LinkRandom(LinkScorer):
    """Any facility.

    Parameters
    ----------
    random_state : int
    """

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def _learn(self, facilities: Sequence[Facility]) -> None:
        pass

    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        return np.random.default_rng([self.random_state, *buyer.encode()]).random(len(self.facilities_))


class LinkPopularity(LinkScorer):
    """The facilities with most buyers."""

    def _learn(self, facilities: Sequence[Facility]) -> None:
        self.buyers_ = self.links_.sum(axis=0)

    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        return np.asarray(self.buyers_)


class LinkContent(LinkScorer):
    """The facilities most like those a buyer works with, by what is stated of them."""

    def _learn(self, facilities: Sequence[Facility]) -> None:
        self.alike_ = facility_similarity(facilities)

    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        return np.asarray(known @ self.alike_)


class LinkHistory(LinkScorer):
    """What links alone tell, by an estimator on their table.

    Parameters
    ----------
    estimator : estimator
        One of `recommender.link_estimators`, or like them.
    """

    def __init__(self, estimator: BaseEstimator) -> None:
        self.estimator = estimator

    def _learn(self, facilities: Sequence[Facility]) -> None:
        self.estimator_ = clone(self.estimator)
        if self.links_.size:
            self.estimator_.fit(self.links_)

    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        return np.asarray(self.estimator_.transform(known[None])[0] if self.links_.size else known)


class LinkRanker(LinkScorer):
    """History, content and popularity in one: links regressed on links, beside them what facilities have in common.

    The closed form with side information follows Jeunen, Van Balen and Goethals, "Closed-Form Models for Collaborative
    Filtering with Side-Information" (RecSys 2020): B = (G + l2·I)⁻¹G with G = XᵀX + content·K, K a similarity of
    facilities in [0, 1]. Two things differ. A buyer's row of X is divided by the root of its length: who works with
    fifty says less of each. And a facility may explain itself: the constraint against it (EASE) only matters for known
    links, and divides a facility nobody has named yet down to nothing. The standardised scores get ``popularity``
    times the standardised logarithm of the number of buyers; a facility nobody has named yet is given that of
    facilities like it, since unseen is not unwanted. Place is not used: sister factories share it.

    Parameters
    ----------
    l2 : float
        Ridge penalty.
    content : float
        Weight of what facilities have in common.
    popularity : float
        Weight of popularity.
    """

    def __init__(self, l2: float = 5.0, content: float = 5.0, popularity: float = 0.25) -> None:
        self.l2 = l2
        self.content = content
        self.popularity = popularity

    def _learn(self, facilities: Sequence[Facility]) -> None:
        alike = facility_similarity(facilities)
        rows = self.links_ / np.sqrt(self.links_.sum(axis=1, keepdims=True))
        gram = rows.T @ rows + self.content * alike
        self.weights_ = np.linalg.solve(gram + self.l2 * np.eye(len(gram)), gram)
        self.prior_ = _standard(_popularity(self.links_.sum(axis=0), alike))

    def _scores(self, buyer: str, known: Matrix) -> Matrix:
        return np.asarray(_standard(known @ self.weights_) + self.popularity * self.prior_)


def facility_similarity(facilities: Sequence[Facility]) -> Matrix:
    """Similarity of facilities by markets, size, processing and products, shape (n, n), in [0, 1].

    Mean of the cosines of markets, processings and products, rare words weighing more, and of a Gaussian kernel over
    the standardised logarithms of workers and capacity. Markets and size count twice: check-boxes tell little.
    """
    sizes = [_log([one.workers for one in facilities]), _log([one.capacity for one in facilities])]
    weighted = [
        (1.0, _cosines([one.markets for one in facilities])),
        (1.0, rbf_kernel(np.column_stack(sizes), gamma=0.5)),
        (0.5, _cosines([one.processings for one in facilities])),
        (0.5, _cosines([one.products for one in facilities])),
    ]
    return np.asarray(sum(weight * part for weight, part in weighted) / sum(weight for weight, _ in weighted))


def _cosines(labels: Sequence[frozenset[str]]) -> Any:
    if not any(labels):
        return np.zeros((len(labels), len(labels)))
    counts = MultiLabelBinarizer().fit_transform(labels).astype(float)
    rarity = np.log((1.0 + len(counts)) / counts.sum(axis=0))
    rows = normalize(counts * np.sqrt(rarity))
    return rows @ rows.T


def _log(values: Sequence[float | None]) -> Matrix:
    """Standardised logarithms; what is not reported stands at the mean."""
    logs = np.array([np.nan if value is None else np.log1p(value) for value in values])
    if np.isnan(logs).all():
        return np.zeros(len(logs))
    return _standard(np.where(np.isnan(logs), np.nanmean(logs), logs))


def _popularity(buyers: Matrix, alike: Matrix) -> Matrix:
    logs = np.log1p(buyers)
    near = alike**3 * (buyers > 0.0)
    expected = near @ logs / np.maximum(near.sum(axis=1), 1e-9)
    return np.asarray(np.where(buyers > 0.0, logs, expected))


def _standard(values: Matrix) -> Matrix:
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > _EQUAL else np.zeros_like(values))
