"""Choosing a factory: the award, a second tap, and what to do when it comes too late or falls through."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub import files
from garment_hub.briefs.facts import headline
from garment_hub.briefs.queries import is_own
from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders import services, wording
from garment_hub.orders.blueprint import bp
from garment_hub.orders.forms import AwardForm
from garment_hub.orders.queries import get_order
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.brief import BriefStatus
from models.errors import Conflict, Invalid, NotFound
from models.order import Order, OrderLine
from models.quote import Quote
from models.user import Role, User

Answer = str | Response | tuple[str, int]


@bp.route("/orders", methods=["POST"])
@audience(Role.DESIGNER)
def place() -> Answer:
    """One order, however often the same choice is sent."""
    session, user = get_session(), signed_in()
    quotes = _chosen(session, user)
    form = AwardForm()
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not (order := _order_of(session, quotes)):
        if not form.validate():
            return _ask_again(quotes, form), 422
        try:
            order = services.place_order(session, quotes, user, utc_now(), **form.chosen)
        except Conflict as error:
            session.rollback()
            return _too_late(session, quotes, error)
    location = url_for("orders.show", order_id=order.id)
    sent.remember(session, location)
    return redirect(location, 303)


def _chosen(session: Session, user: User) -> list[Quote]:
    """The offers named by the form: the designer's own, or none at all."""
    ids = list(dict.fromkeys(request.form.getlist("quote_id")))
    if not ids:
        raise Invalid("choose_an_offer", field="quote_id")
    found = [session.get(Quote, int(quote_id)) if quote_id.isdecimal() else None for quote_id in ids]
    quotes = [quote for quote in found if quote is not None and is_own(quote.request.brief, user)]
    if len(quotes) < len(ids):
        raise NotFound
    return quotes


def _order_of(session: Session, quotes: list[Quote]) -> Order | None:
    """The order that this very choice has made already."""
    lines = session.scalars(select(OrderLine).where(OrderLine.quote_id.in_([quote.id for quote in quotes]))).all()
    orders = {line.order for line in lines}
    return orders.pop() if len(lines) == len(quotes) and len(orders) == 1 else None


def _ask_again(quotes: list[Quote], form: AwardForm) -> str:
    form.form_token.data = form.form_token.data or new_token()
    brief = quotes[0].request.brief
    return render_template("orders/place.html", form=form, quotes=quotes, brief=brief, headline=headline(brief))


def _too_late(session: Session, quotes: list[Quote], error: Conflict) -> Answer:
    """The order if a tap beside this one has just made it; otherwise what happened, and the ways on."""
    if order := _order_of(session, quotes):
        return redirect(url_for("orders.show", order_id=order.id), 303)
    brief = quotes[0].request.brief
    other = session.scalar(select(Order).where(Order.brief_id == brief.id).order_by(Order.id.desc()).limit(1))
    page = render_template(
        "orders/gone.html",
        heading=wording.GONE.get(error.code),
        sentence=sentence(error),
        brief=brief,
        headline=headline(brief),
        is_open=brief.status is BriefStatus.OPEN,
        order=other,
    )
    return page, 409


@bp.route("/orders/<int:order_id>/lines/<int:line_id>/reopen", methods=["POST"])
@audience(Role.DESIGNER)
def reopen(order_id: int, line_id: int) -> Response:
    """Look for another factory in the place of one that dropped out; a second tap leads to the same brief."""
    session, user, root = get_session(), signed_in(), files.upload_root()
    order = get_order(session, order_id, user, Access.WRITE)
    line = next((line for line in order.lines if line.id == line_id), None)
    if line is None:
        raise NotFound
    brief = services.reopen_line(session, line, utc_now(), copy_picture=lambda key: files.copy_file(root, key))
    return redirect(url_for("briefs.recommendations", brief_id=brief.id), 303)
