"""What is to be said about one value of one row, and what was done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from sys import intern
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
LONGEST_SHOWN = 80


class Outcome(StrEnum):
    ROW_LEFT_OUT = "row_left_out"
    VALUE_LEFT_OUT = "value_left_out"
    CHANGED = "changed"  # stored otherwise than written, as ``stored`` says
    KEPT_APART = "kept_apart"  # stored, but not among the sewing factories
    NOTED = "noted"  # stored as written


@dataclass(frozen=True, slots=True)
class Remark:
    """``code`` names the sentence; ``value`` is what the cell says."""

    code: str
    outcome: Outcome
    value: str = ""
    stored: str = ""

    def as_json(self, field: str) -> dict[str, Any]:
        shown = self.value if len(self.value) <= LONGEST_SHOWN else f"{self.value[: LONGEST_SHOWN - 1]}…"
        told = {"field": field, "code": self.code, "outcome": self.outcome.value, "value": shown}
        return told | ({"stored": self.stored} if self.stored else {})


class Told(NamedTuple):
    """One thing said about one row of a file; a large register has hundreds of thousands of them."""

    row: int
    field: str
    code: str
    outcome: Outcome
    value: str
    stored: str
    factory_id: int | None = None


def told(row: int, remark: Mapping[str, str], factory_id: int | None = None) -> Told:
    """A remark as it stands in the database, or as it would stand there."""
    field, code = intern(remark["field"]), intern(remark["code"])
    outcome = Outcome(remark["outcome"])
    return Told(row, field, code, outcome, remark["value"], remark.get("stored", ""), factory_id)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A value, None where the cell says none, and what is to be said about it."""

    value: T | None = None
    remarks: tuple[Remark, ...] = ()


def left_out(code: str, value: str) -> Reading[Any]:
    """No value, because of ``code``."""
    return Reading(None, (Remark(code, Outcome.VALUE_LEFT_OUT, value),))


def changed(value: T, code: str, written: str, stored: object = None) -> Reading[T]:
    """A value that is not quite what is written."""
    return Reading(value, (Remark(code, Outcome.CHANGED, written, str(value if stored is None else stored)),))
