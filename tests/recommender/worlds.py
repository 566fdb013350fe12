"""Small vocabularies, builders and hypothesis strategies for briefs, factories and orders."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from recommender import (
    NOTHING_STATED,
    BriefFeatures,
    FactoryFeatures,
    FreeWeek,
    Outcome,
    Place,
    Rate,
    Stated,
)

TODAY = date(2026, 3, 4)  # a Wednesday
MONDAY = date(2026, 3, 2)
STAGE_OF = {
    "cutting": "cutting_stage",
    "sewing_assembly": "sewing",
    "lockstitch": "sewing",
    "overlock": "sewing",
    "ironing_finishing": "finishing",
    "thread_trimming": "finishing",
    "pattern_making": "pattern",
    "embroidery": "decoration",
    "pleating": "special_machine",
}
ITEMS = ["coat", "dress", "tshirt"]
PROCESSES = sorted(STAGE_OF)
STAGES = sorted(set(STAGE_OF.values()))
FABRICS = ["denim", "knit_jersey", "woven"]
CERTIFICATES = ["gots", "grs"]


def a_brief(**changes: Any) -> BriefFeatures:
    """60 coats in three weeks, sewn and ironed."""
    known: dict[str, Any] = {
        "item": "coat",
        "quantity": 60,
        "needed_by": TODAY + timedelta(days=21),
        "processes": frozenset({"sewing_assembly", "ironing_finishing"}),
        "as_of": TODAY,
    }
    return BriefFeatures(**{**known, **changes})


def a_factory(identity: str = "1", **changes: Any) -> FactoryFeatures:
    """A factory that is known to be able to take the brief of `a_brief`, whatever the brief's budget basis."""
    known: dict[str, Any] = {
        "items": has("coat"),
        "processes": has("lockstitch", "ironing_finishing"),
        "minimum_order_quantity": 30,
        "lead_time_days": 10,
        "price_floor_krw": 9_000,
        "price_vat_included": False,
        "price_includes": frozenset({"lockstitch", "ironing_finishing"}),
        "rates": (Rate(20.0),),
        "free_weeks": weeks(300, 300, 300, 300, 300),
        "place": Place(37.57, 127.04),
    }
    return FactoryFeatures(identity, **{**known, **changes})


def has(*codes: str) -> Stated:
    return Stated(frozenset(codes))


def weeks(*hundredths: int) -> tuple[FreeWeek, ...]:
    """Free time from the week of TODAY on."""
    return tuple(FreeWeek(MONDAY + timedelta(weeks=number), free) for number, free in enumerate(hundredths))


def _codes(of: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of))


@st.composite
def stated(draw: st.DrawFn, of: list[str]) -> Stated:
    if draw(st.booleans()):
        return NOTHING_STATED
    present = draw(_codes(of))
    return Stated(present, draw(_codes(of)) - present, draw(st.booleans()))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


days = st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=60))
places = st.builds(Place, st.floats(37.4, 37.7), st.floats(126.8, 127.2))
texts = st.text(alphabet="가나다봉제코트 니트abc", max_size=12)
free_weeks = st.lists(st.integers(0, 700), max_size=6).map(lambda free: weeks(*free))
rates = st.lists(
    st.builds(Rate, st.floats(0.5, 500.0), maybe(st.sampled_from(ITEMS)), maybe(st.sampled_from(STAGES))), max_size=3
).map(tuple)


def briefs(**fixed: Any) -> st.SearchStrategy[BriefFeatures]:
    fields: dict[str, Any] = {
        "item": st.sampled_from(ITEMS),
        "quantity": st.integers(1, 400),
        "needed_by": st.dates(TODAY - timedelta(days=2), TODAY + timedelta(days=45)),
        "processes": st.frozensets(st.sampled_from(PROCESSES), min_size=1, max_size=3),
        "as_of": st.just(TODAY),
        "designer": maybe(st.sampled_from(["d1", "d2", "d3"])),
        "category": maybe(st.sampled_from(["womenswear", "menswear"])),
        "fabrics": _codes(FABRICS),
        "materials_on": maybe(days),
        "flexible_dates": st.booleans(),
        "budget_per_piece_krw": maybe(st.integers(3_000, 20_000)),
        "vat_included": st.booleans(),
        "price_includes": _codes(PROCESSES),
        "market": maybe(st.sampled_from(["export", "online_shop"])),
        "difficulty": maybe(st.sampled_from(["easy", "normal"])),
        "certificates": _codes(CERTIFICATES),
        "verified_only": st.booleans(),
        "deliver_to": maybe(places),
        "text": texts,
    }
    return st.builds(BriefFeatures, **{**fields, **fixed})


def factories(**fixed: Any) -> st.SearchStrategy[FactoryFeatures]:
    fields: dict[str, Any] = {
        "id": st.integers(1, 40).map(str),
        "is_active": st.integers(0, 9).map(bool),
        "items": stated(ITEMS),
        "categories": stated(["womenswear", "menswear"]),
        "fabrics": stated(FABRICS),
        "processes": stated(PROCESSES),
        "stages": stated(STAGES),
        "machines": stated(["lockstitch_machine", "plotter"]),
        "markets": stated(["export", "online_shop"]),
        "difficulties": stated(["easy", "normal"]),
        "certificates_until": st.dictionaries(st.sampled_from(CERTIFICATES), maybe(days)),
        "people": maybe(st.integers(1, 9)),
        "minimum_order_quantity": maybe(st.integers(1, 300)),
        "lead_time_days": maybe(st.integers(1, 40)),
        "price_floor_krw": maybe(st.integers(3_000, 20_000)),
        "price_vat_included": maybe(st.booleans()),
        "price_includes": _codes(PROCESSES),
        "rates": rates,
        "free_weeks": maybe(free_weeks),
        "place": maybe(places),
        "verified_on": maybe(st.dates(TODAY - timedelta(days=500), TODAY)),
        "confirmed_on": maybe(st.dates(TODAY - timedelta(days=200), TODAY)),
        "text": texts,
    }
    return st.builds(FactoryFeatures, **{**fields, **fixed})


@st.composite
def nearly_fit(draw: st.DrawFn) -> FactoryFeatures:
    """The factory of `a_factory` with a few of its fields drawn: most of what can be known decides alone."""
    drawn = draw(factories())
    names = [field.name for field in fields(drawn) if field.name != "id"]
    changed = draw(st.lists(st.sampled_from(names), max_size=3))
    return a_factory(drawn.id, **{name: getattr(drawn, name) for name in changed})


any_factory = factories() | nearly_fit()
registers = st.lists(any_factory, max_size=8, unique_by=lambda factory: factory.id)
outcomes = st.builds(
    Outcome,
    buyer=st.sampled_from(["d1", "d2", "d3", "d4"]),
    factory=st.integers(1, 40).map(str),
    ordered_on=maybe(days),
    quantity=maybe(st.integers(1, 400)),
    item=maybe(st.sampled_from(ITEMS)),
    delivered_on=maybe(days),
    on_time=maybe(st.booleans()),
    passed_first_inspection=maybe(st.booleans()),
    accepted=maybe(st.booleans()),
    is_order=st.booleans(),
    counts_for_others=st.booleans(),
)
logs = st.lists(outcomes, max_size=30)
