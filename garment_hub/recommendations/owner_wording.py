"""Why an owner was asked, in the owner's own facts: the reasons of a stored list turned round, without any score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from garment_hub.labels import label
from garment_hub.recommendations.sources import FROM_ORDERS, Source
from garment_hub.recommendations.wording import Line, sentence
from recommender import REASON_CODES, Reason

MOST = 3
#: Reason to the designer -> the same fact said to the owner, what counts most first.
_SAID_TO_OWNER = {
    "same_buyer_before": "buyer_came_before",
    "makes_item": "you_make_item",
    "has_processes": "you_do_processes",
    "has_free_days": "your_free_days",
    "within_budget": "pays_your_floor",
    "minimum_fits": "over_your_minimum",
}


def owner_lines(stored: Sequence[Mapping[str, Any]]) -> list[Line]:
    """At most three, and only what rests on a stated fact or on orders, with its day."""
    known = {one["code"]: one for one in stored}
    found = [known[code] for code in _SAID_TO_OWNER if code in known and _source(known[code])]
    return [Line(sentence(_turned(one)), _source(one)) for one in found[:MOST]]


def _turned(one: Mapping[str, Any]) -> Reason:
    code = _SAID_TO_OWNER[one["code"]]
    return Reason(code, {name: one["values"][name] for name in REASON_CODES[code]})


def _source(one: Mapping[str, Any]) -> str | None:
    """Who said it and when, or from what it was counted."""
    if one["code"] in FROM_ORDERS:
        return str(_("Record of past orders"))
    if not one.get("source"):
        return None
    source = Source.from_json(one["source"])
    return f"{label(source.kind)} · {source.on.isoformat()}"
