"""What staff do with an import: hand over a file, settle its columns, start it, pause it, go on, call it off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.doubts import doubts_about
from garment_hub.registry.headers import Choice, Header, likeliest_header
from garment_hub.registry.mappings import choice_for, remember
from garment_hub.registry.plans import Plan, make_preparer, plan_of
from garment_hub.registry.reading import Table
from garment_hub.registry.remarks import Told, told
from garment_hub.registry.rows import Rows
from garment_hub.registry.services import Upload, forget_file, new_import, source_of
from garment_hub.registry.storing import sort_chunk
from garment_hub.registry.undo import ask_back, refuse_built_on
from models.audit import AuditAction
from models.base import utc_now
from models.district import District
from models.errors import Conflict, Invalid
from models.registry_import import (
    STEERED,
    ImportPhase,
    ImportState,
    ImportStatus,
    ImportWork,
    RegistryImport,
    RowAction,
)
from models.user import User

PREVIEWED = 230  # rows: as far as a header is looked for, and enough below it
SAMPLES = 3
LONGEST_SHOWN = 300  # also of a heading, by which its column is found again
OF_THE_WHOLE = frozenset({"formulas_empty", "joined_cells", "other_sheets"})


def receive(session: Session, district: District, upload: Upload, table: Table) -> RegistryImport:
    """A file that was read so far that its columns can be looked at; sent twice it is one."""
    source = upload.source or source_of(session, district, upload)
    same = select(RegistryImport).join(ImportWork, ImportWork.import_id == RegistryImport.id)
    same = same.where(RegistryImport.district_id == district.id, RegistryImport.source == source)
    same = same.where(RegistryImport.sha256 == upload.sha256, ImportWork.state == ImportState.MAPPING)
    if (waiting := session.scalar(same.limit(1))) is not None:
        return waiting
    imported = new_import(district, upload, source, table.encoding)
    rows = [[clean(cell)[:LONGEST_SHOWN] for cell in row] for row in table.rows]
    whole = plan_of(table, likeliest_header(table.rows, Choice())).notes
    notes = [note for note in whole if note["code"] in OF_THE_WHOLE]
    imported.work = ImportWork(state=ImportState.MAPPING, is_kept=True, preview=rows, notes=notes)
    session.add(imported)
    session.flush()
    return imported


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it is shown: its heading, the field it is taken for, and what stands in it."""

    name: str
    field: str
    samples: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of the first rows, with the columns read this way."""

    header_row: int
    columns: list[Column]
    notes: list[dict[str, Any]]
    rows: int
    counts: dict[str, int]
    told: list[Told]
    is_remembered: bool

    @property
    def has_name(self) -> bool:
        return any(column.field == "name" for column in self.columns)


def preview(session: Session, imported: RegistryImport, today: date, chosen: Choice | None = None) -> Preview:
    """``chosen`` is how somebody wants them read, else what the last file of this source taught or headings say."""
    work = _work(imported)
    choice = chosen or choice_for(session, imported.district, imported.source, None)
    table = Table(Rows(work.preview or []), imported.encoding)
    header = likeliest_header(table.rows, choice)
    plan = plan_of(table, header)
    rehearsed = _rehearse(session, imported, plan, today) if "name" in header.fields else (Counter[str](), [])
    return Preview(
        header_row=header.last_row + 1,
        columns=_columns(header, [row for _number, row in plan.rows()]),
        notes=[*work.notes, *doubts_about(header, [row for _number, row in plan.rows()])],
        rows=len(plan.numbers),
        counts=dict(rehearsed[0]),
        told=rehearsed[1],
        is_remembered=choice.is_remembered,
    )


def _columns(header: Header, rows: Sequence[Sequence[str]]) -> list[Column]:
    field_of = {column: field for field, column in header.fields.items()}
    columns = []
    for column, name in enumerate(header.names):
        texts = (row[column] for row in rows if column < len(row) and not is_blank(row[column]))
        samples = list(dict.fromkeys(clean(text) for text in texts))[:SAMPLES]
        if header.headings[column] or samples:
            columns.append(Column(name, field_of.get(column, ""), samples))
    return columns


def _rehearse(session: Session, imported: RegistryImport, plan: Plan, today: date) -> tuple[Counter[str], list[Told]]:
    preparer = make_preparer(session, imported.district, plan, today)
    prepared = [preparer.prepare(number, row) for number, row in plan.rows()]
    counts = sort_chunk(session, imported.district_id, imported.source, prepared).counts()
    remarks = [told(one.number, remark) for one in prepared for remark in one.remarks]
    return Counter({action.value: count for action, count in counts.items()}), remarks


def choice_of(columns: Mapping[str, str], header_row: int | None) -> Choice:
    """Columns by name with the field somebody gave them; two columns cannot hold the same."""
    named = {name: field for name, field in columns.items() if field}
    if len(set(named.values())) < len(named):
        raise Invalid("import_same_field")
    return Choice({field: name for name, field in named.items()}, frozenset(columns) - set(named), header_row)


def start(session: Session, actor: User, imported: RegistryImport, choice: Choice) -> None:
    """Let the workers have it, with the columns read this way; the next file of the source is read so too."""
    if "name" not in choice.fields:
        raise Invalid("import_name_needed")
    header = likeliest_header(_work(imported).preview or [], choice)
    imported.mapping, imported.unmapped = header.mapping, header.unmapped
    imported.started_at = utc_now()
    remember(session, imported, header.mapping, header.unmapped)
    _steer(session, imported, ImportState.WAITING, header_row=header.last_row + 1)
    audit.record(session, actor, AuditAction.IMPORT_STARTED, imported)


def pause(session: Session, imported: RegistryImport) -> None:
    _steer(session, imported, ImportState.PAUSED)


def resume(session: Session, imported: RegistryImport) -> None:
    if _work(imported).state is ImportState.MAPPING:  # its columns have to be settled first
        raise Conflict("import_moved_on")
    _steer(session, imported, ImportState.WAITING, failure=None)


def cancel(session: Session, folder: Path, imported: RegistryImport) -> None:
    """Stop for good. Rows that are in stay in, whole, and can be taken back."""
    _steer(session, imported, ImportState.CANCELLED)
    forget_file(session, folder, imported)


def undo(session: Session, actor: User, imported: RegistryImport) -> None:
    """Have it taken back by the workers."""
    refuse_built_on(session, imported)
    ask_back(session, imported)
    audit.record(session, actor, AuditAction.IMPORT_UNDONE, imported)


def _steer(session: Session, imported: RegistryImport, to: ImportState, **values: Any) -> None:
    """A worker that holds it notices before its next chunk; whoever else steered it first has won."""
    work = _work(imported)
    steered = session.execute(
        update(ImportWork)
        .where(ImportWork.import_id == imported.id, ImportWork.state.in_(STEERED[to]))
        .values(state=to, worker=None, **values)
        .execution_options(synchronize_session=False)
    )
    if not steered.rowcount:  # type: ignore[attr-defined]
        raise Conflict("import_moved_on")
    session.refresh(work)


def _work(imported: RegistryImport) -> ImportWork:
    if imported.work is None:  # taken in before there was any steering
        raise Conflict("import_moved_on")
    return imported.work


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is; ``rate`` is rows a minute of this run, None where nothing can be said yet."""

    state: ImportState
    phase: ImportPhase
    done: int
    total: int
    rate: int | None

    @property
    def minutes_left(self) -> int | None:
        return -(-(self.total - self.done) // self.rate) if self.rate and self.total else None


def progress_of(imported: RegistryImport, counts: Mapping[RowAction, int]) -> Progress:
    work = imported.work
    if work is None:
        state = ImportState.PAUSED if imported.status is ImportStatus.RUNNING else ImportState.ENDED
        return Progress(state, ImportPhase.STORING, sum(counts.values()), imported.row_count, None)
    rate = None
    if work.heartbeat_at and work.taken_up_at and work.state is ImportState.RUNNING:
        minutes = (work.heartbeat_at - work.taken_up_at).total_seconds() / 60
        rate = round((work.rows_done - work.taken_up_rows) / minutes) if minutes > 0 else None
    return Progress(work.state, work.phase, work.rows_done, imported.row_count, rate or None)
