"""Who has a case in hand and what was noted on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from garment_hub import audit
from models.audit import AuditAction
from models.brief import Brief
from models.case_note import CaseHold, CaseKind, CaseNote
from models.errors import Conflict, Forbidden, NotFound
from models.order import Order
from models.payment import AskingStop, PaymentPart
from models.quote import Quote, QuoteRequest
from models.review import Review
from models.user import CENTRE, User

# The table behind each kind.
THINGS: Mapping[CaseKind, Any] = {
    CaseKind.UNCLAIMED: QuoteRequest,
    CaseKind.UNANSWERED: QuoteRequest,
    CaseKind.EXPIRING: Quote,
    CaseKind.TIGHT_BRIEF: Brief,
    CaseKind.TIGHT_ORDER: Order,
    CaseKind.LATE_DELIVERY: Order,
    CaseKind.LATE_PAYMENT: PaymentPart,
    CaseKind.DISPUTE: Order,
    CaseKind.STOPPED: AskingStop,
    CaseKind.SUSPICIOUS: Review,
}


@dataclass(slots=True)
class Handling:
    hold: CaseHold | None = None
    notes: list[CaseNote] = field(default_factory=list)


def handlings(
    session: Session, district_id: int, cases: Iterable[tuple[CaseKind, int]]
) -> dict[tuple[CaseKind, int], Handling]:
    """By kind and subject, in two statements however many there are."""
    ids: dict[CaseKind, list[int]] = {}
    for kind, subject_id in cases:
        ids.setdefault(kind, []).append(subject_id)
    found = {(kind, subject_id): Handling() for kind, subjects in ids.items() for subject_id in subjects}
    if not found:
        return {}
    for hold in session.scalars(_about(CaseHold, district_id, ids).options(joinedload(CaseHold.holder))):
        found[hold.kind, hold.subject_id].hold = hold
    for note in session.scalars(_about(CaseNote, district_id, ids).options(joinedload(CaseNote.author))):
        found[note.kind, note.subject_id].notes.append(note)
    return found


def _about(model: Any, district_id: int, ids: Mapping[CaseKind, list[int]]) -> Any:
    these = [(model.kind == kind) & model.subject_id.in_(subjects) for kind, subjects in ids.items()]
    return select(model).where(model.district_id == district_id, or_(*these)).order_by(model.id)


def get_thing(session: Session, kind: CaseKind, thing_id: int, user: User) -> Any:
    """The row behind a case, if it lies in this person's district and this person is of the centre."""
    thing = session.get(THINGS[kind], thing_id)
    if thing is None or not user.is_staff or _district_of(thing) != user.district_id:
        raise NotFound
    if user.role not in CENTRE:
        raise Forbidden
    return thing


def _district_of(thing: Any) -> int:
    match thing:
        case QuoteRequest():
            found = thing.factory.district_id
        case Quote():
            found = thing.request.factory.district_id
        case PaymentPart() | Review():
            found = thing.line.order.district_id
        case AskingStop():
            found = thing.designer.district_id
        case _:
            found = thing.district_id
    return int(found)


def add_note(session: Session, kind: CaseKind, thing: Any, actor: User, text: str, now: datetime) -> CaseNote:
    """Keep what was found out; the record says that there is a note, never what it says."""
    note = CaseNote(
        district_id=actor.district_id, kind=kind, subject_id=thing.id, text=text, author_id=actor.id, at=now
    )
    session.add(note)
    session.flush()
    audit.record(session, actor, AuditAction.CASE_NOTED, thing, kind=kind, note=note.id)
    return note


def take(session: Session, kind: CaseKind, thing: Any, actor: User, now: datetime) -> None:
    """Have the case in hand. One insert decides when two take it at once."""
    values = {"district_id": actor.district_id, "kind": kind, "subject_id": thing.id, "holder_id": actor.id}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(CaseHold).values(since=now, **values).on_conflict_do_nothing().returning(CaseHold.id)
    if session.scalar(statement) is None:
        raise Conflict("case_taken")


def hand_back(session: Session, kind: CaseKind, thing: Any, actor: User, text: str | None, now: datetime) -> None:
    """Let somebody else have it; a colleague may hand it back for whoever is away, and one delete decides."""
    which = CaseHold.kind == kind, CaseHold.subject_id == thing.id
    holder = session.scalar(delete(CaseHold).where(*which).returning(CaseHold.holder_id))
    if holder is None:
        raise Conflict("case_not_in_hand")
    if text:
        add_note(session, kind, thing, actor, text, now)
    audit.record(session, actor, AuditAction.CASE_HANDED_BACK, thing, kind=kind, holder=holder)
