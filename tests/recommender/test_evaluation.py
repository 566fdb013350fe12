"""Metrics with known answers, intervals and splits."""

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import figures_of, group_splits
from recommender.evaluation import hit, ndcg, recall, reciprocal_rank

LIST = list("abcdefghijkl")


@pytest.mark.parametrize(
    ("relevant", "expected"),
    [
        ("a", (1.0, 1.0, 1.0, 1.0)),
        ("c", (1 / log2(4), 1.0, 1.0, 1 / 3)),
        ("d", (1 / log2(5), 0.0, 1.0, 1 / 4)),
        ("l", (0.0, 0.0, 0.0, 1 / 12)),
        ("z", (0.0, 0.0, 0.0, 0.0)),
        ("bz", ((1 / log2(3)) / (1 + 1 / log2(3)), 1.0, 0.5, 1 / 2)),
    ],
)
def test_known_answers(relevant: str, expected: tuple[float, ...]) -> None:
    found = tuple(metric(LIST, set(relevant)) for metric in (ndcg, hit, recall, reciprocal_rank))
    assert found == pytest.approx(expected)


@given(st.sets(st.sampled_from(LIST), min_size=1))
def test_an_oracle_reaches_one(relevant: set[str]) -> None:
    oracle = sorted(LIST, key=lambda one: one not in relevant)
    figures = figures_of([oracle], [relevant])
    for one in (figures.ndcg_at_10, figures.hit_at_3, figures.recall_at_10, figures.mrr):
        assert (one.mean, one.low, one.high) == (1.0, 1.0, 1.0)


def test_intervals_hold_the_mean_and_widen_when_cases_of_one_designer_stay_together() -> None:
    rankings = [LIST] * 40
    relevant = [{"a"} if number < 20 else {"l"} for number in range(40)]
    apart = figures_of(rankings, relevant).mrr
    together = figures_of(rankings, relevant, [number // 10 for number in range(40)]).mrr
    assert apart.mean == together.mean == pytest.approx((1 + 1 / 12) / 2)
    assert together.low < apart.low < apart.mean < apart.high < together.high
    assert figures_of(rankings, relevant).to_json()["cases"] == 40


def test_nothing_to_judge_is_refused() -> None:
    empty: set[str] = set()
    wrong: list[tuple[list[list[str]], list[set[str]]]] = [([], []), ([LIST], [empty]), ([LIST], [])]
    for rankings, relevant in wrong:
        with pytest.raises(ValueError, match="rankings: "):
            figures_of(rankings, relevant)


@given(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=40), st.integers(0, 9))
def test_a_group_is_never_on_both_sides(groups: list[str], seed: int) -> None:
    splits = list(group_splits(groups, n_splits=4, random_state=seed))
    assert len(splits) == 4
    for kept, hidden in splits:
        assert sorted(kept + hidden) == list(range(len(groups)))
        assert not {groups[row] for row in kept} & {groups[row] for row in hidden}
    assert splits == list(group_splits(groups, n_splits=4, random_state=seed))
