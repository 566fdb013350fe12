"""Which messages carry a link that does its one job without signing in, in place of the path of a page."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException

from garment_hub.accounts.links import Link, Purpose, token_of
from models.notification import Channel, Notification
from models.user import Role, User

# The page that somebody signed in would open, and which of its ids the link is about.
JOBS = {
    "quotes.show": (Purpose.ANSWER, "request_id"),
    "pulses.ask": (Purpose.PULSE, "factory_id"),
    "orders.terms": (Purpose.TERMS, "order_id"),
    "orders.payment": (Purpose.PAYMENT, "part_id"),
    "listings.registration": (Purpose.LISTING, "factory_id"),
    "claims.claim": (Purpose.CLAIM, "factory_id"),
}
SIGN_IN = "links.ask"  # asked for by designers too, who sign in everywhere else


def link_path(notification: Notification, now: datetime) -> str:
    """Where this message leads. Made while it is sent, so that its time runs from then and no row keeps it."""
    path = notification.link or "/"
    job = _job(path, notification.user)
    if job is None:
        return path
    purpose, subject_id = job
    is_to_phone = notification.channel is Channel.MESSAGE
    return f"/link/{token_of(Link(purpose, subject_id, notification.user.id, now, is_to_phone))}"


def _job(path: str, reader: User) -> tuple[Purpose, int] | None:
    try:
        endpoint, ids = current_app.url_map.bind("").match(urlsplit(path).path)
    except HTTPException:
        return None
    if endpoint == SIGN_IN and not reader.is_staff:
        return Purpose.SIGN_IN, reader.id
    if reader.role is not Role.FACTORY_OWNER or endpoint not in JOBS:
        return None
    purpose, subject = JOBS[endpoint]
    return purpose, ids[subject]
