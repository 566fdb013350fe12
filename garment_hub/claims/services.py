"""Taking over a factory that the register or the centre wrote down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.accounts.services import current_consents
from models.audit import AuditAction
from models.claim import Claim, ClaimGround, ClaimStatus
from models.errors import Conflict
from models.factory import Factory
from models.user import ConsentPurpose, User


def take_over(session: Session, factory: Factory, person: User, ground: ClaimGround, now: datetime) -> Claim:
    """The factory becomes this person's; of two at the same moment, the first one's.

    A mandate goes on until its owner ends it.
    """
    is_refused = ConsentPurpose.PUBLIC_DISPLAY not in current_consents(person)
    taken = session.execute(
        update(Factory)
        .where(Factory.id == factory.id, Factory.owner_id.is_(None))
        .values(owner_id=person.id, is_display_refused=is_refused)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict("factory_has_owner")
    session.refresh(factory)
    claim = Claim(factory=factory, user=person, status=ClaimStatus.ACCEPTED, ground=ground, made_at=now, decided_at=now)
    session.add(claim)
    audit.record(session, person, AuditAction.CLAIM_DECIDED, factory, ground=ground)
    return claim
