"""Confirming a listing behind a link: whoever holds the telephone taps once, and is in."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.accounts import sign_in as browser
from garment_hub.links.opening import OpenLink
from garment_hub.listings.services import confirm_phone
from models.errors import Gone
from models.factory import Factory


def confirm(link: OpenLink) -> ResponseReturnValue:
    """GET shows what is about to stand on the list; POST confirms it and signs this browser in."""
    owner, factory = link.owner, link.session.get(Factory, link.subject_id)
    if factory is None or factory.owner_id != owner.id:
        raise Gone("link_closed")
    registration = url_for("listings.registration", factory_id=factory.id, first=1)
    if owner.phone_confirmed_at is not None:
        if current_user.is_authenticated:
            return redirect(registration, 303)
        raise Gone("link_used")
    if request.method != "POST":
        return render_template("listings/confirm.html", link=link, factory=factory)
    confirm_phone(link.session, owner, link.now)
    browser.start(link.session, owner, by_link=True)
    return redirect(registration, 303)
