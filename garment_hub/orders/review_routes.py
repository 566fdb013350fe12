"""The page on which both sides of an order say how it went."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.accounts import known_device
from garment_hub.db import get_session
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.orders import reviews
from garment_hub.orders.blueprint import bp
from garment_hub.orders.queries import get_order
from garment_hub.orders.review_forms import QUESTIONS, ReviewForm
from garment_hub.permissions import Access, audience, signed_in
from models.base import utc_now
from models.errors import Forbidden, NotFound
from models.order import Order, OrderLine, Party
from models.review import HIDDEN_FOR, Review
from models.user import Role, User

WRITERS = (Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)
Side = tuple[OrderLine, Party]


@dataclass(frozen=True, slots=True)
class Told:
    """One review as it is read: who wrote it, and the three answers."""

    by: str
    is_own: bool
    review: Review
    answers: list[tuple[str, bool]]


@bp.route("/orders/<int:order_id>/reviews", endpoint="reviews")
@audience(*Role)
def show_reviews(order_id: int) -> str:
    user = signed_in()
    order = get_order(get_session(), order_id, user, Access.READ)
    side = _next_side(order, user, request.args.get("line", type=int))
    form = ReviewForm(formdata=None, party=side[1], data={"form_token": new_token()}) if side else None
    return _page(order, user, side, form)


@bp.route("/orders/<int:order_id>/reviews", methods=["POST"])
@audience(*WRITERS)
def write_review(order_id: int) -> ResponseReturnValue:
    session, user = get_session(), signed_in()
    order = get_order(session, order_id, user, Access.WRITE)
    line, party = side = _named_side(order, user)
    form = ReviewForm(party=party)
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return _page(order, user, side, form), 422
    device_people = known_device.of_request().people
    reviews.write_review(session, line, party, user, form.answers, utc_now(), device_people=device_people)
    location = url_for("orders.reviews", order_id=order.id, written=line.id)
    sent.remember(session, location)
    return redirect(location, 303)


def _named_side(order: Order, user: User) -> Side:
    """The line and the side that the form names; whoever has only one need not name it."""
    sides = reviews.reviewable(order, user)
    if not sides:
        raise Forbidden
    line_id, party = request.form.get("line", type=int), request.form.get("side")
    named = [side for side in sides if line_id in (None, side[0].id) and party in (None, side[1].value)]
    if not named:
        raise NotFound
    return named[0]


def _next_side(order: Order, user: User, line_id: int | None) -> Side | None:
    """What this person has still to say: of the line asked for, or of the first without a review."""
    left = _unwritten(order, user)
    asked = [side for side in left if side[0].id == line_id]
    return next(iter(asked or left), None)


def _unwritten(order: Order, user: User) -> list[Side]:
    if not reviews.is_handed_over(order):
        return []
    written = {(review.line_id, review.party) for review in reviews.reviews_of(get_session(), order)}
    return [(line, party) for line, party in reviews.reviewable(order, user) if (line.id, party) not in written]


def _page(order: Order, user: User, side: Side | None, form: ReviewForm | None) -> str:
    told = reviews.visible_reviews(get_session(), order, user, utc_now())
    sides = {(line.id, party) for line, party in reviews.reviewable(order, user)}
    return render_template(
        "orders/reviews.html",
        order=order,
        side=side,
        form=form,
        told=[_told(review, is_own=(review.line_id, review.party) in sides) for review in told],
        others=[line for line, _party in _unwritten(order, user) if side is None or line is not side[0]],
        is_handed_over=reviews.is_handed_over(order),
        written=request.args.get("written", type=int),
        hidden_days=HIDDEN_FOR.days,
        layout="_layout_owner.html" if user.role is Role.FACTORY_OWNER else "base.html",
    )


def _told(review: Review, *, is_own: bool) -> Told:
    order = review.line.order
    by = order.designer.brand if review.party is Party.DESIGNER else review.line.factory.name
    answers = [(str(text), getattr(review, name)) for name, text in QUESTIONS[review.party].items()]
    return Told(by, is_own, review, answers)
