"""Foretold and seen acceptance: known answers, and the signal's own numbers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import Outcome, acceptance_calibration
from recommender.calibration import calibration_of
from tests.recommender.worlds import TODAY


def test_known_answers() -> None:
    yes, no = [True] * 10, [False] * 10
    names = [str(number) for number in range(20)]
    sure = calibration_of([1.0] * 10 + [0.0] * 10, yes + no, names, [0.5] * 20)
    assert (sure.brier.mean, sure.brier_of_mean, sure.expected_calibration_error) == (0.0, 0.25, 0.0)
    assert [(one.foretold, one.accepted.mean) for one in sure.bins] == [(0.0, 0.0)] * 5 + [(1.0, 1.0)] * 5
    wrong = calibration_of([0.0] * 10 + [1.0] * 10, yes + no, names, [0.5] * 20)
    assert (wrong.brier.mean, wrong.expected_calibration_error) == (1.0, 1.0)
    coin = calibration_of([0.5] * 20, yes + no, names, [0.5] * 20)
    assert (coin.brier.mean, coin.accepted_share, coin.requests) == (0.25, 0.5, 20)


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=60))
def test_every_request_is_in_one_bin(pairs: list[tuple[float, bool]]) -> None:
    foretold, happened = zip(*pairs, strict=True)
    found = calibration_of(foretold, happened, ["d"] * len(pairs), foretold)
    assert sum(one.requests for one in found.bins) == found.requests == len(pairs)
    assert sum(one.requests * one.foretold for one in found.bins) == pytest.approx(sum(foretold))
    assert sum(one.requests * one.accepted.mean for one in found.bins) == pytest.approx(sum(happened))
    assert [one.foretold for one in found.bins] == sorted(one.foretold for one in found.bins)
    assert 0.0 <= found.expected_calibration_error <= 1.0 and found.brier.mean == pytest.approx(found.brier_of_mean)


def _answers(count: int) -> list[Outcome]:
    """Factory 0 always says yes, factory 1 never."""
    day = TODAY - timedelta(days=count)
    return [
        Outcome(f"d{n % 7}", str(n % 2), day + timedelta(days=n), item="coat", accepted=n % 2 == 0, is_order=False)
        for n in range(count)
    ]


def test_factories_that_always_answer_alike_are_foretold_better_than_by_the_mean() -> None:
    found = acceptance_calibration(_answers(200))
    assert found is not None and found.requests == 100 and found.accepted_share == 0.5
    assert found.brier.high < 0.02 < found.brier_of_mean == pytest.approx(0.25, abs=0.001)
    # Learnt 50 yes of 50 at a mean of one half, then 5 pseudo-orders for the factory and 5 for its item.
    assert found.bins[-1].foretold == pytest.approx(1.0, abs=0.01) and found.bins[-1].accepted.mean == 1.0


def test_too_few_answers_say_nothing() -> None:
    assert acceptance_calibration([]) is None
    assert acceptance_calibration(_answers(10)) is None
    assert acceptance_calibration([replace(row, accepted=None) for row in _answers(200)]) is None
