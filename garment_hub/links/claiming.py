"""Taking a factory over behind a link: the code that the centre showed is the check."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.claims.services import take_over
from garment_hub.factories.queries import factory_of
from garment_hub.links.opening import OpenLink
from garment_hub.permissions import signed_in
from models.claim import ClaimGround
from models.errors import Gone
from models.factory import Factory
from models.user import Role


def claim(link: OpenLink) -> ResponseReturnValue:
    """GET says which factory it is; POST makes it the own one of an owner who is signed in and has none."""
    factory = link.session.get(Factory, link.subject_id)
    is_owner = current_user.is_authenticated and current_user.role == Role.FACTORY_OWNER
    if factory is None:
        raise Gone("link_closed")
    if factory.owner_id is not None:
        if is_owner and current_user.id == factory.owner_id:
            return redirect(url_for("factories.edit", factory_id=factory.id), 303)
        raise Gone("link_used")
    may = is_owner and factory_of(link.session, current_user.person) is None
    if request.method != "POST" or not may:
        page = render_template("links/claim.html", link=link, factory=factory, may=may)
        return page, 200 if request.method != "POST" else 403
    take_over(link.session, factory, signed_in(), ClaimGround.CODE, link.now)
    return redirect(url_for("factories.edit", factory_id=factory.id), 303)
