"""The factories that passed, as values; made when somebody reads them, since most lists are only shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import overload

from recommender.explaining import by_row
from recommender.signals import Evidence
from recommender.survey import Survey
from recommender.types import Considered


class ConsideredRows(Sequence[Considered]):
    """All factories that passed a brief, in the order of their rows.

    Raises
    ------
    RuntimeError
        When read after the catalogue was edited: the facts are no longer those of the list.
    """

    def __init__(self, survey: Survey, evidence: Evidence) -> None:
        self._survey, self._evidence = survey, evidence
        self._made_at = survey.columns.catalogue.change_number

    def __len__(self) -> int:
        return len(self._survey.rows)

    @overload
    def __getitem__(self, place: int) -> Considered: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Considered]: ...
    def __getitem__(self, place: int | slice) -> Considered | Sequence[Considered]:
        return list(self)[place]

    def __iter__(self) -> Iterator[Considered]:
        catalogue = self._survey.columns.catalogue
        if catalogue.change_number != self._made_at:
            raise RuntimeError("the facts have been edited since this list was made")
        evidence = by_row(self._evidence, len(self))
        for row, is_known, numbers in zip(self._survey.rows.tolist(), self._survey.is_known, evidence, strict=True):
            plain = {name: None if isnan(number) else number for name, number in numbers.items()}
            yield Considered(catalogue.facts(row), bool(is_known), plain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and sorted(self, key=_id) == sorted(other, key=_id)

    __hash__ = None  # type: ignore[assignment]


def _id(one: Considered) -> str:
    return one.factory.id
