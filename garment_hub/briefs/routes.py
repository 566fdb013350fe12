"""Pages of a brief: the list, the four steps, publishing, and what became of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from garment_hub import files
from garment_hub.briefs import facts, services
from garment_hub.briefs.blueprint import bp
from garment_hub.briefs.check import Check, Fitting, check_brief
from garment_hub.briefs.fields import values_of
from garment_hub.briefs.forms import HowMadeForm, HowManyForm, StepForm, WhatForm, processes_by_stage
from garment_hub.briefs.pictures import TakenPictures, file_of, looks_at
from garment_hub.briefs.presets import preset
from garment_hub.briefs.progress import progress_of
from garment_hub.briefs.queries import briefs_of, get_brief, is_asked, is_own, requests_of, sees_drawings
from garment_hub.briefs.wording import line, plan_rows
from garment_hub.briefs.working_days import working_days_of
from garment_hub.db import engine_of, get_session, reading
from garment_hub.designers.queries import designer_of
from garment_hub.errors import sentence
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.permissions import EVERY_ROLE, Access, audience, signed_in
from garment_hub.recommendations.ranking import Ranking, rank_for_brief
from garment_hub.recommendations.services import count_partners
from models import vocabulary
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import current_neighbourhoods
from models.errors import DomainError, Invalid, NotFound
from models.user import Role

LAST_STEP = 4
PROPOSABLE = ("needed_by", "quantity", "budget_per_piece_krw")
Answer = str | AnyResponse | tuple[str, int]


def own_designer(session: Session) -> Designer:
    """The designer behind the person; who has no profile yet writes it first."""
    return designer_of(session, signed_in()) or _profile_first()


def _profile_first() -> NoReturn:
    abort(redirect(url_for("designers.edit"), 303))


def wanted_factory() -> int | None:
    """The factory this brief was begun for, carried along in the address."""
    return request.args.get("factory", type=int)


@bp.route("/briefs")
@audience(Role.DESIGNER)
def mine() -> str:
    session = get_session()
    own = briefs_of(session, own_designer(session))
    requests = requests_of(session, own)
    rows = [(brief, facts.headline(brief), progress_of(brief, requests[brief.id])) for brief in own]
    saved = next((brief for brief in own if str(brief.id) == request.args.get("saved")), None)
    return render_template("briefs/mine.html", rows=rows, saved=saved)


@bp.route("/briefs/new")
@audience(Role.DESIGNER)
def new() -> str:
    asked = request.args.get("item", "")
    item = asked if vocabulary.is_known("item", asked) else None
    form = WhatForm(formdata=None, data={"item": item, "form_token": new_token(), "factory": wanted_factory()})
    return render_template("briefs/what.html", form=form, brief=None)


@bp.route("/briefs", methods=["POST"])
@audience(Role.DESIGNER)
def create() -> Answer:
    session = get_session()
    form = WhatForm()
    if not form.validate():
        return render_template("briefs/what.html", form=form, brief=None), 422
    sent = SentForm.of(form.form_token.data, signed_in(), request.form.to_dict(flat=False))
    earlier = sent.earlier_location(session)
    if earlier:
        return redirect(earlier, 303)
    brief = services.draft_brief(session, own_designer(session), form.item.data, form.category.data)
    factory = form.factory.data if str(form.factory.data).isdecimal() else None
    location = url_for("briefs.edit", brief_id=brief.id, step=2, factory=factory)
    sent.remember(session, location)
    return redirect(location, 303)


@bp.route("/briefs/<int:brief_id>/edit/<int:step>", methods=["GET", "POST"])
@audience(Role.DESIGNER)
def edit(brief_id: int, step: int) -> Answer:
    taken = TakenPictures.of_request()
    try:
        answer = _edit(brief_id, step, taken)
    except DomainError:
        taken.discard()
        raise
    return answer


def _edit(brief_id: int, step: int, taken: TakenPictures) -> Answer:
    session = get_session()
    brief = get_brief(session, brief_id, signed_in(), Access.WRITE)
    services.require_changeable(session, brief)
    if step == LAST_STEP and request.method != "POST":
        return _look_over(session, brief)
    form = _step_form(session, brief, step)
    if request.method != "POST":
        return _step_page(session, brief, step, form)
    if not _is_valid(brief, form, taken):
        taken.discard()
        return _step_page(session, brief, step, form), 422
    services.write_step(session, brief, form.values)
    services.add_files(session, brief, taken.keys)
    if "remove" in request.form:
        gone = file_of(brief, request.form.get("remove", 0, type=int))
        services.remove_file(session, brief, gone)
        files.remove_file(files.upload_root(), gone.key)
    return redirect(_next_address(brief, step), 303)


def _is_valid(brief: Brief, form: StepForm, taken: TakenPictures) -> bool:
    """A draft may be put away with gaps; an open brief stays one that a factory can price."""
    if (request.form.get("action") == "later" or "remove" in request.form) and brief.status is BriefStatus.DRAFT:
        form.let_open()
    is_valid = form.validate()
    room = services.MOST_FILES - len(brief.files)
    if len(taken.keys) > room:
        taken.complaints.append(sentence(Invalid("too_many_files", most=services.MOST_FILES)))
    if taken.complaints:
        form["drawings"].errors = [*form["drawings"].errors, *taken.complaints]
    return is_valid and not taken.complaints


def _step_form(session: Session, brief: Brief, step: int) -> StepForm:
    values = values_of(brief) | {"form_token": new_token()}
    if step == 1:
        return WhatForm(data=values)
    if step == 2:
        sent = MultiDict(request.form)
        if request.form.get("move_to"):  # the button of the check that proposes a later day
            sent["needed_by"] = request.form["move_to"]
        formdata = sent if request.method == "POST" else None
        return HowManyForm(formdata, data=values | _proposed(), today=today_in_seoul(), processes=brief.processes)
    if step == 3:
        places = current_neighbourhoods(session, brief.district_id, today_in_seoul())
        return HowMadeForm(data=values, places=places)
    raise NotFound


def _proposed() -> dict[str, Any]:
    """What the address proposes to change: the way on from a list that came out empty."""
    given = {name: request.args[name] for name in PROPOSABLE if name in request.args}
    form = HowManyForm(MultiDict(given), today=today_in_seoul())
    return {name: form[name].data for name in given if form[name].data is not None}


def _next_address(brief: Brief, step: int) -> str:
    if request.form.get("action") == "later":
        return url_for("briefs.mine", saved=brief.id)
    stays = request.form.get("action") == "check" or not {"move_to", "remove"}.isdisjoint(request.form)
    step = step if stays else step + 1
    return url_for("briefs.edit", brief_id=brief.id, step=step, factory=wanted_factory())


def _step_page(session: Session, brief: Brief, step: int, form: StepForm) -> str:
    today = today_in_seoul()
    values: dict[str, Any] = {"brief": brief, "form": form, "step": step, "today": today}
    if step == 1:
        return render_template("briefs/what.html", **values)
    if step == 3:
        first = dict.fromkeys([*preset(brief.item).processes, *brief.processes])
        values["groups"] = processes_by_stage(form["processes"], list(first))
    name = "briefs/how_many.html" if step == 2 else "briefs/how_made.html"
    return render_template(name, **values, **_checked(session, brief, today))


def _checked(session: Session, brief: Brief, today: date) -> dict[str, Any]:
    """The check of what is saved, in words."""
    check = _check(session, brief, today)
    return {
        "lines": [line(finding) for finding in check.findings],
        "plan": plan_rows(check.plan),
        "later": check.later,
    }


def _check(session: Session, brief: Brief, today: date) -> Check:
    is_complete = not brief.missing_for_publishing and brief.needed_by is not None and brief.needed_by > today
    root = Path(current_app.config["DATA_DIR"])
    fitting = Fitting(*count_partners(session, brief, root=root)) if is_complete else None
    return check_brief(brief, today, working_days_of(brief.district.country), fitting)


def _look_over(session: Session, brief: Brief, error: str | None = None) -> str:
    return render_template(
        "briefs/look_over.html",
        brief=brief,
        step=LAST_STEP,
        error=error,
        has_errors=error is not None,
        token=new_token(),
        what=facts.what_rows(brief),
        numbers=facts.number_rows(brief),
        made=facts.made_rows(brief),
        **_checked(session, brief, today_in_seoul()),
    )


@bp.route("/briefs/<int:brief_id>/publish", methods=["POST"])
@audience(Role.DESIGNER)
def publish(brief_id: int) -> Answer:
    today = today_in_seoul()
    try:
        ranking = _ranking(brief_id, today)
    except Invalid as error:
        session = get_session()
        brief = get_brief(session, brief_id, signed_in(), Access.WRITE)
        return _look_over(session, brief, sentence(error)), 422
    session, user = get_session(), signed_in()
    brief = get_brief(session, brief_id, user, Access.WRITE)
    sent = SentForm.of(request.form.get("form_token"), user, request.form.to_dict(flat=False))
    earlier = sent.earlier_location(session)
    if earlier:
        return redirect(earlier, 303)
    services.publish_brief(session, brief, ranking, today)
    location = url_for("briefs.recommendations", brief_id=brief.id)
    if wanted_factory():
        location = url_for("quotes.ask", factory_id=wanted_factory(), brief=brief.id)
    sent.remember(session, location)
    return redirect(location, 303)


def _ranking(brief_id: int, today: date) -> Ranking:
    """Rank before the request's own session takes the write lock."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with reading(engine_of(app)) as session:
        brief = get_brief(session, brief_id, current_user, Access.WRITE)
        services.require_publishable(brief, today)
        return rank_for_brief(session, brief, as_of=today, root=Path(app.config["DATA_DIR"]))


@bp.route("/briefs/<int:brief_id>")
@audience(*EVERY_ROLE)
def show(brief_id: int) -> str:
    session = get_session()
    user = signed_in()
    brief = get_brief(session, brief_id, user, Access.READ)
    own = is_own(brief, user)
    return render_template(
        "briefs/show.html",
        brief=brief,
        headline=facts.headline(brief),
        rows=[*facts.what_rows(brief), *facts.number_rows(brief), *facts.made_rows(brief)],
        unstated=facts.unstated(brief),
        progress=progress_of(brief, requests_of(session, [brief])[brief.id]) if own else None,
        pictures=brief.files if sees_drawings(session, brief, user) else [],
        looks=looks_at(session, brief) if own else None,
        can_change=own and brief.status in (BriefStatus.DRAFT, BriefStatus.OPEN) and not is_asked(session, brief),
    )


@bp.route("/briefs/<int:brief_id>/withdraw", methods=["POST"])
@audience(Role.DESIGNER)
def withdraw(brief_id: int) -> Response | AnyResponse:
    session = get_session()
    services.withdraw_brief(session, get_brief(session, brief_id, signed_in(), Access.WRITE))
    return redirect(url_for("briefs.show", brief_id=brief_id), 303)


@bp.route("/briefs/<int:brief_id>/close", methods=["POST"])
@audience(Role.DESIGNER)
def close(brief_id: int) -> Response | AnyResponse:
    session = get_session()
    services.close_brief(session, get_brief(session, brief_id, signed_in(), Access.WRITE))
    return redirect(url_for("briefs.show", brief_id=brief_id), 303)
