"""The fields of a brief: the name people and files use, the column behind it, and the kind of its codes."""

from __future__ import annotations

from models.brief import Brief

# Outer name (forms, JSON) -> column. What is not here is called the same on both sides.
COLUMNS = {
    "fabric": "fabrics",
    "flexible_dates": "has_flexible_dates",
    "vat_included": "is_vat_included",
    "pattern_ready": "is_pattern_ready",
    "sample_ready": "is_sample_ready",
    "sample_wanted": "is_sample_wanted",
    "verified_only": "is_verified_only",
}

ONE_CODE = {"item": "item", "category": "category", "market": "market", "difficulty": "difficulty"}
MANY_CODES = {"fabric": "fabric", "processes": "process", "price_includes": "process", "certificates": "certificate"}
NUMBERS = ("quantity", "styles", "colours", "sizes", "budget_per_piece_krw")
DATES = ("needed_by", "materials_on")
TRUTHS = ("flexible_dates", "vat_included", "pattern_ready", "sample_ready", "sample_wanted", "verified_only")
SUPPLIERS = ("fabric_by", "trims_by")
PLACE = "deliver_to"
NOTE = "note"
FIELDS = (*ONE_CODE, *MANY_CODES, *NUMBERS, *DATES, *TRUTHS, *SUPPLIERS, PLACE, NOTE)
REQUIRED = ("item", "quantity", "needed_by", "processes")

# A certificate of a product, and a licence of a person: neither is a property that a factory could be chosen by.
NOT_OF_A_FACTORY = frozenset({"kc_mark", "sewing_technician"})

LARGEST_QUANTITY = 1_000_000
LARGEST_SPLIT = 200
LARGEST_PRICE_KRW = 100_000_000
FURTHEST_DAYS = 2 * 366
LONGEST_NOTE = 4000


def column(name: str) -> str:
    """The attribute of ``Brief`` behind an outer name."""
    return COLUMNS.get(name, name)


def values_of(brief: Brief) -> dict[str, object]:
    """What the brief holds, by outer name; the place as its neighbourhood's code."""
    values = {name: getattr(brief, column(name)) for name in FIELDS if name != PLACE}
    return values | {PLACE: brief.deliver_to.code if brief.deliver_to else None}
