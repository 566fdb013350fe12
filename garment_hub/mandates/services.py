"""Recording that the centre may act for an owner, and ending it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.accounts.services import WORDING_VERSION
from models.audit import AuditAction
from models.errors import Conflict, Invalid
from models.factory import Factory
from models.mandate import Mandate, MandateChannel
from models.user import ConsentPurpose, User


def give(
    session: Session,
    factory: Factory,
    actor: User,
    *,
    given_by: str,
    channel: MandateChannel,
    purposes: Collection[ConsentPurpose],
    now: datetime,
) -> Mandate:
    """Write down who agreed to what and how it was said; without the service itself there is nothing to act on."""
    if ConsentPurpose.SERVICE not in purposes:
        raise Invalid("mandate_needs_service", field="purposes")
    session.refresh(factory, with_for_update=True)
    if factory.mandate is not None:
        raise Conflict("mandate_runs")
    mandate = Mandate(
        given_by=given_by,
        channel=channel,
        purposes=sorted(purposes),
        wording_version=WORDING_VERSION,
        coordinator_id=actor.id,
        given_at=now,
    )
    factory.mandates.append(mandate)
    audit.record(session, actor, AuditAction.MANDATE_GIVEN, factory, channel=channel)
    return mandate


def end(session: Session, factory: Factory, actor: User, now: datetime) -> None:
    """From now on the owner acts alone; ending what has ended changes nothing."""
    mandate = factory.mandate
    if mandate is None:
        return
    mandate.ended_at, mandate.ended_by_id = now, actor.id
    audit.record(session, actor, AuditAction.MANDATE_ENDED, factory)
