"""Finds the header of a table, says which column means what, and which rows below it are data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from garment_hub.registry.cells import clean, is_blank, without_controls
from garment_hub.registry.columns import FIELDS, field_of, normalise_heading
from garment_hub.registry.reading import Unreadable
from models.errors import Invalid

LOOKED_AT = 30
_ENOUGH_ROWS, _FITTING = 5, 0.1
_TOTALS = frozenset("계 합계 소계 총계 누계 총합계 total totals grandtotal subtotal sum".split())
_COUNTED = r"(개소|개|곳|건|명|업체|개업체|사|장|대)?"
_TOTAL_WITH_FIGURE = re.compile(r"(총?합?계|소계|총계|총|(grand|sub)?total)[:：]?[\d,.]+" + _COUNTED)
_FIGURE = re.compile(r"[\d,.%]+" + _COUNTED)
_FOOTNOTE = re.compile(r"(※|\*|주\s*[):]|출처|자료\s*[:：]|source\s*:|note\s*:)", re.IGNORECASE)


class RowKind(StrEnum):
    DATA = "data"
    EMPTY = "empty"
    HEADER = "header"
    TOTALS = "totals"


@dataclass(frozen=True, slots=True)
class Header:
    """``last_row`` is the index of the header's last row; ``fields`` maps a field to its column."""

    last_row: int
    headings: list[str]
    fields: dict[str, int]

    @property
    def mapping(self) -> dict[str, str]:
        return {field: self.headings[column] for field, column in self.fields.items()}

    @property
    def unmapped(self) -> list[str]:
        used = set(self.fields.values())
        return [heading for column, heading in enumerate(self.headings) if heading and column not in used]

    def raw(self, row: Sequence[str]) -> dict[str, str]:
        """Heading -> text as it stands; columns without a heading are called by their number."""
        return {self._heading(column): without_controls(text) for column, text in enumerate(row) if text.strip()}

    def _heading(self, column: int) -> str:
        heading = self.headings[column] if column < len(self.headings) else ""
        is_repeated = heading in self.headings[:column]
        return heading if heading and not is_repeated else f"{heading}#{column + 1}"


def find_header(rows: Sequence[Sequence[str]], chosen: Mapping[str, str] | None = None) -> Header:
    """The header among the first rows: the row, or the two rows together, in which most columns are known.

    ``chosen`` maps fields (or words for them) to headings and goes before everything else.
    """
    wanted = _resolve(chosen or {})
    best: tuple[int, int, list[str]] = (0, -1, [])
    for index, headings in _candidates(rows):
        known = len(_assign(headings, wanted))
        if known > best[0]:
            best = (known, index, headings)
    _, last_row, headings = best
    fields = _assign(headings, wanted)
    _check(rows, headings, fields, wanted)
    _check_shape(rows[last_row:])
    return Header(last_row, headings, fields)


def _candidates(rows: Sequence[Sequence[str]]) -> list[tuple[int, list[str]]]:
    """Single rows first, so that two rows together win only by knowing more."""
    lines = [[clean(cell) for cell in row] for row in rows[:LOOKED_AT]]
    singles = list(enumerate(lines))
    pairs = [
        (index + 1, _joined(upper, lower))
        for index, (upper, lower) in enumerate(pairwise(lines))
        if _is_header_like(lower)
    ]
    return singles + pairs


def _is_header_like(line: Sequence[str]) -> bool:
    filled = [cell for cell in line if cell]
    return bool(filled) and 2 * sum(field_of(cell) is not None for cell in filled) > len(filled)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """One heading a column out of two rows: the lower one where it says something, else the upper."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    return [low or high for high, low in zip(above, below, strict=True)]


def _resolve(chosen: Mapping[str, str]) -> dict[str, str]:
    wanted: dict[str, str] = {}
    for word, heading in chosen.items():
        known = (word, 0) if word in FIELDS else field_of(word)
        if known is None:
            nearest = difflib.get_close_matches(word, FIELDS, n=1, cutoff=0)[0]
            raise Invalid("import_unknown_field", field=word, name=word, nearest=nearest)
        wanted[known[0]] = heading
    return wanted


def _assign(headings: Sequence[str], wanted: Mapping[str, str]) -> dict[str, int]:
    """Field -> column. A chosen heading first; else the likeliest heading, else the one further left."""
    normal = [normalise_heading(heading) for heading in headings]
    fields = {
        field: normal.index(normalise_heading(heading))
        for field, heading in wanted.items()
        if normalise_heading(heading) in normal
    }
    taken = set(fields.values())
    offers = [
        (known[1], column, known[0])
        for column, heading in enumerate(headings)
        if column not in taken and heading and (known := field_of(heading))
    ]
    for _rank, column, field in sorted(offers):
        fields.setdefault(field, column)
    return fields


def _check(
    rows: Sequence[Sequence[str]], headings: Sequence[str], fields: Mapping[str, int], wanted: Mapping[str, str]
) -> None:
    if not fields:
        first = next((row for row in rows if any(cell.strip() for cell in row)), [])
        raise Unreadable("header_not_found", first=_shown(first))
    known = {normalise_heading(heading) for heading in headings}
    for field, heading in wanted.items():
        if normalise_heading(heading) not in known:
            raise Invalid("import_unknown_heading", field=field, name=heading, headings=_shown(headings))
    if "name" not in fields:
        raise Unreadable("name_column_not_found", headings=_shown(headings))


def _check_shape(rows: Sequence[Sequence[str]]) -> None:
    """Prose with commas can look like a header; then hardly a row below has as many cells."""
    width = len(rows[0])
    widths = [len(row) for row in rows[1:] if any(cell.strip() for cell in row)]
    if len(widths) >= _ENOUGH_ROWS and widths.count(width) < _FITTING * len(widths):
        raise Unreadable("rows_do_not_fit", headings=_shown(rows[0]))


def _shown(cells: Sequence[str]) -> str:
    return ", ".join(cell[:40] for cell in map(clean, cells) if cell)[:300]


def kind_of(row: Sequence[str], header: Header) -> RowKind:
    """What a row below the header is. A row in which every cell is empty or says N/A is an empty row."""
    filled = [(column, clean(cell)) for column, cell in enumerate(row) if not is_blank(cell)]
    if not filled:
        return RowKind.EMPTY
    if _repeats_header(filled, header):
        return RowKind.HEADER
    if _is_totals([text for _column, text in filled]) or (len(filled) == 1 and _is_footnote(filled[0], header)):
        return RowKind.TOTALS
    return RowKind.DATA


def _repeats_header(filled: Sequence[tuple[int, str]], header: Header) -> bool:
    same = sum(column < len(header.headings) and text == header.headings[column] for column, text in filled)
    return 2 * same > len(filled)


def _is_totals(texts: Sequence[str]) -> bool:
    """A totals word, and nothing beside it but figures and more such words."""
    others = [text for text in texts if not _is_total_word(text)]
    return len(others) < len(texts) and all(_FIGURE.fullmatch(text.replace(" ", "")) for text in others)


def _is_total_word(text: str) -> bool:
    word = text.replace(" ", "").strip(":：<>[]()【】").casefold()
    return word in _TOTALS or _TOTAL_WITH_FIGURE.fullmatch(word) is not None


def _is_footnote(cell: tuple[int, str], header: Header) -> bool:
    return len(header.fields) > 1 and _FOOTNOTE.match(cell[1]) is not None
