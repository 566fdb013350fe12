"""Staff pages: Milan beside the district, and figures from outside the platform."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from garment_hub.dashboard import benchmark, statistics
from garment_hub.dashboard.routes import bp
from garment_hub.dashboard.statistics import Added, Figure, WrongRows
from garment_hub.dashboard.statistics_forms import FigureForm, FileForm
from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.labels import locale_code
from garment_hub.permissions import audience, signed_in
from garment_hub.site import current_district
from models import indicators
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Invalid, NotFound
from models.user import STAFF, Role

OFFICERS = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
MOST_SHOWN = 200
MOST_WRONG = 30


def _desk() -> District:
    """The own district, for administrators any."""
    user, district = signed_in(), current_district()
    if user.role is not Role.ADMINISTRATOR and district.id != user.district_id:
        raise NotFound
    return district


@bp.route("/district/milan")
@audience(*sorted(STAFF))
def milan() -> str:
    """Values stand side by side only where the table of indicators says that they may."""
    compared = benchmark.compare(get_session(), _desk())
    return render_template(
        "dashboard/milan.html",
        rules=[(rule, [compared[code] for code in rule.codes]) for rule in benchmark.RULES],
        beside=[row for row in compared.values() if row.stand_side_by_side],
        apart=[row for row in compared.values() if not row.stand_side_by_side],
        with_value=sum(row.own is not None for row in compared.values()),
        language=locale_code(),
        today=today_in_seoul(),
    )


@bp.route("/district/statistics")
@audience(*OFFICERS)
def statistics_list() -> str:
    return _page(FigureForm(formdata=None), FileForm(formdata=None))


def _page(figure: FigureForm, file: FileForm, wrong: WrongRows | None = None) -> str:
    session, district = get_session(), _desk()
    figure.offer()
    rows = [(number, sentence(error)) for number, error in wrong.rows[:MOST_WRONG]] if wrong else []
    return render_template(
        "dashboard/statistics.html",
        figure=figure,
        file=file,
        wrong_rows=rows,
        has_errors=bool(rows or figure.errors or file.errors),
        wrong_count=len(wrong.rows) if wrong else 0,
        added=request.args.get("added", type=int),
        replaced=request.args.get("replaced", 0, int),
        unchanged=request.args.get("unchanged", 0, int),
        history=statistics.history(session, district.id, MOST_SHOWN),
        count=statistics.count(session, district.id),
        names={code: one.names[locale_code()] for code, one in indicators.definitions().items()},
        most=statistics.MOST_ROWS,
    )


@bp.route("/district/statistics", methods=["POST"])
@audience(*OFFICERS)
def add_statistic() -> ResponseReturnValue:
    form = FigureForm()
    if form.validate():
        try:
            return _to(_take_in([statistics.read_figure(form.cells(), today_in_seoul())]))
        except Invalid as error:
            form.refuse(error)
    return _page(form, FileForm(formdata=None)), 422


@bp.route("/district/statistics/file", methods=["POST"])
@audience(*OFFICERS)
def upload_statistics() -> ResponseReturnValue:
    form, wrong = FileForm(), None
    if form.validate():
        try:
            return _to(_take_in(statistics.read_file(form.file.data.read(), today_in_seoul())))
        except Invalid as error:
            form.file.errors = [sentence(error)]
        except WrongRows as error:
            wrong = error
    return _page(FigureForm(formdata=None), form, wrong), 422


def _take_in(figures: list[Figure]) -> Added:
    return statistics.add(get_session(), _desk(), signed_in(), figures, utc_now())


def _to(done: Added) -> Response:
    district = _desk()
    elsewhere = None if district.id == signed_in().district_id else district.code
    counts: dict[str, Any] = {"added": done.added, "replaced": done.replaced, "unchanged": done.unchanged}
    return redirect(url_for("dashboard.statistics_list", district=elsewhere, **counts), 303)
