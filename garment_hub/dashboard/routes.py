"""The district's figures: a public page, and the staff's desk."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnExpressionArgument

from garment_hub.dashboard import indicators, queries
from garment_hub.dashboard.indicators import Function, Indicator, Period
from garment_hub.db import get_session
from garment_hub.maps import DongMap, dong_map
from garment_hub.permissions import audience, public
from garment_hub.site import current_district
from models.capacity import today_in_seoul
from models.district import current_neighbourhoods
from models.factory import CapabilityKind
from models.user import Role

bp = Blueprint("dashboard", __name__)


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


@bp.route("/indicators")
@public
def public_page() -> str:
    session, district = get_session(), current_district()
    conditions = queries.listed(district.id)
    return render_template(
        "dashboard/public.html",
        figures=_figures(indicators.PUBLIC, Period.ending(today_in_seoul())),
        map=_map(conditions),
        items=queries.by_code(session, CapabilityKind.ITEM, conditions),
        stages=queries.by_code(session, CapabilityKind.STAGE, conditions),
    )


@bp.route("/district/")
@audience(Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def overview() -> str:
    session, district, today = get_session(), current_district(), today_in_seoul()
    conditions, period = indicators.working(district.id), Period.ending(today)
    register = _figures(indicators.REGISTER, period)
    return render_template(
        "dashboard/overview.html",
        today=today,
        waiting=queries.waiting(session, district.id, today),
        register=register,
        activity=_figures(indicators.ACTIVITY, period),
        period=period,
        map=_map(conditions),
        items=queries.by_code(session, CapabilityKind.ITEM, conditions),
        stages=queries.by_code(session, CapabilityKind.STAGE, conditions),
        unknown=queries.unknown_facts(session, conditions),
        total=register[0].value,
    )
