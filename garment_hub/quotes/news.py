"""Who hears of what happens to a request."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from garment_hub.factories.queries import speakers_of
from garment_hub.notifications import notify
from models.quote import QuoteRequest
from models.user import User


def asked(session: Session, request: QuoteRequest) -> None:
    """The owner; for a factory that nobody has claimed, every coordinator, who asks by telephone."""
    if request.factory.owner is not None:
        _tell(session, request.factory.owner, "quote_requested", request, **values_of(request))
        return
    for person in speakers_of(session, [request.factory]):
        _tell(session, person, "request_for_unclaimed", request, factory=request.factory.name)


def values_of(request: QuoteRequest) -> dict[str, Any]:
    """What is asked, as messages say it."""
    brief, member = request.brief, request.team_member
    return {
        "designer": brief.designer.brand,
        "quantity": member.quantity if member else brief.quantity,
        "needed_by": brief.needed_by.isoformat() if brief.needed_by else None,
    }


def answered(session: Session, request: QuoteRequest) -> None:
    _tell_designer(session, request, "quote_answered", factory=request.factory.name)


def declined(session: Session, request: QuoteRequest) -> None:
    reason = request.decline_reason.value if request.decline_reason else None
    _tell_designer(session, request, "quote_declined", factory=request.factory.name, reason=reason)


def _tell(session: Session, person: User, code: str, request: QuoteRequest, **values: Any) -> None:
    notify(session, person, code, link=f"/quote-requests/{request.id}", item=request.brief.item, **values)


def _tell_designer(session: Session, request: QuoteRequest, code: str, **values: Any) -> None:
    brief = request.brief
    notify(session, brief.designer.user, code, link=f"/briefs/{brief.id}/quotes", item=brief.item, **values)
