"""Finds the header of a table, says which column means what, and which rows below it are data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice, pairwise

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
    names: list[str] = field(init=False)  # one for each column, no two alike

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", column_names(self.headings))

    @property
    def mapping(self) -> dict[str, str]:
        return {field: self.names[column] for field, column in self.fields.items()}

    @property
    def unmapped(self) -> list[str]:
        used = set(self.fields.values())
        return [name for column, name in enumerate(self.names) if self.headings[column] and column not in used]

    def raw(self, row: Sequence[str]) -> dict[str, str]:
        """Heading -> text as it stands."""
        return {self._name(column): without_controls(text) for column, text in enumerate(row) if text.strip()}

    def _name(self, column: int) -> str:
        return self.names[column] if column < len(self.names) else f"#{column + 1}"


def column_names(headings: Sequence[str]) -> list[str]:
    """Columns without a heading, and those whose heading stands further left already, are called by their number."""
    seen: set[str] = set()
    names = []
    for column, heading in enumerate(headings):
        names.append(heading if heading and heading not in seen else f"{heading}#{column + 1}")
        seen.add(heading)
    return names


@dataclass(frozen=True, slots=True)
class Choice:
    """How a person wants the columns read: goes before everything known of headings.

    What is only remembered from an earlier file holds as far as this file has such headings.
    """

    fields: Mapping[str, str] = field(default_factory=dict)  # field, or a word for it -> heading
    ignored: frozenset[str] = frozenset()  # headings that hold no field
    header_row: int | None = None  # counted from 1
    is_remembered: bool = False


def find_header(rows: Sequence[Sequence[str]], choice: Choice = Choice()) -> Header:
    """The header among the first rows: the row, or the two rows together, in which most columns are known."""
    header = likeliest_header(rows, choice)
    wanted = {} if choice.is_remembered else _resolve(choice.fields)
    _check(rows, header, wanted)
    if choice.header_row is None:
        _check_shape(islice(rows, header.last_row, None))
    return header


def likeliest_header(rows: Sequence[Sequence[str]], choice: Choice) -> Header:
    """The same without a refusal, to be shown to a person: where nothing is known, the first of the fullest rows."""
    wanted = _resolve(choice.fields)
    candidates = _candidates(rows)
    if choice.header_row is not None:
        candidates = [one for one in candidates if one[0] == choice.header_row - 1]
    if not candidates:
        raise Invalid("header_row_outside", field="header_row", most=min(len(rows), LOOKED_AT))
    assigned = [(index, headings, _assign(headings, wanted, choice.ignored)) for index, headings in candidates]
    most_known = max(len(fields) for _index, _headings, fields in assigned)
    if most_known or choice.header_row is not None:
        return Header(*next(one for one in assigned if len(one[2]) == most_known))
    return Header(*max(assigned, key=lambda one: sum(map(bool, one[1]))))


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


def _assign(headings: Sequence[str], wanted: Mapping[str, str], ignored: Collection[str] = ()) -> dict[str, int]:
    """Field -> column. A chosen heading first; else the likeliest heading, else the one further left."""
    names = column_names(headings)
    normal = [normalise_heading(heading) for heading in headings]
    fields = {
        field: column for field, heading in wanted.items() if (column := _column(heading, names, normal)) is not None
    }
    taken = {*fields.values(), *(column for column, name in enumerate(names) if name in ignored)}
    offers = [
        (known[1], column, known[0])
        for column, heading in enumerate(headings)
        if column not in taken and heading and (known := field_of(heading))
    ]
    for _rank, column, known_field in sorted(offers):
        fields.setdefault(known_field, column)
    return fields


def _column(heading: str, names: Sequence[str], normal: Sequence[str]) -> int | None:
    """Where this heading stands: by its very name, else by its letters."""
    if heading in names:
        return names.index(heading)
    folded = normalise_heading(heading)
    return normal.index(folded) if folded in normal else None


def _check(rows: Sequence[Sequence[str]], header: Header, wanted: Mapping[str, str]) -> None:
    if not header.fields:
        first = next((row for row in rows if any(cell.strip() for cell in row)), [])
        raise Unreadable("header_not_found", first=_shown(first))
    normal = [normalise_heading(heading) for heading in header.headings]
    for name, heading in wanted.items():
        if _column(heading, header.names, normal) is None:
            raise Invalid("import_unknown_heading", field=name, name=heading, headings=_shown(header.headings))
    if "name" not in header.fields:
        raise Unreadable("name_column_not_found", headings=_shown(header.headings))


def _check_shape(rows: Iterator[Sequence[str]]) -> None:
    """Prose with commas can look like a header; then hardly a row below has as many cells."""
    header = next(rows)
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    if len(widths) >= _ENOUGH_ROWS and widths.count(len(header)) < _FITTING * len(widths):
        raise Unreadable("rows_do_not_fit", headings=_shown(header))


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
