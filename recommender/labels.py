"""Lists of codes of many factories: each different list is kept once, every code has its bits over all factories."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np

from recommender.types import Answer

Array = np.ndarray[Any, Any]
Value = TypeVar("Value", bound=Hashable)


class Distinct(Generic[Value]):
    """One column of values of which few differ: a number a row, and the value behind each number."""

    def __init__(self, empty: Value) -> None:
        self.values: list[Value] = [empty]
        self.numbers = np.zeros(0, dtype=np.int32)
        self._number = {empty: 0}

    def resize(self, capacity: int) -> None:
        self.numbers = resized(self.numbers, capacity, 0)

    def write(self, rows: Array, values: Iterable[Value]) -> None:
        self.numbers[rows] = [self._number_of(value) for value in values]

    def __getitem__(self, row: int) -> Value:
        return self.values[int(self.numbers[row])]

    def each(self, rows: Array, function: Callable[[Value], Any]) -> Array:
        """``function`` of every row's value, called once for each different value."""
        table = np.array([function(value) for value in self.values])
        return np.asarray(table[self.numbers[rows]])

    def _number_of(self, value: Value) -> int:
        number = self._number.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class Members:
    """Which codes the different sets of one column hold, as a table of 0 and 1.

    Parameters
    ----------
    column : Distinct of frozenset of str
    """

    def __init__(self, column: Distinct[frozenset[str]]) -> None:
        self.codes: list[str] = []
        self._column = column
        self._table = np.zeros((0, 0), dtype=np.float32)

    def learn(self) -> bool:
        """Take over sets that came in since; whether there were any."""
        values = self._column.values
        if len(self._table) == len(values):
            return False
        self.codes = sorted({code for value in values for code in value})
        place = {code: number for number, code in enumerate(self.codes)}
        self._table = np.zeros((len(values), len(self.codes)), dtype=np.float32)
        for number, value in enumerate(values):
            self._table[number, [place[code] for code in value]] = 1.0
        return True

    def counts(self, kinds: Array) -> Array:
        """How many codes of each kind every different set holds; ``kinds`` has shape (codes, kinds)."""
        return np.asarray(self._table @ kinds)


class Planes(Generic[Value]):
    """Two bits for each code and row: not known to be missing, and known to be there.

    Parameters
    ----------
    column : Distinct
        What the rows have stated.
    codes_in : callable
        Codes a value speaks about.
    answer : callable
        The rule: value and code to `Answer`. It must give the same answer for all codes a value does not speak about;
        that of a code nobody has spoken about is asked with ``NEVER_SAID``.
    """

    NEVER_SAID = "\x00"

    def __init__(
        self,
        column: Distinct[Value],
        codes_in: Callable[[Value], Iterable[str]],
        answer: Callable[[Value, str], Answer],
        codes: Iterable[str] = (),
    ) -> None:
        self._column = column
        self._codes_in = codes_in
        self._answer = answer
        self._row_of = {code: number for number, code in enumerate([self.NEVER_SAID, *sorted(codes)])}
        self._seen = 0  # values whose codes have rows
        self._tables = np.zeros((2, 0, len(self._row_of)), dtype=bool)  # may and does, value by code
        self._may = self._does = np.zeros((len(self._row_of), 0), dtype=np.uint8)

    def resize(self, capacity: int) -> None:
        width = (capacity + 7) // 8
        self._may, self._does = (resized(bits, width, 0, axis=1) for bits in (self._may, self._does))

    def may(self, code: str) -> Array:
        """Packed bits of the rows that are not known to miss a code."""
        return np.asarray(self._may[self._row_of.get(code, 0)])

    def does(self, code: str) -> Array:
        """Packed bits of the rows that are known to have a code."""
        return np.asarray(self._does[self._row_of.get(code, 0)])

    def write(self, rows: Array) -> None:
        """Take over what the column says of these rows by now."""
        if self._learn_codes():
            rows = np.arange(len(self._column.numbers))
        numbers = self._column.numbers[rows]
        for bits, table in zip((self._may, self._does), self._tables, strict=True):
            _set_bits(bits, rows, table[numbers])

    def _learn_codes(self) -> bool:
        """Rows for codes nobody has spoken about before; whether there were any."""
        new = self._column.values[self._seen :]
        codes = sorted({code for value in new for code in self._codes_in(value)} - self._row_of.keys())
        for code in codes:
            self._row_of[code] = len(self._row_of)
        if codes:
            width = self._may.shape[1]
            self._may, self._does = (np.zeros((len(self._row_of), width), dtype=np.uint8) for _ in range(2))
            self._tables = np.zeros((2, 0, len(self._row_of)), dtype=bool)
            new = self._column.values
        if new:
            answers = np.array([self._answers(value) for value in new])
            tables = np.stack([answers != Answer.NO, answers == Answer.YES])
            self._tables = np.concatenate([self._tables, tables], axis=1)
        self._seen = len(self._column.values)
        return bool(codes)

    def _answers(self, value: Value) -> list[Answer]:
        spoken = set(self._codes_in(value))
        otherwise = self._answer(value, self.NEVER_SAID)
        return [self._answer(value, code) if code in spoken else otherwise for code in self._row_of]


def resized(array: Array, size: int, fill: Any, axis: int = 0) -> Array:
    """The array, longer along one axis."""
    shape = list(array.shape)
    shape[axis] = size
    longer = np.full(shape, fill, dtype=array.dtype)
    longer[(slice(None),) * axis + (slice(0, array.shape[axis]),)] = array
    return longer


def _set_bit(bits: Array, row: int, flags: Array) -> None:
    bit = np.uint8(128 >> (row & 7))
    column = bits[:, row >> 3]
    np.copyto(column, np.where(flags, column | bit, column & ~bit))


def _set_bits(bits: Array, rows: Array, flags: Array) -> None:
    """Rows that fill whole bytes are packed at once, the others one by one."""
    first, last = int(rows[0]), int(rows[-1])
    is_run = last - first + 1 == len(rows) and (np.diff(rows) == 1).all()
    start, stop = -(-first // 8) * 8, (last + 1) // 8 * 8
    if not is_run or start >= stop:
        start = stop = first
    else:
        packed = np.packbits(flags[start - first : stop - first], axis=0)
        bits[:, start // 8 : stop // 8] = packed.T
    for place, row in enumerate(rows.tolist()):
        if not start <= row < stop:
            _set_bit(bits, row, flags[place])


def packed_rows(codes: Sequence[Array], size: int) -> Array:
    """Row numbers of the bits set in all of these planes."""
    every = codes[0]
    for bits in codes[1:]:
        every = every & bits
    return np.flatnonzero(np.unpackbits(every, count=size).view(bool))


def has_bit(bits: Array, row: int) -> bool:
    """Whether the bit of one row is set."""
    return bool(bits[row >> 3] >> (7 - (row & 7)) & 1)
