"""Forms of a factory: each part of the listing, and the weeks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from garment_hub.factories.wording import rate_name
from garment_hub.forms import (
    BaseForm,
    ChoiceField,
    ChoicesField,
    DateField,
    LongTextField,
    PhoneField,
    PlaceField,
    TextField,
    WholeNumberField,
)
from garment_hub.labels import choices, locale_code, term
from models import vocabulary
from models.capacity import DAYS_PER_WEEK, HUNDREDTHS_PER_DAY, today_in_seoul
from models.factory import CapabilityKind

EARLIEST_YEAR = 1900
MOST_MACHINES = 999
MOST_PIECES = 100_000
# Belongs to a product, never to a workshop (see the glossary).
NOT_A_WORKSHOPS = frozenset({"kc_mark"})
VAT = (("apart", lazy_gettext("VAT comes on top")), ("included", lazy_gettext("VAT is included")))


class FabricsForm(BaseForm):
    codes = ChoicesField(lazy_gettext("Fabrics"))
    only_these = BooleanField(lazy_gettext("We work with nothing but these."))


class StagesForm(BaseForm):
    codes = ChoicesField(lazy_gettext("Stages"), required=lazy_gettext("Please choose at least one."))


class ItemsForm(BaseForm):
    codes = ChoicesField(lazy_gettext("Items"))


class ProcessesForm(BaseForm):
    """One group of boxes for each stage; together they are one list."""

    only_these = BooleanField(lazy_gettext("We do nothing but these."))

    @property
    def groups(self) -> list[ChoicesField]:
        return [field for field in self if isinstance(field, ChoicesField)]

    @property
    def codes(self) -> list[str]:
        return [code for group in self.groups for code in group.data or ()]


def processes_form(stages: Collection[str]) -> type[ProcessesForm]:
    """The factory's own stages first; the others follow, since a workshop may do a little of each."""
    ordered = sorted(vocabulary.terms("stage"), key=lambda stage: stage not in stages)
    fields = {f"of_{stage}": ChoicesField(term(stage, "stage"), choices=process_choices(stage)) for stage in ordered}
    return type("ProcessesFormOfStages", (ProcessesForm,), fields)


def process_choices(stage: str) -> list[tuple[str, str]]:
    return [(code, term(code, "process")) for code in vocabulary.processes_of(stage)]


class MachinesForm(BaseForm):
    """A number for each machine; nothing written is unknown, zero is none."""

    @property
    def counts(self) -> dict[str, int]:
        return {field.name.removeprefix("machine_"): field.data for field in self if field.data is not None}


def machines_form() -> type[MachinesForm]:
    fields = {
        f"machine_{code}": WholeNumberField(name, minimum=0, maximum=MOST_MACHINES) for code, name in choices("machine")
    }
    return type("MachinesFormOfAll", (MachinesForm,), fields)


class SizeForm(BaseForm):
    people = WholeNumberField(lazy_gettext("People at work, you included"), maximum=5000)
    minimum_order_quantity = WholeNumberField(lazy_gettext("Fewest pieces of one style"), maximum=1_000_000)
    lead_time_days = WholeNumberField(lazy_gettext("Days of work once the fabric is there"), maximum=365)
    established_year = WholeNumberField(lazy_gettext("Year in which you began"), minimum=EARLIEST_YEAR)

    def validate_established_year(self, field: WholeNumberField) -> None:
        if field.data and field.data > today_in_seoul().year:
            raise ValidationError(_("This year has not come yet."))


class RatesForm(BaseForm):
    """A number for each pair of item and stage that was asked for."""

    asked: Mapping[str, tuple[str | None, str | None]] = {}

    @property
    def pieces(self) -> dict[tuple[str | None, str | None], int]:
        return {self.asked[field.name]: field.data for field in self if field.data is not None}


def rates_form(pairs: Sequence[tuple[str | None, str | None]]) -> type[RatesForm]:
    asked = {f"rate_{item or 'any'}_{stage or 'whole'}": (item, stage) for item, stage in pairs}
    fields = {name: WholeNumberField(rate_name(*pair), maximum=MOST_PIECES) for name, pair in asked.items()}
    return type("RatesFormOfPairs", (RatesForm,), {"asked": asked, **fields})


class PriceForm(BaseForm):
    price_floor_krw = WholeNumberField(lazy_gettext("Lowest price of one piece"), maximum=100_000_000)
    vat = ChoiceField(lazy_gettext("VAT"), choices=VAT)
    price_includes = ChoicesField(lazy_gettext("What the price includes"))


class MarketsForm(BaseForm):
    market = ChoicesField(lazy_gettext("Whom do you sew for?"))
    category = ChoicesField(lazy_gettext("What kind of clothes?"))
    difficulty = ChoicesField(lazy_gettext("How demanding may it be?"))


class CertificatesForm(BaseForm):
    """For each certificate a tick, its number and its last day."""

    offered: Sequence[str] = ()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for code in self.offered:
            until = self[f"until_{code}"]
            if self[f"has_{code}"].data and until.data and until.data < today_in_seoul():
                until.errors = [*until.errors, _("This day has passed. Please leave out what no longer holds.")]
                valid = False
        return valid


def certificates_form() -> type[CertificatesForm]:
    names = {code: name for code, name in choices("certificate") if code not in NOT_A_WORKSHOPS}
    fields: dict[str, Any] = {"offered": tuple(names)}
    for code, name in names.items():
        fields[f"has_{code}"] = BooleanField(name)
        fields[f"number_{code}"] = TextField(lazy_gettext("Number on the paper"))
        fields[f"until_{code}"] = DateField(lazy_gettext("Valid until"))
    return type("CertificatesFormOfAll", (CertificatesForm,), fields)


class AboutForm(BaseForm):
    name = TextField(
        lazy_gettext("Name of the factory"), required=lazy_gettext("Please write the name of the factory.")
    )
    introduction = LongTextField(lazy_gettext("In your own words"), longest=1000)
    brands_supplied = TextField(lazy_gettext("Brands you have sewn for"), longest=300)
    neighbourhood_id = PlaceField(
        lazy_gettext("Where is it?"), required=lazy_gettext("Please choose the neighbourhood.")
    )
    address = TextField(lazy_gettext("Address"), longest=200)
    is_address_public = BooleanField(lazy_gettext("Everybody may see this address."))
    phone = PhoneField(lazy_gettext("Telephone"))


class DaysField(StringField):
    """Days of a week, whole or halves, kept in hundredths; nothing written is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = unicodedata.normalize("NFKC", valuelist[0]).strip().replace(",", ".") if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"[0-9]{1,3}(\.[05]?0?)?|\.50?", text):
            raise ValueError(_("Please write days or half days. For example: 4 or 4.5"))
        self.data = round(float(text) * HUNDREDTHS_PER_DAY)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data > DAYS_PER_WEEK * HUNDREDTHS_PER_DAY:
            raise ValidationError(_("A week has seven days. Please write 0 to 7."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data / HUNDREDTHS_PER_DAY:g}"


class CapacityForm(BaseForm):
    """Days for each week, the fields named after their Mondays."""

    @property
    def days(self) -> dict[date, int]:
        return {date.fromisoformat(field.name): field.data for field in self if field.data is not None}


def capacity_form(weeks: Mapping[date, str]) -> type[CapacityForm]:
    """``weeks`` are the Mondays with the words for each week."""
    return type(
        "CapacityFormOfWeeks", (CapacityForm,), {day.isoformat(): DaysField(name) for day, name in weeks.items()}
    )


def offer_codes(field: ChoicesField, kind: CapabilityKind) -> None:
    """All codes of the kind, in the glossary's order and the reader's language."""
    field.choices = [(code, word.name(locale_code())) for code, word in vocabulary.terms(kind).items()]
