"""All indicators as tables for a file: figures with unit, definition, formula and scope."""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from garment_hub.dashboard import ledger
from garment_hub.dashboard.council import Cell, Paper
from models.district import District


def papers(session: Session, district: District, month: date, today: date) -> list[Paper]:
    """One table for each theme."""
    months = ledger.months_beside(month)
    return [paper(theme, months) for theme in ledger.read(session, district.id, months, today)]


def paper(theme: ledger.Theme, months: list[date]) -> Paper:
    heads = [_("Indicator (unit)"), _("Code"), *(f"{month:%Y-%m}" for month in months), _("First published")]
    return Paper(
        title=str(theme.title),
        definition=str(_("An empty cell means that there is no figure with a source.")),
        columns=[*heads, _("Definition"), _("Formula"), _("What it covers")],
        rows=[_row(entry) for entry in theme.entries],
    )


def _row(entry: ledger.Entry) -> list[Cell]:
    first = entry.cells[0].first if entry.cells[0].is_corrected else None
    values = [_plain(value) for value in (*(cell.value for cell in entry.cells), first)]
    return [f"{entry.name} ({entry.unit})", entry.code, *values, entry.definition, entry.formula, str(entry.scope)]


def _plain(value: float | None) -> Cell:
    """Counts without a decimal point."""
    return int(value) if value is not None and value == int(value) else value
