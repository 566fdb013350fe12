"""Learnt weights: known ones are found again, none is negative, the order of what they learn from plays no part."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from sklearn.utils.estimator_checks import parametrize_with_checks

from recommender.learning import FAIR_TURN_STEP, MOST_STEPS, PartWeights, chosen_fair_turn, log_likelihood

Array = np.ndarray[Any, Any]
TRUE = np.array([0.5, 0.3, 0.0, 0.15, 0.05])
SCALE = 9.0


@parametrize_with_checks([PartWeights(), PartWeights(l2=1.0)])  # type: ignore[untyped-decorator]
def test_it_is_an_estimator(estimator: PartWeights, check: Any) -> None:
    check(estimator)


def choices(lists: int, weights: Array = TRUE, shown: int = 10, seed: int = 0) -> tuple[Array, Array, Array]:
    """Designers who choose one of the shown by the conditional logit model."""
    random = np.random.default_rng(seed)
    X = random.random((lists, shown, len(weights)))
    chosen = np.argmax(SCALE * X @ weights + random.gumbel(size=(lists, shown)), axis=1)
    y = np.arange(shown) == chosen[:, None]
    return X.reshape(-1, len(weights)), y.ravel().astype(int), np.repeat(np.arange(lists), shown)


def test_what_only_followed_fame_is_not_learnt() -> None:
    """The first part goes with fame; designers follow fame and the true weights, and fame is told apart."""
    random = np.random.default_rng(5)
    X, _, groups = choices(3_000, shown=6)
    fame = 3 * X[:, 0] + random.normal(size=len(X))
    liked = (SCALE * X @ TRUE + 2 * fame + random.gumbel(size=len(X))).reshape(3_000, 6)
    y = (np.arange(6) == np.argmax(liked, axis=1)[:, None]).ravel().astype(int)
    fooled, told = PartWeights().fit(X, y, groups), PartWeights().fit(X, y, groups, fame)
    assert told.coef_ == pytest.approx(TRUE, abs=0.05)
    assert fooled.coef_[0] > TRUE[0] + 0.1


@st.composite
def few_choices(draw: st.DrawFn) -> tuple[Array, Array, Array]:
    """Lists of different lengths with one chosen row or none; at least one is chosen."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    groups = np.repeat(np.arange(len(lengths)), lengths)
    shares = st.lists(st.floats(0, 1, width=16), min_size=3 * len(groups), max_size=3 * len(groups))
    X = np.array(draw(shares)).reshape(-1, 3)
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=len(groups), max_size=len(groups))))
    assume(y.any())
    return X, y, groups


def test_known_weights_and_how_decided_the_choices_were_are_found_again() -> None:
    learnt = PartWeights().fit(*choices(4_000))
    assert learnt.coef_ == pytest.approx(TRUE, abs=0.02)
    assert learnt.scale_ == pytest.approx(SCALE, rel=0.08)


def test_a_part_that_puts_people_off_weighs_nothing() -> None:
    X, y, groups = choices(1_000, np.array([0.6, -0.2, 0.6]))
    assert PartWeights().fit(X, y, groups).coef_[1] == 0.0


def test_where_every_part_puts_people_off_the_prior_stands() -> None:
    X, y, groups = choices(500, np.array([-0.5, -0.5]))
    learnt = PartWeights(prior=[0.7, 0.3]).fit(X, y, groups)
    assert (learnt.coef_.tolist(), learnt.scale_) == ([0.7, 0.3], 0.0)
    assert learnt.choice_probabilities(X, groups) == pytest.approx(np.full(len(X), 0.1))


@given(few_choices(), st.lists(st.floats(0, 5), min_size=3, max_size=3))
def test_the_gradient_is_that_of_finite_differences(data: tuple[Array, Array, Array], at: list[float]) -> None:
    def value(strengths: Array) -> float:
        return log_likelihood(strengths, *data)[0]

    def gradient(strengths: Array) -> Array:
        return log_likelihood(strengths, *data)[1]

    assert check_grad(value, gradient, np.array(at)) < 1e-5


@settings(max_examples=50)
@given(few_choices(), st.floats(0.01, 10.0))
def test_weights_are_never_negative_and_add_up(data: tuple[Array, Array, Array], l2: float) -> None:
    learnt = PartWeights(l2=l2).fit(*data)
    assert (learnt.coef_ >= 0.0).all()
    assert learnt.coef_.sum() == pytest.approx(1.0)
    X, _, groups = data
    sums = np.bincount(groups, learnt.choice_probabilities(X, groups))
    assert sums == pytest.approx(np.ones(len(sums)))


def test_no_weights_explain_the_choices_better() -> None:
    data = choices(60, seed=5)
    learnt = PartWeights().fit(*data)
    best = log_likelihood(learnt.scale_ * learnt.coef_, *data)[0]
    others = np.random.default_rng(0).exponential(3.0, size=(500, len(TRUE)))
    near = np.maximum(0.0, learnt.scale_ * learnt.coef_ + np.random.default_rng(1).normal(size=(500, len(TRUE))) / 5)
    assert best >= max(log_likelihood(one, *data)[0] for one in [*others, *near])


def test_the_order_of_rows_and_the_names_of_lists_do_not_matter() -> None:
    X, y, groups = choices(200)
    shuffled = np.random.default_rng(8).permutation(len(X))
    names = np.array([f"list {7 * group % 200}" for group in groups])
    one, other = PartWeights().fit(X, y, groups), PartWeights().fit(X[shuffled], y[shuffled], names[shuffled])
    assert other.coef_ == pytest.approx(one.coef_, abs=1e-4)
    chances = one.choice_probabilities(X, groups)
    assert one.choice_probabilities(X[shuffled], names[shuffled]) == pytest.approx(chances[shuffled])


def test_a_part_nobody_has_weighs_nothing_or_stays_near_the_prior() -> None:
    X, y, groups = choices(300, np.array([0.6, 0.0, 0.4]))
    X[:, 1] = 0.0
    assert PartWeights().fit(X, y, groups).coef_[1] == 0.0
    assert PartWeights(l2=1.0, prior=[0.4, 0.2, 0.4]).fit(X, y, groups).coef_[1] == pytest.approx(0.2, abs=0.05)


def test_the_stronger_the_prior_the_nearer_to_it() -> None:
    data, prior = choices(100), np.full(5, 0.2)
    away = [np.abs(PartWeights(l2=l2).fit(*data).coef_ - prior).max() for l2 in (0.0, 1.0, 10.0, 1e4)]
    assert away == sorted(away, reverse=True)
    assert away[-1] < 0.01


@pytest.mark.parametrize("y", [[0, 0, 0], [0, 1, -1]])
def test_without_a_choice_nothing_is_learnt(y: list[int]) -> None:
    with pytest.raises(ValueError, match="y: "):
        PartWeights().fit([[0.1], [0.5], [0.9]], y)


@pytest.mark.parametrize("prior", [[0.5], [0.5, 0.6], [1.5, -0.5]])
def test_a_prior_that_is_none_is_refused(prior: list[float]) -> None:
    with pytest.raises(ValueError, match="prior: "):
        PartWeights(l2=1.0, prior=prior).fit([[0.1, 0.2], [0.5, 0.3]], [0, 1])


def some_lists(seed: int, shown_often: float) -> tuple[list[Array], list[Array]]:
    """The better a factory, the more it was shown."""
    random = np.random.default_rng(seed)
    scores = [random.random(random.integers(3, 60)) for _ in range(30)]
    return scores, [-shown_often * one**2 * random.random(len(one)) for one in scores]


def expected_place_worth(scores: list[Array], turns: list[Array], fair_turn: float, scale: float) -> float:
    """The definition, place by place."""
    total = 0.0
    for score, turn in zip(scores, turns, strict=True):
        chances = np.exp(scale * score) / np.exp(scale * score).sum()
        order = np.argsort(-(score + fair_turn * turn))
        total += sum(chances[row] / np.log2(place + 2) for place, row in enumerate(order[:10]))
    return total


@pytest.mark.parametrize("seed", range(4))
def test_lambda_is_the_last_step_that_keeps_the_success(seed: int) -> None:
    scores, turns = some_lists(seed, shown_often=60.0)
    found = chosen_fair_turn(scores, turns, SCALE)
    enough = 0.98 * expected_place_worth(scores, turns, 0.0, SCALE)
    assert 0.0 < found < MOST_STEPS * FAIR_TURN_STEP
    assert expected_place_worth(scores, turns, found, SCALE) >= enough
    assert expected_place_worth(scores, turns, found + FAIR_TURN_STEP, SCALE) < enough


def test_the_more_often_the_best_were_shown_the_smaller_lambda() -> None:
    found = [chosen_fair_turn(*some_lists(0, often), SCALE) for often in (0.0, 20.0, 60.0, 200.0)]
    assert found[0] == MOST_STEPS * FAIR_TURN_STEP
    assert found == sorted(found, reverse=True)
