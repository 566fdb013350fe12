"""Affinity of pairs, against ridge regression and scikit-learn's own decomposition."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from recommender import history
from recommender.history import PairAffinity, ease_weights

PAIRS = [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2"), ("b", "3"), ("c", "3"), ("c", "4"), ("d", "1"), ("d", "4")]


def affinities(learnt: PairAffinity, buyer: str | None, factories: list[str]) -> list[float | None]:
    found = learnt.of(buyer, np.array([learnt.column_of(factory) for factory in factories]))
    return [None if np.isnan(value) else float(value) for value in found]


def test_ease_is_the_ridge_regression_of_each_factory_on_the_others() -> None:
    links = np.random.default_rng(0).integers(0, 2, size=(30, 8)).astype(float)
    weights = ease_weights(links.T @ links, 3.0)
    assert not np.diag(weights).any()
    for column in range(8):
        others = [row for row in range(8) if row != column]
        ridge = Ridge(alpha=3.0, fit_intercept=False).fit(links[:, others], links[:, column])
        assert weights[others, column] == pytest.approx(ridge.coef_)


def test_buyers_with_like_orders_lead_to_the_factory() -> None:
    learnt = PairAffinity(l2=1.0).fit(PAIRS)
    other, unrelated = affinities(learnt, "a", ["3", "4"])
    assert other is not None and unrelated is not None and other > unrelated


def test_order_and_repeats_of_the_log_do_not_matter() -> None:
    ids = ["1", "2", "3", "4"]
    one, other = PairAffinity().fit(PAIRS[::-1] + PAIRS), PairAffinity().fit(PAIRS)
    assert affinities(one, "a", ids) == affinities(other, "a", ids)


@pytest.mark.parametrize("pairs", [PAIRS, []])
def test_without_history_there_is_no_affinity(pairs: list[tuple[str, str]]) -> None:
    learnt = PairAffinity().fit(pairs)
    assert affinities(learnt, "new", ["1", "2"]) == [None, None] == affinities(learnt, None, ["1", "2"])
    assert affinities(learnt, "a", ["99"]) == [None]


def test_many_factories_are_reduced_to_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_FACTORIES_FOR_EASE", 3)
    learnt = PairAffinity(components=4).fit(PAIRS)
    ids = ["1", "2", "3", "4"]
    full_rank = [affinities(learnt, buyer, ids) for buyer in "abcd"]
    expected = [[float((buyer, factory) in PAIRS) for factory in ids] for buyer in "abcd"]
    assert np.array(full_rank, dtype=float) == pytest.approx(np.array(expected), abs=1e-9)
