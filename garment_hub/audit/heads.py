"""The newest seal of each day in a file that only grows, to be copied to where nobody of this site can write."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit_seal import AuditSeal
from models.capacity import SEOUL
from models.errors import Invalid

FOLDER, FILE = "audit-heads", "heads.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    """Up to where the chain reached on a day."""

    day: str
    position: int
    entry_id: int
    hash: str


def path_of(data_dir: Path) -> Path:
    return data_dir / FOLDER / FILE


def publish(session: Session, data_dir: Path, now: datetime) -> bool:
    """Add this day's head, once a day in Korean time; True when there was something to add."""
    newest = session.scalar(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1))
    path, day = path_of(data_dir), now.astimezone(SEOUL).date().isoformat()
    known = read(path) if path.exists() else []
    if newest is None or (known and (known[-1].day >= day or known[-1].hash == newest.hash)):
        return False
    head = Head(day, newest.position, newest.entry_id, newest.hash)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(head)) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read(path: Path) -> Sequence[Head]:
    try:
        return [Head(**json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (ValueError, TypeError) as error:
        raise Invalid("audit_heads_unreadable", path=path) from error
