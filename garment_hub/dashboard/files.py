"""Papers as files: CSV and spreadsheet with their definitions, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, time

from flask import Response
from flask_babel import gettext as _

from garment_hub.dashboard.council import Cell, Paper
from garment_hub.registry.cells import guarded
from garment_hub.registry.exporting import XLSX
from models.capacity import SEOUL, today_in_seoul


def midnight() -> datetime:
    """The beginning of this day in Korea."""
    return datetime.combine(today_in_seoul(), time(), SEOUL).astimezone(UTC)


def answer(papers: Sequence[Paper], name: str, ending: str) -> Response:
    data = as_csv(papers) if ending == "csv" else as_xlsx(papers)
    mimetype = "text/csv; charset=utf-8" if ending == "csv" else XLSX
    headers = {"Content-Disposition": f"attachment; filename={name}.{ending}"}
    return Response(data, mimetype=mimetype, headers=headers)


def as_csv(papers: Sequence[Paper]) -> bytes:
    """One table under the other, each with its title and definition; with a mark that Excel needs to see UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    for paper in papers:
        writer.writerow([guarded(paper.title)])
        writer.writerow([guarded(paper.definition)])
        writer.writerow([guarded(head) for head in paper.columns])
        writer.writerows([_safe(cell) for cell in row] for row in paper.rows)
        writer.writerow([])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(papers: Sequence[Paper]) -> bytes:
    """A sheet for each table, and one with all definitions. Strings stay strings."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        words = book.add_worksheet(_("Definitions"))
        for number, paper in enumerate(papers):
            words.write_row(number, 0, [paper.title, paper.definition])
            sheet = book.add_worksheet(f"{number + 1}")
            sheet.write_row(0, 0, paper.columns, bold)
            for line, row in enumerate(paper.rows, start=1):
                sheet.write_row(line, 0, row)
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    return guarded(cell) if isinstance(cell, str) else cell
