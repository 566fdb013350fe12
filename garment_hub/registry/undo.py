"""Takes an import back: what it created goes, what it changed is as before; or says why that cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Table, delete, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from garment_hub.registry.snapshots import SPOKEN_FOR, is_touched, restore
from models.base import Base, utc_now
from models.errors import Conflict
from models.factory import Factory, FactoryFact
from models.registry_import import (
    DuplicateProposal,
    FactoryIdentity,
    ImportStatus,
    RegistryImport,
    RegistryRow,
    RowAction,
)

# Rows that belong to a factory and go with it. Whatever else points to it is somebody's work and forbids the undoing.
_OWN_TABLES = frozenset(
    {
        "factory_capability",
        "factory_rate",
        "factory_certificate",
        "factory_fact",
        "factory_identity",
        "registry_row",
        "duplicate_proposal",
    }
)
_AT_ONCE = 500


def undo_import(session: Session, imported: RegistryImport) -> None:
    """Take the import back whole, or raise Conflict and leave everything as it is."""
    if imported.status is ImportStatus.UNDONE:
        raise Conflict("import_already_undone")
    _refuse_later_import(session, imported)
    _refuse_touched(session, imported)
    _refuse_in_use(session, imported)
    _restore_updated(session, imported)
    _remove_created(session, imported)
    session.execute(delete(DuplicateProposal).where(DuplicateProposal.import_id == imported.id))
    imported.status, imported.undone_at = ImportStatus.UNDONE, utc_now()
    session.flush()


def _factory_ids(imported: RegistryImport, *actions: RowAction) -> Any:
    return select(RegistryRow.factory_id).where(
        RegistryRow.import_id == imported.id, RegistryRow.action.in_(actions), RegistryRow.factory_id.is_not(None)
    )


def _refuse_later_import(session: Session, imported: RegistryImport) -> None:
    """A later import built on this one, so it has to go first."""
    later = aliased(RegistryRow)
    query = (
        select(func.min(RegistryImport.file_name), func.count(func.distinct(later.factory_id)))
        .join(later, later.import_id == RegistryImport.id)
        .where(RegistryImport.id > imported.id, RegistryImport.status != ImportStatus.UNDONE)
        .where(later.action == RowAction.UPDATED)
        .where(later.factory_id.in_(_factory_ids(imported, RowAction.CREATED, RowAction.UPDATED)))
    )
    file_name, count = session.execute(query).one()
    if count:
        raise Conflict("import_has_later", name=file_name, count=count)


def _refuse_touched(session: Session, imported: RegistryImport) -> None:
    """An owner or staff has taken it over, or said something about it, since."""
    created = select(Factory.name).where(
        Factory.id.in_(_factory_ids(imported, RowAction.CREATED)),
        or_(
            Factory.owner_id.is_not(None),
            Factory.verified_on.is_not(None),
            Factory.public_basis.is_not(None),
            Factory.confirmed_on.is_not(None),
            Factory.id.in_(select(FactoryFact.factory_id).where(FactoryFact.source.in_(SPOKEN_FOR))),
        ),
    )
    names = set(session.scalars(created))
    for rows, factories in _updated(session, imported):
        names |= {
            factories[row.factory_id].name
            for row in rows
            if row.factory_id and row.before and is_touched(factories[row.factory_id], row.before)
        }
    if names:
        raise Conflict("import_touched_since", count=len(names), names=_shown(sorted(names)))


def _updated(session: Session, imported: RegistryImport) -> Iterator[tuple[Sequence[RegistryRow], dict[int, Factory]]]:
    """The rows that changed a factory, some at a time, with their factories."""
    rows = session.scalars(
        select(RegistryRow).where(RegistryRow.import_id == imported.id, RegistryRow.action == RowAction.UPDATED)
    ).all()
    children = (selectinload(Factory.capabilities), selectinload(Factory.rates), selectinload(Factory.facts))
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        query = select(Factory).where(Factory.id.in_([row.factory_id for row in some])).options(*children)
        yield some, {factory.id: factory for factory in session.scalars(query)}


def _refuse_in_use(session: Session, imported: RegistryImport) -> None:
    """Recommendations, requests, weeks or past orders hang on a factory that would go."""
    used = {
        name
        for column in _outside_references()
        for name in session.scalars(
            select(Factory.name)
            .join(column.table, column == Factory.id)
            .where(Factory.id.in_(_factory_ids(imported, RowAction.CREATED)))
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


def _restore_updated(session: Session, imported: RegistryImport) -> None:
    for rows, factories in _updated(session, imported):
        query = select(FactoryIdentity).where(
            FactoryIdentity.factory_id.in_(factories), FactoryIdentity.source == imported.source
        )
        identities = {(one.factory_id, one.key): one for one in session.scalars(query)}
        for row in rows:
            if row.factory_id in factories and row.before:
                restore(factories[row.factory_id], row.before)
                identities[row.factory_id, row.before["key"]].content_hash = row.before["content_hash"]
        session.flush()


def _remove_created(session: Session, imported: RegistryImport) -> None:
    ids = session.scalars(_factory_ids(imported, RowAction.CREATED)).all()
    for start in range(0, len(ids), _AT_ONCE):
        session.execute(delete(Factory).where(Factory.id.in_(ids[start : start + _AT_ONCE])))
    session.expire_all()
