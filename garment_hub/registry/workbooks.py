"""Rows of text from XLSX, XLS and ODS; an archive is checked before anything opens it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from garment_hub.registry import workbook_process
from garment_hub.registry.reading import LONGEST_CELL, MAX_COLUMNS, MAX_ROWS, Merged, Table, Unreadable
from garment_hub.registry.rows import Rows

MAX_CELLS = 5_000_000
MAX_ENTRIES = 2_000
LONGEST_READING = 120  # seconds
MAX_UNPACKED = 256 * 1024 * 1024
_PIECE = 1024 * 1024
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]{0,300}?\br=[\"']([A-Z]{0,4})(\d{1,9})[\"']")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_EMPTY_FORMULA = re.compile(
    rb"<c\b(?:[^>]{0,200}\bt=\"e\"[^>]{0,200}>\s*<f\b|[^>]{0,200}>\s*<f\b[^>]{0,200}(?:/>|>[^<]{0,9000}</f>)\s*"
    rb"(?:<v\s*/>|<v></v>)?\s*</c>)"
)
_LONGEST_TAIL = 10_000
_FOREIGN_STREAMS = {"HwpSummaryInformation": "hwp", "WordDocument": "doc", "PowerPoint Document": "ppt"}
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def read_workbook(data: bytes, most: int = MAX_ROWS) -> Table:
    """The first sheet with content that can be seen; the names of the others are handed on."""
    encoding, empty_formulas = _check_archive(data) if data.startswith(b"PK") else (_check_legacy(data), 0)
    limits = (MAX_ROWS, MAX_COLUMNS, MAX_CELLS, LONGEST_CELL, most)
    call = [sys.executable, "-I", str(Path(workbook_process.__file__)), *map(str, limits)]
    try:
        run = subprocess.run(call, input=data, capture_output=True, check=False, timeout=LONGEST_READING)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise Unreadable("archive_too_large", megabytes=MAX_UNPACKED // 1024 // 1024) from error
    if run.returncode != workbook_process.DONE:
        raise _refusal(run.returncode)
    lines = map(json.loads, io.BytesIO(run.stdout))
    sheet, other_sheets, merged = next(lines)
    return Table(Rows(lines), encoding, sheet, other_sheets, [Merged(*cells) for cells in merged], empty_formulas)


def _refusal(code: int) -> Unreadable:
    """Whatever ends the reading process otherwise (a panic, an abort) was a damaged file."""
    if code == workbook_process.LOCKED:
        return Unreadable("file_has_password")
    if code == workbook_process.EMPTY:
        return Unreadable("file_empty")
    if code == workbook_process.TOO_LARGE:
        return Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
    return Unreadable("workbook_damaged")


def _check_legacy(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("file_has_password")
    for stream, kind in _FOREIGN_STREAMS.items():
        if stream.encode("utf-16-le") in data:
            raise Unreadable("file_not_a_table", kind=kind)
    return "xls"


def _check_archive(data: bytes) -> tuple[str, int]:
    """``xlsx`` or ``ods``, after every part was unpacked piece by piece and found within the limits.

    With it the number of formulas that hold no result: whoever wrote the file never worked them out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive)
            names = archive.namelist()
            if "content.xml" in names:
                _refuse_locked_ods(archive, names)
                _check_ods(archive)
                return "ods", 0
            if not any(_SHEET.fullmatch(name) for name in names):
                raise Unreadable("archive_not_a_workbook")
            return "xlsx", sum(_check_part(archive, name) for name in names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("workbook_damaged") from error


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("file_has_password")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Unreadable("archive_too_large", megabytes=MAX_UNPACKED // 1024 // 1024)


def _check_part(archive: zipfile.ZipFile, name: str) -> int:
    """Read one part to its end (its size and checksum are true then); a sheet's cells must lie within the limits."""
    is_sheet = _SHEET.fullmatch(name) is not None
    tail, corner, empty_formulas = b"", (0, 0), 0
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            if is_sheet:
                xml = tail + piece
                corner = _farther(corner, xml)
                whole = xml.rfind(b"</c>") + 1
                empty_formulas += len(_EMPTY_FORMULA.findall(xml, 0, whole + 3))
                tail = xml[max(whole, len(xml) - _LONGEST_TAIL) :]
    return empty_formulas


def _farther(corner: tuple[int, int], xml: bytes) -> tuple[int, int]:
    """The last row and column so far. A reader lays out all cells before them, so far ones are refused unread."""
    row, column = corner
    for letters, digits in set(_REFERENCE.findall(xml)):
        row, column = max(row, int(digits)), max(column, _column(letters))
    if row > MAX_ROWS:
        raise Unreadable("too_many_rows", rows=MAX_ROWS)
    if column > MAX_COLUMNS:
        raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=row)
    if row * column > MAX_CELLS:
        raise Unreadable("too_many_cells", rows=MAX_ROWS, columns=MAX_COLUMNS)
    return row, column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refuse_locked_ods(archive: zipfile.ZipFile, names: list[str]) -> None:
    listed = "META-INF/manifest.xml"
    if listed in names:
        with archive.open(listed) as part:
            if b"encryption-data" in part.read(_PIECE):
                raise Unreadable("file_has_password")


def _check_ods(archive: zipfile.ZipFile) -> None:
    """ODS writes "the same again, N times": the product is checked, trailing empty repeats aside."""
    try:
        with archive.open("content.xml") as part:
            for _event, row in ElementTree.iterparse(part):  # noqa: S314 (expat stops entity bombs, loads nothing)
                if row.tag == f"{_ODS_TABLE}table-row":
                    _check_ods_row(row)
                    row.clear()
    except ElementTree.ParseError as error:
        raise Unreadable("workbook_damaged") from error


def _check_ods_row(row: ElementTree.Element) -> None:
    filled = [cell for cell in row if any(True for _ in cell.itertext())]
    if not filled:
        return
    columns = sum(_times(cell, "columns") for cell in filled)
    if columns > MAX_COLUMNS:
        raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=1)
    if _times(row, "rows") > MAX_ROWS:
        raise Unreadable("too_many_rows", rows=MAX_ROWS)


def _times(element: ElementTree.Element, of: str) -> int:
    text = element.get(f"{_ODS_TABLE}number-{of}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 9 else MAX_ROWS + 1
