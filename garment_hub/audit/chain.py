"""The chain over the audit record: sealed by one job a minute, since inside each transaction it would serialise all."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, String, func, insert, select, text, type_coerce, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub.audit.services import record
from models.audit import AuditAction, AuditEntry
from models.audit_seal import AuditSeal
from models.user import User

BEGINNING = "0" * 64  # what stands before the first seal
BATCH = 2000
# Codes as they are stored: one that was tampered with has no name.
ENTRIES = select(
    AuditEntry.id,
    AuditEntry.district_id,
    AuditEntry.at,
    AuditEntry.actor_id,
    type_coerce(AuditEntry.action, String).label("action"),
    AuditEntry.subject,
    AuditEntry.subject_id,
    AuditEntry.reason,
    AuditEntry.values.label("codes"),
)
Entry = Row[Any]


def seal_due(session: Session, now: datetime) -> int:
    """Seal what was recorded since the last seal, in the order of ids, some at a time; of two at once one does."""
    if not _hold_still(session):
        return 0
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1))
    newest = last.entry_id if last else 0
    entries = session.execute(ENTRIES.where(AuditEntry.id > newest).order_by(AuditEntry.id).limit(BATCH))
    seals = list(_seals(entries.all(), last.position if last else 0, last.hash if last else BEGINNING))
    if seals:
        session.execute(insert(AuditSeal), seals)
    return len(seals)


def _hold_still(session: Session) -> bool:
    """Wait until nobody is about to add an entry with an id below one that is seen already; False when that is long.

    On SQLite whoever writes is alone anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    try:
        with session.begin_nested():
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            session.execute(text("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE"))
    except OperationalError:
        return False  # a long transaction is at work; the next minute is soon enough
    return True


def _seals(entries: Sequence[Entry], position: int, previous: str) -> Iterator[dict[str, Any]]:
    for place, entry in enumerate(entries, start=position + 1):
        salt = None if entry.reason is None else secrets.token_hex(16)
        reason_hash = None if salt is None else hash_of_reason(salt, entry.reason)
        previous = link(previous, content(entry, place, entry.id, reason_hash))
        yield {
            "position": place,
            "entry_id": entry.id,
            "hash": previous,
            "reason_hash": reason_hash,
            "salt": salt,
        }


def content(entry: Entry, position: int, entry_id: int, reason_hash: str | None) -> Mapping[str, Any]:
    """What the chain holds of an entry: all but its free text. Raises TypeError for what nobody could have recorded."""
    return {
        "position": position,
        "id": entry_id,
        "district_id": entry.district_id,
        "at": _exact(entry.at),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "reason_hash": reason_hash,
        "values": entry.codes,
    }


def _exact(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(data: Mapping[str, Any]) -> bytes:
    """One way only to write the same thing: sorted keys, no blanks, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: str, data: Mapping[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + canonical(data)).hexdigest()


def hash_of_reason(salt: str, reason: str) -> str:
    return hashlib.sha256(f"{salt}:{reason}".encode()).hexdigest()


def unsealed(session: Session) -> int:
    """Entries that the next round will seal."""
    newest = select(func.coalesce(func.max(AuditSeal.entry_id), 0)).scalar_subquery()
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.id > newest)) or 0


def remove_reason(session: Session, actor: User | None, entry: AuditEntry) -> None:
    """Take the free text of an entry away for good, on request; that it was done is an entry of its own.

    The chain stays whole: it holds only a salted hash, and without the salt nobody can try what was written.
    """
    record(session, actor, AuditAction.DELETED, entry)
    session.execute(update(AuditEntry).where(AuditEntry.id == entry.id).values(reason=None))
    session.execute(update(AuditSeal).where(AuditSeal.entry_id == entry.id).values(salt=None))
    session.expire(entry)


SWEEPS = {"audit record": seal_due}
