"""Opens another district: its names, its neighbourhoods, its borders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.registry.cells import clean
from garment_hub.registry.reading import Unreadable, read_table
from garment_hub.schema.first_district import neighbourhoods
from models.district import District
from models.errors import Invalid

_NEEDED = ("code", "name_ko")


@dataclass(frozen=True, slots=True)
class NewDistrict:
    """What a person gives; ``dongs`` and ``borders`` are the contents of files."""

    code: str
    name_ko: str
    name_en: str
    country: str = "KR"
    dongs: bytes | None = None
    borders: bytes | None = None


def create_district(session: Session, new: NewDistrict) -> District:
    """Raises Invalid where the code is taken or a file does not hold what it should."""
    if not (new.code.strip() and new.name_ko.strip() and new.name_en.strip()):
        raise Invalid("district_incomplete", field="code")
    if session.scalar(select(District.id).where(District.code == new.code)) is not None:
        raise Invalid("district_exists", field="code", name=new.code)
    district = District(
        code=new.code,
        name_ko=new.name_ko,
        name_en=new.name_en,
        country=new.country.upper(),
        borders=_borders(new.borders) if new.borders is not None else None,
    )
    if new.dongs is not None:
        district.neighbourhoods = _neighbourhoods(new.dongs)
    session.add(district)
    session.flush()
    return district


def _neighbourhoods(data: bytes) -> Any:
    rows = _rows(data)
    if not rows or any(not row.get(name) for row in rows for name in _NEEDED):
        raise Invalid("district_dongs_incomplete", field="dongs", needed=", ".join(_NEEDED))
    if len({row["code"] for row in rows}) < len(rows):
        raise Invalid("district_dongs_doubled", field="dongs")
    try:
        return neighbourhoods(rows)
    except ValueError as error:
        raise Invalid("district_dongs_wrong", field="dongs", detail=str(error)) from error


def _rows(data: bytes) -> list[Mapping[str, str]]:
    try:
        head, *rows = read_table(data).rows
    except Unreadable as error:
        raise Invalid("district_dongs_incomplete", field="dongs", needed=", ".join(_NEEDED)) from error
    names = [clean(name) for name in head]
    return [dict(zip(names, map(clean, row), strict=False)) for row in rows if any(cell.strip() for cell in row)]


def _borders(data: bytes) -> dict[str, Any]:
    try:
        borders = json.loads(data)
    except ValueError as error:
        raise Invalid("district_borders_unreadable", field="borders") from error
    if not isinstance(borders, dict) or borders.get("type") != "FeatureCollection":
        raise Invalid("district_borders_unreadable", field="borders")
    return borders
