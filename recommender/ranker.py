"""Rankers: feasible factories, scored by weighted parts, ordered and explained."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import length_hint
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.catalogue import Catalogue, in_chunks
from recommender.considered import ConsideredRows
from recommender.explaining import Seen, seen
from recommender.exposure import BEST, FAIR_TURN, NEXT, Draw, draw_turn
from recommender.feasibility import Feasibility
from recommender.labels import Array, packed_rows
from recommender.relaxations import most_helpful
from recommender.scoring import (
    ALL_PARTS,
    DEFAULT_WEIGHTS,
    WEIGHTS_VERSION,
    best_first,
    checked_weights,
    part_values,
    weighted_parts,
)
from recommender.signals import Evidence, FairTurn, History, Signal
from recommender.specialty import Specialty
from recommender.survey import Columns, Survey, count_refusals
from recommender.types import (
    Answer,
    BriefFeatures,
    FactoryFeatures,
    Outcome,
    RankedFactory,
    Reason,
    Recommendation,
    Turn,
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
    catalogue_ : Catalogue
        The facts of now.
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
        for signal in self.signals_:
            signal.learn_facts(factories)
            signal.fit(log, as_of)
        return self.refresh(factories)

    def refresh(self, factories: Iterable[FactoryFeatures]) -> Self:
        """Take the facts of now, and none but these; nothing is learnt.

        Raises
        ------
        ValueError
            If two factories share an id.
        sklearn.exceptions.NotFittedError
        """
        check_is_fitted(self, "signals_")
        self.catalogue_ = Catalogue(self._stages())
        self.catalogue_.reserve(length_hint(factories))
        count = 0
        for chunk in in_chunks(factories):
            self.apply(sorted(chunk, key=_items))  # who makes the same is read together
            count += len(chunk)
            if len(self.catalogue_) < count:
                twice = next(one for one, times in Counter(factory.id for factory in chunk).items() if times > 1)
                raise ValueError(f"factories: two have the id {twice}")
        return self

    def apply(self, changed: Sequence[FactoryFeatures], removed: Iterable[str] = ()) -> Self:
        """Take edits of single factories: those changed or new as they are now, and ids of those that are gone."""
        if changed:
            rows = self.catalogue_.write(changed)
            for signal in self.signals_:
                signal.write(self.catalogue_, rows, changed)
        self.catalogue_.remove(removed)
        return self

    def recommend(self, brief: BriefFeatures, k: int = 5, seed: int = 0) -> Recommendation:
        """The best ``k`` factories nothing known speaks against, with reasons and questions.

        Parameters
        ----------
        brief : BriefFeatures
        k : int
            At least 1; may be larger than the register.
        seed : int
            Of the draw of the labelled place.

        Returns
        -------
        Recommendation
            ``relax`` is set only when no factory passes and one relaxation would help. ``considered`` can be read until
            the next edit.

        Raises
        ------
        ValueError
            If ``k`` or the brief's quantity is below 1.
        sklearn.exceptions.NotFittedError
        """
        if not hasattr(self, "catalogue_"):  # quicker than check_is_fitted, which says it well
            check_is_fitted(self, "catalogue_")
        if k < 1:
            raise ValueError(f"k: must be at least 1, not {k}")
        if brief.quantity < 1:
            raise ValueError(f"quantity: must be at least 1, not {brief.quantity}")
        survey = Survey(brief, self.catalogue_, self._stages())
        evidence = self._evidence(survey.columns)
        listed = _Listing(survey, evidence, self.signals_, self.weights_)
        order = listed.best(max(k, BEST + NEXT))
        drawn = self._draw(listed, order, seed)
        ranked = listed.explained(order, k, drawn.factory if drawn else None)
        known = int(np.count_nonzero(survey.is_known))
        return Recommendation(
            brief=brief,
            feasible=known,
            unknown=len(survey.rows) - known,
            infeasible=self.catalogue_.size - len(survey.rows),
            ranked=tuple(ranked[: min(k, len(order))]),
            considered=ConsideredRows(survey, evidence),
            relax=None if len(survey.rows) else most_helpful(brief, self.catalogue_, self._stages()),
            turn=None if drawn is None else Turn(ranked[-1], drawn.probability, drawn.candidates, seed),
            weights=self.weights_,
            weights_version=self.weights_version,
            stage_of=self._stages(),
        )

    def count(self, brief: BriefFeatures) -> Counter[Answer]:
        """How many factories can, may and cannot, without ranking them."""
        survey = Survey(brief, self.catalogue_, self._stages())
        known = int(np.count_nonzero(survey.is_known))
        unknown = len(survey.rows) - known
        no = self.catalogue_.size - len(survey.rows)
        return Counter({Answer.YES: known, Answer.UNKNOWN: unknown, Answer.NO: no})

    def count_refusals(self, brief: BriefFeatures) -> Counter[str]:
        """Reason code -> number of factories it excludes; one factory may have several."""
        return count_refusals(brief, self.catalogue_, self._stages())

    def for_parts(self, brief: BriefFeatures) -> list[tuple[FactoryFeatures, float]]:
        """Factories that may do some of the work, whatever their days, minimum and price, each with its score."""
        catalogue = self.catalogue_
        anything = np.bitwise_or.reduce([catalogue.work_planes.may(code) for code in brief.processes])
        every = [catalogue.active, catalogue.item_planes.may(brief.item), anything]
        columns = Columns(brief, catalogue, self._stages(), packed_rows(every, len(catalogue)))
        values = part_values(columns, self._evidence(columns), self.signals_)
        scores = weighted_parts(values, list(self.weights_.values())).sum(axis=0)
        scored = zip(columns.rows.tolist(), scores.tolist(), strict=True)
        return [(catalogue.facts(row), score) for row, score in scored]

    def facts(self, factory: str) -> FactoryFeatures:
        """The facts of now of one factory, without its text.

        Raises
        ------
        KeyError
            If it is not in the register.
        """
        return self.catalogue_.facts(self.catalogue_.row_of[factory])

    def answer(self, brief: BriefFeatures, factory: FactoryFeatures) -> Answer:
        """Yes, no or unknown over all hard limits."""
        return Feasibility(self._stages()).answer(brief, factory)

    def why_not(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What is known to exclude the factory; empty when nothing does."""
        return Feasibility(self._stages()).why_not(brief, factory)

    def questions(self, brief: BriefFeatures, factory: FactoryFeatures) -> tuple[Reason, ...]:
        """What must be asked because it is unknown."""
        return Feasibility(self._stages()).questions(brief, factory)

    def for_factory(self, brief: BriefFeatures, factory: str) -> tuple[Reason, ...]:
        """What fits the owner of a factory of the register about the brief.

        Raises
        ------
        KeyError
            If it is not in the register.
        """
        check_is_fitted(self, "catalogue_")
        columns = Columns(brief, self.catalogue_, self._stages(), np.array([self.catalogue_.row_of[factory]]))
        return seen(columns, self._evidence(columns))[0].for_owner()

    def _stages(self) -> Mapping[str, str]:
        return self.stage_of or {}

    def _evidence(self, columns: Columns) -> dict[str, Array]:
        return {name: column for signal in self.signals_ for name, column in signal.evidence(columns).items()}

    def _draw(self, listed: _Listing, order: Sequence[int], seed: int) -> Draw | None:
        """Who gets the labelled place; rankers without a fair turn have none."""
        return None


class _Listing:
    """The scored rows of one list."""

    def __init__(
        self, survey: Survey, evidence: Evidence, signals: Sequence[Signal], weights: Mapping[str, float]
    ) -> None:
        self.survey, self.evidence = survey, evidence
        self.names = [signal.name for signal in signals]
        self._history = self.names.index(History.name) if History.name in self.names else None
        self.values = part_values(survey.columns, evidence, signals)
        self.parts = weighted_parts(self.values, [weights[name] for name in self.names])
        self.scores = self.parts.sum(axis=0)

    def identity(self, place: int) -> str:
        return self.survey.columns.identity(place)

    def best(self, k: int) -> list[int]:
        return best_first(self.scores, self.survey.is_known, self.identity, k)

    def explained(self, order: Sequence[int], k: int, turn: str | None) -> list[RankedFactory]:
        """The best ``k`` with their words and, last, the factory of the labelled place."""
        ranks = list(range(min(k, len(order))))
        if turn is not None:
            ranks.append(next(rank for rank, place in enumerate(order) if self.identity(place) == turn))
        if not ranks:
            return []
        places = [order[rank] for rank in ranks]
        chosen = np.array(places)
        numbers = {name: column[chosen] if column.ndim else column for name, column in self.evidence.items()}
        known = seen(self.survey.columns.only(chosen), numbers)
        return [self._explained(*one) for one in zip(places, ranks, known, strict=True)]

    def _explained(self, place: int, rank: int, words: Seen) -> RankedFactory:
        is_known = bool(self.survey.is_known[place])
        history = 0.0 if self._history is None else float(self.values[self._history, place])
        return RankedFactory(
            factory=self.identity(place),
            rank=rank + 1,
            score=float(self.scores[place]),
            parts=dict(zip(self.names, self.parts[:, place].tolist(), strict=True)),
            reasons=words.why(history),
            questions=() if is_known else words.questions(),
            is_known_feasible=is_known,
        )


def _items(factory: FactoryFeatures) -> list[str]:
    return sorted(factory.items.has)


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
    fair_turn : float
        What one showing at the first place costs, on the scale of the score; 0 takes no account of exposure.
    labelled_place : bool
        Whether one place beside the best five goes to a factory seldom shown.

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
        fair_turn: float = FAIR_TURN,
        labelled_place: bool = True,
    ) -> None:
        self.weights = weights
        self.stage_of = stage_of
        self.machines_of = machines_of
        self.fair_turn = fair_turn
        self.labelled_place = labelled_place

    def _signals(self) -> tuple[Signal, ...]:
        stages = self._stages()
        others = [signal(stages) for name, signal in ALL_PARTS.items() if name != Specialty.name]
        return (Specialty(stages, self.machines_of), *others)

    def _weights(self) -> dict[str, float]:
        if self.fair_turn < 0.0:
            raise ValueError("fair_turn: must not be below 0")
        return {**checked_weights(self.weights), FairTurn.name: self.fair_turn}

    def reweigh(self, weights: Mapping[str, float] | None, fair_turn: float, labelled_place: bool) -> Self:
        """Take other settings; what was learnt and the facts stay.

        Raises
        ------
        ValueError
            If the settings are wrong (the message names the field).
        """
        self.set_params(weights=weights, fair_turn=fair_turn, labelled_place=labelled_place)
        self.weights_ = self._weights()
        return self

    def _draw(self, listed: _Listing, order: Sequence[int], seed: int) -> Draw | None:
        if not self.labelled_place:
            return None
        ids = [listed.identity(place) for place in order[: BEST + NEXT]]
        return draw_turn(ids, listed.evidence["exposure"][order[: BEST + NEXT]].tolist(), seed)

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
