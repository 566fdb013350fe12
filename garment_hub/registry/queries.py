"""Reads of this room: what became of an import, as counts and row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from garment_hub.registry.remarks import Outcome, Told, told
from models.errors import NotFound
from models.factory import Factory, Sector
from models.registry_import import DuplicateProposal, RegistryImport, RegistryRow, RowAction

LEFT_OUT = frozenset({Outcome.ROW_LEFT_OUT, Outcome.VALUE_LEFT_OUT})


@dataclass(slots=True)
class Report:
    """The result of one import; ``errors`` and ``notes`` hold one entry for each thing that has to be said."""

    source: str
    encoding: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    duplicates: int = 0
    other_trades: int = 0
    unmapped: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    errors: list[Told] = field(default_factory=list)
    notes: list[Told] = field(default_factory=list)
    import_id: int | None = None
    sheet: str | None = None
    other_sheets: list[str] = field(default_factory=list)
    header_row: int = 0
    empty_rows: int = 0
    totals_rows: int = 0
    file_notes: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, number: int, remarks: list[dict[str, Any]]) -> None:
        """Sort what is to be said about one row: left out, changed or noted, of another trade."""
        for one in (told(number, remark) for remark in remarks):
            if one.outcome is Outcome.KEPT_APART:
                self.other_trades += 1
            else:
                (self.errors if one.outcome in LEFT_OUT else self.notes).append(one)


def report_of(session: Session, imported: RegistryImport) -> Report:
    counts = action_counts(session, imported)
    report = Report(
        source=imported.source,
        encoding=imported.encoding,
        rows=sum(counts.values()),
        created=counts.get(RowAction.CREATED, 0),
        updated=counts.get(RowAction.UPDATED, 0),
        unchanged=counts.get(RowAction.UNCHANGED, 0),
        rejected=counts.get(RowAction.REJECTED, 0),
        duplicates=duplicate_count(session, imported),
        unmapped=imported.unmapped,
        mapping=imported.mapping,
        import_id=imported.id,
    )
    for number, remarks in _remarks(session, imported.id):
        report.tell(number, remarks)
    return report


def action_counts(session: Session, imported: RegistryImport) -> dict[RowAction, int]:
    query = (
        select(RegistryRow.action, func.count())
        .where(RegistryRow.import_id == imported.id)
        .group_by(RegistryRow.action)
    )
    return dict(session.execute(query).all())


def duplicate_count(session: Session, imported: RegistryImport) -> int:
    query = select(func.count()).where(DuplicateProposal.import_id == imported.id)
    return session.scalar(query) or 0


def _remarks(session: Session, import_id: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    query = (
        select(RegistryRow.number, RegistryRow.errors)
        .where(RegistryRow.import_id == import_id)
        .order_by(RegistryRow.number)
    )
    for number, remarks in session.execute(query.execution_options(yield_per=1_000)):
        if remarks:
            yield number, remarks


def get_import(session: Session, import_id: int, district_id: int) -> RegistryImport:
    """The import of this district, or NotFound."""
    imported = session.get(RegistryImport, import_id)
    if imported is None or imported.district_id != district_id:
        raise NotFound
    return imported


def imports_of(session: Session, district_id: int) -> list[RegistryImport]:
    """Imports of a district, the latest first."""
    query = select(RegistryImport).where(RegistryImport.district_id == district_id).order_by(RegistryImport.id.desc())
    return list(session.scalars(query))


def told_counts(session: Session, imported: RegistryImport) -> Mapping[Outcome, int]:
    """How many things were said about the rows, by what was done; imports of before did not count them."""
    if imported.work is None:
        return outcome_counts(session, imported.id)
    return {Outcome(outcome): count for outcome, count in imported.work.told.items()}


def outcome_counts(session: Session, import_id: int) -> Counter[Outcome]:
    counts = Counter[Outcome]()
    for _number, remarks in _remarks(session, import_id):
        counts.update(Outcome(remark["outcome"]) for remark in remarks)
    return counts


def told_rows(
    session: Session, imported: RegistryImport, wanted: Outcome | None = None, *, start: int, count: int
) -> list[Told]:
    """A page of what was said about the rows, by row; rows of other trades last, they are many."""
    if wanted:
        return list(islice(_told(session, imported, wanted), start, start + count))
    urgent, rest = _told(session, imported), _told(session, imported, Outcome.KEPT_APART)
    return list(
        islice(chain((one for one in urgent if one.outcome is not Outcome.KEPT_APART), rest), start, start + count)
    )


def _told(session: Session, imported: RegistryImport, wanted: Outcome | None = None) -> Iterator[Told]:
    """A thousand rows at a time: a large register has a quarter of a million remarks."""
    said = cast(RegistryRow.errors, String)
    query = select(RegistryRow.number, RegistryRow.factory_id, RegistryRow.errors).where(
        RegistryRow.import_id == imported.id, said.contains(f'"{wanted.value}"') if wanted else said != "[]"
    )
    last = 0
    while rows := session.execute(
        query.where(RegistryRow.number > last).order_by(RegistryRow.number).limit(1_000)
    ).all():
        for number, factory_id, remarks in rows:
            for remark in remarks:
                if wanted is None or remark["outcome"] == wanted:
                    yield told(number, remark, factory_id)
        last = rows[-1].number


def factories_of(
    session: Session, district_id: int, *, words: ColumnElement[bool] | None, sector: Sector, start: int, count: int
) -> tuple[int, Sequence[Factory]]:
    """How many factories of a district answer, and one page of them by name."""
    wanted = [Factory.district_id == district_id, Factory.sector == sector, Factory.merged_into_id.is_(None)]
    if words is not None:
        wanted.append(words)
    total = session.scalar(select(func.count()).select_from(Factory).where(*wanted)) or 0
    page = select(Factory).where(*wanted).order_by(Factory.name, Factory.id).offset(start).limit(count)
    return total, session.scalars(page.options(joinedload(Factory.neighbourhood), selectinload(Factory.facts))).all()


def registered(session: Session, factory_id: int, district_id: int) -> Factory:
    """A factory of this district whatever its trade, or NotFound: staff see what is not listed too."""
    factory = session.get(Factory, factory_id)
    if factory is None or factory.district_id != district_id:
        raise NotFound
    return factory


def rows_of(session: Session, factory: Factory) -> Sequence[RegistryRow]:
    """What registers said about a factory, the latest first; rows that said nothing new are left out."""
    query = (
        select(RegistryRow)
        .where(RegistryRow.factory_id == factory.id, RegistryRow.action != RowAction.UNCHANGED)
        .order_by(RegistryRow.import_id.desc(), RegistryRow.number)
    )
    return session.scalars(query).all()
