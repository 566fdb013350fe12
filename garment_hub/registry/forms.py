"""The screen that types the sheet in: its fields are made of the sheet's own questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField

from garment_hub.factories.wording import rate_name
from garment_hub.form_tokens import new_token
from garment_hub.forms import ChoicesField, PhoneField, PlaceField, TextField, TokenForm, WholeNumberField
from garment_hub.labels import term
from garment_hub.listings.shop_kinds import FABRICS, Pair
from garment_hub.mandates.asking import MandateFields
from garment_hub.registry.sheet import AGENCY, JOBS, PAIRS, QUESTIONS, job_name, numbered, pair_key
from models.district import Neighbourhood

MOST_PIECES, MOST_PEOPLE, LARGEST_MINIMUM = 100_000, 5_000, 1_000_000
RATES: dict[str, Pair] = {pair_key(pair): pair for pair in PAIRS}
ITEMS = [item for item, _stage in PAIRS if item]
WORDS = {question.key: question.words for question in QUESTIONS}
# Where a question has other fields than the one of its key.
CONSENT = ("accepts_service", "shares_with_district", "shows_publicly", "given_by", "channel")
FIELDS = {"pieces": ("items", *RATES), "number": ("number", "has_no_number"), "consent": CONSENT}


class SheetForm(MandateFields, TokenForm):
    """Work, name, telephone, neighbourhood and the owner's consent are needed; the rest may stay unknown."""

    jobs = ChoicesField(WORDS["jobs"], required=lazy_gettext("Please choose at least one."))
    name = TextField(WORDS["name"], required=lazy_gettext("Please write the name of the factory."))
    phone = PhoneField(WORDS["phone"], required=lazy_gettext("Please write a telephone number."))
    dong = PlaceField(WORDS["dong"], required=lazy_gettext("Please choose the neighbourhood."))
    address = TextField(WORDS["address"], longest=200)
    people = WholeNumberField(WORDS["people"], maximum=MOST_PEOPLE)
    fabrics = ChoicesField(WORDS["fabrics"])
    items = ChoicesField(WORDS["pieces"])
    number = TextField(WORDS["number"], longest=40)
    has_no_number = BooleanField(lazy_gettext("They have no number (the centre checks)"))
    minimum = WholeNumberField(WORDS["minimum"], maximum=LARGEST_MINIMUM)
    is_another = BooleanField(lazy_gettext("I have looked: it is another factory."))

    @property
    def pieces(self) -> dict[Pair, int]:
        return {pair: self[name].data for name, pair in RATES.items() if self[name].data is not None}

    @property
    def sewn(self) -> list[str]:
        """Items that were ticked, and those for which there is only a number."""
        return list(dict.fromkeys([*(self.items.data or ()), *(item for item, _stage in self.pieces if item)]))

    @property
    def stages(self) -> list[str]:
        """Stages of the work that was ticked, and those for which there is only a number."""
        ticked = [JOBS[code].stage for code in self.jobs.data if code in JOBS]
        return list(dict.fromkeys([*ticked, *(stage for _item, stage in self.pieces if stage)]))

    @property
    def processes(self) -> list[str]:
        return [process for code in self.jobs.data if code in JOBS and (process := JOBS[code].process)]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.has_no_number.data and self.number.data:
            self.number.errors = [*self.number.errors, _("There is a number and a tick for none. Which one is right?")]
            valid = False
        return valid


def sheet_form(places: Sequence[Neighbourhood]) -> SheetForm:
    """Empty with a token of its own, or as it was sent."""
    fields: dict[str, Any] = {
        name: WholeNumberField(rate_name(*pair), maximum=MOST_PIECES) for name, pair in RATES.items()
    }
    form: SheetForm = type("SheetFormOfPieces", (SheetForm,), fields)(form_token=new_token())
    form.jobs.choices = [(code, job_name(code)) for code in (*JOBS, AGENCY)]
    form.fabrics.choices = [(code, term(code, "fabric")) for code in FABRICS]
    form.items.choices = [(item, term(item, "item")) for item in ITEMS]
    form.dong.offer(places)
    _put_in_order(form)
    return form


def _put_in_order(form: SheetForm) -> None:
    """Numbers before the questions, and complaints above the page in the order of the sheet."""
    order = ["form_token", "is_another"]
    for number, question in numbered():
        names = FIELDS.get(question.key, (question.key,))
        order += names
        if names is not CONSENT:  # a heading of its own
            form[names[0]].label.text = f"{number}. {question.words}"
    form._fields = {name: form._fields[name] for name in order}
