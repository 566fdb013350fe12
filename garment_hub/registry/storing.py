"""Writes one chunk of prepared rows: each row whole or not at all, and never over what an owner or staff said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session, selectinload

from garment_hub.factories.services import RATES, refresh_search_text
from garment_hub.registry.preparation import Prepared
from garment_hub.registry.remarks import Outcome, Remark
from garment_hub.registry.snapshots import COLUMNS, SPOKEN_FOR, snapshot
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCapability,
    FactoryFact,
    FactoryRate,
    FactSource,
    OperatingStatus,
)
from models.registry_import import FactoryIdentity, RegistryRow, RowAction


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows come from: it stands beside every fact."""

    import_id: int
    district_id: int
    source: str
    today: date


@dataclass(slots=True)
class Sorted:
    """Rows of one chunk by what has to be done with them."""

    created: list[Prepared] = field(default_factory=list)
    updated: list[tuple[Prepared, FactoryIdentity]] = field(default_factory=list)
    unchanged: list[tuple[Prepared, FactoryIdentity]] = field(default_factory=list)
    rejected: list[Prepared] = field(default_factory=list)

    def counts(self) -> Counter[RowAction]:
        return Counter(
            {
                RowAction.CREATED: len(self.created),
                RowAction.UPDATED: len(self.updated),
                RowAction.UNCHANGED: len(self.unchanged),
                RowAction.REJECTED: len(self.rejected),
            }
        )


def sort_chunk(session: Session, district_id: int, source: str, chunk: Sequence[Prepared]) -> Sorted:
    """What each row means for what is stored; changes nothing."""
    keys = [prepared.key for prepared in chunk if prepared.key is not None]
    query = select(FactoryIdentity).where(
        FactoryIdentity.district_id == district_id, FactoryIdentity.source == source, FactoryIdentity.key.in_(keys)
    )
    known = {identity.key: identity for identity in session.scalars(query)}
    found = Sorted()
    for prepared in chunk:
        identity = known.get(prepared.key or "")
        if prepared.key is None:
            found.rejected.append(prepared)
        elif identity is None:
            found.created.append(prepared)
        elif identity.content_hash == prepared.content_hash:
            found.unchanged.append((prepared, identity))
        else:
            found.updated.append((prepared, identity))
    return found


def store_chunk(session: Session, origin: Origin, chunk: Sequence[Prepared]) -> None:
    """Store the rows of one chunk and what became of each."""
    found = sort_chunk(session, origin.district_id, origin.source, chunk)
    rows = [_row(origin, prepared, RowAction.REJECTED, None) for prepared in found.rejected]
    rows += [_row(origin, prepared, RowAction.UNCHANGED, identity.factory_id) for prepared, identity in found.unchanged]
    rows += _create(session, origin, found.created)
    rows += _update(session, origin, found.updated)
    if rows:
        table: Any = RegistryRow.__table__
        session.execute(insert(table), rows)


def _row(
    origin: Origin,
    prepared: Prepared,
    action: RowAction,
    factory_id: int | None,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "import_id": origin.import_id,
        "number": prepared.number,
        "action": action,
        "factory_id": factory_id,
        "raw": {} if action is RowAction.UNCHANGED else prepared.raw,
        "errors": prepared.remarks,
        "before": before,
    }


def _create(session: Session, origin: Origin, rows: Sequence[Prepared]) -> list[dict[str, Any]]:
    if not rows:
        return []
    values = [_columns(origin, prepared) for prepared in rows]
    ids = _insert_factories(session, values)
    _insert_children(session, origin, list(zip(rows, ids, strict=True)))
    return [_row(origin, prepared, RowAction.CREATED, id_) for prepared, id_ in zip(rows, ids, strict=True)]


def _insert_factories(session: Session, values: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Their ids in order. Whoever writes to SQLite is alone, and asked for ids it would take rows one by one."""
    table: Any = Factory.__table__
    if session.get_bind().dialect.name != "sqlite":
        return session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), values).all()
    last = session.scalar(select(func.max(table.c.id))) or 0
    ids = range(last + 1, last + 1 + len(values))
    session.execute(insert(table), [{"id": id_} | one for id_, one in zip(ids, values, strict=True)])
    return ids


def _columns(origin: Origin, prepared: Prepared) -> dict[str, Any]:
    """Every column of a new factory: rows of one statement all have the same ones."""
    unknown = dict.fromkeys(COLUMNS) | {"status": OperatingStatus.ACTIVE}
    return {"district_id": origin.district_id, "search_text": prepared.search_text} | unknown | prepared.values


def _insert_children(session: Session, origin: Origin, stored: Sequence[tuple[Prepared, int]]) -> None:
    capabilities = [
        {"factory_id": id_, "kind": kind, "code": code, "has": True, "count": count}
        for prepared, id_ in stored
        for kind, held in prepared.capabilities.items()
        for code, count in held.items()
    ]
    rates = [
        {"factory_id": id_, "item": None, "stage": None, "pieces_per_day": prepared.pieces_per_day}
        for prepared, id_ in stored
        if prepared.pieces_per_day
    ]
    facts = [
        {"factory_id": id_, "name": name, "source": FactSource.IMPORT, "source_name": origin.source}
        | {"stated_on": prepared.stated_on or origin.today, "is_complete": False}
        for prepared, id_ in stored
        for name in _fact_names(prepared)
    ]
    identities = [
        {"district_id": origin.district_id, "source": origin.source, "key": prepared.key}
        | {"factory_id": id_, "content_hash": prepared.content_hash}
        for prepared, id_ in stored
    ]
    tables: list[tuple[Any, list[dict[str, Any]]]] = [
        (FactoryCapability, capabilities),
        (FactoryRate, rates),
        (FactoryFact, facts),
        (FactoryIdentity, identities),
    ]
    for table, values in tables:
        if values:
            session.execute(insert(table.__table__), values)


def _fact_names(prepared: Prepared) -> list[str]:
    kinds = [kind.value for kind, held in prepared.capabilities.items() if held]
    return [*prepared.values, *kinds, *([RATES] if prepared.pieces_per_day else [])]


def _update(
    session: Session, origin: Origin, pairs: Sequence[tuple[Prepared, FactoryIdentity]]
) -> list[dict[str, Any]]:
    ids = [identity.factory_id for _prepared, identity in pairs]
    children = (selectinload(Factory.capabilities), selectinload(Factory.rates), selectinload(Factory.facts))
    factories = {one.id: one for one in session.scalars(select(Factory).where(Factory.id.in_(ids)).options(*children))}
    rows = []
    for prepared, identity in pairs:
        factory = factories[identity.factory_id]
        before = snapshot(factory, identity)
        _apply(factory, prepared, origin)
        identity.content_hash = prepared.content_hash
        rows.append(_row(origin, prepared, RowAction.UPDATED, factory.id, before))
    session.flush()
    return rows


def _apply(factory: Factory, prepared: Prepared, origin: Origin) -> None:
    """Take over what the row says; a cell that is empty now says nothing, so what was known stays."""
    for name, value in prepared.values.items():
        if _may_state(factory, name, prepared, getattr(factory, name) != value):
            setattr(factory, name, value)
            _note(factory, name, prepared, origin)
    for kind, held in prepared.capabilities.items():
        if _may_state(factory, kind.value, prepared, set(factory.codes(kind)) != set(held)):
            _hold(factory, kind, held)
            _note(factory, kind.value, prepared, origin)
    if prepared.pieces_per_day and _may_state(factory, RATES, prepared, True):
        _set_rate(factory, prepared.pieces_per_day)
        _note(factory, RATES, prepared, origin)
    refresh_search_text(factory)


def _may_state(factory: Factory, name: str, prepared: Prepared, is_other: bool) -> bool:
    """Whether the register may speak: what an owner or staff said stands, and the row says so if it differs."""
    fact = factory.fact(name)
    if fact is None or fact.source not in SPOKEN_FOR:
        return True
    if is_other:
        code = "owner_said_otherwise" if fact.source is FactSource.OWNER else "staff_said_otherwise"
        prepared.say(name, Remark(code, Outcome.NOTED, str(prepared.values.get(name, ""))))
    return False


def _note(factory: Factory, name: str, prepared: Prepared, origin: Origin) -> None:
    factory.record_fact(name, FactSource.IMPORT, prepared.stated_on or origin.today, source_name=origin.source)


def _hold(factory: Factory, kind: CapabilityKind, held: Mapping[str, int | None]) -> None:
    """Rows are changed in place: out and in again in one flush would break their uniqueness."""
    kept = {row.code: row for row in factory.capabilities if row.kind == kind and row.code in held}
    for code, count in held.items():
        row = kept.setdefault(code, FactoryCapability(kind=kind, code=code))
        row.has, row.count = True, count
    factory.capabilities[:] = [*(row for row in factory.capabilities if row.kind != kind), *kept.values()]


def _set_rate(factory: Factory, pieces: int) -> None:
    """The register's one figure: any item, the whole garment."""
    for rate in factory.rates:
        if rate.item is None and rate.stage is None:
            rate.pieces_per_day = pieces
            return
    factory.rates.append(FactoryRate(item=None, stage=None, pieces_per_day=pieces))
