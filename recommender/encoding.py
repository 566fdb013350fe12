"""Briefs and factories as rows of one table, and the scikit-learn pipeline that turns these into vectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer

from recommender.types import BriefFeatures, FactoryFeatures

#: Groups in the order of their columns, with their share of the specialty. The shares are ours and add up to 1.
GROUPS: dict[str, float] = {"item": 0.3, "fabric": 0.2, "work": 0.3, "market": 0.08, "difficulty": 0.07, "text": 0.05}

Featured = BriefFeatures | FactoryFeatures
Row = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...], str]
#: What a column learns when no factory has stated anything for it; no word or code contains it.
_NOTHING = "\x00"


def row_of(featured: Featured, stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]]) -> Row:
    """The fields both sides share, in the order of ``GROUPS``.

    Parameters
    ----------
    featured : BriefFeatures or FactoryFeatures
    stage_of : mapping of str to str
        Process code to stage code.
    machines_of : mapping of str to frozenset of str
        Process code to the machines it runs on; machines outside this mapping cannot be asked for and are left out.
    """
    if isinstance(featured, BriefFeatures):
        return _brief_row(featured, stage_of, machines_of)
    known = frozenset().union(*machines_of.values())
    processes, stages = featured.processes.has, featured.stages.has
    return (
        (*featured.items.has, *_marked("category", featured.categories.has)),
        tuple(featured.fabrics.has),
        _work(processes, stages, featured.machines.has & known, stage_of),
        tuple(featured.markets.has),
        tuple(featured.difficulties.has),
        featured.text,
    )


def _brief_row(brief: BriefFeatures, stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]]) -> Row:
    machines = frozenset().union(*(machines_of.get(process, frozenset()) for process in brief.processes))
    return (
        (brief.item, *_marked("category", _optional(brief.category))),
        tuple(brief.fabrics),
        _work(brief.processes, frozenset(), machines, stage_of),
        tuple(_optional(brief.market)),
        tuple(_optional(brief.difficulty)),
        brief.text,
    )


def _optional(code: str | None) -> frozenset[str]:
    return frozenset() if code is None else frozenset({code})


def _marked(mark: str, codes: frozenset[str]) -> tuple[str, ...]:
    return tuple(f"{mark}:{code}" for code in codes)


def _work(
    processes: frozenset[str], stages: frozenset[str], machines: frozenset[str], stage_of: Mapping[str, str]
) -> tuple[str, ...]:
    """A process proves its stage."""
    proven = {stage_of[process] for process in processes if process in stage_of}
    return (*processes, *_marked("stage", stages | proven), *_marked("machine", machines))


def _table(
    featured: Sequence[Featured], stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]]
) -> np.ndarray[Any, Any]:
    table = np.empty((len(featured), len(GROUPS)), dtype=object)
    for number, one in enumerate(featured):
        table[number, :] = row_of(one, stage_of, machines_of)
    return table


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
    """A column of code tuples as 0 and 1; codes that no factory has are left out."""

    def _placeholder(self) -> tuple[str, ...]:
        return (_NOTHING,)


class TextVectorizer(_NeverEmpty, TfidfVectorizer):  # type: ignore[misc]
    """A column of free text as TF-IDF of character pieces; blanks between words are no piece."""

    def build_analyzer(self) -> Callable[[str], list[str]]:
        pieces = super().build_analyzer()
        return lambda text: [piece for piece in pieces(text) if piece.strip()]


def _labels(vocabulary: Sequence[str] | None) -> Pipeline:
    # analyzer=tuple: a row is its own list of words
    labels = LabelVectorizer(analyzer=tuple, binary=True, dtype=np.float64, vocabulary=vocabulary)
    return Pipeline([("labels", labels), ("unit", Normalizer())])


def _text(vocabulary: Sequence[str] | None) -> Pipeline:
    text = TextVectorizer(analyzer="char_wb", ngram_range=(1, 3), norm=None, vocabulary=vocabulary)
    return Pipeline([("text", text), ("unit", Normalizer())])


def make_encoder(
    stage_of: Mapping[str, str] | None = None,
    machines_of: Mapping[str, frozenset[str]] | None = None,
    vocabulary: Mapping[str, Sequence[str]] | None = None,
) -> Pipeline:
    """The pipeline from briefs and factories to vectors, unfitted.

    Every group of ``GROUPS`` is a block of columns of length 1, or 0 where nothing is stated, times the square root of
    its share; so the scalar product of two rows is the weighted sum of the groups' cosines (see `group_cosines`).
    Item codes and processes are looked up as they are, text in pieces of one to three characters, which stands
    misspelt and unspaced Korean.

    Parameters
    ----------
    stage_of, machines_of : mapping, optional
        See `row_of`.
    vocabulary : mapping of group to list of str, optional
        Columns learnt before, used when an artifact is loaded.

    Returns
    -------
    sklearn.pipeline.Pipeline
        ``fit`` and ``transform`` take a sequence of `BriefFeatures` and `FactoryFeatures`; the result is a sparse
        matrix of shape (n, columns).
    """
    words = vocabulary or {}
    blocks = [
        (group, _text(words.get(group)) if group == "text" else _labels(words.get(group)), column)
        for column, group in enumerate(GROUPS)
    ]
    weights = {group: sqrt(share) for group, share in GROUPS.items()}
    to_rows = partial(_table, stage_of=stage_of or {}, machines_of=machines_of or {})
    return Pipeline(
        [
            ("rows", FunctionTransformer(to_rows)),
            ("groups", ColumnTransformer(blocks, transformer_weights=weights, sparse_threshold=1.0)),
        ]
    )


def vectors(encoder: Pipeline, featured: Sequence[Featured]) -> csr_array:
    """Rows of a fitted encoder, shape (n, columns); n may be 0."""
    if not featured:
        return csr_array((0, vectors(encoder, [FactoryFeatures(id="")]).shape[1]))
    return csr_array(encoder.transform(featured))


def group_cosines(brief: csr_array, factories: csr_array) -> np.ndarray[Any, Any]:
    """Weighted mean of the cosines of the groups the brief speaks about.

    With unit blocks times the square roots of their shares this is b·f / b·b. A group the brief is silent about does
    not count against a factory that states it.

    Parameters
    ----------
    brief : csr_array of shape (1, columns)
    factories : csr_array of shape (n, columns)

    Returns
    -------
    ndarray of shape (n,)
        In [0, 1]; zeros for a brief that shares no word with any factory.
    """
    length = float(brief.multiply(brief).sum())
    if length == 0.0:
        return np.zeros(factories.shape[0])
    products = np.asarray((factories @ brief.T).todense()).ravel() / length
    return np.clip(products, 0.0, 1.0)


def learnt_words(encoder: Pipeline) -> tuple[dict[str, list[str]], np.ndarray[Any, Any]]:
    """Columns of every group in order, and the inverse document frequencies of the text (shape (pieces,))."""
    fitted = encoder.named_steps["groups"].named_transformers_
    words = {group: list(fitted[group].steps[0][1].get_feature_names_out()) for group in GROUPS}
    return words, np.asarray(fitted["text"].steps[0][1].idf_)


def encoder_from_words(
    words: Mapping[str, Sequence[str]],
    idf: np.ndarray[Any, Any],
    stage_of: Mapping[str, str],
    machines_of: Mapping[str, frozenset[str]],
) -> Pipeline:
    """The fitted encoder that `learnt_words` was read from."""
    encoder = make_encoder(stage_of, machines_of, words).fit([FactoryFeatures(id="")])
    encoder.named_steps["groups"].named_transformers_["text"].steps[0][1].idf_ = idf
    return encoder
