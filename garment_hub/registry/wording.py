"""Sentences for what an import has to say: codes in the database, words here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import label, number, place_name, terms
from garment_hub.registry.remarks import Outcome, Told
from models.factory import CapabilityKind, Factory, FactoryFact, OperatingStatus

# What is the matter with a value.
PROBLEMS = {
    "name_missing": lazy_gettext("There is no name, so nobody knows whose row this is"),
    "text_too_long": lazy_gettext("The text is too long"),
    "text_damaged": lazy_gettext("Some letters were already broken in the file"),
    "number_missing": lazy_gettext("There is no number in it"),
    "number_with_words": lazy_gettext("There are words around the number"),
    "number_ambiguous": lazy_gettext("It is not clear whether the dot parts thousands or decimals"),
    "number_negative": lazy_gettext("The number is below zero"),
    "number_not_whole": lazy_gettext("It is not a whole number"),
    "number_too_large": lazy_gettext("The number is too large to be true"),
    "numbers_two": lazy_gettext("Two numbers are written"),
    "numbers_several": lazy_gettext("Several numbers are written"),
    "weeks_as_days": lazy_gettext("It is written in weeks"),
    "days_expected": lazy_gettext("It is not written in days or weeks"),
    "day_unreadable": lazy_gettext("It cannot be read as a date"),
    "day_in_the_future": lazy_gettext("That day has not come yet"),
    "year_unreadable": lazy_gettext("It cannot be read as a year"),
    "business_number_form": lazy_gettext("A business number has ten digits"),
    "business_number_zero": lazy_gettext("It is all zeros"),
    "business_number_check": lazy_gettext("The last digit does not match"),
    "phone_form": lazy_gettext("It cannot be read as a telephone number"),
    "phone_first": lazy_gettext("More than a plain number is written"),
    "position_unreadable": lazy_gettext("It cannot be read as a position"),
    "position_outside": lazy_gettext("There is no such position on earth"),
    "truth_unreadable": lazy_gettext("It is neither yes nor no"),
    "neighbourhood_divided": lazy_gettext("This neighbourhood was divided"),
    "neighbourhood_unclear": lazy_gettext("Several neighbourhoods share this name"),
    "neighbourhood_unknown": lazy_gettext("There is no such neighbourhood in this district"),
    "words_unknown": lazy_gettext("These words are not in the vocabulary yet"),
    "machines_without_kind": lazy_gettext("There is a number, but not of which machine"),
    "kept_raw": lazy_gettext("It cannot be told what exactly is meant"),
    "trade_other": lazy_gettext("This is not a sewing trade"),
    "trade_unknown": lazy_gettext("Nothing says that this is a sewing trade"),
    "owner_said_otherwise": lazy_gettext("The owner said something else"),
    "staff_said_otherwise": lazy_gettext("Staff recorded something else"),
    "id_missing": lazy_gettext("The number that names it is missing"),
    "factory_unknown": lazy_gettext("No factory of this district has this number"),
    "factory_ambiguous": lazy_gettext("Several factories have this number"),
    "delivered_too_early": lazy_gettext("Delivered before it was ordered"),
}

# What to decide by, where leaving out is not the whole answer.
_INSTEAD = {
    "neighbourhood_divided": lazy_gettext("Has to be decided by the address"),
    "neighbourhood_unclear": lazy_gettext("Has to be decided by the address"),
    "owner_said_otherwise": lazy_gettext("The owner's word stays"),
    "staff_said_otherwise": lazy_gettext("What staff recorded stays"),
}

_OUTCOMES = {
    Outcome.ROW_LEFT_OUT: lazy_gettext("Row not stored"),
    Outcome.VALUE_LEFT_OUT: lazy_gettext("Row stored without this value"),
    Outcome.KEPT_APART: lazy_gettext("Kept apart, not in the lists"),
    Outcome.NOTED: lazy_gettext("Kept as it stands"),
}

FIELDS = {
    "name": lazy_gettext("Name"),
    "address": lazy_gettext("Address"),
    "neighbourhood_id": lazy_gettext("Neighbourhood"),
    "industry": lazy_gettext("Industry"),
    "phone": lazy_gettext("Telephone"),
    "business_number": lazy_gettext("Business number"),
    "people": lazy_gettext("People"),
    "minimum_order_quantity": lazy_gettext("Minimum quantity"),
    "monthly_capacity": lazy_gettext("Pieces a month"),
    "daily_capacity": lazy_gettext("Pieces a day"),
    "rates": lazy_gettext("Pieces a day"),
    "item": lazy_gettext("Items"),
    "process": lazy_gettext("Processes"),
    "lead_time_days": lazy_gettext("Working time"),
    "established_year": lazy_gettext("Founded"),
    "lat": lazy_gettext("Position"),
    "lon": lazy_gettext("Position"),
    "stated_on": lazy_gettext("Date of the register"),
    "category": lazy_gettext("Categories"),
    "fabric": lazy_gettext("Fabrics"),
    "stage": lazy_gettext("Stages"),
    "machine": lazy_gettext("Machines"),
    "market": lazy_gettext("Markets"),
    "difficulty": lazy_gettext("Difficulty"),
    "brands_supplied": lazy_gettext("Brands supplied"),
    "introduction": lazy_gettext("Introduction"),
    "status": lazy_gettext("In business"),
    "price_floor_krw": lazy_gettext("Lowest price"),
    "certificates": lazy_gettext("Certificates"),
}


def problem(told: Told) -> str:
    return str(PROBLEMS.get(told.code, told.code))


def outcome(told: Told) -> str:
    """What was done: "stored as 30", "row stored without this value"."""
    if told.code in _INSTEAD:
        return str(_INSTEAD[told.code])
    if told.outcome is Outcome.CHANGED:
        return str(_("Stored as %(value)s", value=told.stored))
    return str(_OUTCOMES[told.outcome])


def message(told: Told) -> str:
    """One sentence for a command's answer: value, problem, what was done."""
    written = f"{told.value!r}: " if told.value else ""
    return f"{written}{problem(told)}. {outcome(told)}."


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as staff read it: its name, what it says, who said so and when."""

    name: str
    value: str
    source: str
    stated_on: date


def facts_of(factory: Factory) -> list[Fact]:
    """Facts with a source, in the order of ``FIELDS``; what has no word of its own on the page is left to the rows."""
    kinds = {kind.value for kind in CapabilityKind}
    order = [name for name in FIELDS if name not in ("lon", "daily_capacity", "monthly_capacity")]
    facts = {fact.name: fact for fact in factory.facts}
    return [
        Fact(str(FIELDS[name]), _fact_value(factory, name, kinds), _source(facts[name]), facts[name].stated_on)
        for name in order
        if name in facts
    ]


def _fact_value(factory: Factory, name: str, kinds: set[str]) -> str:
    if name in kinds:
        return terms(factory.codes(CapabilityKind(name)), name)
    if name == "rates":
        return ", ".join(number(rate.pieces_per_day) for rate in factory.rates)
    if name == "neighbourhood_id":
        return place_name(factory.neighbourhood) if factory.neighbourhood else ""
    if name == "lat":
        return f"{factory.lat}, {factory.lon}"
    if name == "certificates":
        return terms([one.code for one in factory.certificates], "certificate")
    value = getattr(factory, name, None)
    return label(value) if isinstance(value, OperatingStatus) else str(value or "")


def _source(fact: FactoryFact) -> str:
    return fact.source_name or label(fact.source)


def field_name(name: str, mapping: Mapping[str, str]) -> str:
    """The column as the file calls it, else as the site does."""
    return mapping.get(name.removesuffix("_id"), "") or mapping.get(name, "") or str(FIELDS.get(name, name))
