"""What the centre wrote and answered in an owner's name, in words and the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from garment_hub.factories.listing import BY_KEY
from garment_hub.factories.services import Written
from garment_hub.labels import label, term
from garment_hub.mandates.asking import CHANNELS
from garment_hub.pulses.services import Told
from garment_hub.pulses.wording import LABELS as PULSES
from models.audit import AuditAction, AuditEntry
from models.claim import ClaimStatus
from models.factory import Factory, FactSource
from models.mandate import MandateChannel
from models.quote import QuoteRequest, RequestStatus
from models.user import CENTRE

OF_THE_FACTORY = (
    AuditAction.CHANGED_FOR_OWNER,
    AuditAction.MANDATE_GIVEN,
    AuditAction.MANDATE_ENDED,
    AuditAction.CLAIM_DECIDED,
    AuditAction.SIGN_IN_SHOWN,
)
MOST = 200
CHANGES: dict[str, Any] = {
    Written.WEEKS: lazy_gettext("Wrote the days of the coming weeks."),
    Written.REGISTRATION: lazy_gettext("Wrote the business registration."),
    Written.LISTING: lazy_gettext("Wrote the factory down for the first time."),
    Told.OUTSIDE_WORK: lazy_gettext("Wrote how much work comes from elsewhere."),
    AuditAction.REGISTRATION_SEEN: lazy_gettext("Keyed in the business number from the photo."),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done: when, by whom, and what; ``heard`` is how the centre knew the owner's answer."""

    at: datetime
    by: str
    words: str
    heard: str | None = None


def deeds_of(session: Session, factory: Factory) -> list[Deed]:
    """Everything on record that was done for this factory's owner, and who allowed it."""
    query = select(QuoteRequest).where(QuoteRequest.factory_id == factory.id).options(joinedload(QuoteRequest.brief))
    asked = {request.id: request for request in session.scalars(query)}
    return [_deed(entry, asked) for entry in session.scalars(_entries(factory)) if _is_shown(entry)]


def _entries(factory: Factory) -> Select[AuditEntry]:
    own_requests = select(QuoteRequest.id).where(QuoteRequest.factory_id == factory.id)
    of_factory = and_(
        AuditEntry.subject == Factory.__tablename__,
        AuditEntry.subject_id == factory.id,
        AuditEntry.action.in_(OF_THE_FACTORY),
    )
    of_requests = and_(
        AuditEntry.subject == QuoteRequest.__tablename__,
        AuditEntry.subject_id.in_(own_requests),
        AuditEntry.action == AuditAction.ANSWERED_FOR_OWNER,
    )
    newest = AuditEntry.at.desc(), AuditEntry.id.desc()
    shown = select(AuditEntry).where(or_(of_factory, of_requests)).options(joinedload(AuditEntry.actor))
    return shown.order_by(*newest).limit(MOST)


def _is_shown(entry: AuditEntry) -> bool:
    """All but what somebody else claimed in vain, which is between them and the centre."""
    return entry.action is not AuditAction.CLAIM_DECIDED or entry.values.get("status") != ClaimStatus.REFUSED


def _deed(entry: AuditEntry, asked: dict[int, QuoteRequest]) -> Deed:
    by = entry.actor.name if entry.actor else str(_("the centre"))
    if entry.action is AuditAction.ANSWERED_FOR_OWNER:
        return Deed(entry.at, by, _answered(asked[entry.subject_id]), entry.reason)
    return Deed(entry.at, by, _words(entry))


def _answered(request: QuoteRequest) -> str:
    item = term(request.brief.item, "item")
    if request.status is RequestStatus.DECLINED:
        return str(_("Answered for you that the %(item)s cannot be done this time.", item=item))
    return str(_("Answered the request for %(item)s for you.", item=item))


def _words(entry: AuditEntry) -> str:
    is_centre = entry.actor is None or entry.actor.role in CENTRE
    if entry.action is AuditAction.MANDATE_GIVEN:
        how = CHANNELS[MandateChannel(entry.values["channel"])]
        return str(_("Noted that the owner lets the centre write and answer, heard %(how)s.", how=how))
    if entry.action is AuditAction.MANDATE_ENDED:
        return str(_("Noted that the owner does it alone.") if is_centre else _("Ended it: the owner does it alone."))
    if entry.action is AuditAction.CLAIM_DECIDED:
        return str(_("Put the factory in the owner's name."))
    if entry.action is AuditAction.SIGN_IN_SHOWN:
        return str(_("Showed a code to get in with."))
    return _changed(str(entry.values.get("what", "")))


def _changed(what: str) -> str:
    if what in BY_KEY:
        return str(_("Wrote “%(part)s”.", part=BY_KEY[what].name))
    answers = {answer.value: words for answer, words in PULSES.items()}
    if what in answers:
        return str(_("Answered the weekly question with “%(answer)s”.", answer=answers[what]))
    return str(CHANGES.get(what, _("Changed the listing.")))


def facts_of_centre(factory: Factory) -> list[tuple[str, str, date]]:
    """What stands in the listing by the centre's hand now: the part, who wrote it, and the day; the newest first."""
    parts = {name: part for part in BY_KEY.values() for name in part.facts}
    found: dict[str, tuple[str, str, date]] = {}
    for fact in sorted(factory.facts, key=lambda fact: fact.stated_on):
        if fact.source is FactSource.STAFF and fact.name in parts:
            by = fact.source_name or str(label(fact.source))
            found[parts[fact.name].key] = str(parts[fact.name].name), by, fact.stated_on
    return sorted(found.values(), key=lambda line: line[2], reverse=True)
