"""The owner's answers: a yes with all that a price can say, a refusal, and the same work once more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.fields import Label
from wtforms.validators import Optional, StopValidation, ValidationError

from garment_hub.forms import (
    ChoiceField,
    DateField,
    LongTextField,
    Required,
    TextField,
    TokenForm,
    WholeNumberField,
)
from garment_hub.labels import term
from garment_hub.quotes import wording
from garment_hub.quotes.services import Offer
from models.capacity import HUNDREDTHS_PER_DAY
from models.quote import LONGEST_PAYMENT_DAYS, BalanceRule, DeclineReason, DefectRule, QuoteAnswer

LARGEST_PRICE_KRW = 100_000_000
FURTHEST_DAYS = 2 * 366
MOST_DAYS = 500
LONGEST_REMARK = 1000
LARGEST_PIECES = 1_000_000
VAT = {"apart": False, "included": True}
IN_PRICE, APART = "in", "apart"


def _not_over(form: Any, field: Field) -> None:
    if field.data and field.data < form.today:
        raise ValidationError(_("This day is over. Please choose a later one."))
    if field.data and field.data > form.today + timedelta(days=FURTHEST_DAYS):
        raise ValidationError(_("Please give a day within two years."))


class WorkDaysField(StringField):
    """Days of work, parts of a day too, kept in hundredths; nothing written is None."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = unicodedata.normalize("NFKC", valuelist[0]).strip().replace(",", ".") if valuelist else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{0,2})?", text) or not 0 < float(text) <= MOST_DAYS:
            raise ValueError(_("Please write the days as a number. For example: 3 or 3.5"))
        self.data = round(float(text) * HUNDREDTHS_PER_DAY)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data / HUNDREDTHS_PER_DAY:g}"


class NoticeForm(TokenForm):
    """A button of its own; a refusal is told above the page."""


class HeardForm(TokenForm):
    """What staff add who answer for an owner. Several stand on one page, so each names its controls its own way."""

    part = ""
    heard = TextField(lazy_gettext("How did the owner tell you?"), longest=LONGEST_REMARK)

    def __init__(self, *args: Any, today: date, stands_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self if self.part else ():
            field.id = f"{self.part}-{field.name}"
            field.label = Label(field.id, field.label.text)
        if stands_in:
            self.heard.validators = [Required(_("Please write how the owner told you, for example by telephone."))]


class TapForm(HeardForm):
    """One tap: what it says is worked out from the brief."""

    part = "tap"
    remark = LongTextField(lazy_gettext("A word to the designer"), longest=LONGEST_REMARK)


class DeclineForm(HeardForm):
    """A refusal with one tap; at which price or from which day it could be is optional."""

    part = "decline"
    could_at_krw = WholeNumberField(lazy_gettext("At which price could you?"), maximum=LARGEST_PRICE_KRW)
    could_from_on = DateField(lazy_gettext("From which day are you free?"), validators=[_not_over])
    reason = HiddenField()

    def validate_reason(self, field: Field) -> None:
        if field.data not in list(DeclineReason):
            raise ValidationError(_("Please choose one of the reasons."))


class QuoteForm(HeardForm):
    """A yes. What is not asked for by ``offered`` may stay blank and is then settled before work starts."""

    answer = HiddenField()
    condition = LongTextField(lazy_gettext("What would have to change?"), longest=LONGEST_REMARK)
    unit_price_krw = WholeNumberField(lazy_gettext("How much per piece?"), maximum=LARGEST_PRICE_KRW)
    vat = ChoiceField(
        lazy_gettext("VAT"),
        choices=[("apart", lazy_gettext("VAT apart")), ("included", lazy_gettext("VAT included"))],
    )
    ready_on = DateField(lazy_gettext("By when can it be done?"), validators=[_not_over])
    work_days = WorkDaysField(lazy_gettext("How many days of work is it?"), validators=[Optional()])
    sample_fee_krw = WholeNumberField(lazy_gettext("Sample fee"), minimum=0, maximum=LARGEST_PRICE_KRW)
    sample_on = DateField(lazy_gettext("Sample ready on"), validators=[_not_over])
    is_sample_fee_deducted = BooleanField(lazy_gettext("I take the sample fee off the main order."))
    tolerance_pieces = WholeNumberField(
        lazy_gettext("How many pieces more or fewer are all right?"), minimum=0, maximum=LARGEST_PIECES
    )
    defects = ChoiceField(lazy_gettext("When pieces are faulty"), choices=list(wording.DEFECTS.items()))
    deposit_percent = WholeNumberField(lazy_gettext("Deposit"), minimum=0, maximum=100)
    balance = ChoiceField(lazy_gettext("When is the rest paid?"), choices=list(wording.BALANCES.items()))
    balance_days = WholeNumberField(
        lazy_gettext("Days after hand-over until it is paid"), minimum=0, maximum=LONGEST_PAYMENT_DAYS
    )
    valid_until = DateField(lazy_gettext("Until when does this price stand?"), validators=[_not_over])
    remark = LongTextField(lazy_gettext("A word to the designer"), longest=LONGEST_REMARK)

    def __init__(self, *args: Any, offered: QuoteAnswer, work: Sequence[str], until: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered, self.work, self.until = offered, work, until
        if offered is QuoteAnswer.CONDITIONAL:
            self.condition.validators = [Required(_("Please write what would have to change."))]
        else:
            self.unit_price_krw.validators = [Required(_("Please write the price per piece."))]
            self.ready_on.validators = [Required(_("Please write the day it will be done.")), _not_over]

    @property
    def work_rows(self) -> list[tuple[Field, Field]]:
        """Whether the price holds each kind of work, and what it costs where it does not."""
        return [(self[f"work_{code}"], self[f"extra_{code}"]) for code in self.work]

    def validate_answer(self, field: Field) -> None:
        if field.data not in list(QuoteAnswer):
            raise ValidationError(_("Please choose one of the answers shown."))

    def validate_valid_until(self, field: Field) -> None:
        if field.data and field.data > self.until:
            raise ValidationError(_("This is after the day the goods are needed. Please choose an earlier one."))

    def validate_sample_on(self, field: Field) -> None:
        if field.data and self.ready_on.data and field.data > self.ready_on.data:
            raise ValidationError(_("The sample comes before the main work is done."))

    def offer(self) -> Offer:
        """The answer as it was written."""
        columns = ("unit_price_krw", "ready_on", "is_sample_fee_deducted", "sample_fee_krw", "sample_on",
                   "tolerance_pieces", "deposit_percent", "balance_days", "valid_until", "remark")  # fmt: skip
        extras = {code: self[f"extra_{code}"].data for code in self.work if self[f"extra_{code}"].data}
        return Offer(
            answer=self.offered,
            is_vat_included=VAT[self.vat.data or "apart"],
            price_includes=[code for code in self.work if self[f"work_{code}"].data == IN_PRICE],
            extras=extras,
            work_hundredths=self.work_days.data,
            defects=DefectRule(self.defects.data) if self.defects.data else None,
            balance=BalanceRule(self.balance.data) if self.balance.data else None,
            condition=self.condition.data if self.offered is QuoteAnswer.CONDITIONAL else None,
            **{name: self[name].data for name in columns},
        )


def _needs_said(form: QuoteForm, field: Field) -> None:
    """A sum for work apart belongs to work that is apart, and the other way round."""
    said = form[field.name.replace("extra_", "work_", 1)].data
    if said == APART and field.data is None:
        raise ValidationError(_("Please write how much it is per piece."))
    if said == IN_PRICE and field.data is not None:
        raise ValidationError(_("It is in the price, so leave the sum empty."))


class ExtraField(WholeNumberField):
    """Checked although it may be blank: whether it may, another field says."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, maximum=LARGEST_PRICE_KRW, **kwargs)
        self.validators = [_needs_said]

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation
        super().pre_validate(form)


def quote_form(work: Sequence[str]) -> type[QuoteForm]:
    """The form with a pair of fields for each kind of work."""
    said = [(IN_PRICE, lazy_gettext("in the price")), (APART, lazy_gettext("apart")), ("", lazy_gettext("not said"))]
    fields: dict[str, Field] = {}
    for code in work:
        fields[f"work_{code}"] = ChoiceField(term(code, "process"), choices=said)
        fields[f"extra_{code}"] = ExtraField(_("%(work)s apart, per piece", work=term(code, "process")))
    return type("QuoteFormOfWork", (QuoteForm,), fields)


def values_of(offer: Offer) -> dict[str, Any]:
    """An offer as the form shows it."""
    values = asdict(offer) | {
        "work_days": offer.work_hundredths,
        "vat": "included" if offer.is_vat_included else "apart",
    }
    values |= {f"work_{code}": IN_PRICE for code in offer.price_includes}
    for code, amount in offer.extras.items():
        values |= {f"work_{code}": APART, f"extra_{code}": amount}
    return values


class RepeatForm(TokenForm):
    """The same work once more: how many, and by when."""

    quantity = WholeNumberField(
        lazy_gettext("How many pieces?"),
        required=lazy_gettext("Please write how many pieces you need."),
        maximum=LARGEST_PIECES,
    )
    needed_by = DateField(
        lazy_gettext("By when do you need them?"),
        required=lazy_gettext("Please write the day you need them."),
        validators=[_not_over],
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
