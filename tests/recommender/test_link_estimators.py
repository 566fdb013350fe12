"""Estimators on a table of links, against scikit-learn's checks and against the slow way."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from recommender.link_estimators import ColumnNeighbours, ColumnRegression, WeightedFactors

ESTIMATORS: list[BaseEstimator] = [ColumnNeighbours(), ColumnRegression(), WeightedFactors()]
LINKS = (np.random.default_rng(5).random((30, 8)) < 0.3).astype(float)


@pytest.mark.slow
@parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_they_are_estimators(estimator: BaseEstimator, check: Any) -> None:
    check(estimator)


def test_neighbours_are_cosines_of_columns() -> None:
    found = ColumnNeighbours(shrink=0.0).fit(LINKS).weights_
    for one in range(8):
        for other in range(8):
            a, b = LINKS[:, one], LINKS[:, other]
            expected = 0.0 if one == other else a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            assert found[one, other] == pytest.approx(expected)


def test_each_column_is_regressed_on_the_others() -> None:
    found = ColumnRegression(l2=3.0).fit(LINKS).weights_
    for column in range(8):
        others = np.delete(np.arange(8), column)
        X, y = LINKS[:, others], LINKS[:, column]
        assert found[others, column] == pytest.approx(np.linalg.solve(X.T @ X + 3.0 * np.eye(7), X.T @ y))
        assert found[column, column] == 0.0


def test_factors_of_a_row_are_its_weighted_least_squares() -> None:
    model = WeightedFactors(n_components=3, alpha=4.0, l2=2.0).fit(LINKS)
    factors, row = model.components_, LINKS[7]
    weight = np.diag(1.0 + 4.0 * row)
    own = np.linalg.solve(factors.T @ weight @ factors + 2.0 * np.eye(3), factors.T @ weight @ row)
    assert model.transform(LINKS[7:8])[0] == pytest.approx(factors @ own)


def test_factors_tell_two_groups_apart() -> None:
    blocks = np.kron(np.eye(2), np.ones((12, 5)))
    blocks[0, 1:] = 0.0
    scores = WeightedFactors(n_components=2).fit(blocks).transform(blocks)[0]
    assert scores[1:5].min() > scores[5:].max()
