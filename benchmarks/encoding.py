"""How long a brief takes to become a vector: look-up tables against the scikit-learn pipeline they come from (T4)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import Row
from benchmarks.partners_register import factories, read, requests
from benchmarks.partners_rounds import ROUNDS, Rounds, Side
from garment_hub.recommendations.machines import MACHINES_OF
from models import vocabulary
from recommender import BriefFeatures, CompiledEncoder, make_encoder

COMMAND = "python -m benchmarks encoding"
LEARNT, FACTORIES, BRIEFS = 25_000, 100_000, 40
#: Characters of a note -> microseconds.
NOTES = {30: 60, 100: 100}
_COMPILED, _PIPELINE = "compiled", "pipeline"


def run() -> list[Row]:
    with threadpool_limits(1):
        pipeline = make_encoder(vocabulary.stage_of(), MACHINES_OF).fit(list(factories(LEARNT)))
        encoder = CompiledEncoder.from_pipeline(pipeline)
        briefs = [read(request) for request in requests((ROUNDS + 1) * BRIEFS, 20)]
        return [
            Row(
                "A brief's vector, compiled against `Pipeline.transform`: ≥ 100 x (T4)",
                _faster(pipeline, briefs),
                COMMAND,
            ),
            Row("Largest difference between the two: ≤ 1e-5", _difference(pipeline, encoder, briefs), COMMAND),
            *(_with_note(pipeline, briefs, length, goal) for length, goal in NOTES.items()),
            Row(f"Vectors of {FACTORIES:,} factories, each: ≤ 20 µs", f"{_each(encoder):.0f} µs", COMMAND),
        ]


def _faster(pipeline: Any, briefs: Sequence[BriefFeatures]) -> str:
    """By an encoder that has met no word before."""
    encoder = CompiledEncoder.from_pipeline(pipeline)
    sides: dict[str, Side] = {
        _COMPILED: lambda case: encoder.encode(briefs[case]),
        _PIPELINE: lambda case: pipeline.transform([briefs[case]]),
    }
    rounds = Rounds(sides, BRIEFS)
    medians = rounds.milliseconds(statistics.median)
    compiled, whole = (f"{1000 * medians[side]:.0f} µs" for side in (_COMPILED, _PIPELINE))
    return f"{rounds.faster(_PIPELINE, _COMPILED):.0f} x (medians {compiled} and {whole})"


def _difference(pipeline: Any, encoder: CompiledEncoder, briefs: Sequence[BriefFeatures]) -> str:
    return f"{np.abs(encoder.encode_many(briefs) - pipeline.transform(briefs)).max():.0e}"


def _with_note(pipeline: Any, briefs: Sequence[BriefFeatures], length: int, goal: int) -> Row:
    """Notes of that length, by an encoder that meets their words for the first time, then once more."""
    texts = [" ".join(other.text for other in briefs[at : at + 9])[:length] for at in range(len(briefs))]
    noted = [replace(brief, text=text) for brief, text in zip(briefs, texts, strict=True)]
    encoder = CompiledEncoder.from_pipeline(pipeline)
    first, again = (statistics.median(_microseconds(encoder, brief) for brief in noted) for _ in range(2))
    figure = f"{first:.0f} µs the first time, {again:.0f} µs once its words are known"
    return Row(f"A brief's vector with a note of {length} characters: ≤ {goal} µs", figure, COMMAND)


def _microseconds(encoder: CompiledEncoder, brief: BriefFeatures) -> float:
    began = time.perf_counter()
    encoder.encode(brief)
    return (time.perf_counter() - began) * 1e6


def _each(encoder: CompiledEncoder) -> float:
    made = list(factories(FACTORIES))
    began = time.perf_counter()
    encoder.encode_many(made)
    return (time.perf_counter() - began) / FACTORIES * 1e6
