"""Rows of a table packed small: a hundred thousand lists of texts would take most of the memory there is."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

_BETWEEN = "\x1f"  # means "next field" since ASCII; in a cell it means nothing and is left out


class Rows(Sequence[list[str]]):
    """Rows as lists of texts, unpacked when they are asked for."""

    def __init__(self, rows: Iterable[Sequence[str]] = ()) -> None:
        self._text = bytearray()  # of all rows in one piece, which is given back to the system in one piece
        self._ends = array("Q", [0])
        self._written: dict[int, list[str]] = {}
        for row in rows:
            self.append(row)

    def append(self, row: Sequence[str]) -> None:
        self._text += _pack(row)
        self._ends.append(len(self._text))

    def write(self, row: int, column: int, text: str) -> None:
        """Put a text into one cell."""
        cells = self[row]
        cells[column] = text
        self._written[row] = cells

    def clear(self) -> None:
        self._text, self._ends = bytearray(), array("Q", [0])
        self._written.clear()

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> list[str]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[str]]: ...
    def __getitem__(self, index: int | slice) -> list[str] | list[list[str]]:
        places = range(len(self))[index]
        return self._row(places) if isinstance(places, int) else [self._row(place) for place in places]

    def _row(self, place: int) -> list[str]:
        if place in self._written:
            return list(self._written[place])
        return _unpack(self._text[self._ends[place] : self._ends[place + 1]])

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._row, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(list.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]


def _pack(row: Sequence[str]) -> bytes:
    """Every text is followed by the mark, so that no text at all differs from one that is empty."""
    return "".join(f"{text.replace(_BETWEEN, '')}{_BETWEEN}" for text in row).encode("utf-8", "surrogatepass")


def _unpack(packed: bytearray) -> list[str]:
    cells = packed.decode("utf-8", "surrogatepass").split(_BETWEEN)
    cells.pop()
    return cells
