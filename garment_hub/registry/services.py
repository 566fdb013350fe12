"""Takes a register in: read, prepared outside of any transaction, stored 500 rows at a time."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub.registry import uploads
from garment_hub.registry.comparing import Placed, groups_with, pairs_among, propose_duplicates, sketch
from garment_hub.registry.headers import Choice
from garment_hub.registry.mappings import choice_for, remember
from garment_hub.registry.plans import Plan, make_preparer, read_plan, refuse_swapped
from garment_hub.registry.preparation import Prepared, Preparer
from garment_hub.registry.queries import Report, outcome_counts, report_of
from garment_hub.registry.remarks import Outcome
from garment_hub.registry.storing import Origin, sort_chunk, store_chunk
from garment_hub.registry.undo import take_back
from garment_hub.registry.work import Claim, GivenUp, hold, in_hand, take_up, waiting
from garment_hub.registry.work import UnitOfWork as UnitOfWork
from models.base import utc_now
from models.district import District
from models.errors import Conflict, DomainError, Invalid
from models.registry_import import (
    ImportPhase,
    ImportState,
    ImportStatus,
    ImportWork,
    RegistryImport,
    RegistryRow,
)

CHUNK = 500
KEPT_UNTOUCHED = timedelta(days=7)
T = TypeVar("T")
log = logging.getLogger(__name__)


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

    @property
    def file_name(self) -> str:
        return unicodedata.normalize("NFC", Path(self.name).name)


def import_registry(
    unit_of_work: UnitOfWork,
    upload: Upload,
    *,
    district_code: str,
    today: date,
    is_dry_run: bool = False,
    folder: Path | None = None,
) -> Report:
    """Take a register in, 500 rows to a transaction.

    A killed import is taken up where it stood when the same file is imported again, or by the next worker when the
    file is kept in ``folder``; the same file after that changes nothing. ``is_dry_run`` reports what would happen and
    writes nothing.
    """
    with unit_of_work(writes=False) as session:
        district = district_by_code(session, district_code)
        source = upload.source or source_of(session, district, upload)
        choice = choice_for(session, district, source, upload.chosen)
    plan = read_plan(upload.data, choice)
    refuse_swapped(plan, choice.fields)
    if is_dry_run:
        with unit_of_work(writes=False) as session:
            preparer = make_preparer(session, district, plan, today)
        prepared = (preparer.prepare(number, row) for number, row in plan.rows())
        return _with_table(_rehearse(unit_of_work, district.id, source, prepared, plan), plan)
    if folder is not None:
        uploads.keep(folder, upload.sha256, upload.data)
    with unit_of_work() as session:
        imported = _accept(session, district, upload, plan, source, is_kept=folder is not None)
        if upload.chosen:
            remember(session, imported, plan.header.mapping, plan.header.unmapped)
        claim = take_up(session, imported.id)
    if claim is None:
        raise Conflict("import_under_way", name=upload.file_name)
    try:
        with in_hand(unit_of_work, claim):
            _carry_out(unit_of_work, claim, plan, today)
    except GivenUp as error:
        raise Conflict("import_given_up", name=upload.file_name) from error
    _forget_file(unit_of_work, folder, claim.import_id)
    with unit_of_work(writes=False) as session:
        report = report_of(session, session.get_one(RegistryImport, claim.import_id))
    return _with_table(report, plan)


def work_off(unit_of_work: UnitOfWork, folder: Path, today: date) -> dict[int, ImportState]:
    """Do what waits, and what a killed worker left behind: imports and undoings, one after the other."""
    done: dict[int, ImportState] = {}
    while True:
        with unit_of_work(writes=False) as session:
            open_ids = [import_id for import_id in waiting(session) if import_id not in done]
        if not open_ids:
            return done
        with unit_of_work() as session:
            claim = take_up(session, open_ids[0])
        if claim is not None:
            _work_on(unit_of_work, claim, folder, today)
        with unit_of_work(writes=False) as session:
            done[open_ids[0]] = _work_of(session, open_ids[0]).state


def _work_on(unit_of_work: UnitOfWork, claim: Claim, folder: Path, today: date) -> None:
    """One import, to its end or to the reason why not."""
    try:
        with in_hand(unit_of_work, claim):
            if claim.state is ImportState.UNDOING:
                take_back(unit_of_work, claim)
            else:
                _take_in(unit_of_work, claim, folder, today)
    except GivenUp:
        log.info("import %s was paused, cancelled or taken up by another worker", claim.import_id)
    except OperationalError:  # busy or gone: the next round goes on where this one stood
        log.exception("import %s stands still", claim.import_id)
    except DomainError as error:
        _fail(unit_of_work, claim, error.code, error.values)
    except FileNotFoundError:
        _fail(unit_of_work, claim, "import_file_gone", {})
    except Exception:
        log.exception("import %s broke", claim.import_id)
        _fail(unit_of_work, claim, "import_broke", {})


def _fail(unit_of_work: UnitOfWork, claim: Claim, code: str, values: Mapping[str, Any]) -> None:
    """Say why on the page; a person decides whether to try again. ``in_hand`` has let go of it.

    An undoing goes on by itself at the next round, since half of it is no state to leave anything in.
    """
    if claim.state is ImportState.UNDOING:
        return
    failure = {"code": code, "values": {name: str(value) for name, value in values.items()}}
    with unit_of_work() as session:
        session.execute(
            update(ImportWork)
            .where(ImportWork.import_id == claim.import_id, ImportWork.state == claim.state)
            .where(ImportWork.worker.is_(None))
            .values(state=ImportState.FAILED, failure=failure)
        )


def _take_in(unit_of_work: UnitOfWork, claim: Claim, folder: Path, today: date) -> None:
    with unit_of_work(writes=False) as session:
        imported, work = session.get_one(RegistryImport, claim.import_id), _work_of(session, claim.import_id)
        choice = Choice(imported.mapping, frozenset(imported.unmapped), work.header_row)
        sha256 = imported.sha256
    plan = read_plan(uploads.read(folder, sha256), choice)
    _carry_out(unit_of_work, claim, plan, today)
    _forget_file(unit_of_work, folder, claim.import_id)


def _forget_file(unit_of_work: UnitOfWork, folder: Path | None, import_id: int) -> None:
    """Nobody needs the file any more, unless another import of the very same one still waits."""
    if folder is not None:
        with unit_of_work() as session:
            forget_file(session, folder, session.get_one(RegistryImport, import_id))


def forget_file(session: Session, folder: Path, imported: RegistryImport) -> None:
    session.execute(update(ImportWork).where(ImportWork.import_id == imported.id).values(is_kept=False, preview=None))
    others = select(ImportWork.id).join(RegistryImport, ImportWork.import_id == RegistryImport.id)
    if session.scalar(others.where(RegistryImport.sha256 == imported.sha256, ImportWork.is_kept).limit(1)) is None:
        uploads.remove(folder, imported.sha256)


def forget_untouched(unit_of_work: UnitOfWork, folder: Path, now: datetime) -> int:
    """Call off uploads nobody started within a week: their files hold people's telephone numbers."""
    old = select(RegistryImport).join(ImportWork, ImportWork.import_id == RegistryImport.id)
    old = old.where(ImportWork.state == ImportState.MAPPING, RegistryImport.started_at < now - KEPT_UNTOUCHED)
    with unit_of_work(writes=False) as session:
        if session.scalar(old.limit(1)) is None:
            return 0
    with unit_of_work() as session:
        found = session.scalars(old).all()
        for imported in found:
            _work_of(session, imported.id).state = ImportState.CANCELLED
            forget_file(session, folder, imported)
    return len(found)


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


def source_of(session: Session, district: District, upload: Upload) -> str:
    """Without a name given: that of an earlier import of the very same file, else the file's own."""
    query = (
        select(RegistryImport.source)
        .where(RegistryImport.district_id == district.id, RegistryImport.sha256 == upload.sha256)
        .order_by(RegistryImport.id.desc())
        .limit(1)
    )
    return session.scalar(query) or Path(upload.file_name).stem


def _accept(
    session: Session, district: District, upload: Upload, plan: Plan, source: str, *, is_kept: bool
) -> RegistryImport:
    """The import of this file that was broken off, or a new one; either way it waits to be taken up."""
    query = select(RegistryImport).where(
        RegistryImport.district_id == district.id,
        RegistryImport.source == source,
        RegistryImport.sha256 == upload.sha256,
        RegistryImport.status == ImportStatus.RUNNING,
    )
    for broken_off in session.scalars(query):
        if broken_off.mapping == plan.header.mapping and _goes_on(broken_off):
            return broken_off
    imported = new_import(district, upload, source, plan.table.encoding)
    imported.mapping, imported.unmapped = plan.header.mapping, plan.header.unmapped
    imported.work = ImportWork(is_kept=is_kept, header_row=plan.header.last_row + 1)
    session.add(imported)
    session.flush()
    return imported


def new_import(district: District, upload: Upload, source: str, encoding: str) -> RegistryImport:
    return RegistryImport(
        district_id=district.id, source=source, file_name=upload.file_name, sha256=upload.sha256, encoding=encoding
    )


def _goes_on(imported: RegistryImport) -> bool:
    """Whether the command may go on with it; one that stood still waits again."""
    if imported.work is None:
        imported.work = ImportWork()
    if imported.work.state in (ImportState.PAUSED, ImportState.FAILED):
        imported.work.state = ImportState.WAITING
    return imported.work.state in (ImportState.WAITING, ImportState.RUNNING)


def _work_of(session: Session, import_id: int) -> ImportWork:
    return session.scalars(select(ImportWork).where(ImportWork.import_id == import_id)).one()


def _carry_out(unit_of_work: UnitOfWork, claim: Claim, plan: Plan, today: date) -> None:
    """Store what is not stored yet, propose what may be doubled, and end."""
    origin = _store(unit_of_work, claim, plan, today)
    plan.forget_rows()
    propose_duplicates(unit_of_work, claim, origin)
    with unit_of_work() as session:
        hold(session, claim, state=ImportState.ENDED, worker=None)
        imported = session.get_one(RegistryImport, claim.import_id)
        imported.status, imported.finished_at = ImportStatus.DONE, utc_now()


def _store(unit_of_work: UnitOfWork, claim: Claim, plan: Plan, today: date) -> Origin:
    with unit_of_work(writes=False) as session:  # what takes long holds nobody up
        imported = session.get_one(RegistryImport, claim.import_id)
        done = _numbers_done(session, imported)
        told = outcome_counts(session, imported.id) if done else Counter[Outcome]()
        preparer = make_preparer(session, imported.district, plan, today)
        origin = Origin(imported.id, imported.district_id, imported.source, today)
    with unit_of_work() as session:
        session.get_one(RegistryImport, claim.import_id).row_count = len(plan.numbers)
        session.flush()
        fresh = {"rows_done": len(done), "taken_up_rows": len(done), "taken_up_at": utc_now(), "failure": None}
        hold(session, claim, phase=ImportPhase.STORING, notes=plan.notes, preview=None, **fresh)
    for chunk in _chunks(_prepared(preparer, plan, done)):
        with unit_of_work() as session:
            store_chunk(session, origin, chunk)
            told.update(Outcome(remark["outcome"]) for one in chunk for remark in one.remarks)
            hold(session, claim, rows_done=ImportWork.rows_done + len(chunk), told=dict(told))
    return origin


def _prepared(preparer: Preparer, plan: Plan, done: set[int]) -> Iterator[Prepared]:
    for number, row in plan.rows():
        if number in done:
            preparer.pass_over(row)
        else:
            yield preparer.prepare(number, row)


def _numbers_done(session: Session, imported: RegistryImport) -> set[int]:
    return set(session.scalars(select(RegistryRow.number).where(RegistryRow.import_id == imported.id)))


def _rehearse(
    unit_of_work: UnitOfWork, district_id: int, source: str, prepared: Iterator[Prepared], plan: Plan
) -> Report:
    """The report an import would give; new factories get ids below zero to be compared with the others."""
    report = Report(source=source, encoding=plan.table.encoding, rows=len(plan.numbers))
    report.unmapped, report.mapping = plan.header.unmapped, plan.header.mapping
    new: list[Placed] = []
    for chunk in _chunks(prepared):
        with unit_of_work(writes=False) as session:
            found = sort_chunk(session, district_id, source, chunk)
        for action, count in found.counts().items():
            setattr(report, action.value, getattr(report, action.value) + count)
        for one in chunk:
            report.tell(one.number, one.remarks)
        new += [sketch(-one.number, one.values) for one in found.created]
    with unit_of_work(writes=False) as session:
        groups = groups_with(session, district_id, new)
    report.duplicates = sum(1 for _pair in pairs_among(groups, {placed.firm.id for placed in new}))
    return report


def _with_table(report: Report, plan: Plan) -> Report:
    report.sheet, report.other_sheets = plan.table.sheet, plan.table.other_sheets
    report.header_row = plan.header.last_row + 1
    report.empty_rows, report.totals_rows = plan.empty_rows, plan.totals_rows
    report.file_notes = plan.notes
    return report
