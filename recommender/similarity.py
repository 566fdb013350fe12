"""An exact index of the nearest rows by cosine that takes edits row by row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.preprocessing import normalize
from sklearn.utils.validation import check_is_fitted, validate_data

Array = np.ndarray[Any, Any]
#: Rows of single precision stay so: half the memory.
_KEPT_TYPES = (np.float64, np.float32)


class CosineIndex(BaseEstimator):  # type: ignore[misc]
    """Nearest neighbours by cosine distance, among all rows or among some.

    Parameters
    ----------
    n_neighbors : int
        Neighbours given when `kneighbors` is not told how many.

    Attributes
    ----------
    rows_ : ndarray of shape (n, features)
        Rows of length 1, or 0 for rows of zeros; float32 where X was, else float64.
    """

    def __init__(self, n_neighbors: int = 5) -> None:
        self.n_neighbors = n_neighbors

    def fit(self, X: Any, y: Any = None) -> Self:
        """Take rows X of shape (n, features)."""
        self.rows_ = normalize(validate_data(self, X, dtype=_KEPT_TYPES))
        return self

    def update(self, ids: Any, X: Any) -> Self:
        """Replace rows ``ids`` by X of shape (len(ids), features); ids from n on are appended in order.

        Raises
        ------
        ValueError
            If an id is negative, named twice, or leaves a gap behind the last row.
        """
        check_is_fitted(self)
        rows = normalize(validate_data(self, X, dtype=_KEPT_TYPES, reset=False))
        places = np.asarray(ids, dtype=int)
        size = max(len(self.rows_), int(places.max(initial=-1)) + 1)
        added = np.arange(len(self.rows_), size)
        if places.min(initial=0) < 0 or len(np.unique(places)) < len(rows) or not np.isin(added, places).all():
            raise ValueError("ids: each row once, new rows right behind the last one")
        grown = np.vstack([self.rows_, np.zeros((len(added), self.n_features_in_), dtype=self.rows_.dtype)])
        grown[places] = rows
        self.rows_ = grown
        return self

    def kneighbors(self, X: Any, n_neighbors: int | None = None, among: Any = None) -> tuple[Array, Array]:
        """Nearest rows, ties by id.

        Parameters
        ----------
        X : array-like of shape (m, features)
        n_neighbors : int, optional
        among : array-like of int, optional
            Ids that may be given; all rows if left out.

        Returns
        -------
        distances, ids : ndarray of shape (m, min(n_neighbors, candidates))
            Cosine distance 1 - cos in [0, 2], as in `sklearn.neighbors.NearestNeighbors`.
        """
        check_is_fitted(self)
        queries = normalize(validate_data(self, X, dtype=_KEPT_TYPES, reset=False)).astype(self.rows_.dtype, copy=False)
        ids = np.arange(len(self.rows_)) if among is None else np.unique(np.asarray(among, dtype=int))
        rows = self.rows_ if among is None else self.rows_[ids]
        distances = np.clip(1.0 - queries @ rows.T, 0.0, 2.0)
        nearest = np.argsort(distances, axis=1, kind="stable")[:, : n_neighbors or self.n_neighbors]
        return np.take_along_axis(distances, nearest, axis=1), ids[nearest]
