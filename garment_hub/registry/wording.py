"""Sentences for what an import has to say: codes in the database, words here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from garment_hub.labels import label, number, place_name, term, terms, won
from garment_hub.registry.remarks import Outcome, Told
from models.factory import CapabilityKind, Factory, FactoryFact, FactoryRate, OperatingStatus

# What is the matter with a value.
PROBLEMS = {
    "name_joined": lazy_gettext("Its name is in a cell joined with the row above"),
    "name_is_a_number": lazy_gettext("There is a number where the name should be"),
    "formula_error": lazy_gettext("The formula in this cell has an error"),
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


_LOOKS = {
    "number": lazy_gettext("numbers"),
    "phone": lazy_gettext("telephone numbers"),
    "business_number": lazy_gettext("business numbers"),
    "words": lazy_gettext("free text"),
}


def file_note(note: Mapping[str, Any]) -> str:
    """One sentence about a file as a whole."""
    values = dict(note)
    code, count = values.pop("code"), number(note.get("count", 0))
    if code == "column_doubt":
        field, looks = FIELDS[note["field"]], _LOOKS[note["looks"]]
        return str(
            _(
                "The column %(heading)s should hold: %(field)s. But %(count)s of %(of)s look like %(looks)s,"
                " such as %(example)s.",
                **values | {"field": field, "looks": looks},
            )
        )
    if code == "other_sheets":
        return str(_("Only the sheet %(sheet)s was read. Not read: %(others)s.", **values))
    sentences = {
        "formulas_empty": _(
            "%(count)s formulas have no result and count as empty. Open the file in a spreadsheet, save it,"
            " and send it again.",
            count=count,
        ),
        "joined_cells": _(
            "%(count)s cells were joined with the one above. They were read as saying the same.", count=count
        ),
        "empty_rows": _("%(count)s rows were empty and are not counted.", count=count),
        "totals_rows": _("%(count)s rows hold totals or notes and are not counted.", count=count),
        "kept_at_undo": _("%(count)s factories stayed, because somebody had begun to use them.", count=count),
    }
    return str(sentences[code])


# What a column may hold, in the order in which a register usually has them.
COLUMNS = {
    "name": FIELDS["name"],
    "business_number": FIELDS["business_number"],
    "address": FIELDS["address"],
    "road_address": lazy_gettext("Address by road"),
    "neighbourhood": FIELDS["neighbourhood_id"],
    "phone": FIELDS["phone"],
    "people": FIELDS["people"],
    "industry": FIELDS["industry"],
    "item": FIELDS["item"],
    "process": FIELDS["process"],
    "category": FIELDS["category"],
    "fabric": FIELDS["fabric"],
    "machine": FIELDS["machine"],
    "sewing_machines": lazy_gettext("Sewing machines"),
    "pattern_machines": lazy_gettext("Pattern machines"),
    "special_machines": lazy_gettext("Special machines"),
    "market": FIELDS["market"],
    "minimum_order_quantity": FIELDS["minimum_order_quantity"],
    "daily_capacity": FIELDS["daily_capacity"],
    "monthly_capacity": FIELDS["monthly_capacity"],
    "lead_time_days": FIELDS["lead_time_days"],
    "established_year": FIELDS["established_year"],
    "operating_status": FIELDS["status"],
    "is_closed": lazy_gettext("Closed, yes or no"),
    "stated_on": FIELDS["stated_on"],
    "source_id": lazy_gettext("Number in the register"),
    "business_type": lazy_gettext("Form of business"),
    "factory_type": lazy_gettext("Kind of factory"),
    "brands_supplied": FIELDS["brands_supplied"],
    "introduction": FIELDS["introduction"],
    "lat": lazy_gettext("Latitude"),
    "lon": lazy_gettext("Longitude"),
    "thana": lazy_gettext("Subdistrict"),
    "city": lazy_gettext("City or district"),
    "country": lazy_gettext("Country"),
    "top_items_upper": lazy_gettext("Items: tops"),
    "top_items_lower": lazy_gettext("Items: bottoms"),
    "top_items_outer": lazy_gettext("Items: outerwear"),
    "top_items_dress_skirt": lazy_gettext("Items: dresses and skirts"),
    "top_items_bag": lazy_gettext("Items: bags"),
    "top_items_fashion_accessory": lazy_gettext("Items: accessories"),
    "top_items_underwear": lazy_gettext("Items: underwear"),
    "top_items_sports_leisure": lazy_gettext("Items: sports and leisure"),
    "top_items_pet": lazy_gettext("Items: for pets"),
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


_UNITS = {
    "people": lazy_gettext("%(count)s people"),
    "minimum_order_quantity": lazy_gettext("%(count)s pieces"),
    "lead_time_days": lazy_gettext("%(count)s days"),
}


def _fact_value(factory: Factory, name: str, kinds: set[str]) -> str:
    if name in kinds:
        return terms(factory.codes(CapabilityKind(name)), name)
    if name == "rates":
        return ", ".join(rate_words(rate) for rate in factory.rates)
    if name == "neighbourhood_id":
        return place_name(factory.neighbourhood) if factory.neighbourhood else ""
    if name == "lat":
        return f"{factory.lat}, {factory.lon}"
    if name == "certificates":
        return terms([one.code for one in factory.certificates], "certificate")
    value = getattr(factory, name, None)
    if isinstance(value, OperatingStatus):
        return label(value)
    return (with_unit(name, value) if isinstance(value, int) else "") or str(value or "")


def with_unit(name: str, value: int) -> str:
    """A number that is counted in something, such as "12 people"; empty where it is a plain number."""
    if name == "price_floor_krw":
        return won(value)
    return str(_UNITS[name]) % {"count": number(value)} if name in _UNITS else ""


def rate_words(rate: FactoryRate) -> str:
    what = term(rate.item, "item") if rate.item else term(rate.stage, "stage") if rate.stage else ""
    return " ".join(filter(None, [what, str(_("%(count)s pieces", count=number(rate.pieces_per_day)))]))


def _source(fact: FactoryFact) -> str:
    return fact.source_name or label(fact.source)


def field_name(name: str, mapping: Mapping[str, str]) -> str:
    """The column as the file calls it, else as the site does."""
    return mapping.get(name.removesuffix("_id"), "") or mapping.get(name, "") or str(FIELDS.get(name, name))
