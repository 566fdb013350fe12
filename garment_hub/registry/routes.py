"""Staff pages of the registry: its factories, whatever their trade."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for

from garment_hub.db import get_session
from garment_hub.factories.search import condition
from garment_hub.paging import page_count, page_wanted
from garment_hub.permissions import audience, signed_in
from garment_hub.registry import queries, wording
from garment_hub.registry import sheet_routes as _sheet  # noqa: F401  (adds its pages to the blueprint)
from garment_hub.registry.blueprint import bp
from garment_hub.registry.merging import merges_of
from garment_hub.site import current_district
from models.district import District
from models.errors import NotFound
from models.factory import Sector
from models.user import Role

PAGE_SIZE = 50
KEPT = ("q", "sector", "show", "district", "lang")


def _desk() -> District:
    """The district whose registry this person may open: the own one, for administrators any."""
    user, district = signed_in(), current_district()
    if user.role is not Role.ADMINISTRATOR and district.id != user.district_id:
        raise NotFound
    return district


def _pager(endpoint: str, **values: Any) -> Callable[[int], str]:
    """Addresses of the other pages of this list, its filters kept."""
    kept = {name: request.args[name] for name in KEPT if name in request.args}
    return lambda page: f"{url_for(endpoint, **values)}?{urlencode(kept | {'page': str(page)})}"


@bp.route("/district/registry")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def factories() -> str:
    district, page = _desk(), page_wanted()
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
        pages=page_count(total, PAGE_SIZE),
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
        merges=merges_of(session, found),
        may_undo=signed_in().role is not Role.COORDINATOR,
        wording=wording,
        is_new="registered" in request.args,
    )


def _elsewhere(district: District) -> str | None:
    """Keeps an administrator in the district at hand."""
    return None if district.id == signed_in().district_id else district.code
