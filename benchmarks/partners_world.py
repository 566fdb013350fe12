"""A register, a ranker that has learnt from it, and the briefs that one to five per cent of its factories can take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import numpy as np

from benchmarks.partners_register import AS_OF, Request, count_of_buyers, factories, outcomes, read, requests
from benchmarks.partners_rounds import ROUNDS
from benchmarks.rivals import Array, RuleColumns, dense
from garment_hub.recommendations.machines import MACHINES_OF
from models import vocabulary
from recommender import BriefFeatures, FactoryFeatures, PartnerRanker, make_encoder
from recommender.catalogue import in_chunks
from recommender.compiled import CompiledEncoder

LEAST_SHARE, MOST_SHARE = 0.01, 0.05
BRIEFS, CANDIDATES = 40, 1_600
#: Words and orders are learnt from so much of a larger register: learning is the other clock.
MOST_LEARNT, MOST_ORDERS = 25_000, 200_000
#: What rules and signals read of a factory that passes, beside its vector: minimum, lead time, floor, VAT and check
#: (8 bytes each), two rates and the direction (40), free and stated weeks at four ends (16), exposure, records of three
#: signals (56) and the numbers of its lists (4 bytes each for 6).
COLUMN_BYTES = 40 + 40 + 16 + 56 + 24


@dataclass
class World:
    """Everything the sides need, made once."""

    size: int
    ranker: PartnerRanker
    pipeline: Any
    encoder: CompiledEncoder
    vectors: Array
    rules: RuleColumns
    requests: Sequence[Request]
    briefs: Sequence[BriefFeatures]
    survivors: Sequence[int]

    @classmethod
    def of(cls, size: int) -> Self:
        pipeline = make_encoder(vocabulary.stage_of(), MACHINES_OF).fit(_learnt(size))
        encoder = CompiledEncoder.from_pipeline(pipeline)
        rules = RuleColumns(factories(size))
        asked = _in_band(rules, size)
        return cls(
            size=size,
            ranker=fitted(size).refresh(factories(size)),
            pipeline=pipeline,
            encoder=encoder,
            vectors=np.concatenate([encoder.encode_many(chunk) for chunk in in_chunks(factories(size))]),
            rules=rules,
            requests=[request for request, _, _ in asked],
            briefs=[brief for _, brief, _ in asked],
            survivors=[survivors for _, _, survivors in asked],
        )

    @property
    def feasible_share(self) -> float:
        return sum(self.survivors) / len(self.survivors) / self.size

    def bytes_touched(self) -> list[int]:
        """For each brief the least a ranking has to read: bits of all rows, columns and vectors of the survivors."""
        planes = (1 + 2 * (1 + len(brief.processes)) for brief in self.briefs)  # active; may and does for each word
        row = COLUMN_BYTES + self.vectors.itemsize * self.vectors.shape[1]
        return [bits * self.size // 8 + row * survivors for bits, survivors in zip(planes, self.survivors, strict=True)]

    def encoder_difference(self) -> float:
        """Largest difference of the compiled encoder from its pipeline, over many briefs and some factories."""
        featured: list[BriefFeatures | FactoryFeatures] = [
            *self.briefs,
            *map(read, requests(400, 20, seed=9)),
            *factories(500, seed=9),
        ]
        exact = dense(self.pipeline.transform(featured))
        pairs = zip(featured, exact, strict=True)
        return max(float(np.abs(self.encoder.encode(one) - row).max()) for one, row in pairs)

    def check(self) -> None:
        """All sides look at the same factories, or nothing here means anything."""
        for brief, survivors in zip(self.briefs, self.survivors, strict=True):
            answer = self.ranker.recommend(brief, k=1)
            if answer.feasible + answer.unknown != survivors:
                raise RuntimeError(f"{answer.feasible + answer.unknown} factories pass, the rivals say {survivors}")


def fitted(size: int) -> PartnerRanker:
    """A ranker that has learnt from a part of a register of that size, and holds the facts of this part."""
    ranker = PartnerRanker(stage_of=vocabulary.stage_of(), machines_of=MACHINES_OF)
    return ranker.fit(_learnt(size), list(outcomes(min(2 * size, MOST_ORDERS), size)), AS_OF)


def _learnt(size: int) -> list[FactoryFeatures]:
    return list(islice(factories(size), MOST_LEARNT))


def _in_band(rules: RuleColumns, size: int) -> list[tuple[Request, BriefFeatures, int]]:
    """Requests whose feasible share is that of the figures, in the order in which they were made up."""
    found = []
    for request in requests(CANDIDATES, count_of_buyers(size)):
        brief = read(request)
        survivors = len(rules.rows(brief))
        if LEAST_SHARE <= survivors / size <= MOST_SHARE:
            found.append((request, brief, survivors))
    return found[: (ROUNDS + 1) * BRIEFS]
