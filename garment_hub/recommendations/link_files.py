"""Open registers as bare CSV files: who works with whom, and which facilities a buyer may want next."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender import Facility

FACILITY_COLUMNS = ("facility_id",)
LINK_COLUMNS = ("buyer_id", "facility_id")
BUYER_COLUMNS = ("buyer_id",)
OUT_COLUMNS = ("buyer_id", "rank", "facility_id", "score")
DECIMALS = 6
Row = dict[str, str]


class WrongFile(ValueError):
    """A file that cannot be used; the message names it, the row, and what is wrong."""


def rank_files(facilities: Path, links: Path, buyers: Path, out: Path, *, k: int) -> int:
    """Rank facilities for the buyers of a file; returns the number of rows written."""
    from recommender import LinkRanker

    known, pairs = read_register(facilities, links)
    asked = list(dict.fromkeys(row["buyer_id"] for _, row in _rows(buyers, BUYER_COLUMNS)))
    try:
        ranked = LinkRanker().fit(known, pairs).rank(asked, k)
    except ValueError as error:
        raise WrongFile(f"{facilities}, {links}: {error}") from error
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(OUT_COLUMNS)
        writer.writerows((one.buyer, one.rank, one.facility, round(one.score, DECIMALS)) for one in ranked)
    return len(ranked)


def read_register(facilities: Path, links: Path) -> tuple[list[Facility], list[tuple[str, str]]]:
    """The facilities of one file and the pairs of another, each pair once."""
    known = [_facility(facilities, number, row) for number, row in _rows(facilities, FACILITY_COLUMNS)]
    if not known:
        raise WrongFile(f"{facilities}: no facility in it")
    return known, sorted({(row["buyer_id"], row["facility_id"]) for _, row in _rows(links, LINK_COLUMNS)})


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """Rows with their line numbers, cells without blanks around; an empty cell is an empty text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise WrongFile(f"{path}: no column {', '.join(missing)}")
            for row in reader:
                cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(name, str)}
                if any(cells.values()):
                    _require(path, reader.line_num, cells, needed)
                    yield reader.line_num, cells
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongFile(f"{path}: no CSV in UTF-8 ({error})") from error


def _require(path: Path, number: int, cells: Row, needed: tuple[str, ...]) -> None:
    for name in needed:
        if not cells[name]:
            raise WrongFile(f"{path}, row {number}: {name} is empty")


def _facility(path: Path, number: int, row: Row) -> Facility:
    def amount(name: str) -> float | None:
        text = row.get(name, "").replace(",", "")
        try:
            value = float(text) if text else None
        except ValueError:
            value = math.nan
        if value is not None and not math.isfinite(value):
            raise WrongFile(f"{path}, row {number}: {name} is not a number: {text[:40]}")
        return value

    from recommender import Facility

    year = amount("established_year")
    return Facility(
        id=row["facility_id"],
        lat=amount("lat"),
        lon=amount("lon"),
        workers=amount("workers"),
        capacity=amount("capacity_pcs_month"),
        products=_listed(row, "product_types"),
        processings=_listed(row, "processing_types"),
        markets=_listed(row, "export_countries"),
        memberships=_listed(row, "memberships"),
        established=None if year is None else int(year),
    )


def _listed(row: Row, name: str) -> frozenset[str]:
    return frozenset(word.strip() for word in row.get(name, "").split(";") if word.strip())
