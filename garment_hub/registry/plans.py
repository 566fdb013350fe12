"""A register read through: its header, its data rows, and what has to be said about the file as a whole."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.registry.cells import is_blank
from garment_hub.registry.doubts import doubts_about
from garment_hub.registry.headers import Choice, Header, RowKind, find_header, kind_of
from garment_hub.registry.places import Gazetteer, Place
from garment_hub.registry.preparation import Preparer
from garment_hub.registry.reading import Table, read_table
from models.district import District, Neighbourhood
from models.errors import Invalid

SAMPLED = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, read: nothing of it needs the database any more but the places of the district."""

    table: Table
    header: Header
    numbers: array[int]  # of the rows that are data, as a person counts them
    empty_rows: int
    totals_rows: int
    joined_rows: frozenset[int]
    notes: list[dict[str, Any]]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        return ((number, self.table.rows[number - 1]) for number in self.numbers)

    def forget_rows(self) -> None:
        """Once stored they only take up memory."""
        self.table.rows.clear()


def read_plan(data: bytes, choice: Choice) -> Plan:
    table = read_table(data)
    return plan_of(table, find_header(table.rows, choice))


def plan_of(table: Table, header: Header) -> Plan:
    """Which rows below the header are data. Joined cells count for every row they reach, save a name."""
    joined, filled = _spread(table, header)
    numbers = array("I")
    empty = totals = 0
    for number, row in enumerate(table.rows, 1):
        if number <= header.last_row + 1:
            continue
        kind = kind_of(row, header)
        empty += kind is RowKind.EMPTY
        totals += kind is RowKind.TOTALS
        if kind is RowKind.DATA:
            numbers.append(number)
    samples = [table.rows[number - 1] for number in numbers[:SAMPLED]]
    notes = _notes(table, filled, empty, totals) + doubts_about(header, samples)
    return Plan(table, header, numbers, empty, totals, joined, notes)


def _spread(table: Table, header: Header) -> tuple[frozenset[int], int]:
    """Fill joined cells downwards; the rows whose name is joined with the one above, and how many cells were filled.

    A name is not filled: the second row of one firm would become a second firm.
    """
    name, joined, filled = header.fields.get("name"), set(), 0
    for cells in table.merged:
        if cells.bottom <= cells.top or cells.top <= header.last_row or cells.left != cells.right:
            continue
        below = range(cells.top + 1, min(cells.bottom + 1, len(table.rows)))
        if cells.left == name:
            joined |= {row + 1 for row in below}
            continue
        text = table.rows[cells.top][cells.left] if cells.top < len(table.rows) else ""
        for row in below:
            if not is_blank(text) and any(cell.strip() for cell in table.rows[row]):
                table.rows.write(row, cells.left, text)
                filled += 1
    return frozenset(joined), filled


def _notes(table: Table, filled: int, empty: int, totals: int) -> list[dict[str, Any]]:
    counted = {
        "formulas_empty": table.empty_formulas,
        "joined_cells": filled,
        "empty_rows": empty,
        "totals_rows": totals,
    }
    notes: list[dict[str, Any]] = [{"code": code, "count": count} for code, count in counted.items() if count]
    if table.other_sheets:
        sheets = ", ".join(table.other_sheets)
        notes.append({"code": "other_sheets", "sheet": table.sheet, "others": sheets[:300]})
    return notes


def refuse_swapped(plan: Plan, chosen: Mapping[str, str]) -> None:
    """Numbers where the names should be: without a person's word for it nothing of such a file is taken in."""
    doubt = next((note for note in plan.notes if note["code"] == "column_doubt" and note["field"] == "name"), None)
    if doubt is not None and "name" not in chosen:
        raise Invalid("name_column_doubtful", field="name", heading=doubt["heading"], example=doubt["example"])


def make_preparer(session: Session, district: District, plan: Plan, today: date) -> Preparer:
    query = select(Neighbourhood).where(Neighbourhood.district_id == district.id)
    places = [
        Place(one.id, one.code, (one.name_ko, one.name_en), one.valid_from, one.valid_to)
        for one in session.scalars(query)
    ]
    gazetteer = Gazetteer(places, today)
    return Preparer(plan.header, gazetteer, today=today, country=district.country, joined_rows=plan.joined_rows)
