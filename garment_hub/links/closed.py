"""A link that does not open: what it was for, until when, and how it goes on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import make_response, render_template, request
from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.errors import sentence, status_of
from models.capacity import SEOUL
from models.errors import DomainError, Forbidden

WAS_FOR = {
    Purpose.ANSWER: lazy_gettext("It was for answering a question about work."),
    Purpose.PULSE: lazy_gettext("It was for the weekly question whether you can take work."),
    Purpose.TERMS: lazy_gettext("It was for the terms of an order."),
    Purpose.PAYMENT: lazy_gettext("It was for saying that money has come in."),
    Purpose.SIGN_IN: lazy_gettext("It was for getting in with this telephone."),
    Purpose.LISTING: lazy_gettext("It was for confirming your factory's listing."),
    Purpose.CLAIM: lazy_gettext("It was for taking over a factory that the centre had written down."),
}
# Where a new link of the same kind would open again; another refusal is about the thing itself.
AGAIN = frozenset({"link_over", "link_used", "link_revoked"})


def page(error: DomainError, link: Link | None = None) -> Response:
    """``error`` says why it does not open. What is not ours, or leads to nothing, says no more than that."""
    until: Any = error.values.get("until") or (link.ends_at if link and error.code == "link_over" else None)
    shown: dict[str, Any] = {"code": error.code, "text": sentence(error), "until": _day(until) if until else None}
    if link is not None:
        shown |= {"was_for": WAS_FOR[link.purpose], "is_way_in": link.purpose is Purpose.SIGN_IN}
        shown["again"] = token_of(link) if link.user_id is not None and error.code in AGAIN else None
    return make_response(render_template("links/closed.html", **shown), status_of(error))


def _day(value: date | datetime) -> str:
    """As it is said aloud, without the day of the week."""
    local = value.astimezone(SEOUL).date() if isinstance(value, datetime) else value
    return str(format_date(local, _("MMMM d")))


def elses_page() -> Response:
    """Somebody else is signed in here: one button signs them out and comes back."""
    error = Forbidden("link_of_another")
    return make_response(render_template("links/elses.html", text=sentence(error), back=request.path), status_of(error))
