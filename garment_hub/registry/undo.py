"""Takes an import back: what it created goes, what it changed is as before; or says why that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from garment_hub.registry.snapshots import SPOKEN_FOR, is_touched, restore
from garment_hub.registry.work import Claim, UnitOfWork, hold, in_hand, paced, take_up
from models.base import Base, utc_now
from models.errors import Conflict
from models.factory import Factory, FactoryFact
from models.merge import Merge
from models.registry_import import (
    STEERED,
    DuplicateProposal,
    FactoryIdentity,
    ImportState,
    ImportStatus,
    ImportWork,
    RegistryImport,
    RegistryRow,
    RowAction,
)

# Rows that belong to a factory and go with it. Whatever else points to it is somebody's work and forbids the undoing.
_OWN_TABLES = frozenset(
    {
        "factory",
        "factory_capability",
        "factory_rate",
        "factory_certificate",
        "factory_fact",
        "factory_identity",
        "registry_row",
        "duplicate_proposal",
        "merge",
    }
)
_AT_ONCE = 500


def refuse_built_on(session: Session, imported: RegistryImport) -> None:
    """Raise Conflict where people have built on it. It reads every row: best done before others wait for a writing."""
    _refuse_merged(session, imported)
    _refuse_touched(session, imported)
    _refuse_in_use(session, imported)


def ask_back(session: Session, imported: RegistryImport) -> None:
    """Have the import taken back whole, or raise Conflict and leave everything as it is.

    What people build on it between ``refuse_built_on`` and the end stays, and is counted.
    """
    if imported.status is ImportStatus.UNDONE:
        raise Conflict("import_already_undone")
    work = imported.work = imported.work or ImportWork(state=ImportState.ENDED)
    if work.state not in STEERED[ImportState.UNDOING]:
        raise Conflict("import_not_at_rest")
    _refuse_later_import(session, imported)
    work.state, work.worker, work.heartbeat_at = ImportState.UNDOING, None, None
    session.flush()


def take_back(unit_of_work: UnitOfWork, claim: Claim) -> None:
    """Some rows at a time, so that nobody waits for it; killed, it goes on where it stood.

    A factory that somebody took into use since it was asked for stays, and is counted.
    """
    for step in (_restore_updated, _remove_created):
        last: int | None = 0
        while last is not None:
            with paced(unit_of_work) as session:
                hold(session, claim)
                last = step(session, claim.import_id, last)
    with unit_of_work() as session:
        created = _factory_ids(claim.import_id, RowAction.CREATED).subquery()
        kept = session.scalar(select(func.count()).select_from(created))
        notes = [{"code": "kept_at_undo", "count": kept}] if kept else []
        hold(session, claim, state=ImportState.ENDED, worker=None, notes=notes)
        imported = session.get_one(RegistryImport, claim.import_id)
        session.execute(delete(DuplicateProposal).where(DuplicateProposal.import_id == imported.id))
        imported.status, imported.undone_at = ImportStatus.UNDONE, utc_now()


def undo_import(unit_of_work: UnitOfWork, import_id: int) -> None:
    """Take the import back whole and at once, or raise Conflict and leave everything as it is."""
    with unit_of_work(writes=False) as session:
        refuse_built_on(session, session.get_one(RegistryImport, import_id))
    with unit_of_work() as session:
        ask_back(session, session.get_one(RegistryImport, import_id))
        claim = take_up(session, import_id)
    if claim is None:
        raise Conflict("import_not_at_rest")
    with in_hand(unit_of_work, claim):
        take_back(unit_of_work, claim)


def _factory_ids(import_id: int, *actions: RowAction) -> Any:
    return select(RegistryRow.factory_id).where(
        RegistryRow.import_id == import_id, RegistryRow.action.in_(actions), RegistryRow.factory_id.is_not(None)
    )


def _refuse_later_import(session: Session, imported: RegistryImport) -> None:
    """A later import built on this one, so it has to go first."""
    later = aliased(RegistryRow)
    query = (
        select(func.min(RegistryImport.file_name), func.count(func.distinct(later.factory_id)))
        .join(later, later.import_id == RegistryImport.id)
        .where(RegistryImport.id > imported.id, RegistryImport.status != ImportStatus.UNDONE)
        .where(later.action == RowAction.UPDATED)
        .where(later.factory_id.in_(_factory_ids(imported.id, RowAction.CREATED, RowAction.UPDATED)))
    )
    file_name, count = session.execute(query).one()
    if count:
        raise Conflict("import_has_later", name=file_name, count=count)


def _refuse_merged(session: Session, imported: RegistryImport) -> None:
    """One of its rows stands for two by now, or for none: the merge has to be taken back first."""
    merged = select(Factory.name).where(
        Factory.id.in_(_factory_ids(imported.id, RowAction.CREATED, RowAction.UPDATED)),
        or_(
            Factory.merged_into_id.is_not(None),
            Factory.id.in_(select(Merge.kept_id).where(Merge.undone_at.is_(None))),
        ),
    )
    if names := set(session.scalars(merged)):
        raise Conflict("import_merged_since", count=len(names), names=_shown(sorted(names)))


def _refuse_touched(session: Session, imported: RegistryImport) -> None:
    """An owner or staff has taken it over, or said something about it, since."""
    created = select(Factory.name).where(
        Factory.id.in_(_factory_ids(imported.id, RowAction.CREATED)), or_(*_signs_of_people())
    )
    names = set(session.scalars(created))
    last: int | None = 0
    while last is not None:
        rows, factories = _updated(session, imported.id, last)
        touched = (factories[row.factory_id or 0] for row in rows if _is_touched(row, factories))
        names |= {factory.name for factory in touched}
        last = rows[-1].id if rows else None
    if names:
        raise Conflict("import_touched_since", count=len(names), names=_shown(sorted(names)))


def _signs_of_people() -> tuple[ColumnElement[bool], ...]:
    return (
        Factory.owner_id.is_not(None),
        Factory.verified_on.is_not(None),
        Factory.public_basis.is_not(None),
        Factory.confirmed_on.is_not(None),
        Factory.id.in_(select(FactoryFact.factory_id).where(FactoryFact.source.in_(SPOKEN_FOR))),
    )


def _is_touched(row: RegistryRow, factories: Mapping[int, Factory]) -> bool:
    factory = factories.get(row.factory_id or 0)
    return factory is not None and row.before is not None and is_touched(factory, row.before)


def _updated(session: Session, import_id: int, after: int) -> tuple[Sequence[RegistryRow], dict[int, Factory]]:
    """The next rows that changed a factory and were not restored yet, with their factories."""
    query = select(RegistryRow).where(RegistryRow.import_id == import_id, RegistryRow.action == RowAction.UPDATED)
    query = query.where(RegistryRow.before.is_not(None), RegistryRow.id > after)
    rows = session.scalars(query.order_by(RegistryRow.id).limit(_AT_ONCE)).all()
    children = (selectinload(Factory.capabilities), selectinload(Factory.rates), selectinload(Factory.facts))
    changed = select(Factory).where(Factory.id.in_([row.factory_id for row in rows])).options(*children)
    return rows, {factory.id: factory for factory in session.scalars(changed)}


def _refuse_in_use(session: Session, imported: RegistryImport) -> None:
    """Recommendations, requests, weeks or past orders hang on a factory that would go."""
    used = {
        name
        for column in _outside_references()
        for name in session.scalars(
            select(Factory.name)
            .join(column.table, column == Factory.id)
            .where(Factory.id.in_(_factory_ids(imported.id, RowAction.CREATED)))
            .distinct()
        )
    }
    if used:
        raise Conflict("import_in_use", count=len(used), names=_shown(sorted(used)))


def _outside_references() -> Iterator[Column[Any]]:
    for table in Base.metadata.sorted_tables:
        if table.name not in _OWN_TABLES:
            yield from _references(table)


def _references(table: Table) -> Iterator[Column[Any]]:
    return (key.parent for key in table.foreign_keys if key.column.table.name == Factory.__tablename__)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def _restore_updated(session: Session, import_id: int, after: int) -> int | None:
    """Put the next rows' factories back as they were; the last row's id, None when there are no more."""
    rows, factories = _updated(session, import_id, after)
    source = session.get_one(RegistryImport, import_id).source
    query = select(FactoryIdentity).where(FactoryIdentity.factory_id.in_(factories), FactoryIdentity.source == source)
    identities = {(one.factory_id, one.key): one for one in session.scalars(query)}
    for row in rows:
        factory = factories.get(row.factory_id or 0)
        if factory is None or row.before is None or is_touched(factory, row.before) or factory.merged_into_id:
            continue
        restore(factory, row.before)
        identities[factory.id, row.before["key"]].content_hash = row.before["content_hash"]
        row.before = None
    session.flush()
    return rows[-1].id if rows else None


def _remove_created(session: Session, import_id: int, after: int) -> int | None:
    """Remove the next rows' factories, save those somebody has begun to use."""
    query = select(RegistryRow.id, RegistryRow.factory_id).where(
        RegistryRow.import_id == import_id, RegistryRow.action == RowAction.CREATED, RegistryRow.id > after
    )
    rows = session.execute(query.order_by(RegistryRow.id).limit(_AT_ONCE)).all()
    ids = {factory_id for _id, factory_id in rows if factory_id}
    in_use = {id_ for column in _outside_references() for id_ in session.scalars(select(column).where(column.in_(ids)))}
    merged = select(Merge.kept_id, Merge.gone_id).where(Merge.undone_at.is_(None))
    for pair in session.execute(merged.where(Merge.kept_id.in_(ids) | Merge.gone_id.in_(ids))):
        in_use |= set(pair)
    touched = set(session.scalars(select(Factory.id).where(Factory.id.in_(ids), or_(*_signs_of_people()))))
    session.execute(delete(Factory).where(Factory.id.in_(ids - in_use - touched)))
    session.expire_all()
    return rows[-1].id if rows else None
