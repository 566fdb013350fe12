"""Reason codes with their numbers; the application makes the sentences."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from recommender.types import Reason

#: Every code with the names of its values, by who reads it. Dates are ISO text, lists of codes are joined by one space.
_BY_KIND: dict[str, dict[str, tuple[str, ...]]] = {
    "why": {
        "makes_item": ("item",),
        "has_processes": ("processes",),
        "has_free_days": ("needed_hundredths", "free_hundredths", "needed_by"),
        "had_free_days": ("needed_hundredths", "free_hundredths", "needed_by", "confirmed_on"),
        "in_time": ("lead_time_days", "days"),
        "minimum_fits": ("minimum_order_quantity", "quantity"),
        "within_budget": ("price_floor_krw", "budget_per_piece_krw"),
        "fabric_match": ("fabrics",),
        "market_match": ("market",),
        "difficulty_match": ("difficulty",),
        "certificate_held": ("certificate", "until"),
        "verified": ("verified_on",),
        "near": ("km",),
        "same_buyer_before": ("orders", "months"),
        "similar_buyers": ("percentile",),
        "on_time_record": ("on_time", "of"),
        "inspection_record": ("passed", "of"),
        "says_yes_record": ("accepted", "of"),
    },
    "why_not": {
        "inactive": (),
        "item_not_made": ("item",),
        "process_missing": ("process",),
        "below_minimum": ("minimum_order_quantity", "quantity"),
        "no_free_days": ("needed_hundredths", "free_hundredths", "needed_by"),
        "too_little_time": ("lead_time_days", "days"),
        "over_budget": ("price_floor_krw", "budget_per_piece_krw"),
        "certificate_expired": ("certificate", "until"),
        "not_verified": ("verified_on",),
    },
    "question": {
        "ask_item": ("item",),
        "ask_process": ("process",),
        "ask_minimum_order_quantity": ("quantity",),
        "ask_rate": ("item", "quantity"),
        "ask_free_days": ("needed_hundredths", "starts_on", "needed_by"),
        "ask_lead_time": ("days",),
        "ask_price_floor": ("budget_per_piece_krw",),
        "ask_price_basis": ("price_floor_krw", "budget_per_piece_krw"),
        "ask_certificate": ("certificate",),
    },
    "relax": {
        "later_date": ("weeks", "needed_by", "factories"),
        "larger_quantity": ("quantity", "factories"),
        "higher_budget": ("budget_per_piece_krw", "factories"),
        "without_certificate": ("certificate", "factories"),
        "unverified_too": ("factories",),
        "without_process": ("process", "factories"),
    },
    "for_factory": {
        "you_make_item": ("item",),
        "you_do_processes": ("processes",),
        "days_at_your_rate": ("needed_hundredths", "quantity", "pieces_per_day"),
        "your_free_days": ("free_hundredths", "needed_by"),
        "date_leaves_time": ("days", "lead_time_days", "needed_by"),
        "over_your_minimum": ("quantity", "minimum_order_quantity"),
        "pays_your_floor": ("budget_per_piece_krw", "price_floor_krw"),
        "buyer_came_before": ("orders", "months"),
        "goods_stay_near": ("km",),
    },
}

REASON_CODES: dict[str, tuple[str, ...]] = {code: names for kind in _BY_KIND.values() for code, names in kind.items()}
REASON_KINDS: dict[str, frozenset[str]] = {kind: frozenset(codes) for kind, codes in _BY_KIND.items()}


def reason(code: str, **values: str | float | date | None) -> Reason:
    """A reason whose values are exactly those of the table.

    Raises
    ------
    KeyError
        If the code is not in ``REASON_CODES``.
    TypeError
        If a value of the table is missing or one too many is given.
    """
    if set(values) != set(REASON_CODES[code]):
        raise TypeError(f"reason {code} takes {REASON_CODES[code]}, got {tuple(values)}")
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return Reason(code, MappingProxyType(plain))
