"""Changes of rows written down step by step, so that they can be taken back exactly, or seen to be built upon."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, Date, DateTime, RowMapping, Table, delete, insert, select, update
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import Session

from models.base import Base, UtcDateTime
from models.errors import Conflict

Step = dict[str, Any]
_MOVED_ON = "updated_at"  # a later edit may have set it; it is put back only where none has
_SUM = {"is_sum": True}


class Journal:
    """Writes through the database and keeps what stood there. ``steps`` is JSON."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.steps: list[Step] = []

    def change(self, table: Table, id_: int, *, is_sealed: bool = False, **values: Any) -> None:
        """Write these columns of one row; values that stand already are left out. ``is_sealed``: as with `move`."""
        row = _row(self._session, table, id_)
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return
        before = {name: _plain(row[name]) for name in changed}
        after = {name: _plain(value) for name, value in changed.items()}
        seals: Step = {"seals": []} if is_sealed else {}
        self.steps.append({"table": table.name, "ids": [id_], "before": before, "after": after} | seals)
        self._session.execute(update(table).where(_key(table) == id_).values(changed | _untouched(table, values)))

    def move(self, column: Column[Any], ids: Sequence[int], old: int, new: int) -> None:
        """Let these rows point to another factory; each is sealed, so that later work on it is seen."""
        if not ids:
            return
        table = column.table
        before, after = {column.name: old}, {column.name: new}
        self._session.execute(update(table).where(_key(table).in_(ids)).values({column.name: new} | _untouched(table)))
        self.steps.append({"table": table.name, "ids": list(ids), "before": before, "after": after, "seals": []})

    def add(self, table: Table, **values: Any) -> None:
        added = self._session.execute(insert(table).values(values).returning(_key(table))).scalar_one()
        row = {name: _plain(value) for name, value in _row(self._session, table, added).items()}
        self.steps.append({"table": table.name, "ids": [added], "before": None, "after": row})

    def count(self, table: Table, id_: int, name: str, amount: float) -> None:
        """Set a sum that goes on growing: taken back by what it grew by here, whatever was added since."""
        before = _row(self._session, table, id_)[name]
        self._session.execute(update(table).where(_key(table) == id_).values({name: amount}))
        self.steps.append({"table": table.name, "ids": [id_], "before": {name: before}, "after": {name: amount}} | _SUM)

    def remove(self, table: Table, id_: int) -> None:
        row = {name: _plain(value) for name, value in _row(self._session, table, id_).items()}
        self.steps.append({"table": table.name, "ids": [id_], "before": row, "after": None})
        self._session.execute(delete(table).where(_key(table) == id_))

    def seal(self) -> list[Step]:
        """The steps, moved rows with the mark of how they stand now."""
        for step in self.steps:
            if "seals" in step:
                step["seals"] = _seals(self._session, Base.metadata.tables[step["table"]], step["ids"])
        return self.steps


def take_back(session: Session, steps: Sequence[Step]) -> None:
    """Undo the steps from the last to the first, or raise Conflict when something was built on them."""
    session.flush()
    _refuse_later_work(session, steps)
    for step in reversed(steps):
        table, ids = Base.metadata.tables[step["table"]], step["ids"]
        if step["after"] is None:
            session.execute(insert(table).values(_values(table, step["before"])))
        elif step["before"] is None:
            session.execute(delete(table).where(_key(table).in_(ids)))
        else:
            values = _values(table, _wanted(session, table, step))
            session.execute(update(table).where(_key(table).in_(ids)).values(values | _untouched(table, values)))
    session.expire_all()


def _wanted(session: Session, table: Table, step: Step) -> dict[str, Any]:
    """What to put back into the columns of a step."""
    before, after = dict(step["before"]), step["after"]
    if "is_sum" in step:
        (name,) = before
        now = _row(session, table, step["ids"][0])[name]
        return before if now == after[name] else {name: max(0.0, now - (after[name] - before[name]))}
    if _MOVED_ON in before and _differs(session, table, step["ids"][0], after, {_MOVED_ON}):
        del before[_MOVED_ON]
    return before


def _refuse_later_work(session: Session, steps: Sequence[Step]) -> None:
    """Rows written down have to stand as they were left."""
    left: dict[tuple[str, int], dict[str, Any] | None] = {}
    for step in steps:
        for id_ in step["ids"]:
            known = dict(left.get((step["table"], id_)) or {})
            if "is_sum" in step:
                left[step["table"], id_] = {name: value for name, value in known.items() if name not in step["after"]}
            else:
                left[step["table"], id_] = None if step["after"] is None else known | step["after"]
    for (name, id_), after in left.items():
        if after is not None and _differs(session, Base.metadata.tables[name], id_, after, set(after) - {_MOVED_ON}):
            raise Conflict("merge_has_later_work")
    for step in steps:
        table = Base.metadata.tables[step["table"]]
        if "seals" in step and step["seals"] != _seals(session, table, step["ids"]):
            raise Conflict("merge_has_later_work")


def _differs(session: Session, table: Table, id_: int, after: Mapping[str, Any], names: Any) -> bool:
    row = session.execute(select(table).where(_key(table) == id_)).mappings().one_or_none()
    return row is None or any(_plain(row[name]) != after[name] for name in names if name in after)


def _seals(session: Session, table: Table, ids: Sequence[int]) -> list[str]:
    key = _key(table)
    rows = {row[key.name]: row for row in session.execute(select(table).where(key.in_(ids))).mappings()}
    return [_seal(rows[id_]) if id_ in rows else "" for id_ in ids]


def _seal(row: RowMapping) -> str:
    text = json.dumps({name: _plain(value) for name, value in row.items()}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _row(session: Session, table: Table, id_: int) -> dict[str, Any]:
    return dict(session.execute(select(table).where(_key(table) == id_)).mappings().one())


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key.columns
    return key


def _untouched(table: Table, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Columns that would set themselves, kept as they are."""
    own = [column for column in table.columns if column.onupdate is not None]
    return {column.name: column for column in own if column.name not in (values or {})}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime | date) else value


def _values(table: Table, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.columns[name], value) for name, value in plain.items()}


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime | DateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, EnumType) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    return value
