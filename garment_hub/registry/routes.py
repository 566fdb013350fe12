"""Staff pages of the registry: its factories, what became of each import, and pairs that may be one factory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from garment_hub.db import get_session
from garment_hub.factories.search import condition
from garment_hub.permissions import audience, signed_in
from garment_hub.registry import queries, wording
from garment_hub.registry import sheet_routes as _sheet  # noqa: F401  (adds its pages to the blueprint)
from garment_hub.registry.blueprint import bp
from garment_hub.registry.remarks import Outcome, Told
from garment_hub.registry.undo import undo_import
from garment_hub.site import current_district
from models.district import District
from models.errors import NotFound
from models.factory import Sector
from models.registry_import import DuplicateVerdict, ImportStatus
from models.user import Role

PAGE_SIZE = 50
KEPT = ("q", "sector", "show", "district", "lang")


def _desk() -> District:
    """The district whose registry this person may open: the own one, for administrators any."""
    user, district = signed_in(), current_district()
    if user.role is not Role.ADMINISTRATOR and district.id != user.district_id:
        raise NotFound
    return district


def _page_wanted() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 10**6))


def _pager(endpoint: str, **values: Any) -> Callable[[int], str]:
    """Addresses of the other pages of this list, its filters kept."""
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    return lambda page: f"{url_for(endpoint, **values)}?{urlencode(kept | {'page': str(page)})}"


@bp.route("/district/registry")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def factories() -> str:
    district, page = _desk(), _page_wanted()
    words = request.args.get("q", "").strip()[:100]
    sector = Sector.OTHER if request.args.get("sector") == Sector.OTHER else Sector.GARMENT
    total, found = queries.factories_of(
        get_session(),
        district.id,
        words=condition(words) if words else None,
        sector=sector,
        start=(page - 1) * PAGE_SIZE,
        count=PAGE_SIZE,
    )
    return render_template(
        "registry/factories.html",
        factories=found,
        total=total,
        sector=sector,
        words=words,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        url=_pager("registry.factories"),
    )


@bp.route("/district/registry/<int:factory_id>")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def factory(factory_id: int) -> str:
    session, district = get_session(), _desk()
    found = queries.registered(session, factory_id, district.id)
    return render_template(
        "registry/factory.html",
        factory=found,
        facts=wording.facts_of(found),
        rows=queries.rows_of(session, found),
        wording=wording,
        is_new="registered" in request.args,
    )


@bp.route("/district/imports")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def imports() -> str:
    return render_template("registry/imports.html", imports=queries.imports_of(get_session(), _desk().id))


@dataclass(frozen=True, slots=True)
class Filter:
    """One way of looking at the rows of an import, and how many it shows."""

    key: str
    label: str
    count: int


def _filters(told: list[Told]) -> list[Filter]:
    labels = {
        Outcome.ROW_LEFT_OUT: _("Left out"),
        Outcome.VALUE_LEFT_OUT: _("Only the value left out"),
        Outcome.CHANGED: _("Stored otherwise"),
        Outcome.NOTED: _("Just so you know"),
        Outcome.KEPT_APART: _("Other trades"),
    }
    counts = Counter(one.outcome for one in told)
    shown = [Filter(outcome.value, label, counts[outcome]) for outcome, label in labels.items() if counts[outcome]]
    return [Filter("", _("All"), len(told)), *shown]


@bp.route("/district/imports/<int:import_id>")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def import_report(import_id: int) -> str:
    session, page, show = get_session(), _page_wanted(), request.args.get("show", "")
    imported = queries.get_import(session, import_id, _desk().id)
    told = queries.told_rows(session, imported)
    chosen = [one for one in told if not show or one.outcome == show]
    counts = queries.action_counts(session, imported)
    return render_template(
        "registry/import_report.html",
        imported=imported,
        done=sum(counts.values()),
        counts={action.value: count for action, count in counts.items()},
        duplicates=queries.duplicate_count(session, imported),
        filters=_filters(told),
        show=show,
        told=chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        shown_total=len(chosen),
        page=page,
        pages=max(1, -(-len(chosen) // PAGE_SIZE)),
        url=_pager("registry.import_report", import_id=import_id),
        wording=wording,
        may_undo=signed_in().role is not Role.COORDINATOR and imported.status is not ImportStatus.UNDONE,
    )


@bp.route("/district/imports/<int:import_id>/undo", methods=["POST"])
@audience(Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def undo(import_id: int) -> Response:
    district = _desk()
    imported = queries.get_import(get_session(), import_id, district.id)
    undo_import(get_session(), imported)
    return redirect(url_for("registry.import_report", import_id=import_id, district=_elsewhere(district)), 303)


def _elsewhere(district: District) -> str | None:
    """Keeps an administrator in the district at hand."""
    return None if district.id == signed_in().district_id else district.code


@bp.route("/district/duplicates")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def duplicates() -> str:
    page = _page_wanted()
    total, found = queries.proposals_of(get_session(), _desk().id, start=(page - 1) * PAGE_SIZE, count=PAGE_SIZE)
    return render_template(
        "registry/duplicates.html",
        proposals=found,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE_SIZE)),
        url=_pager("registry.duplicates"),
        kept_apart=request.args.get("kept_apart", type=int),
    )


@bp.route("/district/duplicates/<int:proposal_id>/different", methods=["POST"])
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def keep_apart(proposal_id: int) -> Response:
    """A person looked: these are two factories. The pair is not proposed again."""
    session, district = get_session(), _desk()
    proposal = queries.get_proposal(session, proposal_id, district.id)
    proposal.verdict = DuplicateVerdict.DIFFERENT
    session.flush()
    return redirect(url_for("registry.duplicates", kept_apart=proposal.id, district=_elsewhere(district)), 303)
