"""Ways to foretell links from links alone, as estimators on a table of buyers (rows) and facilities (columns)."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from recommender.history import ease_weights

Array = np.ndarray[Any, np.dtype[np.float64]]


class _ColumnScores(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Scores of all columns for rows, known or new: ``transform`` gives a table like the one it takes."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from a table of shape (rows, columns)."""
        self._learn(validate_data(self, X, dtype=np.float64))
        return self

    def transform(self, X: Any) -> Array:
        """Score of every column for each row of X; higher is likelier."""
        check_is_fitted(self)
        return self._scores(validate_data(self, X, dtype=np.float64, reset=False))

    def _learn(self, X: Array) -> None:
        raise NotImplementedError

    def _scores(self, X: Array) -> Array:
        raise NotImplementedError


class ColumnNeighbours(_ColumnScores):
    """Sum of the cosines to the row's own columns (Sarwar et al., "Item-based collaborative filtering", 2001).

    Parameters
    ----------
    shrink : float
        Added to the product of lengths: what rests on a few rows counts less.

    Attributes
    ----------
    weights_ : ndarray of shape (columns, columns)
    """

    def __init__(self, shrink: float = 5.0) -> None:
        self.shrink = shrink

    def _learn(self, X: Array) -> None:
        gram = X.T @ X
        lengths = np.sqrt(np.diag(gram))
        self.weights_ = gram / np.maximum(np.outer(lengths, lengths) + self.shrink, 1e-12)
        np.fill_diagonal(self.weights_, 0.0)

    def _scores(self, X: Array) -> Array:
        return np.asarray(X @ self.weights_)


class ColumnRegression(_ColumnScores):
    """Each column regressed on all others (EASE; Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019).

    Parameters
    ----------
    l2 : float
        Ridge penalty, above 0.

    Attributes
    ----------
    weights_ : ndarray of shape (columns, columns)
    """

    def __init__(self, l2: float = 20.0) -> None:
        self.l2 = l2

    def _learn(self, X: Array) -> None:
        self.weights_ = ease_weights(X.T @ X, self.l2)

    def _scores(self, X: Array) -> Array:
        return np.asarray(X @ self.weights_)


class WeightedFactors(_ColumnScores):
    """Factors by alternating least squares, a link counting more than a gap.

    Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback Datasets" (2008): a gap is a 0 of weight 1,
    a link a 1 of weight 1 + ``alpha``.

    Parameters
    ----------
    n_components : int
    alpha : float
    l2 : float
        Ridge penalty, above 0.
    n_iter : int
    random_state : int

    Attributes
    ----------
    components_ : ndarray of shape (columns, n_components)
    """

    def __init__(
        self, n_components: int = 16, alpha: float = 10.0, l2: float = 5.0, n_iter: int = 15, random_state: int = 0
    ) -> None:
        self.n_components = n_components
        self.alpha = alpha
        self.l2 = l2
        self.n_iter = n_iter
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        return tags

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from a table of shape (rows, columns) without negative numbers."""
        self._learn(validate_data(self, X, dtype=np.float64, ensure_non_negative=True))
        return self

    def _learn(self, X: Array) -> None:
        draws = check_random_state(self.random_state)
        self.components_ = draws.normal(scale=0.1, size=(X.shape[1], self.n_components))
        for _ in range(self.n_iter):
            self.components_ = self._solved(X.T, self._solved(X, self.components_))

    def _scores(self, X: Array) -> Array:
        return np.asarray(self._solved(X, self.components_) @ self.components_.T)

    def _solved(self, X: Array, other: Array) -> Array:
        """Least squares of each row of X on the factors of its columns."""
        size = other.shape[1]
        products = (other[:, :, None] * other[:, None, :]).reshape(len(other), size * size)
        sides = (self.alpha * X) @ products + (other.T @ other + self.l2 * np.eye(size)).ravel()
        targets = (np.where(X > 0.0, 1.0, 0.0) * (1.0 + self.alpha * X)) @ other
        return np.asarray(np.linalg.solve(sides.reshape(-1, size, size), targets[:, :, None])[:, :, 0])
