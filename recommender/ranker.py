"""Rankers: feasible factories, scored by weighted parts, ordered and explained."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Self

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.explaining import Explainer
from recommender.feasibility import Feasibility
from recommender.relaxations import most_helpful
from recommender.scoring import (
    DEFAULT_WEIGHTS,
    PARTS,
    WEIGHTS_VERSION,
    checked_weights,
    id_key,
    order_key,
    parts_of,
    score_of,
    signal_values,
)
from recommender.signals import Signal, Values
from recommender.specialty import Specialty
from recommender.types import (
    Answer,
    BriefFeatures,
    Considered,
    FactoryFeatures,
    Outcome,
    RankedFactory,
    Reason,
    Recommendation,
)


class SignalRanker(BaseEstimator):  # type: ignore[misc]
    """What all rankers share: hard limits first, then the weighted sum of their signals.

    Attributes
    ----------
    signals_ : tuple of Signal
        Learnt by `fit`, one for each weight.
    weights_ : dict of str to float
        Weight of each signal, in the order of the parts.
    as_of_ : date
        Nothing later was used.
    factories_ : list of FactoryFeatures
        The facts of now, by id.
    """

    stage_of: Mapping[str, str] | None

    @abstractmethod
    def _signals(self) -> tuple[Signal, ...]: ...

    def _weights(self) -> dict[str, float]:
        return {signal.name: 1.0 for signal in self._signals()}

    @property
    def weights_version(self) -> str:
        """Names the weights a list was made with."""
        return type(self).__name__

    def fit(self, factories: Sequence[FactoryFeatures], log: Sequence[Outcome], as_of: date) -> Self:
        """Learn from the register and from the orders known on a day.

        Parameters
        ----------
        factories : sequence of FactoryFeatures
            Facts of now; ids must differ. The order does not matter.
        log : sequence of Outcome
            May be empty. Rows later than ``as_of`` change nothing.
        as_of : date

        Raises
        ------
        ValueError
            If two factories share an id or the weights are wrong (the message names the field).
        """
        self.weights_ = self._weights()
        self.signals_ = self._signals()
        self.as_of_ = as_of
        facts = _by_id(factories)
        for signal in self.signals_:
            signal.learn_facts(facts)
            signal.fit(log, as_of)
        return self.refresh(facts)

    def refresh(self, factories: Sequence[FactoryFeatures]) -> Self:
        """Take the facts of now; nothing is learnt.

        Raises
        ------
        ValueError
            If two factories share an id.
        sklearn.exceptions.NotFittedError
        """
        check_is_fitted(self, "signals_")
        self.factories_ = _by_id(factories)
        for signal in self.signals_:
            signal.refresh(self.factories_)
        return self

    def recommend(self, brief: BriefFeatures, k: int = 5) -> Recommendation:
        """The best ``k`` factories nothing known speaks against, with reasons and questions.

        Parameters
        ----------
        brief : BriefFeatures
        k : int
            At least 1; may be larger than the register.

        Returns
        -------
        Recommendation
            ``relax`` is set only when no factory passes and one relaxation would help.

        Raises
        ------
        ValueError
            If ``k`` or the brief's quantity is below 1.
        sklearn.exceptions.NotFittedError
        """
        check_is_fitted(self, "factories_")
        if k < 1:
            raise ValueError(f"k: must be at least 1, not {k}")
        if brief.quantity < 1:
            raise ValueError(f"quantity: must be at least 1, not {brief.quantity}")
        considered = self._considered(brief)
        known = sum(one.is_known_feasible for one in considered)
        return Recommendation(
            brief=brief,
            feasible=known,
            unknown=len(considered) - known,
            infeasible=len(self.factories_) - len(considered),
            ranked=self._ranked(brief, considered, k),
            considered=considered,
            relax=None if considered else most_helpful(brief, self.factories_, self._stages()),
            weights=self.weights_,
            weights_version=self.weights_version,
            stage_of=self._stages(),
        )

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        """Yes, no or unknown over all hard limits."""
        return Feasibility(self._stages()).answer(brief, factory)

    def why_not(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What is known to exclude the factory; empty when nothing does."""
        return Feasibility(self._stages()).why_not(brief, factory)

    def questions(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What must be asked because it is unknown."""
        return Feasibility(self._stages()).questions(brief, factory)

    def for_factory(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What fits the owner about the brief."""
        check_is_fitted(self, "factories_")
        return Explainer(self._stages()).for_factory(brief, factory, self._evidence(brief, [factory])[0])

    def _stages(self) -> Mapping[str, str]:
        return self.stage_of or {}

    def _evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        columns = [signal.evidence(brief, factories) for signal in self.signals_]
        return [{name: number for one in row for name, number in one.items()} for row in zip(*columns, strict=True)]

    def _considered(self, brief: BriefFeatures) -> tuple[Considered, ...]:
        feasibility = Feasibility(self._stages())
        answers = [(factory, feasibility.answer(brief, factory)) for factory in self.factories_]
        passing = [(factory, answer) for factory, answer in answers if answer is not Answer.NO]
        evidence = self._evidence(brief, [factory for factory, _ in passing])
        return tuple(
            Considered(factory, answer is Answer.YES, numbers)
            for (factory, answer), numbers in zip(passing, evidence, strict=True)
        )

    def _ranked(self, brief: BriefFeatures, considered: Sequence[Considered], k: int) -> tuple[RankedFactory, ...]:
        pairs = [(one.factory, one.evidence) for one in considered]
        values = signal_values(brief, pairs, self.signals_)
        parts = parts_of(values, self.weights_)
        scores = [score_of(one) for one in parts]
        best = sorted(range(len(considered)), key=lambda row: order_key(considered[row], scores[row]))[:k]
        return tuple(
            self._explained(brief, considered[row], place, parts[row], _history(values, row))
            for place, row in enumerate(best, start=1)
        )

    def _explained(
        self, brief: BriefFeatures, one: Considered, place: int, parts: Mapping[str, float], history: float
    ) -> RankedFactory:
        return RankedFactory(
            factory=one.factory.id,
            rank=place,
            score=score_of(parts),
            parts=parts,
            reasons=Explainer(self._stages()).why(brief, one.factory, one.evidence, history),
            questions=() if one.is_known_feasible else self.questions(brief, one.factory),
            is_known_feasible=one.is_known_feasible,
        )


def _history(values: Mapping[str, Values], row: int) -> float:
    return float(values["history"][row]) if "history" in values else 0.0


def _by_id(factories: Sequence[FactoryFeatures]) -> list[FactoryFeatures]:
    ordered = sorted(factories, key=lambda factory: id_key(factory.id))
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise ValueError(f"factories: two have the id {one.id}")
    return ordered


class PartnerRanker(SignalRanker):
    """Production partners from capacity, specialty and order history.

    Parameters
    ----------
    weights : mapping of str to float, optional
        One for each part, adding up to 1; ``DEFAULT_WEIGHTS`` if left out.
    stage_of : mapping of str to str, optional
        Process code to stage code.
    machines_of : mapping of str to frozenset of str, optional
        Process code to the machines it runs on; without it machines do not count.

    Examples
    --------
    >>> ranker = PartnerRanker(stage_of={"lockstitch": "sewing"}).fit(factories, log, as_of)  # doctest: +SKIP
    >>> ranker.recommend(brief, k=5).ranked[0].reasons  # doctest: +SKIP
    """

    def __init__(
        self,
        weights: Mapping[str, float] | None = None,
        stage_of: Mapping[str, str] | None = None,
        machines_of: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.weights = weights
        self.stage_of = stage_of
        self.machines_of = machines_of

    def _signals(self) -> tuple[Signal, ...]:
        stages = self._stages()
        others = [signal(stages) for name, signal in PARTS.items() if name != Specialty.name]
        return (Specialty(stages, self.machines_of), *others)

    def _weights(self) -> dict[str, float]:
        return checked_weights(self.weights)

    def restore(self, states: Mapping[str, Mapping[str, Any]], as_of: date) -> Self:
        """Take over what an artifact holds: one state for each signal, by name."""
        self.weights_ = self._weights()
        self.signals_ = self._signals()
        self.as_of_ = as_of
        for signal in self.signals_:
            signal.restore(states.get(signal.name, {}))
        return self

    @property
    def weights_version(self) -> str:
        """The version of the default weights, or ``own`` for others."""
        return WEIGHTS_VERSION if self.weights is None or dict(self.weights) == DEFAULT_WEIGHTS else "own"
