"""Figures that no event of the platform can give: what staff entered from outside, with its year and source."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import Function, Indicator, Period, measured
from garment_hub.labels import said
from models.district import District
from models.indicators import SourcedValue, published_values
from models.statistic import Statistic

NO_SOURCE = lazy_gettext("No figure with a source has been entered.")


def statistic(session: Session, district_id: int, code: str, period: Period) -> Statistic | None:
    """The one in force about the latest time that had begun when the period ended."""
    query = (
        select(Statistic)
        .where(Statistic.district_id == district_id, Statistic.code == code, Statistic.replaced_at.is_(None))
        .where(Statistic.first_on <= period.last)
        .order_by(Statistic.last_on.desc(), Statistic.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def from_outside(code: str) -> Function:
    """The figure as it was entered. Scope: what its source says it covers, its time, and the source."""

    def outside(session: Session, district_id: int, period: Period) -> Indicator:
        found = statistic(session, district_id, code, period)
        if found is None:
            return _published(session, district_id, code, period)
        years = dict.fromkeys(f"{day.year}" for day in (found.first_on, found.last_on))
        return measured(code, found.value, scope=" · ".join((found.scope, "–".join(years), found.source)))

    return outside


def _published(session: Session, district_id: int, code: str, period: Period) -> Indicator:
    """What was published of the district by then; a span of two numbers is told in the scope and is no value."""
    found = _sources(session, district_id).get(code)
    year = re.match(r"\d{4}", found.year) if found else None
    if found is None or (year and int(year[0]) > period.last.year):
        return measured(code, None, scope=NO_SOURCE)
    value = float(found.value) if re.fullmatch(r"-?\d+(\.\d+)?", found.value) else None
    words = [*([found.value] if value is None else []), said(found.year), said(found.source)]
    return measured(code, value, scope=" · ".join(words))


def _sources(session: Session, district_id: int) -> dict[str, SourcedValue]:
    return published_values(session.get_one(District, district_id).code)


def known_firms(session: Session, district_id: int, period: Period) -> float | None:
    """How many firms there are in the district, by the latest source: entered here, or published before."""
    found = statistic(session, district_id, "firms_manufacturing", period)
    if found is not None:
        return found.value
    published = _sources(session, district_id).get("firms_manufacturing")
    return float(published.value) if published else None
