"""Pages of the monthly tip and of the next question."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.db import get_session
from garment_hub.factories.queries import factory_of, get_factory
from garment_hub.orders.dependence import dependence_of
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.recommendations.worth import PARTS, worths
from garment_hub.tips import services
from garment_hub.tips.months import Month
from garment_hub.tips.queries import put_off_parts, seen_in, usual_around, waiting_requests
from garment_hub.tips.wording import question
from models.capacity import today_in_seoul
from models.errors import NotFound
from models.user import Role

bp = Blueprint("tips", __name__)

EDITORS = (Role.FACTORY_OWNER, Role.COORDINATOR, Role.ADMINISTRATOR)


@bp.route("/factories/<int:factory_id>/next")
@audience(*EDITORS)
def next_part(factory_id: int) -> ResponseReturnValue:
    """The one question whose answer would bring most; ``asked`` are parts just saved, which are not asked again."""
    session, today = get_session(), today_in_seoul()
    factory = get_factory(session, factory_id, signed_in(), Access.WRITE)
    asked = [part for part in request.args.getlist("asked") if part in PARTS]
    found = worths(session, factory, today)
    passed = {*asked, *put_off_parts(session, factory, today)}
    worth = next((worth for worth in found if worth.part not in passed), None)
    back = worth and url_for("tips.next_part", factory_id=factory.id, asked=[*asked, worth.part])
    return render_template(
        "tips/next_part.html",
        factory=factory,
        question=worth and question(factory, worth, next=back),
        is_put_off=bool(found),
        has_saved=bool(asked),
    )


@bp.route("/factories/<int:factory_id>/next/<part>/later", methods=["POST"])
@audience(*EDITORS)
def later(factory_id: int, part: str) -> ResponseReturnValue:
    session = get_session()
    factory = get_factory(session, factory_id, signed_in(), Access.WRITE)
    if part not in PARTS:
        raise NotFound
    services.put_off(session, factory, part, today_in_seoul())
    return redirect(url_for("tips.next_part", factory_id=factory.id), 303)


@bp.route("/factories/mine/tip")
@audience(Role.FACTORY_OWNER)
def mine() -> ResponseReturnValue:
    """For whoever does not know the factory's number: the foot of the inbox."""
    factory = factory_of(get_session(), signed_in())
    return redirect(url_for("tips.month", factory_id=factory.id) if factory else url_for("listings.start"), 303)


@bp.route("/factories/<int:factory_id>/tip")
@audience(Role.FACTORY_OWNER)
def month(factory_id: int) -> str:
    """The last whole month, for the owner alone."""
    session, today = get_session(), today_in_seoul()
    factory = get_factory(session, factory_id, signed_in(), Access.WRITE)
    period, worth = Month.before(today), next(iter(worths(session, factory, today)), None)
    back = url_for("tips.next_part", factory_id=factory.id)
    return render_template(
        "tips/month.html",
        factory=factory,
        period=period,
        seen=seen_in(session, factory, period),
        usual=usual_around(session, factory, period),
        question=worth and question(factory, worth, next=back),
        waiting=waiting_requests(session, factory, today),
        dependence=dependence_of(session, factory, today),
    )
