"""The day plan of visits: who is to be seen, in which order, why, and what came of it."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from garment_hub.db import get_session
from garment_hub.permissions import audience, signed_in
from garment_hub.visits import queries, services
from garment_hub.visits.forms import DoneForm, VisitForm
from garment_hub.visits.reasons import proposals, reasons_for
from garment_hub.visits.wording import reason_words
from models.base import utc_now
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.user import CENTRE, User

bp = Blueprint("visits", __name__)
bp.add_app_template_filter(reason_words)
STEPS = {"up": -1, "down": 1}
DAY = timedelta(days=1)


@bp.get("/district/visits")
@audience(*CENTRE)
def day() -> ResponseReturnValue:
    """The day named in the address, else today."""
    wanted = request.args.get("day") or today_in_seoul().isoformat()
    on = _read_day(wanted)
    page = _day_page(signed_in(), on or today_in_seoul(), unreadable=None if on else wanted)
    return page, 200 if on else 422


def _read_day(text: str) -> date | None:
    """A day with days before and after it, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _day_page(
    person: User, on: date, *, refused: tuple[int, DoneForm] | None = None, unreadable: str | None = None
) -> str:
    session = get_session()
    visits = queries.day_plan(session, person.district_id, on)
    forms = {visit.id: DoneForm(formdata=None, prefix=f"visit{visit.id}-", note=visit.note) for visit in visits}
    forms |= dict([refused] if refused else [])
    is_over = on < today_in_seoul()
    return render_template(
        "visits/day.html",
        on=on,
        near=(on - DAY, on + DAY),
        unreadable=unreadable,
        visits=visits,
        reasons=reasons_for(session, [visit.factory for visit in visits], on),
        forms=forms,
        form=refused[1] if refused else None,
        proposed=[] if is_over else proposals(session, person.district_id, on),
        is_over=is_over,
    )


@bp.route("/district/registry/<int:factory_id>/visit", methods=["GET", "POST"])
@audience(*CENTRE)
def add(factory_id: int) -> ResponseReturnValue:
    person, today = signed_in(), today_in_seoul()
    factory = queries.get_place_to_visit(get_session(), factory_id, person)
    form = VisitForm(on=today)
    if form.validate_on_submit():
        try:
            services.plan_visit(get_session(), factory, form.on.data or today, form.purpose.data, person, today)
        except Invalid as error:
            form.refuse(error)
        else:
            return _to_day(form.on.data or today)
    page = render_template("visits/add.html", factory=factory, form=form)
    return page, 422 if form.errors else 200


@bp.post("/district/visits/arrange")
@audience(*CENTRE)
def arrange() -> ResponseReturnValue:
    on = _read_day(request.form.get("day", ""))
    if on is None:
        raise Invalid("visit_day_unreadable")
    services.arrange(get_session(), signed_in().district_id, on)
    return _to_day(on)


@bp.post("/district/visits/<int:visit_id>/<any(up, down):step>")
@audience(*CENTRE)
def move(visit_id: int, step: str) -> ResponseReturnValue:
    visit = queries.get_visit(get_session(), visit_id, signed_in())
    services.move(get_session(), visit, STEPS[step])
    return _to_day(visit.planned_on, visit.id)


@bp.post("/district/visits/<int:visit_id>/remove")
@audience(*CENTRE)
def remove(visit_id: int) -> ResponseReturnValue:
    visit = queries.get_visit(get_session(), visit_id, signed_in())
    on = visit.planned_on
    services.remove(get_session(), visit)
    return _to_day(on)


@bp.post("/district/visits/<int:visit_id>/done")
@audience(*CENTRE)
def done(visit_id: int) -> ResponseReturnValue:
    person = signed_in()
    visit = queries.get_visit(get_session(), visit_id, person)
    form = DoneForm(prefix=f"visit{visit.id}-")
    if not form.validate():
        return _day_page(person, visit.planned_on, refused=(visit.id, form)), 422
    services.mark_done(get_session(), visit, form.note.data, person, utc_now())
    return _to_day(visit.planned_on, visit.id)


def _to_day(on: date, visit_id: int | None = None) -> ResponseReturnValue:
    anchor = f"visit-{visit_id}" if visit_id else None
    return redirect(url_for("visits.day", day=on.isoformat(), _anchor=anchor), 303)
