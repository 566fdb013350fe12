"""Terms without a blank: what both sides would write into those of an order."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def filled(body: dict[str, Any]) -> dict[str, Any]:
    """The same terms with every blank filled; what is there already stays."""
    full = deepcopy(body)
    full["style"] = full.get("style") or "봄 블라우스"
    full["assort"] = full.get("assort") or [{"colour": "아이보리", "sizes": {"M": full["quantity"]}}]
    full["size_table"] = full.get("size_table") or "pattern"
    full["ownership"] = full.get("ownership") or "designer"
    full["secrecy"] = True
    full["materials"] = full["materials"] or [{"name": "린넨", "colour": None, "use": None, "by": None}]
    for row in full["materials"]:
        row["by"] = row["by"] or "designer"
    full["materials_on"] = full["materials_on"] or full["lines"][0]["starts_on"]
    if full["sample"]:
        full["sample"] = {"fee_krw": 0, "on": full["lines"][0]["starts_on"], "deducted": False} | {
            name: value for name, value in full["sample"].items() if value is not None
        }
    full["deliver_to"] = full.get("deliver_to") or "답십리로 12"
    for line in full["lines"]:
        for name, value in LINE.items():
            if line.get(name) in (None, "", []):
                line[name] = value
    return full


LINE: dict[str, Any] = {
    "vat_included": False,
    "price_includes": ["sewing_assembly"],
    "deposit_percent": 30,
    "balance": "after_handover",
    "balance_days": 7,
    "document": "tax_invoice",
    "account": "농협 301-0000-0000-00 홍길동",
    "tolerance_pieces": 3,
    "defects": "remake_or_deduct",
}
