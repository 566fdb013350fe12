"""The scikit-learn pipeline that turns briefs and factories into vectors of a few columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import Any, Self

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer, normalize

from recommender.compiled import FAINT
from recommender.rows import GROUPS, Featured, RowReader

#: Columns a group may have, 64 in all; a group of no more labels than columns keeps each of them. Divided so that the
#: lists come nearest to those of all labels: items need most, text decides least.
COLUMNS = {"item": 21, "fabric": 9, "work": 16, "market": 9, "difficulty": 3, "text": 6}
#: Smaller side of a table up to which its directions are computed exactly.
_EXACT = 1_000
#: Variance of a direction, as a share of the largest, that is rounding noise.
_NO_VARIANCE = 1e-10
#: What a column learns when no factory has stated anything for it; it is forgotten again right away.
_NOTHING = "\x00"


class RowTable(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Briefs and factories as a table of labels and texts, one column for each group; nothing to learn."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader

    def fit(self, X: Sequence[Featured], y: Any = None) -> Self:
        return self

    def transform(self, X: Sequence[Featured]) -> np.ndarray[Any, Any]:
        table = np.empty((len(X), len(GROUPS)), dtype=object)
        for number, one in enumerate(X):
            table[number, :] = self.reader(one)
        return table

    def __sklearn_is_fitted__(self) -> bool:
        return True


class _NeverEmpty:
    """Lets a vectorizer learn from a column in which nobody has stated anything."""

    def fit_transform(self, raw_documents: Any, y: Any = None) -> Any:
        documents = list(raw_documents)
        analyze = self.build_analyzer()  # type: ignore[attr-defined]
        if any(analyze(document) for document in documents):
            return super().fit_transform(documents, y)  # type: ignore[misc]
        return super().fit_transform([*documents, self._placeholder()], y)[:-1]  # type: ignore[misc]

    def _placeholder(self) -> Any:
        return _NOTHING


class LabelVectorizer(_NeverEmpty, CountVectorizer):  # type: ignore[misc]
    """A column of sets of labels as 0 and 1; labels that no factory has are left out."""

    def _placeholder(self) -> frozenset[str]:
        return frozenset({_NOTHING})


class TextVectorizer(_NeverEmpty, TfidfVectorizer):  # type: ignore[misc]
    """A column of free text as TF-IDF of character pieces; blanks between words are no piece."""

    def build_analyzer(self) -> Callable[[str], list[str]]:
        pieces = super().build_analyzer()
        return lambda text: [piece for piece in pieces(text) if piece.strip()]


class Directions(TruncatedSVD):  # type: ignore[misc]
    """The directions in which factories differ most, every factory counting alike, at most ``n_components``.

    No more labels than that are kept as they are, so nothing is lost. Directions without variance are left out: they
    are rounding noise, and what lies in them only would come out as noise.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        rows = _in_their_own_order(csr_array(X)) if X.shape[0] else csr_array((1, X.shape[1]))
        if not rows.nnz:
            self.components_ = np.zeros((1, X.shape[1]))
        elif X.shape[1] <= self.n_components:
            self.components_ = np.eye(X.shape[1])
        elif min(rows.shape) <= _EXACT:
            self.components_ = _exact_directions(rows, self.n_components)
        else:
            super().fit_transform(rows)
            varies = self.singular_values_**2 > _NO_VARIANCE * self.singular_values_[0] ** 2
            self.components_ = self.components_[varies]
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray[Any, Any]:
        return np.asarray(X @ self.fit(X).components_.T)  # no rows are fine too


def _in_their_own_order(rows: csr_array) -> csr_array:
    """Rows of length 1, sorted by what they hold: where directions tie, the order of the register has no say."""
    rows = normalize(rows.sorted_indices())
    held = zip(np.split(rows.indices, rows.indptr[1:-1]), np.split(rows.data, rows.indptr[1:-1]), strict=True)
    keys = [(columns.tobytes(), values.tobytes()) for columns, values in held]
    return rows[sorted(range(len(keys)), key=keys.__getitem__)]


def _exact_directions(rows: csr_array, most: int) -> np.ndarray[Any, Any]:
    """Right singular vectors from the products of the smaller side."""
    is_tall = rows.shape[0] >= rows.shape[1]
    products = (rows.T @ rows if is_tall else rows @ rows.T).toarray()
    last = len(products) - 1
    variances, vectors = eigh(products, subset_by_index=[max(0, last - most + 1), last])
    varies = variances > _NO_VARIANCE * variances[-1]
    vectors = vectors[:, varies]
    return np.asarray(vectors.T if is_tall else (vectors / np.sqrt(variances[varies])).T @ rows)


class UnitLength(Normalizer):  # type: ignore[misc]
    """Rows of length 1; what is shorter than `FAINT` becomes zeros instead of blown-up rounding noise."""

    def fit(self, X: Any, y: Any = None) -> Self:
        return self

    def transform(self, X: Any, copy: bool | None = None) -> np.ndarray[Any, Any]:
        lengths = np.linalg.norm(X, axis=1, keepdims=True)
        return np.asarray(np.divide(X, lengths, out=np.zeros(X.shape), where=lengths > FAINT))


def make_encoder(
    stage_of: Mapping[str, str] | None = None,
    machines_of: Mapping[str, frozenset[str]] | None = None,
    synonyms: Mapping[str, str] | None = None,
) -> Pipeline:
    """The pipeline from briefs and factories to vectors, unfitted.

    Every group of ``GROUPS`` is a block of columns of length 1, or 0 where nothing is stated, times the square root of
    its share; so the scalar product of two rows is the weighted sum of the groups' cosines (see `group_cosines`).
    Text is read in pieces of one to three characters, which stands misspelt and unspaced Korean.

    Parameters
    ----------
    stage_of, machines_of, synonyms : mapping, optional
        See `RowReader`.

    Returns
    -------
    sklearn.pipeline.Pipeline
        ``fit`` and ``transform`` take a sequence of `BriefFeatures` and `FactoryFeatures`; the result is an array of
        shape (n, columns). Serve from a `CompiledEncoder` of it, which is more than a hundred times faster.
    """
    reader = RowReader(stage_of or {}, machines_of or {}, synonyms or {})
    blocks = [(group, _block(group), column) for column, group in enumerate(GROUPS)]
    weights = {group: sqrt(share) for group, share in GROUPS.items()}
    return Pipeline(
        [
            ("rows", RowTable(reader)),
            ("groups", ColumnTransformer(blocks, transformer_weights=weights)),
        ]
    )


def _block(group: str) -> Pipeline:
    if group == "text":
        # the reader has made small letters
        words = TextVectorizer(analyzer="char_wb", ngram_range=(1, 3), lowercase=False, norm=None)
    else:
        # analyzer=tuple: a row is its own list of words
        words = LabelVectorizer(analyzer=tuple, dtype=np.float64)
    directions = Directions(n_components=COLUMNS[group], random_state=0)
    return Pipeline([("words", words), ("directions", directions), ("unit", UnitLength())])
