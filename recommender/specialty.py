"""How near a factory's specialty is to a brief: the weighted mean of the encoder's group cosines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from recommender.signals import DECIMALS, Pair, Signal, Values
from recommender.types import BriefFeatures, FactoryFeatures


class Specialty(Signal):
    """Cosine of the encoder's groups: item and category, fabric, stages and machines, market, difficulty, text.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code.
    machines_of : mapping of str to frozenset of str, optional
        Process code to the machines it runs on.
    """

    name = "specialty"

    def __init__(self, stage_of: Mapping[str, str], machines_of: Mapping[str, frozenset[str]] | None = None) -> None:
        super().__init__(stage_of)
        self.machines_of = machines_of or {}

    def learn_facts(self, factories: Sequence[FactoryFeatures]) -> None:
        from recommender.encoding import make_encoder

        self.encoder_ = make_encoder(self.stage_of, self.machines_of).fit(factories or [FactoryFeatures(id="")])

    def refresh(self, factories: Sequence[FactoryFeatures]) -> None:
        from recommender.encoding import vectors

        self._vectors = vectors(self.encoder_, factories)
        self._row = {factory.id: row for row, factory in enumerate(factories)}
        self._facts = list(factories)

    def evidence(self, brief: BriefFeatures, factories: Sequence[FactoryFeatures]) -> list[dict[str, float | None]]:
        from recommender.encoding import group_cosines, vectors

        cosines = group_cosines(vectors(self.encoder_, [brief]), self._rows_of(factories))
        return [{"specialty": round(float(cosine), DECIMALS)} for cosine in cosines]

    def value(self, brief: BriefFeatures, pairs: Sequence[Pair]) -> Values:
        return np.array([evidence["specialty"] or 0.0 for _, evidence in pairs], dtype=float)

    def state(self) -> dict[str, Any]:
        from recommender.encoding import learnt_words

        words, idf = learnt_words(self.encoder_)
        return {"words": words, "idf": idf}

    def restore(self, state: Mapping[str, Any]) -> None:
        from recommender.encoding import encoder_from_words

        self.encoder_ = encoder_from_words(state["words"], state["idf"], self.stage_of, self.machines_of)

    def _rows_of(self, factories: Sequence[FactoryFeatures]) -> Any:
        """Rows made at `refresh` where the facts are still those, new rows otherwise."""
        from recommender.encoding import vectors

        rows = [self._row.get(factory.id, -1) for factory in factories]
        if all(row >= 0 and self._facts[row] is one for row, one in zip(rows, factories, strict=True)):
            return self._vectors[rows]
        return vectors(self.encoder_, factories)
