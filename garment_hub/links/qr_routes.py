"""Codes that the centre shows on its screen: for an owner to get in, or to take over what the centre wrote down."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.db import get_session
from garment_hub.links.blueprint import bp
from garment_hub.links.forms import ShowForm
from garment_hub.notifications import notify
from garment_hub.permissions import audience, signed_in
from garment_hub.qr import qr_svg
from models.audit import AuditAction
from models.base import utc_now
from models.errors import NotFound
from models.factory import Factory
from models.user import CENTRE, Role, User


@bp.route("/district/registry/<int:factory_id>/qr", methods=["GET", "POST"])
@audience(*CENTRE)
def code(factory_id: int) -> ResponseReturnValue:
    """A way in is shown after a reason was written, and its owner is told; taking over asks for a check by itself."""
    session, me, form = get_session(), signed_in(), ShowForm()
    factory = _factory(session, factory_id, me)
    if factory.owner is None:
        link = Link(Purpose.CLAIM, factory.id, None, utc_now())
        return _page(factory, link)
    if request.method != "POST":
        return _page(factory, form=form)
    if not form.validate():
        return _page(factory, form=form), 422
    return _page(factory, show_way_in(session, factory, factory.owner, me, form.reason.data, utc_now()))


def show_way_in(session: Session, factory: Factory, owner: User, actor: User, reason: str, now: datetime) -> Link:
    """A link to get in for whoever stands before the screen: on record, and the owner is told."""
    audit.record(session, actor, AuditAction.SIGN_IN_SHOWN, factory, reason=reason)
    notify(session, owner, "sign_in_shown", reason=reason, now=now)
    return Link(Purpose.SIGN_IN, owner.id, owner.id, now)


def _factory(session: Session, factory_id: int, user: User) -> Factory:
    factory = session.get(Factory, factory_id)
    is_elsewhere = factory is not None and factory.district_id != user.district_id
    if factory is None or (is_elsewhere and user.role is not Role.ADMINISTRATOR):
        raise NotFound
    return factory


def _page(factory: Factory, link: Link | None = None, form: ShowForm | None = None) -> str:
    address = f"{current_app.config['SITE_URL'].rstrip('/')}/link/{token_of(link)}" if link else None
    return render_template("links/code.html", factory=factory, link=link, address=address, form=form, qr_svg=qr_svg)
