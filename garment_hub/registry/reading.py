"""From the bytes of a file to rows of text, or a refusal that says what to do."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from garment_hub.registry.rows import Rows
from models.errors import Invalid

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 500
LONGEST_CELL = 100_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_FOREIGN = {
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"\x1f\x8b": "archive",
    b"7z\xbc\xaf": "archive",
    b"Rar!": "archive",
}
_DELIMITERS = ",;\t"
_SAMPLE_LINES = 50
_MOSTLY = 0.9
_ONE_SIDED = 2  # 가 and its like hold an empty byte on the other side
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Merged(NamedTuple):
    """Cells joined into one, counted from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


class Unreadable(Invalid):
    """A file that cannot be taken in as it is; ``code`` names the sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file: ``rows[0]`` is what a person calls row 1."""

    rows: Rows
    encoding: str
    sheet: str | None = None
    other_sheets: list[str] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    empty_formulas: int = 0  # formulas whose result is missing or an error: the cell reads as empty


def read_table(data: bytes, most: int = MAX_ROWS) -> Table:
    """Rows of a CSV, XLSX, XLS or ODS file, told apart by content and never by name.

    ``most`` rows are enough for a look at the columns; the letters are checked to the end all the same.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("file_too_large", megabytes=MAX_BYTES // 1024 // 1024)
    if not data.strip():
        raise Unreadable("file_empty")
    if data.startswith((_ZIP, _OLE)):
        from garment_hub.registry.workbooks import read_workbook

        return read_workbook(data, most)
    _refuse_foreign(data)
    text, encoding = decode(data)
    return Table(_parse(text, most), encoding)


def _refuse_foreign(data: bytes) -> None:
    for start, kind in _FOREIGN.items():
        if data.startswith(start):
            raise Unreadable("file_not_a_table", kind=kind)
    beginning = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise Unreadable("file_is_a_web_page")


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding. Each is tried strictly; nothing is guessed."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_strictly(data, "utf-16"), "utf-16"
    if data.startswith(codecs.BOM_UTF8):
        return _decode_strictly(data, "utf-8-sig"), "utf-8-sig"
    if b"\x00" in data:
        return _decode_wide(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_mixed(data)
        _refuse_damaged_utf8(data, error)
    return _decode_strictly(data, "cp949"), "cp949"


def _decode_wide(data: bytes) -> tuple[str, str]:
    """UTF-16 without its mark: the empty bytes of plain letters stand on one side, and everything decodes."""
    first, second = data[::2].count(b"\x00"), data[1::2].count(b"\x00")
    encoding = "utf-16-le" if second > first else "utf-16-be"
    if max(first, second) > _ONE_SIDED * min(first, second):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if not _CONTROLS.search(text):
                return text, encoding
    raise Unreadable("file_is_binary")


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "cp949" and not _is_mostly_cp949(data):
            raise Unreadable("encoding_unknown") from error
        raise Unreadable("encoding_damaged", encoding=encoding, line=data.count(b"\n", 0, error.start) + 1) from error
    if "\x00" in text:
        raise Unreadable("file_is_binary")
    return text


def _is_mostly_cp949(data: bytes) -> bool:
    lines = [line for line in data.splitlines() if not line.isascii()]
    return sum(_decodes(line, "cp949") for line in lines) >= _MOSTLY * len(lines)


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_mixed(data: bytes) -> None:
    """Two lists copied into one file: each line reads in one of two encodings, and not all in the same."""
    first = ""
    for number, line in enumerate(data.splitlines(), 1):
        readable = [encoding for encoding in ("utf-8", "cp949") if _decodes(line, encoding)]
        if not readable:
            return
        if len(readable) == 1:
            first = first or readable[0]
            if readable[0] != first:
                raise Unreadable("encoding_mixed", line=number, first=first, then=readable[0])


def _refuse_damaged_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    """A file that is UTF-8 but for a few bytes would turn into other people's names if read as CP949."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("�")
    foreign = sum(1 for character in text if character >= "\x80")
    if foreign - damaged > 20 * damaged:
        raise Unreadable("encoding_damaged", encoding="utf-8", line=data.count(b"\n", 0, error.start) + 1) from error


def _parse(text: str, most: int) -> Rows:
    csv.field_size_limit(MAX_BYTES)  # our own, smaller limit below names the line
    delimiter = _sniff(text)
    try:
        rows = _rows(text, delimiter, most, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable("quote_left_open", line=_last_record(text, delimiter)) from error
        rows = _rows(text, delimiter, most, strict=False)
    if not any(cell.strip() for row in rows for cell in row):
        raise Unreadable("file_empty")
    return rows


def _sniff(text: str) -> str:
    """The delimiter that cuts most of the beginning into rows of one width; a comma where there is nothing to cut."""
    sample = "\n".join(text[: 256 * 1024].splitlines()[:_SAMPLE_LINES])
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """Share of the rows that have the usual width (above one), and that width."""
    rows = csv.reader(_lines(sample), delimiter=delimiter)
    widths = [len(row) for row in rows if row]
    usual, count = Counter(width for width in widths if width > 1).most_common(1)[0] if max(widths) > 1 else (1, 0)
    return count / len(widths), usual


def _rows(text: str, delimiter: str, most: int, *, strict: bool) -> Rows:
    """Rows of one CSV text, within the limits."""
    rows = Rows()
    for row in csv.reader(_lines(text), delimiter=delimiter, strict=strict):
        if len(rows) >= most < MAX_ROWS:
            break
        if len(rows) >= MAX_ROWS:
            raise Unreadable("too_many_rows", rows=MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=len(rows) + 1)
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise Unreadable("cell_too_long", characters=LONGEST_CELL, line=len(rows) + 1)
        rows.append(row)
    return rows


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, whatever these are, without a second copy of the text."""
    return (match.group() for match in _LINE.finditer(text))


def _last_record(text: str, delimiter: str) -> int:
    """The row in which the quote that was never closed was opened."""
    rows = 0
    with suppress(csv.Error):
        for _row in csv.reader(_lines(text), delimiter=delimiter, strict=True):
            rows += 1
    return rows + 1
