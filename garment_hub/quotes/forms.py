"""The owner's answer, and the tick boxes of who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, HiddenField
from wtforms.fields import Label
from wtforms.validators import ValidationError

from garment_hub.forms import (
    ChoiceField,
    ChoicesField,
    DateField,
    LongTextField,
    Required,
    TextField,
    TokenForm,
    WholeNumberField,
)
from garment_hub.labels import choices
from models.quote import QuoteAnswer

LARGEST_PRICE_KRW = 100_000_000
FURTHEST_DAYS = 2 * 366
LONGEST_REMARK = 1000
VAT = {"apart": False, "included": True}


def _not_over(form: QuoteForm, field: Field) -> None:
    if field.data and field.data < form.today:
        raise ValidationError(_("This day is over. Please choose a later one."))
    if field.data and field.data > form.today + timedelta(days=FURTHEST_DAYS):
        raise ValidationError(_("Please give a day within two years."))


class QuoteForm(TokenForm):
    """A yes with price and day. The page shows it twice, so every control gets an id of its own."""

    answer = HiddenField()
    unit_price_krw = WholeNumberField(
        lazy_gettext("How much per piece?"),
        required=lazy_gettext("Please write the price per piece."),
        maximum=LARGEST_PRICE_KRW,
    )
    ready_on = DateField(
        lazy_gettext("By when can it be done?"),
        required=lazy_gettext("Please write the day it will be done."),
        validators=[_not_over],
    )
    vat = ChoiceField(
        lazy_gettext("VAT"),
        choices=[("apart", lazy_gettext("VAT apart")), ("included", lazy_gettext("VAT included"))],
    )
    price_includes = ChoicesField(lazy_gettext("Work in this price"))
    condition = TextField(lazy_gettext("What would have to change?"), longest=LONGEST_REMARK)
    remark = LongTextField(lazy_gettext("A word to the designer"), longest=LONGEST_REMARK)

    def __init__(self, *args: Any, today: date, processes: Sequence[str], offered: QuoteAnswer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.offered = today, offered
        if offered is QuoteAnswer.CONDITIONAL:
            self.condition.validators = [Required(_("Please write what would have to change."))]
        self.price_includes.choices = [pair for pair in choices("process") if pair[0] in set(processes)]
        for field in self:
            field.id = f"{offered.value}-{field.name}"
            field.label = Label(field.id, field.label.text)

    def validate_answer(self, field: Field) -> None:
        if field.data not in list(QuoteAnswer):
            raise ValidationError(_("Please choose one of the answers shown."))

    @property
    def is_vat_included(self) -> bool:
        return VAT[self.vat.data or "apart"]
