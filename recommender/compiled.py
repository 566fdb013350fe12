"""A fitted encoder as look-up tables: the same vectors without scikit-learn, and more than a hundred times faster."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, islice
from math import sqrt
from operator import add
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from scipy.sparse import csr_array

from recommender.rows import GROUPS, Featured, RowReader

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

Array = np.ndarray[Any, Any]
Value = TypeVar("Value", bound=Hashable)
#: Length under which a group's vector is rounding noise; that of anything known is far longer.
FAINT = 1e-6
_TEXT = "text"
_LABELS = [group for group in GROUPS if group != _TEXT]
_WEIGHTS = [sqrt(share) for share in GROUPS.values()]
#: Words of texts whose vectors are kept ready.
_KEPT_WORDS = 16_384
_CHUNK = 8_192


class CompiledEncoder:
    """Vectors of briefs and factories, equal to those of the pipeline it was read from.

    Parameters
    ----------
    reader : RowReader
    words : mapping of group to sequence of str
        Labels, or pieces of text, of each group of `GROUPS`.
    tables : mapping of group to ndarray of shape (words, columns of the group)
        What each word adds to the group's vector before that is brought to length 1.

    Attributes
    ----------
    n_features : int
    group_slices : dict of str to slice
        Columns of each group.
    """

    def __init__(self, reader: RowReader, words: Mapping[str, Sequence[str]], tables: Mapping[str, Array]) -> None:
        self._reader, self._words = reader, words
        widths = [tables[group].shape[1] for group in GROUPS]
        *starts, self.n_features = accumulate(widths, initial=0)
        self._starts = np.array(starts)
        placed = zip(GROUPS, starts, widths, strict=True)
        self.group_slices = {group: slice(start, start + width) for group, start, width in placed}
        self._group_of_column = np.repeat(np.arange(len(GROUPS)), widths)
        self._label_rows, self._labels = self._all_labels(tables)
        self._pieces = {piece: number for number, piece in enumerate(words[_TEXT])}
        self._tables = {group: tables[group] for group in GROUPS}
        self._ends = _sums_of_ends(self._pieces, tables[_TEXT])
        self._memory = _Memory(self._labels, _KEPT_WORDS)
        self._lock = Lock()

    def _all_labels(self, tables: Mapping[str, Array]) -> tuple[list[dict[str, int]], Array]:
        """Rows of the labels of each group in one table: a single look-up finds the sums of all groups."""
        *first, size = accumulate((len(self._words[group]) for group in _LABELS), initial=0)
        table = np.zeros((size, self.n_features))
        rows = []
        for group, start in zip(_LABELS, first, strict=True):
            words = self._words[group]
            table[start : start + len(words), self.group_slices[group]] = tables[group]
            rows.append({label: row for row, label in enumerate(words, start)})
        return rows, table

    @classmethod
    def from_pipeline(cls, pipeline: Pipeline) -> Self:
        """Of a fitted `make_encoder`."""
        fitted = pipeline.named_steps["groups"].named_transformers_
        words = {group: fitted[group]["words"].get_feature_names_out().tolist() for group in GROUPS}
        tables = {group: fitted[group]["directions"].components_.T for group in GROUPS}
        tables[_TEXT] = tables[_TEXT] * fitted[_TEXT]["words"].idf_[:, None]
        return cls(pipeline.named_steps["rows"].reader, words, tables)

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]]
    ) -> Self:
        """Of what `state` gave."""
        return cls(RowReader(stage_of, machines_of, state["synonyms"]), state["words"], state)

    def state(self) -> dict[str, Any]:
        """Words and synonyms for JSON, and the table of each group."""
        words = {group: list(self._words[group]) for group in GROUPS}
        return {"words": words, "synonyms": dict(self._reader.synonyms), **self._tables}

    def encode(self, featured: Featured) -> Array:
        """Vector of one brief or factory, float32 of shape (columns,)."""
        *groups, text = self._reader(featured)
        words = text.split()
        memory = self._memory
        rows: list[Any] = [memory.rows.get(word) for word in words]
        if None in rows:
            memory = self._remember(words)
            rows = [memory.rows[word] for word in words]
        for known, labels in zip(self._label_rows, groups, strict=True):
            rows += [known[label] for label in labels if label in known]
        return self._weighted(np.add.reduce(memory.table.take(rows, axis=0)))

    def _weighted(self, sums: Array) -> Array:
        squares = np.add.reduceat(sums * sums, self._starts).tolist()
        scales = [weight / sqrt(one) if one > FAINT**2 else 0.0 for weight, one in zip(_WEIGHTS, squares, strict=True)]
        weighted: Array = sums * np.array(scales)[self._group_of_column]
        return weighted.astype(np.float32)

    def _remember(self, words: Sequence[str]) -> _Memory:
        """A memory that holds these words; a full one is left to those who still read it."""
        with self._lock:
            memory = self._memory
            new = [word for word in dict.fromkeys(words) if word not in memory.rows]
            if not memory.has_room(len(new)):
                new = list(dict.fromkeys(words))
                memory = self._memory = _Memory(self._labels, max(_KEPT_WORDS, len(new)))
            memory.add(new, self._word_vectors(new), self.group_slices[_TEXT])
            return memory

    def _word_vectors(self, words: Sequence[str]) -> Array:
        """Sums of the pieces of one to three characters, as scikit-learn's ``char_wb`` cuts them.

        At every character the longest known piece that ends there stands for the shorter ones too.
        """
        if not words:
            return np.zeros((0, self._ends.shape[1]))
        number = self._pieces.get
        ends: list[int] = []
        starts = []
        for word in words:
            starts.append(len(ends))
            pairs = list(map(add, f" {word}", f"{word} "))
            for piece in (pairs[0], *map(add, pairs, f"{word[1:]} ")):
                if (known := number(piece)) is None and (known := number(piece[1:])) is None:
                    known = number(piece[2:], -1)
                ends.append(known)
        return np.asarray(np.add.reduceat(self._ends.take(ends, axis=0), starts))

    def encode_many(self, featured: Iterable[Featured]) -> Array:
        """Vectors of many, float32 of shape (n, columns)."""
        rest = iter(featured)
        chunks = iter(lambda: list(islice(rest, _CHUNK)), [])
        rows = chain.from_iterable(map(self._encode_chunk, chunks))
        return np.fromiter(rows, dtype=(np.float32, self.n_features))

    def _encode_chunk(self, chunk: Sequence[Featured]) -> Array:
        *groups, texts = zip(*map(self._reader, chunk), strict=True)
        vectors = np.empty((len(chunk), self.n_features), dtype=np.float32)
        for group, known, sets in zip(_LABELS, self._label_rows, groups, strict=True):
            distinct, which = _distinct(sets)
            columns = self.group_slices[group]
            numbers = [[known[label] for label in labels if label in known] for labels in distinct]
            sums = _sums(chain.from_iterable(numbers), map(len, numbers), self._labels[:, columns])
            vectors[:, columns] = _units(sums, group)[which]
        distinct, which = _distinct(texts)
        vectors[:, self.group_slices[_TEXT]] = _units(self._text_sums(distinct), _TEXT)[which]
        return vectors

    def _text_sums(self, texts: Sequence[str]) -> Array:
        split = [text.split() for text in texts]
        words, numbers = _distinct(chain.from_iterable(split))
        return _sums(numbers, map(len, split), self._word_vectors(words))


def group_cosines(brief: Array, factories: Array) -> Array:
    """Weighted mean of the cosines of the groups the brief speaks about.

    With unit blocks times the square roots of their shares this is b·f / b·b. A group the brief is silent about does
    not count against a factory that states it.

    Parameters
    ----------
    brief : ndarray of shape (columns,)
    factories : ndarray of shape (n, columns)

    Returns
    -------
    ndarray of shape (n,), float32
        In [0, 1]; zeros for a brief of which nothing is known.
    """
    length = brief @ brief
    if length == 0.0:
        return np.zeros(len(factories), dtype=np.float32)
    # not by BLAS: there a factory's last digits depend on the rows beside it
    return np.asarray(np.clip(np.einsum("ij,j->i", factories, brief) / length, 0.0, 1.0))


def _distinct(values: Iterable[Value]) -> tuple[list[Value], list[int]]:
    """Each different value once, and for every value its number among these."""
    numbers: dict[Value, int] = {}
    which = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), which


def _sums(numbers: Iterable[int], counts: Iterable[int], table: Array) -> Array:
    """Sums of the numbered rows of a table: the first count of them, the next count, and so on."""
    ends = np.fromiter(accumulate(counts, initial=0), dtype=np.int64)
    named = np.fromiter(numbers, dtype=np.int64)
    return np.asarray(csr_array((np.ones(len(named)), named, ends), shape=(len(ends) - 1, len(table))) @ table)


def _sums_of_ends(pieces: Mapping[str, int], table: Array) -> Array:
    """Each piece with those it ends with, row by row; the last row is for what nobody knows."""
    sums = np.zeros((len(pieces) + 1, table.shape[1]))  # not stacked: that keeps columns together, slow to take from
    sums[:-1] = table
    for size in (2, 3):
        longer = [piece for piece in pieces if len(piece) == size]
        ends = [pieces.get(piece[1:], pieces.get(piece[2:], -1)) for piece in longer]
        sums[[pieces[piece] for piece in longer]] += sums[ends]
    return sums


def _units(sums: Array, group: str) -> Array:
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    weight = sqrt(GROUPS[group])
    return np.asarray(np.divide(weight * sums, lengths, out=np.zeros(sums.shape), where=lengths > FAINT))


class _Memory:
    """Rows of all labels, and behind them those of words met lately."""

    def __init__(self, labels: Array, size: int) -> None:
        self.rows: dict[str, int] = {}
        self.table = np.zeros((len(labels) + size, labels.shape[1]))
        self.table[: len(labels)] = labels
        self._labels = len(labels)

    def has_room(self, count: int) -> bool:
        return self._labels + len(self.rows) + count <= len(self.table)

    def add(self, words: Sequence[str], vectors: Array, columns: slice) -> None:
        """The vectors first: whoever finds a word finds its vector."""
        first = self._labels + len(self.rows)
        self.table[first : first + len(words), columns] = vectors
        self.rows |= {word: row for row, word in enumerate(words, first)}
