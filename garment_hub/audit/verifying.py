"""Whether the audit record is as it was sealed; if not, the first row that is wrong, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.audit.chain import BATCH, BEGINNING, ENTRIES, Entry, content, hash_of_reason, link
from garment_hub.audit.heads import Head
from models.audit import AuditAction, AuditEntry
from models.audit_seal import AuditSeal

UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, OverflowError)


class Wrong(StrEnum):
    CHANGE = "change"
    DELETE = "delete"
    INSERT = "insert"
    REORDER = "reorder"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Problem:
    """``row`` is the entry's id."""

    row: int
    kind: Wrong


@dataclass(frozen=True, slots=True)
class Verdict:
    sealed: int
    problem: Problem | None


def verify(session: Session, heads: Sequence[Head] = ()) -> Verdict:
    """Walk the chain from its beginning, then look for entries without a seal, then at what was published."""
    walk = _Walk(session)
    found = [walk.first_problem(), _inserted(session)]
    problems = [problem for problem in found if problem]
    if not problems and (cut := _against(session, heads)):
        problems = [cut]
    return Verdict(walk.position, min(problems, key=lambda problem: problem.row, default=None))


class _Walk:
    """From seal to seal, with what the next one has to fit to."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.position, self.row, self.previous = 0, 0, BEGINNING
        removed = select(AuditEntry.subject_id).where(AuditEntry.subject == AuditEntry.__tablename__)
        self.removed = set(session.scalars(removed.where(AuditEntry.action == AuditAction.DELETED)))

    def first_problem(self) -> Problem | None:
        for seals in _batches(self.session):
            entries = _entries(self.session, [seal.entry_id for seal in seals])
            for seal in seals:
                if problem := self._step(seal, entries):
                    return problem
                self.position, self.row, self.previous = seal.position, seal.entry_id, seal.hash
        return None

    def _step(self, seal: AuditSeal, entries: Mapping[int, Entry | None]) -> Problem | None:
        if seal.position != self.position + 1:
            return Problem(self.row + 1, Wrong.DELETE)  # seal and entry are gone; it stood behind this row
        if seal.entry_id not in entries:
            return Problem(seal.entry_id, Wrong.DELETE)
        entry = entries[seal.entry_id]
        if seal.entry_id > self.row and entry and self._fits(seal, entry):
            return None
        is_moved = seal.entry_id <= self.row or (entry is not None and self._stood_elsewhere(seal, entry))
        return Problem(seal.entry_id, Wrong.REORDER if is_moved else Wrong.CHANGE)

    def _fits(self, seal: AuditSeal, entry: Entry) -> bool:
        return _is_sealed_by(seal, self.previous, entry) and self._is_reason_kept(seal, entry)

    def _is_reason_kept(self, seal: AuditSeal, entry: Entry) -> bool:
        if seal.reason_hash is None:
            return entry.reason is None and seal.salt is None
        if entry.reason is None:  # taken away on request, which is an entry of its own
            return seal.salt is None and entry.id in self.removed
        return isinstance(entry.reason, str) and hash_of_reason(seal.salt or "", entry.reason) == seal.reason_hash

    def _stood_elsewhere(self, wrong: AuditSeal, entry: Entry) -> bool:
        """Whether what stands here was sealed as another row, or its seal in another place."""
        previous = BEGINNING
        for seals in _batches(self.session):
            for seal in seals:
                if seal.entry_id != wrong.entry_id and _is_sealed_by(seal, previous, entry):
                    return True
                if seal.position == wrong.position + 1 and seal.entry_id < wrong.entry_id:
                    return True
                previous = seal.hash
        return False


def _is_sealed_by(seal: AuditSeal, previous: str, entry: Entry) -> bool:
    try:
        return link(previous, content(entry, seal.position, seal.entry_id, seal.reason_hash)) == seal.hash
    except UNREADABLE:
        return False


def _batches(session: Session) -> Iterator[Sequence[AuditSeal]]:
    last: int | None = None
    while True:
        query = select(AuditSeal).order_by(AuditSeal.position).limit(BATCH)
        seals = session.scalars(query if last is None else query.where(AuditSeal.position > last)).all()
        if not seals:
            return
        yield seals
        last = seals[-1].position
        session.expunge_all()


def _entries(session: Session, ids: Sequence[int]) -> dict[int, Entry | None]:
    """The entries by id; None for one that cannot be read, because nobody could have recorded it."""
    try:
        return {entry.id: entry for entry in session.execute(ENTRIES.where(AuditEntry.id.in_(ids)))}
    except UNREADABLE:
        if len(ids) == 1:
            return {ids[0]: None}
        half = len(ids) // 2
        return _entries(session, ids[:half]) | _entries(session, ids[half:])


def _inserted(session: Session) -> Problem | None:
    """An entry without a seal, older than the newest sealed: sealing goes by ids, so it came later."""
    newest = session.scalar(select(func.max(AuditSeal.entry_id))) or 0
    has_seal = select(AuditSeal.entry_id).where(AuditSeal.entry_id == AuditEntry.id).exists()
    row = session.scalar(select(func.min(AuditEntry.id)).where(AuditEntry.id < newest, ~has_seal))
    return None if row is None else Problem(row, Wrong.INSERT)


def _against(session: Session, heads: Sequence[Head]) -> Problem | None:
    """What was published has to be there still, and the same."""
    for head in heads:
        seal = session.get(AuditSeal, head.position)
        if seal is None:
            return Problem(head.entry_id, Wrong.TAIL)
        if (seal.entry_id, seal.hash) != (head.entry_id, head.hash):
            return Problem(head.entry_id, Wrong.CHANGE)
    return None
