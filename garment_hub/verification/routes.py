"""Staff pages of checking factories, the owner's wish to be checked, and what is taken off the public pages."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.db import get_session
from garment_hub.doors import take
from garment_hub.factories.queries import get_factory
from garment_hub.form_tokens import new_token
from garment_hub.paging import page_count, page_wanted
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.verification import queries, services, wording
from garment_hub.verification.forms import CheckForm, HideForm
from garment_hub.verification.queries import PAGE_SIZE, Due
from garment_hub.verification.rule import Firm
from garment_hub.verification.tax_office import ManualCheck, TaxOffice, tax_office
from models.capacity import today_in_seoul
from models.factory import VERIFIED_FOR, Factory
from models.user import STAFF, Role
from models.verification import CheckStep, FactoryCheck, TaxState

bp = Blueprint("verification", __name__)
DUES = tuple(due for due in Due)


@bp.route("/district/verification")
@audience(*sorted(STAFF))
def queue() -> str:
    """Whose turn it is, by reason."""
    session, today, district_id = get_session(), today_in_seoul(), signed_in().district_id
    counts = queries.counts(session, district_id, today)
    due = _due_wanted(counts)
    page = page_wanted()
    total, factories = queries.due_of(session, district_id, due, today, page)
    return render_template(
        "verification/queue.html",
        counts=counts,
        due=due,
        factories=factories,
        total=total,
        page=page,
        pages=page_count(total, PAGE_SIZE),
        url=lambda number: url_for("verification.queue", due=due.value, page=number),
        pace=queries.pace(session, district_id, today),
        words=wording,
        lasts=VERIFIED_FOR,
    )


def _due_wanted(counts: dict[Due, int]) -> Due:
    asked = request.args.get("due")
    if asked in list(Due):
        return Due(asked)
    return next((due for due in DUES if counts[due]), Due.NEVER)


@bp.route("/district/verification/<int:factory_id>")
@audience(*sorted(STAFF))
def factory(factory_id: int) -> str:
    checked = queries.get_checked(get_session(), factory_id, signed_in(), Access.READ)
    start = {"checked_on": today_in_seoul(), "form_token": new_token()}
    office = _office()
    if request.args.get("ask") and checked.business_number:
        start["tax_state"] = office.state_of(checked.business_number)
    return _page(checked, CheckForm(formdata=None, data=start), asked=start.get("tax_state"))


@bp.post("/district/verification/<int:factory_id>")
@audience(*sorted(STAFF))
def record(factory_id: int) -> ResponseReturnValue:
    session, officer, form = get_session(), signed_in(), CheckForm()
    checked = queries.get_checked(session, factory_id, officer, Access.WRITE)

    def act() -> FactoryCheck:
        state = TaxState(form.tax_state.data) if form.tax_state.data else None
        return services.record_check(
            session,
            checked,
            officer,
            CheckStep(form.step.data),
            form.day,
            today_in_seoul(),
            has_passed=form.has_passed.data == "yes",
            tax_state=state,
            note=form.note.data or None,
        )

    location = url_for("verification.factory", factory_id=checked.id, done=1)
    return take(session, officer, form, act, lambda: _page(checked, form), location)


def _office() -> TaxOffice:
    return tax_office(current_app.config["TAX_OFFICE"])


def _page(checked: Factory, form: CheckForm, asked: object = None) -> str:
    session, today = get_session(), today_in_seoul()
    checks = queries.checks_of(session, checked)
    firm: Firm = queries.firm_of(session, checked, checks, today)
    return render_template(
        "verification/factory.html",
        factory=checked,
        form=form,
        checks=checks,
        steps=queries.wanted_steps(firm, queries.passed_steps(checks)),
        risks=sorted(firm.risks),
        words=wording,
        lasts=VERIFIED_FOR,
        has_office=not isinstance(_office(), ManualCheck),
        asked=asked,
        hide_form=HideForm(formdata=None, form_token=new_token()),
    )


@bp.post("/factories/<int:factory_id>/verification")
@audience(Role.FACTORY_OWNER)
def apply(factory_id: int) -> ResponseReturnValue:
    """The owner asks to be checked, with one tap."""
    session, owner = get_session(), signed_in()
    services.apply(session, get_factory(session, factory_id, owner, Access.WRITE), owner, today_in_seoul())
    return redirect(url_for("factories.edit", factory_id=factory_id), 303)


@bp.post("/district/verification/<int:factory_id>/hide")
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def hide(factory_id: int) -> ResponseReturnValue:
    session, officer, form = get_session(), signed_in(), HideForm()
    checked = queries.get_checked(session, factory_id, officer, Access.READ)
    location = url_for("verification.factory", factory_id=checked.id)
    act = lambda: services.hide(session, checked, officer, form.reason.data)  # noqa: E731
    return take(session, officer, form, act, lambda: _hide_page(checked, form), location)


def _hide_page(checked: Factory, form: HideForm) -> str:
    title = checked.name
    back = url_for("verification.factory", factory_id=checked.id)
    return render_template("verification/hide.html", title=title, form=form, back=back)


@bp.post("/district/verification/<int:factory_id>/show")
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def show(factory_id: int) -> ResponseReturnValue:
    session, officer = get_session(), signed_in()
    services.show_again(session, queries.get_checked(session, factory_id, officer, Access.READ), officer)
    return redirect(url_for("verification.factory", factory_id=factory_id), 303)
