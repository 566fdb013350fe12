"""Staff pages of imports: hand over a file, settle its columns, watch it go in, read what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from garment_hub.db import get_session
from garment_hub.errors import sentence
from garment_hub.jobs import call_soon
from garment_hub.paging import page_count, page_wanted
from garment_hub.patience import reckons
from garment_hub.permissions import audience, signed_in
from garment_hub.registry import queries, steering, uploads, wording
from garment_hub.registry.blueprint import bp
from garment_hub.registry.headers import Choice
from garment_hub.registry.import_forms import ColumnsForm, UploadForm, columns_form
from garment_hub.registry.reading import MAX_BYTES, read_table
from garment_hub.registry.remarks import Outcome
from garment_hub.registry.routes import PAGE_SIZE, _desk, _elsewhere, _pager
from garment_hub.registry.services import Upload
from garment_hub.registry.steering import Preview, Progress
from models.capacity import today_in_seoul
from models.district import District
from models.errors import Conflict, Invalid
from models.registry_import import IN_HAND, STEERED, ImportState, RegistryImport
from models.user import Role

STAFF = (Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
OFFICE = (Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
REFRESHED_AFTER = "5"  # seconds
FIRST_REMARKS = 8


@bp.url_value_preprocessor
def take_in_heavy_files(endpoint: str | None, _values: object) -> None:
    """Before the form is read for its token: a little more than a file may weigh, so that the page can say so."""
    if endpoint == "registry.upload":
        request.max_content_length = MAX_BYTES + 1024 * 1024


@bp.route("/district/imports")
@audience(*STAFF)
def imports() -> ResponseReturnValue:
    return _list(UploadForm(formdata=None))


def _list(form: UploadForm) -> str:
    found = queries.imports_of(get_session(), _desk().id)
    sources = sorted({one.source for one in found})
    return render_template("registry/imports.html", imports=found, form=form, sources=sources, may_upload=_is_office())


def _is_office() -> bool:
    return signed_in().role in OFFICE


@bp.route("/district/imports", methods=["POST"])
@audience(*OFFICE)
def upload() -> ResponseReturnValue:
    form = UploadForm()
    if not form.validate():
        return _list(form), 422
    sent = Upload(form.file.data.filename, form.file.data.read(), form.source.data)
    try:
        table = read_table(sent.data, steering.PREVIEWED)  # it takes long: before the session
    except Invalid as error:
        form.file.errors = [sentence(error)]
        return _list(form), 422
    uploads.keep(current_app.config["DATA_DIR"], sent.sha256, sent.data)
    district = _desk()
    return _to(steering.receive(get_session(), district, sent, table), district)


def _to(imported: RegistryImport, district: District) -> Response:
    return redirect(url_for("registry.import_report", import_id=imported.id, district=_elsewhere(district)), 303)


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of looking at the rows of an import, and how many it shows."""

    key: str
    label: str
    count: int


def _filters(counts: Mapping[Outcome, int]) -> list[Filter]:
    labels = {
        Outcome.ROW_LEFT_OUT: _("Left out"),
        Outcome.VALUE_LEFT_OUT: _("Only the value left out"),
        Outcome.CHANGED: _("Stored otherwise"),
        Outcome.NOTED: _("Just so you know"),
        Outcome.KEPT_APART: _("Other trades"),
    }
    shown = [Filter(one.value, label, counts[one]) for one, label in labels.items() if counts.get(one)]
    return [Filter("", _("All"), sum(counts.values())), *shown]


@bp.route("/district/imports/<int:import_id>")
@audience(*STAFF)
def import_report(import_id: int) -> ResponseReturnValue:
    session = get_session()
    imported = queries.get_import(session, import_id, _desk().id)
    progress = steering.progress_of(imported, queries.action_counts(session, imported))
    if progress.state is ImportState.MAPPING:
        shown = steering.preview(session, imported, today_in_seoul())
        return _mapping(imported, shown, columns_form(shown, is_sent=False))
    response = make_response(_report(imported, progress))
    if progress.state in IN_HAND or progress.state is ImportState.WAITING:
        response.headers["Refresh"] = REFRESHED_AFTER
    return response


def _report(imported: RegistryImport, progress: Progress) -> str:
    session, page, show = get_session(), page_wanted(), request.args.get("show", "")
    is_read = progress.state not in IN_HAND  # while it goes on the rows change under the reader
    counts = queries.told_counts(session, imported) if is_read else {}
    wanted = Outcome(show) if show in set(Outcome) else None
    shown_total = counts.get(wanted, 0) if wanted else sum(counts.values())
    told = queries.told_rows(session, imported, wanted, start=(page - 1) * PAGE_SIZE, count=PAGE_SIZE) if counts else []
    work = imported.work
    return render_template(
        "registry/import_report.html",
        imported=imported,
        progress=progress,
        counts={action.value: count for action, count in queries.action_counts(session, imported).items()},
        duplicates=queries.duplicate_count(session, imported),
        notes=[wording.file_note(note) for note in (work.notes if work else [])],
        failure=_failure(imported),
        filters=_filters(counts),
        show=show,
        told=told,
        page=page,
        pages=page_count(shown_total, PAGE_SIZE),
        url=_pager("registry.import_report", import_id=imported.id),
        wording=wording,
        may=_verbs(imported, progress),
        is_office=_is_office(),
    )


def _verbs(imported: RegistryImport, progress: Progress) -> set[str]:
    """What the reader may do with it now."""
    if not _is_office():
        return set()
    verbs = {"pause": ImportState.PAUSED, "resume": ImportState.WAITING, "cancel": ImportState.CANCELLED}
    may = {verb for verb, state in verbs.items() if imported.work and progress.state in STEERED[state]}
    if imported.undone_at is None and progress.done and progress.state in STEERED[ImportState.UNDOING]:
        may.add("undo")
    return may


def _failure(imported: RegistryImport) -> str | None:
    if imported.work is None or not imported.work.failure:
        return None
    return sentence(Conflict(imported.work.failure["code"], **imported.work.failure["values"]))


def _mapping(imported: RegistryImport, shown: Preview, form: ColumnsForm) -> str:
    return render_template(
        "registry/mapping.html",
        imported=imported,
        shown=shown,
        form=form,
        pairs=list(zip(shown.columns, form.selects, strict=True)),
        notes=[wording.file_note(note) for note in shown.notes],
        told=list({(one.field, one.code): one for one in reversed(shown.told)}.values())[::-1][:FIRST_REMARKS],
        wording=wording,
        may_start=_is_office(),
    )


@bp.route("/district/imports/<int:import_id>/columns", methods=["POST"])
@audience(*OFFICE)
def settle_columns(import_id: int) -> ResponseReturnValue:
    """Look at the first rows with the columns as chosen, or start with them."""
    session, district = get_session(), _desk()
    imported = queries.get_import(session, import_id, district.id)
    if imported.work is None or imported.work.state is not ImportState.MAPPING:
        raise Conflict("import_moved_on")
    shown_row = request.form.get("shown_row", 1, type=int)
    before = steering.preview(session, imported, today_in_seoul(), Choice(header_row=shown_row))
    form = columns_form(before, is_sent=True)
    if not form.validate():
        return _mapping(imported, before, form), 422
    try:
        return _settle(imported, district, before, form)
    except Invalid as error:
        form.refuse(error)
        return _mapping(imported, before, form), 422


def _settle(imported: RegistryImport, district: District, before: Preview, form: ColumnsForm) -> ResponseReturnValue:
    session, today = get_session(), today_in_seoul()
    if form.header_row.data not in (None, before.header_row):  # other headings, so nothing chosen holds
        shown = steering.preview(session, imported, today, Choice(header_row=form.header_row.data))
        return _mapping(imported, shown, columns_form(shown, is_sent=False))
    choice = steering.choice_of(form.chosen(before), before.header_row)
    if request.form.get("do") != "start":
        return _mapping(imported, steering.preview(session, imported, today, choice), form)
    steering.start(session, signed_in(), imported, choice)
    call_soon("imports")
    return _to(imported, district)


@bp.route("/district/imports/<int:import_id>/pause", methods=["POST"])
@audience(*OFFICE)
def pause(import_id: int) -> Response:
    imported, district = _own(import_id)
    steering.pause(get_session(), imported)
    return _to(imported, district)


@bp.route("/district/imports/<int:import_id>/resume", methods=["POST"])
@audience(*OFFICE)
def resume(import_id: int) -> Response:
    imported, district = _own(import_id)
    steering.resume(get_session(), imported)
    call_soon("imports")
    return _to(imported, district)


@bp.route("/district/imports/<int:import_id>/cancel", methods=["POST"])
@audience(*OFFICE)
def cancel(import_id: int) -> Response:
    imported, district = _own(import_id)
    steering.cancel(get_session(), current_app.config["DATA_DIR"], imported)
    return _to(imported, district)


@bp.route("/district/imports/<int:import_id>/undo", methods=["POST"])
@audience(*OFFICE)
@reckons
def undo(import_id: int) -> Response:
    imported, district = _own(import_id)
    steering.undo(get_session(), signed_in(), imported)
    call_soon("imports")
    return _to(imported, district)


def _own(import_id: int) -> tuple[RegistryImport, District]:
    district = _desk()
    return queries.get_import(get_session(), import_id, district.id), district
