"""The cosine index against scikit-learn."""

from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.estimator_checks import parametrize_with_checks

from recommender import CosineIndex

ROWS = np.random.default_rng(3).normal(size=(60, 9))
ASKED = np.random.default_rng(4).normal(size=(7, 9))


@parametrize_with_checks([CosineIndex()])  # type: ignore[untyped-decorator]
def test_it_is_an_estimator(estimator: CosineIndex, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("among", [None, [5, 9, 3, 40, 41, 42, 59], list(range(0, 60, 2))])
def test_it_finds_what_an_exact_search_finds(among: list[int] | None, precision: type) -> None:
    some = np.arange(60) if among is None else np.array(sorted(among))
    oracle = NearestNeighbors(n_neighbors=6, metric="cosine").fit(ROWS[some])
    distances, places = oracle.kneighbors(ASKED)
    index = CosineIndex().fit(ROWS.astype(precision))
    found, ids = index.kneighbors(ASKED, 6, among)
    assert (ids == some[places]).all()
    assert found == pytest.approx(distances, abs=1e-6)
    assert index.update([60], ASKED[:1]).rows_.dtype == found.dtype == precision


def test_edits_give_the_index_of_the_edited_rows() -> None:
    edited = np.vstack([ROWS, ASKED[:2]])
    edited[[7, 2]] = ASKED[2:4]
    index = CosineIndex().fit(ROWS).update([60, 7, 61, 2], ASKED[[0, 2, 1, 3]])
    fresh = CosineIndex().fit(edited)
    assert np.array_equal(index.kneighbors(ASKED, 62)[1], fresh.kneighbors(ASKED, 62)[1])


@pytest.mark.parametrize("ids", [[-1], [61], [3, 3]])
def test_wrong_ids_are_refused(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="ids: "):
        CosineIndex().fit(ROWS).update(ids, ASKED[: len(ids)])


def test_more_neighbours_than_rows_are_all_rows_ties_by_id() -> None:
    same = np.ones((4, 2))
    _, ids = CosineIndex().fit(same).kneighbors([[2.0, 2.0]], n_neighbors=9)
    assert ids.tolist() == [[0, 1, 2, 3]]
