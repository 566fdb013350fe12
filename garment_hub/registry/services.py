"""Takes a register in: read, prepared outside of any transaction, stored 500 rows at a time."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from garment_hub.registry.duplicates import Firm, propose
from garment_hub.registry.headers import Header, RowKind, find_header, kind_of
from garment_hub.registry.places import Gazetteer, Place
from garment_hub.registry.preparation import Prepared, Preparer
from garment_hub.registry.queries import Report, report_of
from garment_hub.registry.reading import Table, read_table
from garment_hub.registry.storing import Origin, sort_chunk, store_chunk
from models.base import utc_now
from models.district import District, Neighbourhood
from models.errors import Invalid
from models.factory import Factory
from models.registry_import import (
    DuplicateProposal,
    ImportStatus,
    RegistryImport,
    RegistryRow,
    RowAction,
)

CHUNK = 500
T = TypeVar("T")


class UnitOfWork(Protocol):
    """Opens a transaction of its own; one that only reads holds up nobody who writes."""

    def __call__(self, *, writes: bool = True) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and how the person wants it read."""

    name: str
    data: bytes
    source: str | None = None
    chosen: Mapping[str, str] | None = None  # field -> heading

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class _Plan:
    """A file, read: nothing of it needs the database any more but the places of the district."""

    table: Table
    header: Header
    rows: list[tuple[int, Sequence[str]]]
    empty_rows: int
    totals_rows: int

    def forget_rows(self) -> None:
        """Once stored they only take up memory."""
        self.rows.clear()
        self.table.rows.clear()


def import_registry(
    unit_of_work: UnitOfWork, upload: Upload, *, district_code: str, today: date, is_dry_run: bool = False
) -> Report:
    """Take a register in, 500 rows to a transaction.

    A killed import is taken up where it stood when the same file is imported again; the same file after
    that changes nothing. ``is_dry_run`` reports what would happen and writes nothing.
    """
    plan = _plan(upload)
    with unit_of_work() as session:
        district = district_by_code(session, district_code)
        preparer = _preparer(session, district, plan.header, today)
        source = upload.source or _source(session, district, upload)
        imported = None if is_dry_run else _take_up(session, district, upload, plan, source)
        done = _numbers_done(session, imported) if imported else set()
    prepared = (preparer.prepare(number, row) for number, row in plan.rows)
    if imported is None:
        report = _rehearse(unit_of_work, district.id, source, prepared, plan)
    else:
        origin = Origin(imported.id, district.id, source, today)
        for chunk in _chunks(row for row in prepared if row.number not in done):
            with unit_of_work() as session:
                store_chunk(session, origin, chunk)
        plan.forget_rows()
        _propose_duplicates(unit_of_work, origin)
        report = _finish(unit_of_work, imported.id)
    return _with_table(report, plan)


def _plan(upload: Upload) -> _Plan:
    table = read_table(upload.data)
    header = find_header(table.rows, upload.chosen)
    rows: list[tuple[int, Sequence[str]]] = []
    empty = totals = 0
    for number, row in enumerate(table.rows[header.last_row + 1 :], header.last_row + 2):
        kind = kind_of(row, header)
        empty += kind is RowKind.EMPTY
        totals += kind is RowKind.TOTALS
        if kind is RowKind.DATA:
            rows.append((number, row))
    return _Plan(table, header, rows, empty, totals)


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def district_by_code(session: Session, code: str) -> District:
    district = session.scalar(select(District).where(District.code == code))
    if district is None:
        known = ", ".join(session.scalars(select(District.code).order_by(District.code)))
        raise Invalid("district_unknown", field="district", name=code, known=known)
    return district


def _preparer(session: Session, district: District, header: Header, today: date) -> Preparer:
    query = select(Neighbourhood).where(Neighbourhood.district_id == district.id)
    places = [
        Place(one.id, one.code, (one.name_ko, one.name_en), one.valid_from, one.valid_to)
        for one in session.scalars(query)
    ]
    return Preparer(header, Gazetteer(places, today), today=today, country=district.country)


def _source(session: Session, district: District, upload: Upload) -> str:
    """Without a name given: that of an earlier import of the very same file, else the file's own."""
    query = (
        select(RegistryImport.source)
        .where(RegistryImport.district_id == district.id, RegistryImport.sha256 == upload.sha256)
        .order_by(RegistryImport.id.desc())
        .limit(1)
    )
    return session.scalar(query) or unicodedata.normalize("NFC", Path(upload.name).stem)


def _take_up(session: Session, district: District, upload: Upload, plan: _Plan, source: str) -> RegistryImport:
    """The import of this file that was broken off, or a new one."""
    query = select(RegistryImport).where(
        RegistryImport.district_id == district.id,
        RegistryImport.source == source,
        RegistryImport.sha256 == upload.sha256,
        RegistryImport.status == ImportStatus.RUNNING,
    )
    for broken_off in session.scalars(query):
        if broken_off.mapping == plan.header.mapping:
            return broken_off
    imported = RegistryImport(
        district_id=district.id,
        source=source,
        file_name=unicodedata.normalize("NFC", Path(upload.name).name),
        sha256=upload.sha256,
        encoding=plan.table.encoding,
        mapping=plan.header.mapping,
        unmapped=plan.header.unmapped,
        row_count=len(plan.rows),
    )
    session.add(imported)
    session.flush()
    return imported


def _numbers_done(session: Session, imported: RegistryImport) -> set[int]:
    return set(session.scalars(select(RegistryRow.number).where(RegistryRow.import_id == imported.id)))


def _rehearse(
    unit_of_work: UnitOfWork, district_id: int, source: str, prepared: Iterator[Prepared], plan: _Plan
) -> Report:
    """The report an import would give; new factories get ids below zero to be compared with the others."""
    report = Report(source=source, encoding=plan.table.encoding, rows=len(plan.rows))
    report.unmapped, report.mapping = plan.header.unmapped, plan.header.mapping
    new: list[Firm] = []
    for chunk in _chunks(prepared):
        with unit_of_work(writes=False) as session:
            found = sort_chunk(session, district_id, source, chunk)
        for action, count in found.counts().items():
            setattr(report, action.value, getattr(report, action.value) + count)
        for one in chunk:
            report.tell(one.number, one.remarks)
        new += [_sketch(-one.number, one.values) for one in found.created]
    with unit_of_work(writes=False) as session:
        report.duplicates = len(propose(new, _firms(session, district_id)))
    return report


def _sketch(firm_id: int, values: Mapping[str, Any]) -> Firm:
    return Firm(
        firm_id,
        values["name"],
        values.get("address") or "",
        values.get("phone") or "",
        values.get("business_number") or "",
    )


def _firms(session: Session, district_id: int) -> list[Firm]:
    query = select(Factory.id, Factory.name, Factory.address, Factory.phone, Factory.business_number)
    rows = session.execute(query.where(Factory.district_id == district_id))
    return [Firm(id_, name, address or "", phone or "", number or "") for id_, name, address, phone, number in rows]


def _propose_duplicates(unit_of_work: UnitOfWork, origin: Origin) -> None:
    """Pairs with a factory this import created; comparing is done outside of any transaction."""
    with unit_of_work(writes=False) as session:
        created = set(
            session.scalars(
                select(RegistryRow.factory_id).where(
                    RegistryRow.import_id == origin.import_id, RegistryRow.action == RowAction.CREATED
                )
            )
        )
        firms = _firms(session, origin.district_id) if created else []
    new = [firm for firm in firms if firm.id in created]
    known = [firm for firm in firms if firm.id not in created]
    for chunk in _chunks(propose(new, known)):
        with unit_of_work() as session:
            firsts = [pair.first for pair in chunk]
            query = select(DuplicateProposal.factory_id, DuplicateProposal.other_id)
            standing = {tuple(pair) for pair in session.execute(query.where(DuplicateProposal.factory_id.in_(firsts)))}
            values = [
                {"factory_id": pair.first, "other_id": pair.second, "score": pair.score, "import_id": origin.import_id}
                for pair in chunk
                if (pair.first, pair.second) not in standing
            ]
            if values:
                session.execute(insert(DuplicateProposal), values)


def _finish(unit_of_work: UnitOfWork, import_id: int) -> Report:
    with unit_of_work() as session:
        imported = session.get_one(RegistryImport, import_id)
        imported.status, imported.finished_at = ImportStatus.DONE, utc_now()
    with unit_of_work(writes=False) as session:
        return report_of(session, session.get_one(RegistryImport, import_id))


def _with_table(report: Report, plan: _Plan) -> Report:
    report.sheet, report.other_sheets = plan.table.sheet, plan.table.other_sheets
    report.header_row = plan.header.last_row + 1
    report.empty_rows, report.totals_rows = plan.empty_rows, plan.totals_rows
    return report
