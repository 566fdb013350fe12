"""Verbs of a brief: draft it, write a step, publish, withdraw, close, and keep its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs.fields import PLACE, column
from garment_hub.briefs.presets import fill_in
from garment_hub.briefs.queries import is_asked
from garment_hub.factories import bookings
from garment_hub.factories.queries import speakers_of
from garment_hub.notifications import notify
from garment_hub.recommendations.ranking import Ranking
from garment_hub.recommendations.services import store_ranking
from models.base import utc_now
from models.brief import Brief, BriefFile, BriefStatus
from models.designer import Designer
from models.district import Neighbourhood
from models.errors import Conflict, Invalid
from models.quote import QuoteRequest, RequestStatus
from models.recommendation import Recommendation

MOST_FILES = 6


def draft_brief(session: Session, designer: Designer, item: str, category: str | None) -> Brief:
    """A new draft that starts with what is usual for its item."""
    brief = Brief(designer=designer, district=designer.district, item=item, category=category)
    fill_in(brief)
    session.add(brief)
    session.flush()
    return brief


def write_step(session: Session, brief: Brief, values: Mapping[str, object]) -> None:
    """Save one step of the form. A brief that factories have seen stays as they saw it."""
    require_changeable(session, brief)
    if values.get("item", brief.item) != brief.item:
        brief.item = str(values["item"])
        fill_in(brief)
    for name, value in values.items():
        if name == PLACE:
            brief.deliver_to = _neighbourhood(session, brief, value)
            brief.deliver_to_lat = brief.deliver_to_lon = None
        else:
            setattr(brief, column(name), value)
    session.flush()


def _neighbourhood(session: Session, brief: Brief, code: object) -> Neighbourhood | None:
    query = select(Neighbourhood).where(Neighbourhood.district_id == brief.district_id, Neighbourhood.code == code)
    return session.scalar(query) if code else None


def require_changeable(session: Session, brief: Brief) -> None:
    if brief.status not in (BriefStatus.DRAFT, BriefStatus.OPEN):
        raise Conflict("brief_over")
    if is_asked(session, brief):
        raise Conflict("brief_already_asked")


def require_publishable(brief: Brief, today: date) -> None:
    """Whether a factory could name a price for it, today."""
    if brief.missing_for_publishing:
        raise Invalid("brief_incomplete")
    if brief.needed_by is None or brief.needed_by <= today:
        raise Invalid("brief_day_over", field="needed_by")


def require_open(brief: Brief, today: date) -> None:
    """Whether factories may be looked for, today."""
    if brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_over" if brief.status is not BriefStatus.DRAFT else "brief_not_open")
    if brief.needed_by is None or brief.needed_by <= today:
        raise Invalid("brief_day_over", field="needed_by")


def publish_brief(session: Session, brief: Brief, ranking: Ranking, today: date) -> Recommendation:
    """Open the brief and keep its first list; once open, the new list of what it says now."""
    require_changeable(session, brief)
    require_publishable(brief, today)
    if brief.status is not BriefStatus.OPEN:
        brief.move_to(BriefStatus.OPEN)
        brief.published_at = utc_now()
    session.flush()
    return store_ranking(session, brief, ranking)


def withdraw_brief(session: Session, brief: Brief) -> None:
    """The designer no longer wants it; who was asked and has not answered need not."""
    session.refresh(brief, with_for_update=True)  # an award at the same moment is first, or finds it withdrawn
    brief.move_to(BriefStatus.WITHDRAWN)
    _take_back_requests(session, brief)


def close_brief(session: Session, brief: Brief) -> None:
    """The designer has found who makes it, here or elsewhere."""
    session.refresh(brief, with_for_update=True)
    brief.move_to(BriefStatus.CLOSED)
    _take_back_requests(session, brief)


def _take_back_requests(session: Session, brief: Brief) -> None:
    """Nobody waits for an answer that never comes, and no days are held for nothing."""
    waiting = QuoteRequest.status.in_((RequestStatus.OPEN, RequestStatus.ANSWERED))
    for request in session.scalars(select(QuoteRequest).where(QuoteRequest.brief_id == brief.id, waiting)).all():
        take_back_request(session, request)


def take_back_request(session: Session, request: QuoteRequest) -> None:
    """The factory need not answer, hears so, and its held days are free again."""
    request.move_to(RequestStatus.WITHDRAWN)
    request.closed_at = utc_now()
    if request.quote is not None:
        bookings.release_hold(session, request.quote)
    session.flush()
    for person in speakers_of(session, [request.factory]):
        notify(session, person, "request_withdrawn", link=f"/quote-requests/{request.id}", item=request.brief.item)


def add_files(session: Session, brief: Brief, keys: Sequence[str]) -> None:
    """Keep stored pictures with the brief."""
    require_changeable(session, brief)
    if len(brief.files) + len(keys) > MOST_FILES:
        raise Invalid("too_many_files", field="drawings", most=MOST_FILES)
    brief.files += [BriefFile(key=key, title=f"{number}") for number, key in enumerate(keys, len(brief.files) + 1)]
    session.flush()


def remove_file(session: Session, brief: Brief, file: BriefFile) -> None:
    require_changeable(session, brief)
    brief.files.remove(file)
    session.flush()
