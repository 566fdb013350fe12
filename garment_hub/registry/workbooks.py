"""Rows of text from XLSX, XLS and ODS; an archive is checked before anything opens it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from garment_hub.registry.reading import LONGEST_CELL, MAX_COLUMNS, MAX_ROWS, Table, Unreadable

MAX_ENTRIES = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
_PIECE = 1024 * 1024
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^>]{0,300}?\br=[\"']([A-Z]{0,4})(\d{1,9})[\"']")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def read_workbook(data: bytes) -> Table:
    """The first sheet with content that can be seen; the names of the others are handed on."""
    encoding = _check_archive(data) if data.startswith(b"PK") else _check_legacy(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return _first_sheet(workbook, encoding)
    except PasswordError as error:
        raise Unreadable("file_has_password") from error
    except CalamineError as error:
        raise Unreadable("workbook_damaged") from error


def _check_legacy(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("file_has_password")
    return "xls"


def _check_archive(data: bytes) -> str:
    """``xlsx`` or ``ods``, after every part was unpacked piece by piece and found within the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive)
            names = archive.namelist()
            if "content.xml" in names:
                _check_ods(archive)
                return "ods"
            if not any(_SHEET.fullmatch(name) for name in names):
                raise Unreadable("archive_not_a_workbook")
            for name in names:
                _check_part(archive, name)
            return "xlsx"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("workbook_damaged") from error


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("file_has_password")
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Unreadable("archive_too_large", megabytes=MAX_UNPACKED // 1024 // 1024)


def _check_part(archive: zipfile.ZipFile, name: str) -> None:
    """Read one part to its end (its size and checksum are true then); a sheet's cells must lie within the limits."""
    is_sheet = _SHEET.fullmatch(name) is not None
    tail = b""
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            if is_sheet:
                _check_references(tail + piece)
                tail = piece[-400:]


def _check_references(xml: bytes) -> None:
    """One far cell makes a reader lay out everything before it, so far cells are refused unread."""
    for letters, digits in set(_REFERENCE.findall(xml)):
        if int(digits) > MAX_ROWS:
            raise Unreadable("too_many_rows", rows=MAX_ROWS)
        if letters and _column(letters) > MAX_COLUMNS:
            raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=int(digits))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


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


def _first_sheet(workbook: CalamineWorkbook, encoding: str) -> Table:
    seen = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    for name in seen:
        rows = _rows(workbook.get_sheet_by_name(name))
        if any(cell.strip() for row in rows for cell in row):
            others = [other for other in workbook.sheet_names if other != name]
            return Table(rows, encoding, sheet=name, other_sheets=others)
    raise Unreadable("file_empty")


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    if sheet.end is None:
        return []
    last_row, last_column = sheet.end
    if last_row >= MAX_ROWS:
        raise Unreadable("too_many_rows", rows=MAX_ROWS)
    if last_column >= MAX_COLUMNS:
        raise Unreadable("too_many_columns", columns=MAX_COLUMNS, line=1)
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: Any) -> str:
    """What a person reads in the cell: no ".0", ISO dates."""
    if isinstance(cell, str):
        return cell[:LONGEST_CELL]
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""
