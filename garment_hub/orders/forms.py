"""What is asked with each move, and with the choice of a factory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale, lazy_gettext
from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import Field, HiddenField
from wtforms.fields import Label
from wtforms.validators import Optional, ValidationError

from garment_hub.forms import (
    ChoiceField,
    ChoicesField,
    DateField,
    LongTextField,
    Required,
    TokenForm,
    WholeNumberField,
)
from garment_hub.orders import phrases
from garment_hub.orders.offers import Offer
from garment_hub.quotes.wording import NOT_CHOSEN
from models.capacity import HUNDREDTHS_PER_DAY
from models.order import EventKind, Order, OrderStatus
from models.quote import NotChosenReason

K = EventKind
LONGEST_NOTE = 1000
FURTHEST_DAYS = 2 * 366

# Beside the table of moves: which fields a move shows, in the order in which they stand.
FIELDS: Mapping[EventKind, tuple[str, ...]] = {
    K.SAMPLE_SENT: ("note", "picture"),
    K.SAMPLE_REJECTED: ("reason", "note", "picture"),
    K.STAGE_HANDED_OVER: ("pieces", "picture"),
    K.PIECES_COUNTED: ("pieces", "note"),
    K.DELAY_REPORTED: ("day", "days_left", "reason", "note"),
    K.PART_DELIVERED: ("pieces", "picture"),
    K.DELIVERED: ("pieces", "picture"),
    K.REWORK_ASKED: ("reason", "note", "picture"),
    K.LINE_DROPPED: ("reason", "note"),
    K.NOTED: ("note", "picture"),
    K.CANCELLED: ("reason", "note"),
    K.DISPUTED: ("reason", "note", "picture"),
    K.DISPUTE_ENDED: ("to", "note"),
}
ALWAYS = frozenset({"form_token", "move", "line_id", "part_id"})


class MoveForm(TokenForm):
    """One move of one order. A page shows several, so every control gets an id of its own."""

    move = HiddenField()
    line_id = HiddenField()
    part_id = HiddenField()
    pieces = WholeNumberField(lazy_gettext("How many pieces are there?"))
    day = DateField(lazy_gettext("Which day will it be?"))
    days_left = WholeNumberField(lazy_gettext("How many days of work are left?"), minimum=0, maximum=366)
    to = ChoiceField(lazy_gettext("How does it go on?"))
    reason = ChoicesField(lazy_gettext("What is it about?"))
    note = LongTextField(lazy_gettext("A few words"), longest=LONGEST_NOTE)
    picture = FileField(lazy_gettext("A photo"), validators=[Optional()])

    def __init__(self, *args: Any, order: Order, offer: Offer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.offer, self.today = order, offer, today
        for name in set(self._fields) - ALWAYS - set(FIELDS.get(offer.kind, ())):
            del self[name]
        if "reason" in self:
            self.reason.choices = list(phrases.PHRASES[offer.kind].items())
        if "to" in self:
            self.to.choices = [(status.value, phrases.DISPUTE_ENDS[status]) for status in order.dispute_ends]
        if "pieces" in self:
            self.pieces.minimum = 0 if offer.kind is K.PIECES_COUNTED else 1
        self._require()
        for field in self:
            field.id = f"{offer.key}-{field.name}"
            field.label = Label(field.id, field.label.text)

    def _require(self) -> None:
        needed = {
            "pieces": _("Please write how many pieces."),
            "day": _("Please write the day."),
            "to": _("Please choose how it goes on."),
        }
        if self.offer.move.needs_note and "reason" not in self:
            needed["note"] = _("Please write a few words, so that the other side understands.")
        for name, words in needed.items():
            if name in self:
                self[name].validators = [Required(words)]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().validate(*args, **kwargs)) and self._says_enough()

    def _says_enough(self) -> bool:
        """One tap is enough where it says something; "something else" alone does not."""
        if "reason" not in self or self.note.data or set(self.reason.data or ()) - {phrases.OTHER}:
            return True
        field, words = (self.note, _("Please write what it is.")) if self.reason.data else (
            self.reason, _("Please tap one of these, or write a few words.")
        )  # fmt: skip
        field.errors = [*field.errors, words]
        return False

    def validate_day(self, field: Field) -> None:
        if field.data and field.data <= self.today:
            raise ValidationError(_("Please choose a day after today."))
        if field.data and field.data > self.today + timedelta(days=FURTHEST_DAYS):
            raise ValidationError(_("Please give a day within two years."))

    @property
    def given(self) -> dict[str, Any]:
        """The fields of a step, as the service takes them."""
        days_left = self._data("days_left")
        to = self._data("to")
        found = {
            "line": self.offer.line,
            "part": self.offer.part,
            "note": self._note(),
            "pieces": self._data("pieces"),
            "day": self._data("day"),
            "days_left": None if days_left is None else days_left * HUNDREDTHS_PER_DAY,
            "to": OrderStatus(to) if to in list(OrderStatus) else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def _data(self, name: str) -> Any:
        return self[name].data if name in self else None

    def _note(self) -> str | None:
        """Tapped phrases go to the other side in the language of the site, typed words as they are."""
        known = phrases.PHRASES.get(self.offer.kind, {})
        with force_locale(current_app.config["DEFAULT_LOCALE"]):
            tapped = ", ".join(str(known[code]) for code in self._data("reason") or () if code in known)
        return ": ".join(filter(None, [tapped, self._data("note")])) or None


class AwardForm(TokenForm):
    """The choice of a factory: with a sample first, or without one and why."""

    sample = ChoiceField(
        lazy_gettext("A sample first?"),
        choices=[
            ("first", lazy_gettext("Yes, I look at a sample first")),
            ("waived", lazy_gettext("No, start without a sample")),
        ],
    )
    waiver = LongTextField(lazy_gettext("Why without a sample?"), longest=LONGEST_NOTE)
    reason = ChoiceField(lazy_gettext("What decided it? The others hear this."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, words) for reason, words in NOT_CHOSEN.items()]
        if self.is_waived:
            self.waiver.validators = [Required(_("Please write why you start without a sample. It is kept."))]

    @property
    def is_waived(self) -> bool:
        return bool(self.sample.data == "waived")

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service takes; nothing said means a sample first and no reason given."""
        reason = NotChosenReason(self.reason.data) if self.reason.data else NotChosenReason.OTHER
        return {"waiver": self.waiver.data if self.is_waived else None, "reason": reason}
