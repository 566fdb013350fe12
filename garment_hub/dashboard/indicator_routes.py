"""All indicators of the own district with their definitions, each through two years, and all of them as files."""

from __future__ import annotations

from datetime import date

from flask import Response, current_app, render_template, request, url_for
from flask_babel import gettext as _

from garment_hub import audit
from garment_hub.dashboard import exports, files, ledger, report
from garment_hub.dashboard.charts import bars
from garment_hub.dashboard.growth import first_days
from garment_hub.dashboard.indicators import MEASURES, OUTSIDE, Period
from garment_hub.dashboard.indicators.places import by_neighbourhood
from garment_hub.dashboard.routes import bp
from garment_hub.db import engine_of, get_session
from garment_hub.labels import place_name
from garment_hub.orders.documents import NoPdf, make_pdf
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from models.audit import AuditAction
from models.capacity import today_in_seoul
from models.district import District
from models.errors import NotFound
from models.user import STAFF, Role

OFFICERS = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
MONTHS_BACK, MONTHS_SHOWN = 37, 24


def _district() -> District:
    return get_session().get_one(District, signed_in().district_id)


def _month_wanted(today: date) -> date:
    """As the address names it, else the last whole month."""
    known = first_days(today, MONTHS_BACK)
    named = next((month for month in known if f"{month:%Y-%m}" == request.args.get("month")), None)
    return named or known[-2]


@bp.route("/district/indicators")
@audience(*sorted(STAFF))
@reckons
def indicator_table() -> str:
    """Not suppressed, so that reading it is written down, once a day."""
    today, district = today_in_seoul(), _district()
    month = _month_wanted(today)
    months = ledger.months_beside(month)
    _write_down(district)
    return render_template(
        "dashboard/indicators.html",
        themes=ledger.read(get_session(), district.id, months, today),
        month=month,
        months=months,
        choices=first_days(today, MONTHS_BACK)[::-1],
        running=today.replace(day=1),
        shown=ledger.shown,
        may_export=signed_in().role in OFFICERS,
    )


@bp.route("/district/indicators/<code>")
@audience(*sorted(STAFF))
@reckons
def indicator(code: str) -> str:
    """Two years of one indicator, and by neighbourhood where that can be told."""
    entry = _entry(code)
    month = _month_wanted(today_in_seoul())
    _write_down(_district())
    return render_template(
        "dashboard/indicator.html", entry=entry, month=month, places=_places(code, month), shown=ledger.shown
    )


@bp.route("/district/indicators/<code>.svg")
@audience(*sorted(STAFF))
@reckons
def indicator_chart(code: str) -> Response:
    entry = _entry(code)
    known = [cell for cell in reversed(entry.cells) if cell.value is not None]
    svg = bars(tuple(f"{one.month:%y.%m}" for one in known), tuple(one.value or 0 for one in known), entry.unit)
    return Response(svg, mimetype="image/svg+xml")


def _entry(code: str) -> ledger.Entry:
    """With its months, the latest first."""
    if code not in MEASURES and code not in OUTSIDE:
        raise NotFound
    today = today_in_seoul()
    return ledger.read_one(get_session(), _district().id, code, first_days(today, MONTHS_SHOWN)[::-1], today)


def _places(code: str, month: date) -> list[tuple[str, float]]:
    """Named neighbourhoods with the figure of the month, the largest first; what only the present knows, as of now."""
    district = _district()
    names = {place.id: place_name(place) for place in district.neighbourhoods}
    found = by_neighbourhood(get_session(), district.id, code, Period.month(month))
    named = [(names.get(place or 0) or _("not known"), value) for place, value in found.items()]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))


@bp.route("/district/export.<any(csv,xlsx):ending>")
@audience(*OFFICERS)
@reckons
def export(ending: str) -> Response:
    district, today = _district(), today_in_seoul()
    month = _month_wanted(today)
    papers = exports.papers(get_session(), district, month, today)
    _write_down(district)
    return files.answer(papers, f"indicators-{district.code}-{month:%Y-%m}", ending)


@bp.route("/district/report.pdf")
@audience(*OFFICERS)
@reckons
def yearly_report() -> Response | tuple[str, int]:
    district, today = _district(), today_in_seoul()
    year = request.args.get("year", today.year, int)
    if not today.year - MONTHS_BACK // 12 <= year <= today.year:
        raise NotFound
    found = report.of_year(get_session(), district, year, today)
    page = render_template("dashboard/report_pdf.html", report=found, place=place_name(district), shown=ledger.shown)
    try:
        data = make_pdf(page)
    except NoPdf:
        return _no_pdf(), 503
    _write_down(district)
    name = f"report-{district.code}-{year}.pdf"
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def _no_pdf() -> str:
    text = _("No PDF can be made on this machine. Take the spreadsheet, or open the page and print it.")
    return render_template(
        "errors/error.html",
        title=_("No PDF here"),
        text=text,
        next_url=url_for("dashboard.indicator_table"),
        next_label=_("To the page"),
    )


def _write_down(district: District) -> None:
    engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
    audit.record_now(engine, signed_in(), AuditAction.FIGURES_READ, district, since=files.midnight())
