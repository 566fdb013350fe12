"""What has changed since a reader last looked: the log that triggers write, read and swept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from garment_hub.db import has_changed_rows
from models.factory_change import ChangedPart

# SQLite has one writer, so ids come in the order of commits. On PostgreSQL a transaction that began earlier may end
# later: whatever was still running at the last look is asked for again.
_NUMBER = {"sqlite": "id", "postgresql": "transaction_id"}
_NOW = {
    "sqlite": "(SELECT coalesce(max(id), 0) + 1 FROM factory_change)",
    "postgresql": "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
}
_HAS_WRITTEN = {"sqlite": "NULL", "postgresql": "pg_current_xact_id_if_assigned()"}
_VALUE = {"sqlite": "?", "postgresql": "%s"}
_NEVER = 2**62
# Of a factory and part only the newest transaction is needed. A number that is still to come was restored from another
# server: whoever reads now has started after that.
_SWEEP = text(
    "DELETE FROM factory_change WHERE id IN (SELECT id FROM factory_change AS change"
    " WHERE transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    " OR EXISTS (SELECT FROM factory_change AS newer WHERE newer.factory_id = change.factory_id"
    " AND newer.part = change.part AND newer.district_id = change.district_id"
    " AND newer.transaction_id > change.transaction_id) FOR UPDATE SKIP LOCKED)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where a reader has read: everything below ``number``, and some changes from there on."""

    number: int
    seen: frozenset[int] = frozenset()


@dataclass(slots=True)
class Changes:
    """Factories by what of them has to be read again."""

    facts: set[int] = field(default_factory=set)
    capacity: set[int] = field(default_factory=set)
    exposure: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.facts) + len(self.capacity) + len(self.exposure)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look tells; ``beside`` are the values of the further columns that were asked for.

    ``has_written``: the reader's transaction has changed rows that nobody else can see yet.
    """

    changes: Changes
    mark: Mark
    beside: tuple[Any, ...]
    has_written: bool


def look(connection: Connection, district_id: int, mark: Mark | None, beside: str = "NULL") -> Look:
    """What has to be read again since the mark, and the next one: one statement when there is no news, else two.

    Without a mark nothing has: the reader reads everything after this look. Who looks with an older view of the
    database than before learns nothing, and keeps the mark. ``beside`` are columns, in which ``district.id`` is known.
    """
    engine = connection.dialect.name
    row = connection.exec_driver_sql(_state(engine, beside), (district_id,)).one()
    now, newest, written, *others = row
    changes, seen = Changes(), frozenset[int]()
    if mark and newest is not None and newest >= mark.number:
        now = max(now, mark.number)
        found = connection.exec_driver_sql(_since(engine), (mark.number, district_id)).all()
        for one, factory_id, part, _number in found:
            if one not in mark.seen:
                getattr(changes, ChangedPart(part).value).add(factory_id)
        seen = frozenset(one for one, _factory, _part, number in found if number >= now)
    elif mark and mark.number >= now:
        now, seen = mark.number, mark.seen
    return Look(changes, Mark(now, seen), tuple(others), written is not None or has_changed_rows(connection))


@cache
def _state(engine: str, beside: str) -> str:
    """Apart from the changes themselves: PostgreSQL would plan the two together anew each time."""
    return (
        f"SELECT {_NOW[engine]}, (SELECT max({_NUMBER[engine]}) FROM factory_change), {_HAS_WRITTEN[engine]},"  # noqa: S608
        f" {beside} FROM district WHERE id = {_VALUE[engine]}"
    )


@cache
def _since(engine: str) -> str:
    number, value = _NUMBER[engine], _VALUE[engine]
    return (
        f"SELECT id, factory_id, part, {number} FROM factory_change"  # noqa: S608 (words of ours)
        f" WHERE {number} >= {value} AND district_id = {value}"
    )


def sweep_changes(session: Session, now: datetime) -> int:
    """Take away what newer changes have overtaken; on SQLite the triggers do that themselves."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    swept: Any = session.execute(_SWEEP)
    return int(swept.rowcount)
