"""Of two rows that are one firm, whose word stands field by field, and how it is written into the row that stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from garment_hub.factories.services import RATES
from garment_hub.registry.journal import Journal
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCapability,
    FactoryCertificate,
    FactoryFact,
    FactoryRate,
    FactSource,
)

# What a person chooses between: one value, columns that only go together, or a whole list. Where a fact has another
# name than its choice, it is that of the first column.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "sector": ("sector",),
    "status": ("status",),
    "legal_form": ("legal_form",),
    "business_number": ("business_number",),
    "phone": ("phone",),
    "address": ("address", "lat", "lon", "is_address_public"),
    "neighbourhood_id": ("neighbourhood_id",),
    "people": ("people",),
    "established_year": ("established_year",),
    "minimum_order_quantity": ("minimum_order_quantity",),
    "lead_time_days": ("lead_time_days",),
    "price_floor_krw": ("price_floor_krw", "is_price_vat_included", "price_includes"),
    "outside_work_percent": ("outside_work_percent",),
    "brands_supplied": ("brands_supplied",),
    "introduction": ("introduction",),
}
LISTS = (*(kind.value for kind in CapabilityKind), RATES)
_RANK = {FactSource.OWNER: 3, FactSource.STAFF: 2, FactSource.IMPORT: 1, FactSource.DEMO: 0}
_CAPABILITY, _RATE = FactoryCapability.__table__, FactoryRate.__table__
_CERTIFICATE, _FACT = FactoryCertificate.__table__, FactoryFact.__table__


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of both rows. ``is_from_gone``: the rule would let the word of the row that goes stand."""

    name: str
    kept: Any
    gone: Any
    is_different: bool
    is_from_gone: bool


def stated(factory: Factory, name: str) -> Any:
    """What a row says of a field, in a form that can be compared; None or empty where it says nothing."""
    if name == RATES:
        return sorted((row.item or "", row.stage or "", row.pieces_per_day) for row in factory.rates)
    if name in LISTS:
        return sorted((row.code, row.has, row.count or 0) for row in factory.capabilities if row.kind == name)
    return getattr(factory, CHOICES[name][0])


def compare(kept: Factory, gone: Factory) -> list[Difference]:
    """Every field that either row says something of."""
    found = []
    for name in (*CHOICES, *LISTS):
        here, there = stated(kept, name), stated(gone, name)
        if _is_said(here) or _is_said(there):
            found.append(Difference(name, here, there, here != there, _is_stronger(gone, kept, name)))
    return found


def _is_said(value: Any) -> bool:
    return value is not None and value != [] and value != ""


def _is_stronger(gone: Factory, kept: Factory, name: str) -> bool:
    """An owner's word before staff's before a register's, then the later; of equals that of the row that stays."""
    here, there = stated(kept, name), stated(gone, name)
    if here == there or not _is_said(there):
        return False
    return not _is_said(here) or _strength(gone, name) > _strength(kept, name)


def _strength(factory: Factory, name: str) -> tuple[int, date]:
    """A value without a source is nobody's word, but in the row of an owner it stood before the owner's eyes."""
    fact = factory.fact(CHOICES[name][0] if name in CHOICES else name)
    if fact is None:
        return (_RANK[FactSource.STAFF] if factory.owner_id else -1, date.min)
    return _RANK[fact.source], fact.stated_on


def by_rule(kept: Factory, gone: Factory) -> set[str]:
    """The fields in which the row that goes knows better."""
    return {one.name for one in compare(kept, gone) if one.is_from_gone}


def take_values(journal: Journal, kept: Factory, gone: Factory, from_gone: Collection[str]) -> None:
    """Write the chosen fields of ``gone`` into ``kept``, each with its source and day."""
    columns: dict[str, Any] = {}
    for name in CHOICES:
        if name in from_gone:
            columns |= {column: getattr(gone, column) for column in CHOICES[name]}
    columns |= _not_chosen(kept, gone, columns)
    journal.change(Factory.__table__, kept.id, **columns)  # type: ignore[arg-type]
    for kind in (kind for kind in CapabilityKind if kind.value in from_gone):
        _take_list(journal, _CAPABILITY, kept, kind, kept.capabilities, gone.capabilities)
    if RATES in from_gone:
        _take_list(journal, _RATE, kept, None, kept.rates, gone.rates)
    _add_certificates(journal, kept, gone)
    for name in from_gone:
        for fact in CHOICES.get(name, (name,)):
            _take_fact(journal, kept.fact(fact), gone.fact(fact), kept.id)


def _not_chosen(kept: Factory, gone: Factory, columns: dict[str, Any]) -> dict[str, Any]:
    """What nobody is asked about: a refusal of either stands, the later check and confirmation, either's basis."""
    check = max((one for one in (kept, gone) if one.verified_on), key=lambda one: one.verified_on, default=kept)  # type: ignore[arg-type,return-value]
    number = columns.get("business_number", kept.business_number)
    return {
        "owner_id": kept.owner_id or gone.owner_id,
        "public_basis": kept.public_basis or gone.public_basis,
        "is_display_refused": kept.is_display_refused or gone.is_display_refused,
        "is_shared_room": kept.is_shared_room or gone.is_shared_room,
        "has_no_business_number": not number and (kept.has_no_business_number or gone.has_no_business_number),
        "confirmed_on": max((day for day in (kept.confirmed_on, gone.confirmed_on) if day), default=None),
        "verified_on": check.verified_on,
        "verification_method": check.verification_method,
    }


def _take_list(
    journal: Journal, table: Any, kept: Factory, kind: CapabilityKind | None, mine: Sequence[Any], theirs: Sequence[Any]
) -> None:
    """The whole list in the place of the whole list: joining two would say what neither has said."""
    for row in mine:
        if kind is None or row.kind == kind:
            journal.remove(table, row.id)
    for row in theirs:
        if kind is None or row.kind == kind:
            journal.add(table, **_copy(table, row) | {"factory_id": kept.id})


def _copy(table: Any, row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in table.columns if not column.primary_key}


def _add_certificates(journal: Journal, kept: Factory, gone: Factory) -> None:
    """Papers of one firm are papers of one firm; of two of a kind that of the row that stays."""
    held = {row.code for row in kept.certificates}
    for row in gone.certificates:
        if row.code not in held:
            journal.add(_CERTIFICATE, **_copy(_CERTIFICATE, row) | {"factory_id": kept.id})  # type: ignore[arg-type]


def _take_fact(journal: Journal, mine: FactoryFact | None, theirs: FactoryFact | None, kept_id: int) -> None:
    """A value without a source keeps none: what stood before is not its source."""
    if mine is not None and theirs is not None:
        values = _copy(_FACT, theirs)
        journal.change(_FACT, mine.id, **values | {"factory_id": kept_id})  # type: ignore[arg-type]
    elif theirs is not None:
        journal.add(_FACT, **_copy(_FACT, theirs) | {"factory_id": kept_id})  # type: ignore[arg-type]
    elif mine is not None:
        journal.remove(_FACT, mine.id)  # type: ignore[arg-type]
