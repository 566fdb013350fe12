"""Reads of stored lists and of the weights in use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightRow:
    name: str
    points: int
    explanation: str


def weights_table() -> list[WeightRow]:
    return []
