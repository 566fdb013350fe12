"""Staff pages of designers: who came, who was checked, what is hidden."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from garment_hub.db import get_session
from garment_hub.doors import take
from garment_hub.form_tokens import new_token
from garment_hub.paging import page_count, page_wanted
from garment_hub.permissions import audience, signed_in
from garment_hub.verification import designers, services
from garment_hub.verification.forms import HideForm
from garment_hub.verification.routes import bp
from models.capacity import today_in_seoul
from models.user import STAFF, Role

OFFICERS = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)


@bp.route("/district/designers")
@audience(*sorted(STAFF))
def designers_page() -> str:
    session, district_id, today = get_session(), signed_in().district_id, today_in_seoul()
    page = page_wanted()
    total, found = designers.page_of(session, district_id, page)
    return render_template(
        "verification/designers.html",
        designers=found,
        total=total,
        page=page,
        pages=page_count(total, designers.PAGE_SIZE),
        url=lambda number: url_for("verification.designers_page", page=number),
        growth=designers.growth(session, district_id, _months_back(today, 12)),
        orders=designers.orders_of(session, [designer.id for designer, _name in found]),
        today=today,
        token=new_token(),
    )


def _months_back(today: date, count: int) -> list[date]:
    """First days of the last ``count`` months, this one included, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - count + 1, number + 1)]


@bp.post("/district/designers/<int:designer_id>/check")
@audience(*OFFICERS)
def check_designer(designer_id: int) -> ResponseReturnValue:
    session, officer = get_session(), signed_in()
    services.check_designer(session, designers.get_own(session, designer_id, officer), officer, today_in_seoul())
    return redirect(url_for("verification.designers_page"), 303)


@bp.post("/district/designers/<int:designer_id>/hide")
@audience(*OFFICERS)
def hide_designer(designer_id: int) -> ResponseReturnValue:
    session, officer, form = get_session(), signed_in(), HideForm()
    designer = designers.get_own(session, designer_id, officer)
    back = url_for("verification.designers_page")

    def page() -> str:
        return render_template("verification/hide.html", title=designer.brand, form=form, back=back)

    return take(session, officer, form, lambda: services.hide(session, designer, officer, form.reason.data), page, back)


@bp.post("/district/designers/<int:designer_id>/show")
@audience(*OFFICERS)
def show_designer(designer_id: int) -> ResponseReturnValue:
    session, officer = get_session(), signed_in()
    services.show_again(session, designers.get_own(session, designer_id, officer), officer)
    return redirect(url_for("verification.designers_page"), 303)
