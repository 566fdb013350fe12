"""Runs alone, as a process with little memory: a workbook goes in, its rows come out as lines of JSON.

A crafted or cut workbook can make the reader ask for 89 GB and abort. Then this process dies, and nobody else.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
from python_calamine import SheetTypeEnum as Type
from python_calamine import SheetVisibleEnum as Visible

MEMORY = 1024 * 1024 * 1024
MOST_MERGED = 100_000
DONE, DAMAGED, LOCKED, EMPTY, TOO_LARGE = 0, 3, 4, 5, 6


def main(max_rows: int, max_columns: int, max_cells: int, longest_cell: int, most: int) -> int:
    _limit_memory()

    def fits(end: tuple[int, int]) -> bool:
        return _fits(end, max_rows, max_columns, max_cells)

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as workbook:
            return _write_first_sheet(workbook, fits, longest_cell, most)
    except PasswordError:
        return LOCKED
    except CalamineError:
        return DAMAGED
    except MemoryError:
        return TOO_LARGE


def _limit_memory() -> None:
    """Where the system can: a limit for this process alone."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _fits(end: tuple[int, int], max_rows: int, max_columns: int, max_cells: int) -> bool:
    rows, columns = end[0] + 1, end[1] + 1
    return rows <= max_rows and columns <= max_columns and rows * columns <= max_cells


def _write_first_sheet(
    workbook: CalamineWorkbook, fits: Callable[[tuple[int, int]], bool], longest: int, most: int
) -> int:
    """The first sheet with content that can be seen; the names of the others and joined cells in the first line."""
    for about in workbook.sheets_metadata:
        if about.typ != Type.WorkSheet or about.visible != Visible.Visible:
            continue
        sheet: CalamineSheet = workbook.get_sheet_by_name(about.name)
        if sheet.end is None:
            continue
        if not fits(sheet.end):
            return TOO_LARGE
        rows = sheet.to_python(skip_empty_area=False, nrows=most)
        if any(str(cell).strip() for row in rows for cell in row):
            others = [name for name in workbook.sheet_names if name != about.name]
            merged = [(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
            sys.stdout.write(json.dumps([about.name, others, merged[:MOST_MERGED]]) + "\n")
            for row in rows:
                sys.stdout.write(json.dumps([_text(cell)[:longest] for cell in row]) + "\n")
            return DONE
    return EMPTY


def _text(cell: Any) -> str:
    """What a person reads in the cell: no ".0", ISO dates."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
