"""What a factory was before an import changed it, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from garment_hub.factories.services import refresh_search_text
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryFact, FactoryRate, FactSource
from models.registry_import import FactoryIdentity

SPOKEN_FOR = frozenset({FactSource.OWNER, FactSource.STAFF})  # whose word an import never overrides
# What an import may write; restoring touches nothing else.
COLUMNS = (
    "name sector status legal_form business_number phone address neighbourhood_id lat lon people established_year"
    " minimum_order_quantity lead_time_days brands_supplied introduction"
).split()


def snapshot(factory: Factory, identity: FactoryIdentity) -> dict[str, Any]:
    return {
        "columns": {name: getattr(factory, name) for name in COLUMNS},
        "capabilities": sorted([row.kind.value, row.code, row.has, row.count] for row in factory.capabilities),
        "rates": [[row.item, row.stage, row.pieces_per_day] for row in factory.rates],
        "facts": [
            [fact.name, fact.source.value, fact.source_name, fact.stated_on.isoformat(), fact.is_complete]
            for fact in factory.facts
        ],
        "owner_id": factory.owner_id,  # to see whether it was claimed since; never restored
        "key": identity.key,
        "content_hash": identity.content_hash,
    }


def is_touched(factory: Factory, before: Mapping[str, Any]) -> bool:
    """Whether an owner or staff claimed it, or said something about it, since ``before``."""
    said = {
        (fact.name, fact.source.value, fact.stated_on.isoformat())
        for fact in factory.facts
        if fact.source in SPOKEN_FOR
    }
    told_then = {(name, source, stated_on) for name, source, _by, stated_on, _complete in before["facts"]}
    return factory.owner_id != before["owner_id"] or not said <= told_then


def restore(factory: Factory, before: Mapping[str, Any]) -> None:
    """Put back everything of ``before``; rows that stay are changed in place."""
    for name, value in before["columns"].items():
        setattr(factory, name, value)
    _restore_capabilities(factory, before["capabilities"])
    _restore_rates(factory, before["rates"])
    _restore_facts(factory, before["facts"])
    refresh_search_text(factory)


def _restore_capabilities(factory: Factory, rows: list[list[Any]]) -> None:
    known = {(row.kind.value, row.code): row for row in factory.capabilities}
    kept = []
    for kind, code, has, count in rows:
        row = known.get((kind, code)) or FactoryCapability(kind=CapabilityKind(kind), code=code)
        row.has, row.count = has, count
        kept.append(row)
    factory.capabilities[:] = kept


def _restore_rates(factory: Factory, rows: list[list[Any]]) -> None:
    known = {(row.item, row.stage): row for row in factory.rates}
    kept = []
    for item, stage, pieces in rows:
        row = known.get((item, stage)) or FactoryRate(item=item, stage=stage)
        row.pieces_per_day = pieces
        kept.append(row)
    factory.rates[:] = kept


def _restore_facts(factory: Factory, rows: list[list[Any]]) -> None:
    known = {fact.name: fact for fact in factory.facts}
    kept = []
    for name, source, source_name, stated_on, is_complete in rows:
        fact = known.get(name) or FactoryFact(name=name)
        fact.source, fact.source_name = FactSource(source), source_name
        fact.stated_on, fact.is_complete = date.fromisoformat(stated_on), is_complete
        kept.append(fact)
    factory.facts[:] = kept
