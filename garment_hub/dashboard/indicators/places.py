"""Indicators that can be told apart by neighbourhood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import Period, working
from garment_hub.dashboard.indicators.orders import AMOUNT, Firm, jobs
from models.factory import Factory

OF_JOBS: Mapping[str, Any] = {
    "jobs_linked_count": func.count(),
    "jobs_linked_amount": func.sum(AMOUNT),
    "order_value": func.sum(AMOUNT),
    "participating_firms_distinct": func.count(Firm.id.distinct()),
}
OF_FIRMS: Mapping[str, Any] = {"firms_manufacturing": func.count(), "employees": func.sum(Factory.people)}


def by_neighbourhood(session: Session, district_id: int, code: str, period: Period) -> dict[int | None, float]:
    """Id of the firm's neighbourhood -> the figure, None where it is not known; empty for what cannot be told apart."""
    query: Select[Any]
    if code in OF_JOBS:
        query = jobs(district_id, period, Firm.neighbourhood_id, OF_JOBS[code]).group_by(Firm.neighbourhood_id)
    elif code in OF_FIRMS:
        query = select(Factory.neighbourhood_id, OF_FIRMS[code]).where(*working(district_id))
        query = query.group_by(Factory.neighbourhood_id)
    else:
        return {}
    return {place: float(value or 0) for place, value in session.execute(query)}
