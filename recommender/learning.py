"""Weights of the parts, learnt from what designers chose among the factories they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self
from warnings import warn

import numpy as np
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import check_is_fitted, validate_data

from recommender.exposure import SEEN_PLACES, place_weight

Values = np.ndarray[Any, np.dtype[np.float64]]

#: λ is looked for among multiples of a step, up to .04: where little has been shown yet, much would look harmless.
FAIR_TURN_STEP, MOST_STEPS = 0.001, 40
KEPT_SUCCESS = 0.98


class _Lists:
    """Rows sorted by list, so that sums over each list are one call."""

    def __init__(self, groups: Any, rows: int) -> None:
        if groups is None:
            groups = np.zeros(rows, dtype=int)
        check_consistent_length(groups, np.empty(rows))
        _, member = np.unique(np.asarray(groups), return_inverse=True)
        self.order = np.argsort(member, kind="stable")
        self.of = member[self.order]
        self.starts = np.flatnonzero(np.diff(self.of, prepend=-1))

    def log_shares(self, utilities: Values) -> Values:
        """Logarithm of exp(u) over its sum in the list; rows in `order`."""
        shifted = utilities - np.maximum.reduceat(utilities, self.starts)[self.of]
        return np.asarray(shifted - np.log(np.add.reduceat(np.exp(shifted), self.starts))[self.of])

    def sums(self, values: Values) -> Values:
        """Sum of each list, on each of its rows."""
        return np.asarray(np.add.reduceat(values, self.starts)[self.of])


def log_likelihood(strengths: Any, X: Any, y: Any, groups: Any = None) -> tuple[float, Values]:
    """Log-likelihood of the choices in the conditional logit model, and its gradient.

    The chance of row i of a list is exp(x_i·b) over the sum of exp(x_j·b) of the list (McFadden, "Conditional logit
    analysis of qualitative choice behavior", 1974).

    Parameters
    ----------
    strengths : array-like of shape (parts,)
        b, the weight of each part times the scale of all.
    X : array-like of shape (rows, parts)
    y : array-like of shape (rows,)
        How often each row was chosen, usually 0 or 1.
    groups : array-like of shape (rows,), optional
        List of each row; all rows are one list if left out.

    Returns
    -------
    value : float
        At most 0.
    gradient : ndarray of shape (parts,)
    """
    lists = _Lists(groups, len(X))
    return _log_likelihood(np.asarray(strengths), np.asarray(X)[lists.order], np.asarray(y)[lists.order], lists)


def _log_likelihood(strengths: Values, X: Values, y: Values, lists: _Lists) -> tuple[float, Values]:
    log_shares = lists.log_shares(X @ strengths)
    return float(y @ log_shares), X.T @ (y - lists.sums(y) * np.exp(log_shares))


class PartWeights(BaseEstimator):  # type: ignore[misc]
    """Shares of the parts by maximum likelihood of the chosen factory among the shown; none is negative.

    Parameters
    ----------
    l2 : float
        Half of this times the squared distance of the strengths from ``prior`` times their sum is taken from the
        log-likelihood: the proportions are drawn to the prior, how decided the choices are is left to the data.
    prior : array-like of shape (parts,), optional
        Weights to stay near, adding up to 1; all alike if left out.

    Attributes
    ----------
    coef_ : ndarray of shape (parts,)
        Weights, at least 0, adding up to 1. Without ``l2`` a part that never differs inside a list weighs nothing;
        where no part helps they are the prior.
    scale_ : float
        How decided the choices are: chances are in proportion to exp(scale_ · score); 0 where no part helps.
    n_features_in_ : int

    Notes
    -----
    Conditional logit (McFadden, "Conditional logit analysis of qualitative choice behavior", 1974), maximised by
    L-BFGS-B with bounds. The function is concave, so where it ends does not depend on where it begins.
    """

    def __init__(self, l2: float = 0.0, prior: Any = None) -> None:
        self.l2 = l2
        self.prior = prior

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    def fit(self, X: Any, y: Any, groups: Any = None, control: Any = None) -> Self:
        """Learn from lists.

        Parameters
        ----------
        X : array-like of shape (rows, parts)
            Value of each part, unweighted, in [0, 1].
        y : array-like of shape (rows,)
            1 for a chosen factory, else 0.
        groups : array-like of shape (rows,), optional
            List of each row; all rows are one list if left out.
        control : array-like of shape (rows,), optional
            What moves choices and is no reason to rank, such as fame: it may explain choices as freely as it likes, and
            is left out of the weights.

        Raises
        ------
        ValueError
            If nothing was chosen, a row less than never, or the prior does not fit the parts.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        if y.min() < 0.0 or not y.any():
            raise ValueError("y: nothing was chosen in any list" if y.min() == 0.0 else "y: must not be negative")
        lists = _Lists(groups, len(X))
        beside = np.zeros(len(X)) if control is None else check_array(control, ensure_2d=False, dtype=np.float64)
        check_consistent_length(X, beside)
        strengths = self._strengths(X[lists.order], y[lists.order], lists, beside[lists.order])
        self.scale_ = float(strengths.sum())
        self.coef_ = strengths / self.scale_ if self.scale_ > 0.0 else self._prior()
        return self

    def choice_probabilities(self, X: Any, groups: Any = None) -> Values:
        """Chance of each row to be chosen in its list, shape (rows,); adds up to 1 over each list."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        lists = _Lists(groups, len(X))
        found = np.empty(len(X))
        found[lists.order] = np.exp(lists.log_shares(X[lists.order] @ (self.scale_ * self.coef_)))
        return found

    def _prior(self) -> Values:
        parts = self.n_features_in_
        if self.prior is None:
            return np.full(parts, 1.0 / parts)
        prior = check_array(self.prior, ensure_2d=False, dtype=np.float64, input_name="prior")
        if prior.shape != (parts,) or prior.min() < 0.0 or abs(prior.sum() - 1.0) > 1e-9:
            raise ValueError(f"prior: wanted {parts} weights, none negative, that add up to 1")
        return np.asarray(prior)

    def _strengths(self, X: Values, y: Values, lists: _Lists, control: Values) -> Values:
        prior, choices, both = self._prior(), y.sum(), np.column_stack([X, control])

        def loss(with_control: Values) -> tuple[float, Values]:
            value, gradient = _log_likelihood(with_control, both, y, lists)
            strengths = with_control[:-1]
            away = strengths - strengths.sum() * prior
            pull = np.append(self.l2 * (away - prior @ away), 0.0)
            return (0.5 * self.l2 * (away @ away) - value) / choices, (pull - gradient) / choices

        start = np.where(_tells(X, lists) | (self.l2 > 0.0), 1.0, 0.0)  # what tells nothing has no slope to leave 0 by
        bounds = [*((0.0, None) for _ in start), (None, None)]
        found = minimize(loss, np.append(start, 0.0), method="L-BFGS-B", jac=True, bounds=bounds)
        if not found.success:
            warn(f"the weights are not settled: {found.message}", ConvergenceWarning, stacklevel=3)
        return np.asarray(found.x[:-1])


def _tells(X: Values, lists: _Lists) -> Any:
    """Parts that differ inside at least one list."""
    first = X[lists.starts][lists.of]
    return (first != X).any(axis=0)


def chosen_fair_turn(scores: Sequence[Values], turns: Sequence[Values], scale: float) -> float:
    """The largest λ that keeps at least .98 of the success the learnt choice model expects of its lists.

    Success of a list is the mean worth of the place where the chosen factory stands: the sum over all feasible
    factories of their chance to be chosen, exp(scale · score) over its sum, times 1 / log2(place + 1) for the first
    ten places; that is the NDCG@10 the model expects of itself. Chances come from the scores alone: a fair turn moves
    a factory, it does not make it better. A success is the mean over the lists.

    Parameters
    ----------
    scores : sequence of ndarray of shape (n_i,)
        Sum of the weighted parts of every feasible factory, one array a list.
    turns : sequence of ndarray of shape (n_i,)
        Its fair turn for λ = 1, at most 0: `exposure.fair_turns`.
    scale : float
        `PartWeights.scale_`.

    Returns
    -------
    float
        A multiple of .0005 up to .02, found by bisection: it keeps .98, one step more does not (or .02 is reached).
    """
    chances = [np.exp(_Lists(None, len(one)).log_shares(scale * one)) for one in scores]
    worth = np.array([place_weight(rank) for rank in range(1, SEEN_PLACES + 1)])

    def success(step: int) -> float:
        return sum(
            _expected_worth(one + step * FAIR_TURN_STEP * turn, chance, worth)
            for one, turn, chance in zip(scores, turns, chances, strict=True)
        )

    enough = KEPT_SUCCESS * success(0)
    low, high = 0, MOST_STEPS + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if success(middle) >= enough else (low, middle)
    return low * FAIR_TURN_STEP


def _expected_worth(scores: Values, chances: Values, worth: Values) -> float:
    best = np.argsort(-scores, kind="stable")[: len(worth)]
    return float(chances[best] @ worth[: len(best)])
