"""A brief as JSON, read with complaints that name the field and the nearest known word, and written the same way."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.briefs import fields
from garment_hub.briefs.fields import column
from models import vocabulary
from models.brief import Brief, BriefStatus, Supplier
from models.district import District, Neighbourhood

Complaint = tuple[str, str]

_LARGEST = {
    "quantity": fields.LARGEST_QUANTITY,
    "budget_per_piece_krw": fields.LARGEST_PRICE_KRW,
    "styles": fields.LARGEST_SPLIT,
    "colours": fields.LARGEST_SPLIT,
    "sizes": fields.LARGEST_SPLIT,
}


class BriefErrors(ValueError):
    """Everything that is wrong with a brief at once, as (field, sentence)."""

    def __init__(self, errors: list[Complaint]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors))
        self.errors = errors


class _Wrong(ValueError):
    """One value that cannot be read; the text is the sentence."""


def read_brief(data: object, *, district: District, session: Session, today: date) -> Brief:
    """A brief that belongs to no session and no designer, made of ``data``; raises BriefErrors."""
    if not isinstance(data, Mapping):
        raise BriefErrors([("", _("A brief is one object with fields, for example item and quantity."))])
    errors: list[Complaint] = [_unknown_field(str(name)) for name in data if name not in fields.FIELDS]
    given = {name: value for name, value in data.items() if name in fields.FIELDS and value is not None}
    errors += [(name, _("This is needed.")) for name in fields.REQUIRED if given.get(name) in (None, "", [])]
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name == fields.PLACE:
                values |= _read_place(value, district, session)
            else:
                values[column(name)] = _reader(name)(value)
        except _Wrong as error:
            errors.append((name, str(error)))
    errors += _day_complaints(values, today)
    if errors:
        raise BriefErrors(list(dict.fromkeys(errors)))
    return _brief(values, district)


def _brief(values: dict[str, Any], district: District) -> Brief:
    """With every default set here, since the database sets none on a row it never sees."""
    defaults: dict[str, Any] = {
        "status": BriefStatus.DRAFT, "styles": 1, "colours": 1, "sizes": 1, "fabrics": [], "processes": [],
        "price_includes": [], "certificates": [], "has_flexible_dates": True, "is_vat_included": False,
        "is_sample_wanted": True, "is_verified_only": False,
    }  # fmt: skip
    return Brief(district=district, district_id=district.id, **(defaults | values))


def _unknown_field(name: str) -> Complaint:
    near = get_close_matches(name, fields.FIELDS, n=1, cutoff=0.5)
    if near:
        return name, _("There is no such field. Did you mean %(near)s?", near=near[0])
    return name, _("There is no such field. Known: %(known)s.", known=", ".join(fields.FIELDS))


def _reader(name: str) -> Callable[[Any], Any]:
    if name in fields.ONE_CODE:
        return lambda value: _code(fields.ONE_CODE[name], value)
    if name in fields.MANY_CODES:
        return lambda value: _codes(fields.MANY_CODES[name], value)
    if name in fields.NUMBERS:
        return lambda value: _number(value, _LARGEST[name])
    if name in fields.DATES:
        return _date
    if name in fields.TRUTHS:
        return _truth
    return _supplier if name in fields.SUPPLIERS else _note


def _code(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("Please give a key as text."))
    if vocabulary.is_known(kind, value):
        return value
    known = vocabulary.terms(kind)
    near = vocabulary.find(kind, value) or next(iter(get_close_matches(value, known, n=1, cutoff=0.5)), None)
    if near:
        raise _Wrong(_("%(value)s is not known. Did you mean %(near)s?", value=_short(value), near=near))
    raise _Wrong(_("%(value)s is not known. Known: %(known)s.", value=_short(value), known=", ".join(known)))


def _codes(kind: str, value: Any) -> list[str]:
    if not isinstance(value, list):
        raise _Wrong(_("Please give a list of keys."))
    return list(dict.fromkeys(_code(kind, code) for code in value))


def _number(value: Any, largest: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong(_("Please give a whole number."))
    if not 1 <= value <= largest:
        raise _Wrong(_("Please give a number from 1 to %(largest)s.", largest=f"{largest:,}"))
    return value


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Wrong(_("Please write the day like this: 2027-03-12")) from None


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(_("Please give true or false."))
    return value


def _supplier(value: Any) -> Supplier:
    if value not in list(Supplier):
        raise _Wrong(_("Please give %(first)s or %(second)s.", first=Supplier.DESIGNER, second=Supplier.FACTORY))
    return Supplier(value)


def _note(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("Please give text."))
    if len(value) > fields.LONGEST_NOTE:
        lengths = {"longest": fields.LONGEST_NOTE, "length": len(value)}
        raise _Wrong(_("Please keep it under %(longest)s characters. You wrote %(length)s.", **lengths))
    return value


def _read_place(value: Any, district: District, session: Session) -> dict[str, Any]:
    if isinstance(value, Mapping) and set(value) == {"dong"}:
        code = str(value["dong"])
        here = Neighbourhood.district_id == district.id, Neighbourhood.code == code
        place = session.scalar(select(Neighbourhood).where(*here))
        if place is None:
            raise _Wrong(_("There is no dong with the code %(code)s in this district.", code=_short(code)))
        return {"deliver_to": place, "deliver_to_id": place.id}
    if isinstance(value, Mapping) and set(value) == {"lat", "lon"}:
        return {"deliver_to_lat": _degree(value["lat"], 90), "deliver_to_lon": _degree(value["lon"], 180)}
    raise _Wrong(_("Please give a dong, or lat and lon."))


def _degree(value: Any, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > most:
        raise _Wrong(_("Please give a number of degrees from −%(most)s to %(most)s.", most=most))
    return float(value)


def _day_complaints(values: dict[str, Any], today: date) -> list[Complaint]:
    needed_by: date | None = values.get("needed_by")
    materials_on: date | None = values.get("materials_on")
    found = []
    if needed_by and needed_by <= today:
        found.append(("needed_by", _("This day is over. Please give a day after today.")))
    if needed_by and needed_by > today + timedelta(days=fields.FURTHEST_DAYS):
        found.append(("needed_by", _("Please give a day within two years.")))
    if needed_by and materials_on and materials_on >= needed_by:
        found.append(("materials_on", _("The fabric would come after the goods are needed.")))
    return found


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


def brief_to_json(brief: Brief) -> dict[str, Any]:
    """The brief as the JSON that ``read_brief`` understands; what is not known is left out."""
    values = fields.values_of(brief)
    shown: dict[str, Any] = {name: _plain(value) for name, value in values.items() if name != fields.PLACE}
    if brief.deliver_to:
        shown[fields.PLACE] = {"dong": brief.deliver_to.code}
    elif brief.deliver_to_lat is not None and brief.deliver_to_lon is not None:
        shown[fields.PLACE] = {"lat": brief.deliver_to_lat, "lon": brief.deliver_to_lon}
    return {name: value for name, value in shown.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Supplier) else value
