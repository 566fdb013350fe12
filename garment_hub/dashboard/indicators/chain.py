"""Indicators of the chain: how far the work travels."""

from __future__ import annotations

import math

from sqlalchemy import func
from sqlalchemy.orm import Session, aliased

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured
from garment_hub.dashboard.indicators.orders import Firm, jobs
from models.brief import Brief
from models.district import Neighbourhood
from models.order import Order

EARTH_KM = 6371.0


def mean_supplier_distance(session: Session, district_id: int, period: Period) -> Indicator:
    """mean over jobs of the great-circle distance, factory to delivery. Unit: km. Scope: neighbourhoods known."""
    made, sent = aliased(Neighbourhood), aliased(Neighbourhood)
    ends = made.lat, made.lon, sent.lat, sent.lon
    query = (
        jobs(district_id, period, *ends, func.count())
        .join(Brief, Brief.id == Order.brief_id)
        .join(made, made.id == Firm.neighbourhood_id)
        .join(sent, sent.id == Brief.deliver_to_id)
        .where(*(one.is_not(None) for one in ends))
        .group_by(*ends)
    )
    far = [(great_circle_km(*row[:4]), row[4]) for row in session.execute(query)]
    number = sum(count for _km, count in far)
    mean = sum(km * count for km, count in far) / number if number else None
    return measured("mean_supplier_distance", mean, number)


def great_circle_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    first, second = math.radians(lat), math.radians(other_lat)
    half = (
        math.sin((second - first) / 2) ** 2
        + math.cos(first) * math.cos(second) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
