"""Who ordered what where: one number for every pair of a known buyer and a known factory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[Any]]

#: Up to here the closed form fits in memory and is done in seconds; beyond, truncated SVD takes over.
MOST_FACTORIES_FOR_EASE = 5_000


def ease_weights(gram: Matrix, l2: float) -> Matrix:
    """Item-to-item weights of EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019).

    Parameters
    ----------
    gram : ndarray of shape (factories, factories)
        G = XᵀX of the 0-1 matrix X of buyers and factories; it is overwritten, for it may be all that fits in memory.
    l2 : float
        Ridge penalty, above 0.

    Returns
    -------
    ndarray of shape (factories, factories)
        B = I - P·diag(1 / diag(P)) with P = (G + l2·I)⁻¹; the diagonal is 0.
    """
    from scipy.linalg import lapack

    gram[np.diag_indices_from(gram)] += l2
    # By Cholesky: a third of the time of a general inverse, and in place (the transposed view is in Fortran order).
    factor, is_singular = lapack.dpotrf(gram.T, lower=True, overwrite_a=True, clean=False)
    inverse, is_undone = lapack.dpotri(factor, lower=True, overwrite_c=True)
    if is_singular or is_undone:
        raise np.linalg.LinAlgError("gram: not the matrix of products it should be")
    weights = inverse.T
    for row in range(len(weights)):
        weights[row + 1 :, row] = weights[row, row + 1 :]
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights)


class PairAffinity:
    """Affinity of buyers to factories from the pairs that worked together.

    Parameters
    ----------
    l2 : float
        Ridge penalty of EASE.
    components : int
        Dimensions of the truncated SVD.
    """

    def __init__(self, l2: float = 10.0, components: int = 64) -> None:
        self.l2 = l2
        self.components = components

    def fit(self, pairs: Iterable[tuple[str, str]], asked_by: Iterable[tuple[str, str]] = ()) -> PairAffinity:
        """Learn from (buyer, factory) pairs; repeats and order do not matter.

        Pairs that are only in ``asked_by`` teach nothing about a factory: they tell what their own buyer knows.
        """
        learnt = sorted(set(pairs))
        self.factories_ = sorted({factory for _, factory in learnt})
        known = set(self.factories_)
        asking = sorted({*learnt, *(pair for pair in asked_by if pair[1] in known)})
        self.buyers_ = sorted({buyer for buyer, _ in asking})
        self.left_, self.right_ = self._factors(learnt, asking)
        self._index()
        return self

    def restore(self, buyers: list[str], factories: list[str], left: Matrix, right: Matrix) -> PairAffinity:
        """Take over what an artifact holds."""
        self.buyers_, self.factories_, self.left_, self.right_ = buyers, factories, left, right
        self._index()
        return self

    def column_of(self, factory: str) -> int:
        """Where `of` looks for a factory, -1 for one without history."""
        return self._column.get(factory, -1)

    def of(self, buyer: str | None, columns: Any) -> Matrix:
        """Affinity of one buyer to the factories of some columns, nan where either side has no history."""
        row = None if buyer is None else self._row.get(buyer)
        if row is None or not len(self.factories_):
            return np.full(len(columns), np.nan)
        # Not by matrix product: that may round a factory otherwise when others stand beside it.
        if self._by_factory is not None:
            scores = np.einsum("ij,j->i", self._by_factory.take(columns, axis=0), self.left_[row])
        else:
            used = np.flatnonzero(self.left_[row])  # a buyer knows few factories: most rows need not be read
            scores = (self.left_[row, used, None] * self.right_[used[:, None], columns]).sum(axis=0, dtype=float)
        scores[columns < 0] = np.nan
        return np.asarray(scores)

    def _index(self) -> None:
        self._row = {buyer: row for row, buyer in enumerate(self.buyers_)}
        self._column = {factory: column for column, factory in enumerate(self.factories_)}
        is_square = len(self.right_) == len(self.factories_)
        self._by_factory = None if is_square else np.ascontiguousarray(self.right_.T)

    def _factors(self, learnt: list[tuple[str, str]], asking: list[tuple[str, str]]) -> tuple[Matrix, Matrix]:
        """Rows of the buyers that ask, and what the learnt pairs say of the factories."""
        if not learnt:
            return np.zeros((0, 0)), np.zeros((0, 0))
        links, rows = self._links(learnt), self._links(asking)
        if len(self.factories_) <= MOST_FACTORIES_FOR_EASE:
            weights = ease_weights((links.T @ links).toarray(), self.l2)
            return rows.astype(bool).toarray(), weights.astype(np.float32)
        from sklearn.decomposition import TruncatedSVD

        reduced = TruncatedSVD(n_components=min(self.components, len(self.buyers_)), random_state=0).fit(links)
        return reduced.transform(rows), reduced.components_

    def _links(self, known: list[tuple[str, str]]) -> Any:
        from scipy.sparse import csr_matrix

        rows = {buyer: row for row, buyer in enumerate(self.buyers_)}
        columns = {factory: column for column, factory in enumerate(self.factories_)}
        where = ([rows[buyer] for buyer, _ in known], [columns[factory] for _, factory in known])
        return csr_matrix((np.ones(len(known)), where), shape=(len(rows), len(columns)))
