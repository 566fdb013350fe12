"""The district that every new database starts with: Dongdaemun-gu, from the tables that ship with ``models``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from models.district import DEFAULT_DISTRICT, District, Neighbourhood
from models.vocabulary import read_data


def add_first_district(session: Session) -> District:
    borders = files("models").joinpath("data", f"borders_{DEFAULT_DISTRICT}.geojson").read_text(encoding="utf-8")
    district = District(
        code=DEFAULT_DISTRICT, name_ko="동대문구", name_en="Dongdaemun-gu", country="KR", borders=json.loads(borders)
    )
    district.neighbourhoods = neighbourhoods(read_data(f"dongs_{DEFAULT_DISTRICT}.csv"))
    session.add(district)
    session.flush()
    return district


def neighbourhoods(rows: Iterable[Mapping[str, Any]]) -> list[Neighbourhood]:
    """From rows of ``code,name_ko,name_en[,lat,lon,valid_from,valid_to,source,centroid_quality]``."""
    return [
        Neighbourhood(
            code=row["code"],
            name_ko=row["name_ko"],
            name_en=row.get("name_en") or row["name_ko"],
            lat=_number(row.get("lat")),
            lon=_number(row.get("lon")),
            valid_from=_day(row.get("valid_from")),
            valid_to=_day(row.get("valid_to")),
            source=row.get("source") or None,
            is_point_approximate=row.get("centroid_quality") == "approximate",
        )
        for row in rows
    ]


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
