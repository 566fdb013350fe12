"""Links that somebody asked for just now: the way in, and a new one in place of one that no longer opens."""

from __future__ import annotations

from flask import current_app, url_for
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from garment_hub.accounts import sign_in
from garment_hub.accounts.links import Link, Purpose
from garment_hub.accounts.services import find_person
from garment_hub.accounts.throttle import leave_a_trace
from garment_hub.db import engine_of, get_session, reading
from garment_hub.notifications import notify
from models.errors import Gone
from models.notification import Channel
from models.payment import PaymentPart
from models.user import User


def send_way_in(identifier: str) -> None:
    """To designers and owners, where they said; in answer and time the same for staff and for nobody at all.

    Raises TooMany when too many were asked for.
    """
    with reading(_engine()) as session:
        person = find_person(session, identifier)
    sign_in.count_asking_for_link(identifier, person)
    if person is None or person.is_staff:
        leave_a_trace(get_session())
    else:
        channel = Channel.EMAIL if identifier == person.email else Channel.MESSAGE
        notify(get_session(), person, "sign_in_link", link=url_for("links.ask"), channel=channel)


def send_again(link: Link) -> None:
    """A new link of the same purpose to the same person, by telephone where there is one. Raises Gone, TooMany."""
    with reading(_engine()) as session:
        person = session.get(User, link.user_id) if link.user_id is not None else None
        path = _page_of(session, link, person) if person else None
    if person is None or not person.is_active or person.is_staff or path is None:
        raise Gone("link_closed")
    reach = person.phone or str(person.email)
    sign_in.count_asking_for_link(reach, person)
    template = "sign_in_link" if path == url_for("links.ask") else "link_again"
    channel = Channel.MESSAGE if person.phone else Channel.EMAIL
    notify(get_session(), person, template, link=path, channel=channel)


def _page_of(session: Session, link: Link, person: User) -> str | None:
    """The page in whose place a message carries this kind of link; see garment_hub/notifications/one_job.py."""
    match link.purpose:
        case Purpose.ANSWER:
            return url_for("quotes.show", request_id=link.subject_id)
        case Purpose.PULSE:
            return url_for("pulses.ask", factory_id=link.subject_id)
        case Purpose.TERMS:
            return url_for("orders.terms", order_id=link.subject_id)
        case Purpose.PAYMENT:
            part = session.get(PaymentPart, link.subject_id)
            return url_for("orders.payment", order_id=part.line.order_id, part_id=part.id) if part else None
        case Purpose.LISTING if person.phone_confirmed_at is None:
            return url_for("listings.registration", factory_id=link.subject_id)
        case Purpose.CLAIM:
            return url_for("claims.claim", factory_id=link.subject_id)
        case Purpose.SIGN_IN | Purpose.LISTING:
            return url_for("links.ask")
    return None


def _engine() -> Engine:
    return engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
