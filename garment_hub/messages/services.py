"""The verbs of a case: say something, say that it was read, and read it as staff, which leaves a record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.messages.queries import people_across, reading_of
from garment_hub.notifications import notify
from models.audit import AuditAction
from models.case import Case
from models.errors import Invalid
from models.message import Message
from models.order import Party
from models.user import User


def write(
    session: Session, case: Case, actor: User, party: Party, now: datetime, *, text: str | None, picture_key: str | None
) -> Message:
    """Say something to the other side. Who answers has read what was there."""
    if text is None and picture_key is None:
        raise Invalid("message_empty", field="text")
    mark_read(session, case, party, now)
    message = Message(case=case, author=actor, party=party, text=text, picture_key=picture_key, sent_at=now)
    session.add(message)
    session.flush()
    _tell(session, case, party)
    return message


def mark_read(session: Session, case: Case, party: Party, now: datetime) -> None:
    """Note that this side has read what the other wrote. Opening the page does not: a GET changes nothing."""
    unread = Message.case_id == case.id, Message.party != party, Message.read_at.is_(None)
    session.execute(update(Message).where(*unread).values(read_at=now))


def read_as_staff(session: Session, case: Case, actor: User, reason: str, now: datetime) -> None:
    """Open the conversation to one of the staff for an hour; both sides see who it was and why."""
    if reading_of(session, case, actor, now) is None:
        audit.record(session, actor, AuditAction.CASE_READ, case, reason=reason)


def _tell(session: Session, case: Case, party: Party) -> None:
    """One word to the other side for all that waits there unread: the key names the first of it."""
    waiting = Message.case_id == case.id, Message.party == party, Message.read_at.is_(None)
    first = session.scalars(select(Message.id).where(*waiting).order_by(Message.id).limit(1)).one()
    request = case.request
    sender = request.brief.designer.brand if party is Party.DESIGNER else request.factory.name
    for person in people_across(session, case, party):
        key = f"message-{first}-{person.id}"
        notify(session, person, "message_received", link=f"/messages/{case.id}", dedupe_key=key, sender=sender)
