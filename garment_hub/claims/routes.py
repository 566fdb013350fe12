"""Pages of taking a factory over, and of the centre's decision."""

from __future__ import annotations

from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.claims import queries, services
from garment_hub.claims.blueprint import bp
from garment_hub.claims.forms import ClaimForm, DecisionForm
from garment_hub.claims.pages import send_link_to_own, strangers_page, taken_page
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.factories.queries import get_factory
from garment_hub.permissions import Access, audience, public, signed_in
from garment_hub.site import is_demo
from models.base import utc_now
from models.business_number import written
from models.claim import Claim, ClaimStatus
from models.errors import Conflict, Forbidden
from models.factory import Factory
from models.user import CENTRE, STAFF, Role, User


@bp.route("/factories/<int:factory_id>/claim", methods=["GET", "POST"])
@public
def claim(factory_id: int) -> ResponseReturnValue:
    """내 공장으로 등록: for an owner who is signed in, or by way of a link to a stranger's telephone."""
    find = partial(get_factory, factory_id=factory_id, access=Access.READ, user=None)
    if not current_user.is_authenticated:
        return strangers_page(find, url_for("claims.claim", factory_id=factory_id), has_code=False)
    if current_user.role != Role.FACTORY_OWNER:
        raise Forbidden("wrong_role")
    if request.method == "POST" and current_user.phone and current_user.phone_confirmed_at is None:
        return send_link_to_own(find)
    person = signed_in()
    factory = get_factory(get_session(), factory_id, person, Access.READ)
    if factory.owner_id == person.id:
        return redirect(url_for("claims.done_for_you", factory_id=factory.id), 303)
    return taken_page() if factory.owner_id is not None else _claim_of(factory, person)


def _claim_of(factory: Factory, owner: User) -> ResponseReturnValue:
    session, form = get_session(), ClaimForm()
    if request.method == "POST" and owner.phone_confirmed_at is not None and form.validate():
        try:
            made = services.claim(session, factory, owner, utc_now(), number=form.number.data, note=form.note.data)
        except Conflict:
            return taken_page()
        return redirect(_after(made), 303)
    page = render_template(
        "claims/claim.html",
        factory=factory,
        form=form,
        owner=owner,
        proof=services.proof_of(session, factory, owner),
        waiting=queries.waiting_claim(session, factory, owner),
    )
    return page, 422 if request.method == "POST" else 200


def _after(made: Claim) -> str:
    if made.status is ClaimStatus.ACCEPTED:
        return url_for("claims.done_for_you", factory_id=made.factory_id, first=1)
    return url_for("claims.claim", factory_id=made.factory_id)


@bp.get("/claim-sent")
@public
def sent() -> str:
    """The same for everybody: whether we know the number is nobody else's business. In a demo no message leaves."""
    example = request.args.get("example") if is_demo() else None
    return render_template("claims/sent.html", example=example)


@bp.get("/district/claims")
@audience(*STAFF)
def waiting() -> str:
    claims = queries.waiting_claims(get_session(), signed_in().district_id)
    return render_template("claims/waiting.html", claims=claims, done=request.args.get("done"))


@bp.get("/district/claims/<int:claim_id>")
@audience(*STAFF)
def show(claim_id: int) -> str:
    return _decision_page(queries.get_claim(get_session(), claim_id, signed_in()), DecisionForm())


@bp.post("/district/claims/<int:claim_id>")
@audience(*CENTRE)
def decide(claim_id: int) -> ResponseReturnValue:
    """The reason goes to the person and on record."""
    person, form = signed_in(), DecisionForm()
    made = queries.get_claim(get_session(), claim_id, person)
    if not form.validate():
        return _decision_page(made, form), 422
    act = services.accept if request.form.get("do") == "accept" else services.refuse
    try:
        act(get_session(), made, person, form.reason.data, utc_now())
    except Conflict as error:
        form.refuse(error)
        return _decision_page(made, form), status_of(error)
    return redirect(url_for("claims.waiting", done=made.status), 303)


def _decision_page(made: Claim, form: DecisionForm) -> str:
    registered = made.factory.business_number
    return render_template(
        "claims/decide.html",
        claim=made,
        form=form,
        number=written(registered) if registered else None,
        is_open=made.status is ClaimStatus.WAITING,
    )
