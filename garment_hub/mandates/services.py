"""Recording that the centre may act for an owner, and ending it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.notifications import notify
from models.audit import AuditAction
from models.errors import Conflict, Invalid
from models.factory import Factory
from models.mandate import Mandate, MandateChannel
from models.user import ConsentPurpose, User

# Raise it with every change of the words in garment_hub.mandates.asking.SPOKEN.
WORDING_VERSION = "spoken-1"
# In Factory.public_basis: strangers see it because its owner said so to the centre.
BASIS = "mandate"


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
        raise Invalid("mandate_needs_service", field="accepts_service")
    session.refresh(factory, with_for_update=True)  # of two people at it, one is the first
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
    if factory.owner is None:
        _show(factory, ConsentPurpose.PUBLIC_DISPLAY in purposes)
    else:
        page = f"/factories/{factory.id}/mandate"
        notify(session, factory.owner, "mandate_given", link=page, now=now, factory=factory.name, name=given_by)
    audit.record(session, actor, AuditAction.MANDATE_GIVEN, factory, channel=channel)
    return mandate


def end(session: Session, factory: Factory, actor: User, now: datetime) -> None:
    """From now on the owner acts alone; ending what has ended changes nothing."""
    session.refresh(factory, with_for_update=True)
    mandate = factory.mandate
    if mandate is None:
        return
    mandate.ended_at, mandate.ended_by_id = now, actor.id
    _take_back(factory)
    audit.record(session, actor, AuditAction.MANDATE_ENDED, factory)


def _show(factory: Factory, is_public: bool) -> None:
    """Who owns an account decides there; of a factory without one this word is all there is."""
    if not is_public:
        factory.is_display_refused = True
    elif not factory.is_listed:
        factory.is_display_refused = False
        factory.public_basis = factory.public_basis or BASIS


def _take_back(factory: Factory) -> None:
    """What was shown before, or for another reason, stays."""
    if factory.public_basis != BASIS:
        return
    factory.public_basis = None
    if factory.owner_id is None:
        factory.is_display_refused = True
