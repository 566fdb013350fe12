"""The page on which officers decide what a colleague asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from garment_hub.approvals import queries, wording
from garment_hub.approvals.forms import DecisionForm
from garment_hub.approvals.services import decide as decide_approval
from garment_hub.audit.desk import OFFICERS, district_if_other, own_district
from garment_hub.db import get_session
from garment_hub.paging import page_wanted
from garment_hub.permissions import audience, signed_in
from models.approval import Approval
from models.base import utc_now
from models.errors import Conflict

bp = Blueprint("approvals", __name__)


@bp.route("/district/approvals")
@audience(*OFFICERS)
def waiting() -> str:
    return _page(DecisionForm(formdata=None))


@bp.route("/district/approvals/<int:approval_id>", methods=["POST"])
@audience(*OFFICERS)
def decide(approval_id: int) -> Any:
    session, person, form, district = get_session(), signed_in(), DecisionForm(), own_district()
    approval = queries.get_approval(session, approval_id, district.id)
    if not form.validate():
        return _page(form, approval), 422
    try:
        decide_approval(session, approval, person, form.decision.data == "grant", form.reason.data, utc_now())
    except Conflict as error:
        session.rollback()
        form.refuse(error)
        return _page(form), 409
    return redirect(url_for("approvals.waiting", done=form.decision.data, district=district_if_other(district)), 303)


def _page(form: DecisionForm, chosen: Approval | None = None) -> str:
    """``chosen`` is the request whose form came back with something to correct."""
    session, district, person = get_session(), own_district(), signed_in()
    number = page_wanted()
    decided = queries.history(session, district.id, number)
    return render_template(
        "approvals/waiting.html",
        form=form,
        blank=DecisionForm(formdata=None),
        chosen=chosen,
        waiting=[
            (one, queries.may_decide(person, one), queries.deciders(session, district.id, one.asked_by))
            for one in queries.waiting(session, district.id)
        ],
        decided=decided[: queries.PAGE_SIZE],
        page=number,
        pages=number + (len(decided) > queries.PAGE_SIZE),
        url=lambda page: url_for("approvals.waiting", page=page, district=district_if_other(district)),
        wording=wording,
        now=utc_now(),
        person=person,
        here=district_if_other(district),
    )
