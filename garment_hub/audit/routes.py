"""Staff pages of the record: searching it, taking a search along, and looking a month through."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _

from garment_hub.audit import queries, reviewing, wording
from garment_hub.audit.desk import OFFICERS, district_if_other, own_district
from garment_hub.audit.forms import FileForm, ReviewForm, SearchForm
from garment_hub.audit.queries import PAGE_SIZE, Search
from garment_hub.audit.services import record, record_now
from garment_hub.db import engine_of, get_session
from garment_hub.errors import status_of
from garment_hub.labels import moment
from garment_hub.paging import page_count, page_wanted
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Conflict, Invalid, NotFound

bp = Blueprint("audit", __name__)

NOTED_ONCE_IN = timedelta(hours=1)
FILTERS = ("person", "factory", "action", "first", "last")


@bp.route("/district/audit")
@audience(*OFFICERS)
def entries() -> Any:
    form = SearchForm(formdata=request.args)
    form.offer(queries.actors(get_session(), own_district().id))
    if not form.validate():
        return _page(form, Search(), found=False), 422
    _note_search(own_district(), form.search)
    return _page(form, form.search)


def _note_search(district: District, search: Search) -> None:
    engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
    codes = {"person": search.actor_id, "factory": search.factory_id, "act": search.action}
    known = {name: code for name, code in codes.items() if code is not None}
    since = utc_now() - NOTED_ONCE_IN
    record_now(engine, signed_in(), AuditAction.ENTRIES_SEARCHED, district, since=since, **known)


def _page(form: SearchForm, search: Search, *, found: bool = True, file_form: FileForm | None = None) -> str:
    session, district = get_session(), own_district()
    page = page_wanted()
    total, rows = queries.page_of(session, district.id, search, page) if found else (0, [])
    kept: dict[str, Any] = {name: request.values[name] for name in FILTERS if request.values.get(name)}
    here = district_if_other(district)
    return render_template(
        "audit/entries.html",
        form=form,
        file_form=file_form or FileForm(formdata=None),
        entries=rows,
        total=total,
        page=page,
        pages=page_count(total, PAGE_SIZE),
        url=lambda number: url_for("audit.entries", page=number, district=here, **kept),
        kept=kept,
        here=here,
        wording=wording,
    )


@bp.route("/district/audit.csv", methods=["POST"])
@audience(*OFFICERS)
@reckons
def entries_file() -> Any:
    """The search as a file, with a reason that is written down."""
    session, person, form, district = get_session(), signed_in(), FileForm(), own_district()
    form.offer(queries.actors(session, district.id))
    if not form.validate():
        return _page(form, Search(), found=False, file_form=form), 422
    found = queries.entries_for_file(session, district.id, form.search)
    record(session, person, AuditAction.ENTRIES_SEARCHED, district, reason=form.reason.data, count=len(found))
    name = {"Content-Disposition": f"attachment; filename=record-{district.code}-{today_in_seoul()}.csv"}
    return Response(_as_csv(found), content_type="text/csv; charset=utf-8", headers=name)


def _as_csv(found: Iterable[AuditEntry]) -> bytes:
    """With a mark that Excel needs to see UTF-8; nothing in it starts like a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([_("Entry number"), _("When"), _("Who"), _("What was done"), _("In words"), _("Reason")])
    for entry in found:
        who, action = entry.actor.name if entry.actor else "", str(wording.ACTIONS[entry.action])
        words = (moment(entry.at), who, action, wording.sentence(entry), entry.reason or "")
        table.writerow([entry.id, *(_plain(word) for word in words)])
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(tuple("=+-@|%\t\r＝＋－＠｜％")) else text


@bp.route("/district/audit/review")
@audience(*OFFICERS)
def review() -> str:
    return _review_page(_month(request.args.get("month")), ReviewForm(formdata=None))


@bp.route("/district/audit/review", methods=["POST"])
@audience(*OFFICERS)
def look_through() -> Any:
    session, person, form, district = get_session(), signed_in(), ReviewForm(), own_district()
    month = _month(form.month.data)
    if not form.validate():
        return _review_page(month, form), 422
    try:
        reviewing.look_through(session, person, district, month, form.note.data, today_in_seoul())
    except (Conflict, Invalid) as error:
        form.refuse(error)
        return _review_page(month, form), status_of(error)
    here = district_if_other(district)
    return redirect(url_for("audit.review", month=f"{month:%Y-%m}", done=1, district=here), 303)


def _month(text: str | None) -> date:
    """Last month where none is named; NotFound for what is no month up to this one."""
    this_month = reviewing.month_of(today_in_seoul())
    if not text:
        return reviewing.month_of(this_month - timedelta(days=1))
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise NotFound from error
    if not month.year >= 2000 or month > this_month:
        raise NotFound
    return month


def _review_page(month: date, form: ReviewForm) -> str:
    session, district, today = get_session(), own_district(), today_in_seoul()
    form.month.data = f"{month:%Y-%m}"
    reviews = reviewing.reviews(session, district.id)
    return render_template(
        "audit/review.html",
        form=form,
        month=month,
        is_over=reviewing.next_month(month) <= today,
        acts=reviewing.acts_in(session, district.id, month),
        looked=reviews[reviewing.number_of(month)],
        months=[
            (one, reviewing.next_month(one) <= today, reviews[reviewing.number_of(one)])
            for one in reviewing.months(session, district.id, today)
        ],
        contacts=[wording.ACTIONS[action] for action in sorted(reviewing.CONTACTS)],
        rules=reviewing,
        here=district_if_other(district),
        wording=wording,
    )
