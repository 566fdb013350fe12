"""What anybody may read: counts of listed factories as of today, and the figures of closed months, as page and file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnExpressionArgument

from garment_hub.dashboard import indicators, queries, releases
from garment_hub.dashboard.indicators import Function, Indicator, Period
from garment_hub.dashboard.releases import Release
from garment_hub.dashboard.routes import bp
from garment_hub.db import get_session
from garment_hub.labels import locale_code, place_name, term
from garment_hub.maps import DongMap, dong_map
from garment_hub.permissions import public
from garment_hub.registry.cells import guarded
from garment_hub.site import current_district
from models.capacity import today_in_seoul
from models.district import District, current_neighbourhoods
from models.factory import CapabilityKind
from models.indicators import definitions

HIDDEN = "hidden"  # in files, beside an empty value
COLUMNS = ("month", "district", "code", "group", "group_code", "name", "value", "hidden", "unit", "definition")


@bp.route("/indicators")
@public
def public_page() -> str:
    session, district = get_session(), current_district()
    conditions = queries.listed(district.id)
    released = releases.releases(session, district.id)
    return render_template(
        "dashboard/public.html",
        figures=_figures(indicators.PUBLIC, Period.ending(today_in_seoul())),
        map=_map(conditions),
        items=queries.by_code(session, CapabilityKind.ITEM, conditions),
        stages=queries.by_code(session, CapabilityKind.STAGE, conditions),
        release=released[0] if released else None,
        groups=_named_groups(released[0], district) if released else [],
        words=definitions(),
        language=locale_code(),
    )


def _figures(functions: Iterable[Function], period: Period) -> list[Indicator]:
    session, district = get_session(), current_district()
    return [function(session, district.id, period) for function in functions]


def _map(conditions: list[ColumnExpressionArgument[bool]]) -> DongMap:
    session, district = get_session(), current_district()
    return dong_map(
        district,
        current_neighbourhoods(session, district.id, today_in_seoul()),
        title=_("Factories by neighbourhood"),
        counts=queries.by_neighbourhood(session, conditions),
        url=lambda codes: url_for("factories.directory", dong=codes, district=district.code),
    )


def _named_groups(release: Release, district: District) -> list[tuple[str, list[tuple[str, releases.Pair]]]]:
    """Both tables with a name for each row."""
    return [
        (_("By neighbourhood"), _named(release, releases.NEIGHBOURHOOD, district)),
        (_("By item"), _named(release, releases.ITEM, district)),
    ]


def _named(release: Release, kind: str, district: District) -> list[tuple[str, releases.Pair]]:
    return [(_group_name(kind, code, district), pair) for code, pair in release.groups[kind].items()]


def _group_name(kind: str, code: str, district: District) -> str:
    if kind == releases.ITEM:
        return str(term(code, "item"))
    names = {place.code: place_name(place) for place in district.neighbourhoods}
    return names.get(code, str(_("not known")))


@bp.route("/open-data")
@public
def open_data() -> str:
    return render_template(
        "dashboard/open_data.html", count=len(releases.releases(get_session(), current_district().id))
    )


@bp.route("/open-data/indicators.csv")
@public
def open_data_file() -> Response:
    """Every release, the latest first; with a mark that Excel needs to see UTF-8."""
    district, out = current_district(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for release in releases.releases(get_session(), district.id):
        writer.writerows(_lines(release, district))
    headers = {"Content-Disposition": f"attachment; filename=indicators-{district.code}.csv"}
    return Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def _lines(release: Release, district: District) -> Iterable[list[str | float]]:
    for code, value in release.figures.items():
        yield _line(release, district, code, "", "", value)
    for kind, groups in release.groups.items():
        for group, pair in groups.items():
            for code, value in zip((releases.JOBS, releases.AMOUNT), pair, strict=True):
                yield _line(release, district, code, kind, group, value)


def _line(
    release: Release, district: District, code: str, kind: str, group: str, value: float | None
) -> list[str | float]:
    words, language = definitions()[code], locale_code()
    name = words.names[language]
    if kind:
        name = f"{name} · {_group_name(kind, group, district)}"
    return [
        f"{release.month:%Y-%m}", district.code, code, kind, group, guarded(name),
        "" if value is None else value, HIDDEN if value is None else "",
        words.units[language], guarded(words.definitions[language]),
    ]  # fmt: skip
