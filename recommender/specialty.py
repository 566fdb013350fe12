"""How near a factory's specialty is to a brief: the weighted mean of the encoder's group cosines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from recommender.catalogue import Catalogue
from recommender.labels import Array
from recommender.signals import DECIMALS, Evidence, Signal, Values, fitting
from recommender.survey import Columns
from recommender.types import FactoryFeatures

if TYPE_CHECKING:
    from recommender.compiled import CompiledEncoder


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
        from recommender.compiled import CompiledEncoder
        from recommender.encoding import make_encoder

        pipeline = make_encoder(self.stage_of, self.machines_of).fit(factories or [FactoryFeatures(id="")])
        self._take(CompiledEncoder.from_pipeline(pipeline))

    def _take(self, encoder: CompiledEncoder) -> None:
        self.encoder_ = encoder
        self._vectors = np.zeros((encoder.n_features, 0), dtype=np.float32).T

    def write(self, catalogue: Catalogue, rows: Array, factories: Sequence[FactoryFeatures]) -> None:
        self._vectors = fitting(self._vectors, catalogue, 0.0, axis=0)
        if len(factories) == 1:  # an edit
            self._vectors[rows[0]] = self.encoder_.encode(factories[0])
        else:
            self._vectors[rows] = self.encoder_.encode_many(factories)

    def evidence(self, columns: Columns) -> dict[str, Array]:
        from recommender.compiled import group_cosines

        brief = self.encoder_.encode(columns.brief)
        cosines = group_cosines(brief, self._vectors.take(columns.rows, axis=0))
        return {"specialty": np.round(cosines.astype(float), DECIMALS)}

    def value(self, columns: Columns, evidence: Evidence) -> Values:
        return evidence["specialty"]

    def state(self) -> dict[str, Any]:
        return self.encoder_.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        from recommender.compiled import CompiledEncoder

        self._take(CompiledEncoder.from_state(state, self.stage_of, self.machines_of))
