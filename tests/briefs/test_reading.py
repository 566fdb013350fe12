"""A brief as JSON: what is right comes back as it was, what is wrong is named with the nearest right word."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.briefs import fields
from garment_hub.briefs.reading import BriefErrors, brief_to_json, read_brief
from models import vocabulary
from models.brief import Brief, Supplier
from models.district import District

TODAY = date(2027, 2, 1)
LEAST = {"item": "shirt_blouse", "quantity": 120, "needed_by": "2027-03-12", "processes": ["cutting"]}
# The example of the contract, to the letter.
FULL = {
    "item": "shirt_blouse", "category": "womenswear", "fabric": ["woven"],
    "processes": ["cutting", "sewing_assembly", "ironing_finishing"],
    "quantity": 120, "styles": 1, "colours": 2, "sizes": 3, "needed_by": "2027-03-12", "materials_on": "2027-02-12",
    "flexible_dates": True, "fabric_by": "designer", "trims_by": "factory", "budget_per_piece_krw": 12000,
    "vat_included": False, "price_includes": ["cutting", "sewing_assembly"], "pattern_ready": True,
    "sample_ready": False, "sample_wanted": True, "market": "designer_brand", "difficulty": "normal",
    "certificates": [], "verified_only": False, "deliver_to": {"dong": "1123056000"}, "note": "...",
}  # fmt: skip


def read(session: Session, data: object) -> Brief:
    return read_brief(data, district=session.get_one(District, 1), session=session, today=TODAY)


def complaints(session: Session, data: object) -> dict[str, str]:
    with pytest.raises(BriefErrors) as caught:
        read(session, data)
    return dict(caught.value.errors)


def test_the_example_of_the_contract_is_read_and_written_back(session: Session) -> None:
    brief = read(session, FULL)
    assert brief_to_json(brief) == FULL
    assert brief not in session
    assert brief.deliver_to is not None
    assert not session.new


def test_the_least_is_enough_and_the_rest_gets_the_usual_values(session: Session) -> None:
    brief = read(session, LEAST)
    assert (brief.styles, brief.colours, brief.sizes) == (1, 1, 1)
    assert brief.is_sample_wanted
    assert not brief.is_verified_only
    assert brief.missing_for_publishing == []


def codes_of(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(vocabulary.terms(kind)))


AFTER_TODAY = st.dates(TODAY + timedelta(days=2), TODAY + timedelta(days=700))
BRIEFS = st.fixed_dictionaries(
    {
        "item": codes_of("item"),
        "quantity": st.integers(1, fields.LARGEST_QUANTITY),
        "needed_by": AFTER_TODAY.map(date.isoformat),
        "processes": st.lists(codes_of("process"), min_size=1, unique=True),
    },
    optional={
        **{name: codes_of(kind) for name, kind in fields.ONE_CODE.items() if name != "item"},
        **{
            name: st.lists(codes_of(kind), unique=True)
            for name, kind in fields.MANY_CODES.items()
            if name != "processes"
        },
        **{name: st.booleans() for name in fields.TRUTHS},
        **{name: st.sampled_from([code.value for code in Supplier]) for name in fields.SUPPLIERS},
        **{name: st.integers(1, fields.LARGEST_SPLIT) for name in ("styles", "colours", "sizes")},
        "budget_per_piece_krw": st.integers(1, fields.LARGEST_PRICE_KRW),
        "materials_on": st.dates(TODAY - timedelta(days=30), TODAY + timedelta(days=1)).map(date.isoformat),
        "deliver_to": st.fixed_dictionaries({"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}),
        "note": st.text(max_size=200),
    },
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BRIEFS)
def test_what_is_read_is_written_back_through_json(session: Session, data: dict[str, Any]) -> None:
    again = json.loads(json.dumps(brief_to_json(read(session, data))))
    assert {name: again[name] for name in data} == data
    assert brief_to_json(read(session, again)) == again


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(fields.FIELDS), JSON))
def test_anything_else_is_a_complaint_and_never_a_crash(session: Session, data: dict[str, Any]) -> None:
    wrong: set[str] = set()
    try:
        read(session, LEAST | data)
    except BriefErrors as error:
        wrong = {name for name, _sentence in error.errors}
    assert wrong <= set(fields.FIELDS)


@pytest.mark.parametrize(
    ("name", "value", "near"),
    [
        ("item", "shirt_blose", "shirt_blouse"),
        ("item", "블라우스", "shirt_blouse"),
        ("processes", ["cuting"], "cutting"),
        ("fabric", ["wovn"], "woven"),
        ("certificates", ["gotz"], "gots"),
        ("market", "designer-brand", "designer_brand"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(session: Session, name: str, value: object, near: str) -> None:
    assert near in complaints(session, LEAST | {name: value})[name]


def test_an_unknown_field_names_the_nearest_known_one(session: Session) -> None:
    assert "quantity" in complaints(session, LEAST | {"quantitiy": 3})["quantitiy"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", 0),
        ("quantity", -5),
        ("quantity", 10**9),
        ("quantity", "120"),
        ("quantity", True),
        ("quantity", 1.5),
        ("needed_by", "2027-02-01"),
        ("needed_by", "2020-03-12"),
        ("needed_by", "2127-03-12"),
        ("needed_by", "12.3.2027"),
        ("materials_on", "2027-03-12"),
        ("vat_included", "no"),
        ("fabric_by", "somebody"),
        ("processes", "cutting"),
        ("deliver_to", {"dong": "0000000000"}),
        ("deliver_to", {"lat": 91, "lon": 0}),
        ("deliver_to", {"lat": float("nan"), "lon": 0}),
        ("deliver_to", "1123056000"),
        ("note", "가" * 350_000),
        ("item", "x" * 1_000_000),
    ],
)
def test_a_wrong_value_is_a_complaint_about_its_field(session: Session, name: str, value: object) -> None:
    found = complaints(session, LEAST | {name: value})
    assert list(found) == [name]
    assert len(found[name]) < 1000


def test_everything_wrong_is_said_at_once(session: Session) -> None:
    assert set(complaints(session, {"quantity": 0, "colour": 2})) == {
        "item",
        "quantity",
        "needed_by",
        "processes",
        "colour",
    }
    assert complaints(session, [])
