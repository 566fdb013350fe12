"""Words for two rows side by side: the name of a field, what a row says of it, and where that comes from."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext

from garment_hub.factories.services import RATES
from garment_hub.labels import label, place_name, terms
from garment_hub.registry.merge_values import CHOICES, LISTS
from garment_hub.registry.wording import FIELDS, Fact, rate_words, with_unit
from models.factory import CapabilityKind, Factory, LegalForm, Sector

_NAMES = {
    "sector": lazy_gettext("Trade"),
    "legal_form": lazy_gettext("Legal form"),
    "outside_work_percent": lazy_gettext("Work from elsewhere"),
}
# By field as well, since codes of different lists may be spelt alike.
_WORDS: dict[tuple[str, StrEnum], object] = {
    ("sector", Sector.GARMENT): lazy_gettext("Sewing"),
    ("sector", Sector.OTHER): lazy_gettext("Other trades"),
    ("legal_form", LegalForm.COMPANY): lazy_gettext("Company"),
    ("legal_form", LegalForm.SOLE_TRADER): lazy_gettext("Sole trader"),
}


def choice_name(name: str) -> str:
    return str(_NAMES.get(name) or FIELDS[name])


def choice_value(factory: Factory, name: str) -> str:
    """What the row says, empty where it says nothing."""
    if name == RATES:
        return ", ".join(rate_words(rate) for rate in factory.rates)
    if name in LISTS:
        return terms(factory.codes(CapabilityKind(name)), name)
    if name == "neighbourhood_id":
        return place_name(factory.neighbourhood) if factory.neighbourhood else ""
    return _value(name, getattr(factory, CHOICES[name][0]))


def _value(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return str(_WORDS.get((name, value)) or label(value))
    if isinstance(value, int) and (said := with_unit(name, value)):
        return said
    if name == "outside_work_percent":
        return f"{value}%"
    return str(value)


def choice_source(factory: Factory, name: str) -> Fact | None:
    """Who said so and when, where that is known."""
    fact = factory.fact(CHOICES[name][0] if name in CHOICES else name)
    if fact is None:
        return None
    return Fact(choice_name(name), "", fact.source_name or label(fact.source), fact.stated_on)
