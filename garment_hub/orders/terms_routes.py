"""The page of the terms: read them, write a new version, confirm the one that stands there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders import terms, terms_wording
from garment_hub.orders.blueprint import bp
from garment_hub.orders.queries import get_order, own_lines, parties_of
from garment_hub.orders.terms import Body
from garment_hub.orders.terms_forms import DesignerTermsForm, OwnerTermsForm, start_of
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from models.base import utc_now
from models.errors import Conflict, Forbidden
from models.order import ENDED, Order, Party
from models.terms import Terms
from models.user import Role, User

Answer = str | Response | tuple[str, int]
WRITERS = (Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)
LAYOUTS = {Role.DESIGNER: "base.html", Role.FACTORY_OWNER: "_layout_owner.html"}


@bp.route("/orders/<int:order_id>/terms", endpoint="terms")
@audience(*EVERY_ROLE)
def show_terms(order_id: int) -> str:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.READ)
    newest = terms.latest(session, order)
    return _page(session, order, user, _form(newest, user))


def _page(
    session: Session,
    order: Order,
    user: User,
    form: OwnerTermsForm | None,
    *,
    is_overtaken: bool = False,
    refusal: str = "",
) -> str:
    newest, *older = terms.versions(session, order)
    seen = terms.lines_seen_by(order, user)
    return render_template(
        "orders/terms.html",
        layout=LAYOUTS.get(user.role, "_layout_staff.html"),
        order=order,
        terms=newest,
        sheet=terms_wording.sheet(newest.body, seen),
        blanks=terms_wording.blanks(newest.body, seen),
        is_complete=not terms.missing(newest.body),
        is_agreed=terms.is_agreed(newest),
        waits_for_me=terms.waits_for(newest, user),
        changes=terms_wording.changes(older[0].body, newest.body, seen) if older else [],
        sides=terms_wording.sides(newest),
        form=form,
        is_designer=isinstance(form, DesignerTermsForm),
        is_overtaken=is_overtaken,
        refusal=refusal,
        token=new_token(),
    )


def _form(newest: Terms, user: User, *, is_sent: bool = False) -> OwnerTermsForm | None:
    """The form of this person's side; None for those who only read."""
    order = newest.order
    active = {line.id for line in order.active_lines}
    body = {**newest.body, "lines": [line for line in newest.body["lines"] if line["line"] in active]}
    parties = parties_of(order, user)
    own = [line.id for line in own_lines(order, user)]
    if order.status in ENDED or not parties - {Party.CENTRE}:
        return None
    is_designer = Party.DESIGNER in parties
    lines = [line["line"] for line in body["lines"]] if is_designer else own
    start = {**start_of(body, order, lines), "version": str(newest.version), "form_token": new_token()}
    values: dict[str, Any] = {"data": start, "base": body}
    if not is_sent:
        values["formdata"] = None
    return DesignerTermsForm(**values, own_lines=own) if is_designer else OwnerTermsForm(**values)


@bp.route("/orders/<int:order_id>/terms", methods=["POST"])
@audience(*WRITERS)
def propose_terms(order_id: int) -> Answer:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.WRITE)
    newest = terms.latest(session, order)
    form = _form(newest, user, is_sent=True)
    if form is None:
        raise Conflict("terms_order_over") if order.status in ENDED else Forbidden
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return _page(session, order, user, form), 422
    if request.form.get("version") != str(newest.version):
        return _overtaken(session, order, user, form, newest)
    _write_down(session, order, newest, form.body(), user, utc_now())
    location = url_for("orders.terms", order_id=order.id)
    sent.remember(session, location)
    return redirect(location, 303)


def _overtaken(session: Session, order: Order, user: User, form: OwnerTermsForm, newest: Terms) -> Answer:
    """The other side was quicker: what was typed stays, beside what has changed meanwhile."""
    form.version.data, form.form_token.data = str(newest.version), new_token()
    return _page(session, order, user, form, is_overtaken=True), 409


def _write_down(session: Session, order: Order, newest: Terms, body: Body, user: User, now: datetime) -> None:
    """A version of its own only where something changed; otherwise this is a yes to what stands there."""
    if body != newest.body:
        terms.propose(session, order, body, user, now)
    elif not terms.missing(body):
        terms.confirm(session, order, newest.version, user, now)


@bp.route("/orders/<int:order_id>/terms/confirm", methods=["POST"])
@audience(*WRITERS)
def confirm_terms(order_id: int) -> Answer:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.WRITE)
    try:
        terms.confirm(session, order, request.form.get("version", 0, type=int), user, utc_now())
    except Conflict as error:
        # The answer is the page as it is now, so that what is to be read stands right below.
        form = _form(terms.latest(session, order), user)
        return _page(session, order, user, form, refusal=sentence(error)), 409
    return redirect(url_for("orders.terms", order_id=order.id), 303)
