"""The link that signs a browser in: one tap, once, within a quarter of an hour."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.accounts import sign_in as browser
from garment_hub.accounts.devices import device_of, device_words
from garment_hub.accounts.links import token_of
from garment_hub.accounts.services import token_hash
from garment_hub.form_tokens import SentForm
from garment_hub.links.opening import OpenLink
from garment_hub.listings.services import confirm_phone
from models.errors import Gone


def sign_in(link: OpenLink) -> ResponseReturnValue:
    """GET asks whether to sign this browser in; POST does. Who is in already goes where the tap leads."""
    person = link.owner
    if person.is_staff:
        raise Gone("link_closed")
    if current_user.is_authenticated:
        return redirect(browser.landing(person), 303)
    use = SentForm(f"link {token_hash(token_of(link.link))}", person, "")
    if request.method != "POST":
        if use.was_sent(link.session):
            raise Gone("link_used")
        device = device_words(device_of(request.user_agent.string))
        return render_template("links/sign_in.html", link=link, device=device)
    if use.earlier_location(link.session) is not None:
        raise Gone("link_used")
    if link.link.is_to_phone:
        confirm_phone(link.session, person, link.now)
    browser.start(link.session, person, by_link=True)
    return redirect(browser.landing(person), 303)
