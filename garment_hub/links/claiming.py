"""Taking a factory over behind a link: the code that the centre showed, or the message that confirms the telephone."""

from __future__ import annotations

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from garment_hub.accounts import sign_in as browser
from garment_hub.accounts.links import token_of
from garment_hub.accounts.services import token_hash
from garment_hub.claims import services
from garment_hub.claims.pages import strangers_page
from garment_hub.factories.queries import factory_of
from garment_hub.form_tokens import SentForm
from garment_hub.links.opening import OpenLink
from garment_hub.listings.services import confirm_phone
from garment_hub.permissions import signed_in
from models.claim import ClaimGround
from models.errors import Gone
from models.factory import Factory, Sector
from models.user import Role

MESSAGE_LIFE = timedelta(days=7)  # it signs its reader in, which the code on paper does not


def claim(link: OpenLink) -> ResponseReturnValue:
    """GET says which factory it is; POST makes it the own one of an owner who has none."""
    if current_user.is_authenticated and current_user.id == _factory(link.session, link).owner_id:
        return redirect(url_for("factories.edit", factory_id=link.subject_id), 303)
    if link.user is not None:
        return _from_message(link)
    if not current_user.is_authenticated:
        return strangers_page(lambda session: _free(session, link), link.address(), has_code=True)
    factory = _free(link.session, link)
    is_owner = current_user.role == Role.FACTORY_OWNER
    may = is_owner and factory_of(link.session, current_user.person) is None
    if request.method != "POST" or not may:
        page = render_template("links/claim.html", link=link, factory=factory, may=may, is_owner=is_owner)
        return page, 200 if request.method != "POST" else 403
    services.take_over(link.session, factory, signed_in(), ClaimGround.CODE, link.now)
    return redirect(url_for("claims.done_for_you", factory_id=factory.id, first=1), 303)


def _factory(session: Session, link: OpenLink) -> Factory:
    factory = session.get(Factory, link.subject_id)
    if factory is None or factory.sector is not Sector.GARMENT:
        raise Gone("link_closed")
    return factory


def _free(session: Session, link: OpenLink) -> Factory:
    factory = _factory(session, link)
    if factory.owner_id is not None:
        raise Gone("link_used")
    return factory


def _from_message(link: OpenLink) -> ResponseReturnValue:
    """Whoever taps holds the telephone: it is confirmed and remembered, and what is theirs is theirs. Works once."""
    if link.now >= (until := link.link.made_at + MESSAGE_LIFE):
        raise Gone("link_over", until=until)
    owner, factory = link.owner, _free(link.session, link)
    use = SentForm(f"link {token_hash(token_of(link.link))}", owner, "")
    if request.method != "POST":
        if use.was_sent(link.session):
            raise Gone("link_used")
        return render_template("links/claim.html", link=link, factory=factory, may=True, is_owner=True)
    if use.earlier_location(link.session) is not None:
        raise Gone("link_used")
    if link.link.is_to_phone:
        confirm_phone(link.session, owner, link.now)
    proof = services.proof_of(link.session, factory, owner)
    if proof is not None:
        services.take_over(link.session, factory, owner, proof, link.now)
    browser.start(link.session, owner, by_link=True)
    if proof is None:
        return redirect(url_for("claims.claim", factory_id=factory.id), 303)
    return redirect(url_for("claims.done_for_you", factory_id=factory.id, first=1), 303)
