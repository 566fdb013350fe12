"""Which stated fact a reason rests on, who said it and when; never the name of who said it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.factory import CapabilityKind, FactoryFact, FactSource

#: Reason -> name of the fact it rests on; the rest rests on orders, distances or checks by staff.
FACT_BEHIND: dict[str, str] = {
    "makes_item": CapabilityKind.ITEM.value,
    "has_processes": CapabilityKind.PROCESS.value,
    "has_free_days": "capacity",
    "had_free_days": "capacity",
    "in_time": "lead_time_days",
    "minimum_fits": "minimum_order_quantity",
    "within_budget": "price_floor_krw",
    "fabric_match": CapabilityKind.FABRIC.value,
    "market_match": CapabilityKind.MARKET.value,
    "difficulty_match": CapabilityKind.DIFFICULTY.value,
    "certificate_held": "certificates",
}
FROM_ORDERS = frozenset({"same_buyer_before", "similar_buyers", "on_time_record", "inspection_record"})


@dataclass(frozen=True, slots=True)
class Source:
    """Who stated a fact, as a kind of person, and on which day."""

    kind: FactSource
    on: date

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "on": self.on.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Source:
        return cls(FactSource(stored["kind"]), date.fromisoformat(stored["on"]))


def sources_of(session: Session, factory_ids: Sequence[int]) -> dict[str, dict[str, Source]]:
    """Factory -> fact -> source, of the facts that reasons rest on."""
    query = select(FactoryFact).where(
        FactoryFact.factory_id.in_(factory_ids), FactoryFact.name.in_(set(FACT_BEHIND.values()))
    )
    found: dict[str, dict[str, Source]] = defaultdict(dict)
    for fact in session.scalars(query):
        found[str(fact.factory_id)][fact.name] = Source(fact.source, fact.stated_on)
    return found
