"""The three forms of the guided brief, one per step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, HiddenField, MultipleFileField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import Select

from garment_hub.briefs import fields
from garment_hub.forms import ChoiceField, ChoicesField, DateField, LongTextField, TokenForm, WholeNumberField
from garment_hub.labels import choices, day, label, place_name, term
from models import vocabulary
from models.brief import Supplier
from models.district import Neighbourhood

YES, NO, OPEN = "yes", "no", "unknown"
TRUTHS = {YES: True, NO: False, OPEN: None}
THERE_OR_NOT = {
    YES: lazy_gettext("There is one"),
    NO: lazy_gettext("It has to be made"),
    OPEN: lazy_gettext("I do not know yet"),
}
USUALLY_IN_A_PRICE = (
    "cutting",
    "fusing",
    "sewing_assembly",
    "buttonhole_straight",
    "button_attaching",
    "ironing_finishing",
    "inspection",
    "packing",
)


class YesNoField(ChoiceField):
    """Yes, no, or (where offered) not known yet; the value is True, False or None."""

    def __init__(self, label: Any = None, *, answers: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(label, choices=list(answers.items()), coerce=self._truth, **kwargs)

    def _truth(self, value: object) -> bool | None:
        return TRUTHS.get(value) if isinstance(value, str) else value  # type: ignore[return-value]

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        if valuelist[0] not in {choice.value for choice in self.choices or ()}:
            raise ValueError(_("Please choose one of the answers shown."))
        self.data = TRUTHS[valuelist[0]]

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Checked when it was read; the value is no longer the text that was offered."""


class StepForm(TokenForm):
    """One step; ``needed`` are the fields without which the next step cannot follow."""

    needed: tuple[str, ...] = ()

    def let_open(self) -> None:
        """Save what is there and come back later: nothing has to be filled in, but nothing may be wrong."""
        for name in self.needed:
            self[name].validators = [Optional()]

    @property
    def values(self) -> dict[str, object]:
        """What to write, by outer name."""
        return {name: field.data for name, field in self._fields.items() if name in fields.FIELDS}


class WhatForm(StepForm):
    """Step 1: the item, and for whom it is."""

    item = ChoiceField(lazy_gettext("What would you like made?"), required=lazy_gettext("Please choose one item."))
    category = ChoiceField(lazy_gettext("For whom?"))
    factory = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item.choices = choices("item")
        self.category.choices = choices("category")


def _after_today(form: HowManyForm, field: Field) -> None:
    """A day that is over gets the same day of a later year proposed."""
    given: date | None = field.data
    if given is None:
        return
    if given <= form.today:
        meant = day(_next_time(given, form.today))
        raise ValidationError(_("This day is over. Did you mean %(day)s?", day=meant))
    if given > form.today + timedelta(days=fields.FURTHEST_DAYS):
        raise ValidationError(_("Please give a day within two years."))


def _next_time(given: date, today: date) -> date:
    """The same day of the year, after today (29 February becomes 1 March)."""
    for year in (today.year, today.year + 1):
        try:
            candidate = given.replace(year=year)
        except ValueError:
            candidate = date(year, 3, 1)
        if candidate > today:
            return candidate
    return today + timedelta(days=1)


def _before_needed(form: HowManyForm, field: Field) -> None:
    if field.data and form.needed_by.data and field.data >= form.needed_by.data:
        raise ValidationError(_("The fabric would come after the goods are needed."))


class HowManyForm(StepForm):
    """Step 2: how many, split how, by when, for how much, sample first."""

    needed = ("quantity", "needed_by")

    quantity = WholeNumberField(
        lazy_gettext("How many pieces?"),
        required=lazy_gettext("Please write how many pieces you need."),
        maximum=fields.LARGEST_QUANTITY,
    )
    styles = WholeNumberField(lazy_gettext("Styles"), maximum=fields.LARGEST_SPLIT)
    colours = WholeNumberField(lazy_gettext("Colours"), maximum=fields.LARGEST_SPLIT)
    sizes = WholeNumberField(lazy_gettext("Sizes"), maximum=fields.LARGEST_SPLIT)
    needed_by = DateField(
        lazy_gettext("By when do you need them?"),
        required=lazy_gettext("Please write the day you need them."),
        validators=[_after_today],
    )
    flexible_dates = YesNoField(
        lazy_gettext("Can the day move?"),
        answers={YES: lazy_gettext("It can move"), NO: lazy_gettext("It has to be this day")},
    )
    materials_on = DateField(lazy_gettext("When does the fabric arrive?"), validators=[_before_needed])
    budget_per_piece_krw = WholeNumberField(
        lazy_gettext("What do you have in mind per piece?"), maximum=fields.LARGEST_PRICE_KRW
    )
    vat_included = YesNoField(
        lazy_gettext("VAT"), answers={NO: lazy_gettext("VAT apart"), YES: lazy_gettext("VAT included")}
    )
    price_includes = ChoicesField(lazy_gettext("Work in this price"))
    sample_wanted = YesNoField(
        lazy_gettext("Sample first?"),
        answers={YES: lazy_gettext("I want to see one first"), NO: lazy_gettext("Start without one")},
    )

    def __init__(self, *args: Any, today: date, processes: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offered = {*USUALLY_IN_A_PRICE, *processes, *(self.price_includes.object_data or ())}
        self.price_includes.choices = [pair for pair in choices("process") if pair[0] in offered]

    @property
    def values(self) -> dict[str, object]:
        """A number of styles, colours or sizes left empty is one."""
        values = super().values
        return values | {name: values[name] or 1 for name in ("styles", "colours", "sizes")}


def _suppliers() -> list[tuple[str, str]]:
    return [*((code.value, label(code)) for code in Supplier), ("", _("Not decided yet"))]


def _supplier(value: object) -> str | None:
    """The supplier; what is none stays as it was sent, so that the field can complain."""
    if not value:
        return None
    return next((code for code in Supplier if code == value), str(value))


class HowMadeForm(StepForm):
    """Step 3: fabric, processes, who brings what, and what the factory should know."""

    needed = ("processes",)

    fabric = ChoicesField(lazy_gettext("What fabric?"))
    processes = ChoicesField(
        lazy_gettext("Which work is needed?"), required=lazy_gettext("Please choose at least one process.")
    )
    fabric_by = ChoiceField(lazy_gettext("Who brings the fabric?"), coerce=_supplier)
    trims_by = ChoiceField(lazy_gettext("Who brings the trims?"), coerce=_supplier)
    pattern_ready = YesNoField(
        lazy_gettext("Is there a pattern?"),
        answers=THERE_OR_NOT,
    )
    sample_ready = YesNoField(
        lazy_gettext("Is there a sample you are content with?"),
        answers=THERE_OR_NOT,
    )
    market = ChoiceField(lazy_gettext("Where will it be sold?"))
    difficulty = ChoiceField(lazy_gettext("How much handwork is in it?"))
    certificates = ChoicesField(lazy_gettext("Certificates the factory must have"))
    verified_only = BooleanField(lazy_gettext("Only factories that the centre has checked"))
    deliver_to = ChoiceField(lazy_gettext("Where should the goods go?"), widget=Select())
    note = LongTextField(lazy_gettext("A word to the factory"), longest=fields.LONGEST_NOTE)
    drawings = MultipleFileField(lazy_gettext("Drawings or photos"))

    def __init__(self, *args: Any, places: Sequence[Neighbourhood] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fabric.choices = choices("fabric")
        self.processes.choices = choices("process")
        self.fabric_by.choices = self.trims_by.choices = _suppliers()
        self.market.choices = choices("market")
        self.difficulty.choices = choices("difficulty")
        offered = set(vocabulary.terms("certificate")) - fields.NOT_OF_A_FACTORY
        self.certificates.choices = [pair for pair in choices("certificate") if pair[0] in offered]
        elsewhere = ("", _("Outside the district, or not known yet"))
        self.deliver_to.choices = [elsewhere, *((place.code, place_name(place)) for place in places)]


def processes_by_stage(field: Field, first: Sequence[str]) -> Mapping[str, list[Any]]:
    """The process options: those in ``first`` under an empty name, the rest under the name of their stage."""
    groups: dict[str, list[Any]] = {"": []}
    for option in field:
        code = option.data
        stage = "" if code in first else vocabulary.stage_of().get(code, "")
        groups.setdefault(term(stage, "stage") if stage else "", []).append(option)
    return groups
