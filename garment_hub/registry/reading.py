"""From the bytes of a file to rows of text, or a refusal that says what to do."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

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
_SHORT = 8
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Unreadable(Invalid):
    """A file that cannot be taken in as it is; ``code`` names the sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file: ``rows[0]`` is what a person calls row 1."""

    rows: list[list[str]]
    encoding: str
    sheet: str | None = None
    other_sheets: list[str] = field(default_factory=list)


def read_table(data: bytes) -> Table:
    """Rows of a CSV, XLSX, XLS or ODS file, told apart by content and never by name."""
    if len(data) > MAX_BYTES:
        raise Unreadable("file_too_large", megabytes=MAX_BYTES // 1024 // 1024)
    if not data.strip():
        raise Unreadable("file_empty")
    if data.startswith((_ZIP, _OLE)):
        from garment_hub.registry.workbooks import read_workbook

        return read_workbook(data)
    _refuse_foreign(data)
    text, encoding = decode(data)
    return Table(_parse(text), encoding)


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
        raise Unreadable("file_is_binary")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, error)
    return _decode_strictly(data, "cp949"), "cp949"


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "cp949":
            raise Unreadable("encoding_unknown") from error
        raise Unreadable("encoding_damaged", encoding=encoding, line=data.count(b"\n", 0, error.start) + 1) from error
    if "\x00" in text:
        raise Unreadable("file_is_binary")
    return text


def _refuse_damaged_utf8(data: bytes, error: UnicodeDecodeError) -> None:
    """A file that is UTF-8 but for a few bytes would turn into other people's names if read as CP949."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("�")
    foreign = sum(1 for character in text if character >= "\x80")
    if foreign - damaged > 20 * damaged:
        raise Unreadable("encoding_damaged", encoding="utf-8", line=data.count(b"\n", 0, error.start) + 1) from error


def _parse(text: str) -> list[list[str]]:
    delimiter = _sniff(text)
    try:
        rows = _rows(text, delimiter, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Unreadable("quote_left_open", line=_last_record(text, delimiter)) from error
        rows = _rows(text, delimiter, strict=False)
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


def _rows(text: str, delimiter: str, *, strict: bool) -> list[list[str]]:
    """Rows of one CSV text, within the limits."""
    csv.field_size_limit(MAX_BYTES)  # our own, smaller limit below names the line
    rows: list[list[str]] = []
    usual: dict[str, str] = {}  # a register says the same few words in thousands of cells
    for row in csv.reader(_lines(text), delimiter=delimiter, strict=strict):
        if len(rows) >= MAX_ROWS:
            raise Unreadable("too_many_rows", rows=MAX_ROWS)
        if len(row) > MAX_COLUMNS:
            raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=len(rows) + 1)
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise Unreadable("cell_too_long", characters=LONGEST_CELL, line=len(rows) + 1)
        rows.append([usual.setdefault(cell, cell) if len(cell) <= _SHORT else cell for cell in row])
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
