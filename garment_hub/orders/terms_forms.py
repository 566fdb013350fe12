"""The forms of the terms: the designer's long one, the owner's short one, and the body that either makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, Field, FieldList, Form, FormField, HiddenField, StringField
from wtforms.fields import Label
from wtforms.validators import Optional

from garment_hub.forms import (
    ChoiceField,
    ChoicesField,
    DateField,
    LongTextField,
    TextField,
    TokenForm,
    WholeNumberField,
)
from garment_hub.labels import term
from garment_hub.orders.size_parts import parts_of_item
from garment_hub.orders.terms import DOCUMENTS, INVOICING, OWNERSHIPS, PATTERN, Body
from garment_hub.orders.terms_wording import (
    BRINGS,
    DOCUMENT_NAMES,
    INVOICING_NAMES,
    NAMES,
    OWNERSHIP_NAMES,
    SECRECY_NAMES,
    sizes_of,
)
from garment_hub.quotes.offering import TERMS as WORK
from garment_hub.quotes.wording import BALANCES, DEFECTS
from models.order import Order
from models.quote import LONGEST_PAYMENT_DAYS, BalanceRule

LARGEST_PRICE_KRW = 100_000_000
LARGEST_PIECES = 1_000_000
MOST_SIZES, MOST_ROWS = 30, 30  # a paper of twice that takes a quarter of a minute
SPARE = 2  # empty rows and columns, so that there is always room for one more
FIRST_SIZES, FIRST_COLOURS = 12, 12
YES, NO = "yes", "no"
VAT = {"apart": False, "included": True}


class MeasureField(StringField):
    """Centimetres, halves and tenths too: 98 or 98.5."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = unicodedata.normalize("NFKC", valuelist[0]).strip().replace(",", ".") if valuelist else ""
        self.data = None
        if text and not re.fullmatch(r"[0-9]{1,3}(\.[0-9])?", text):
            raise ValueError(_("Please write centimetres like this: 98 or 98.5"))
        if text:
            self.data = float(text) if "." in text else int(text)

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else "" if self.data is None else f"{self.data:g}"


class AssortRow(Form):
    colour = TextField(lazy_gettext("Colour"), longest=40)
    pieces = FieldList(WholeNumberField(minimum=0, maximum=LARGEST_PIECES), max_entries=MOST_SIZES)


class SizeRow(Form):
    part = TextField(lazy_gettext("Part of the piece"), longest=40)
    measures = FieldList(MeasureField(validators=[Optional()]), max_entries=MOST_SIZES)
    tolerance = TextField(lazy_gettext("Allowed"), longest=20)


class MaterialRow(Form):
    name = TextField(lazy_gettext("What"), longest=60)
    colour = TextField(lazy_gettext("Colour"), longest=40)
    use = TextField(lazy_gettext("Where it goes, how much"), longest=60)
    by = ChoiceField(lazy_gettext("Who brings it"), choices=list(BRINGS.items()))


class MoneyFields(Form):
    """What the owner is asked: how and where the money comes."""

    line = HiddenField()
    account = TextField(lazy_gettext("Which account is it paid into?"))
    document = ChoiceField(
        lazy_gettext("Tax invoice or cash receipt?"), choices=[(code, DOCUMENT_NAMES[code]) for code in DOCUMENTS]
    )
    deposit_percent = WholeNumberField(lazy_gettext("Deposit"), minimum=0, maximum=100)
    balance = ChoiceField(lazy_gettext("When is the rest paid?"), choices=list(BALANCES.items()))
    balance_days = WholeNumberField(
        lazy_gettext("Days after hand-over until it is paid"), minimum=0, maximum=LONGEST_PAYMENT_DAYS
    )


class LineFields(MoneyFields):
    """What the designer writes for one factory."""

    unit_price_krw = WholeNumberField(
        NAMES["unit_price_krw"],
        required=lazy_gettext("Please write the price per piece."),
        maximum=LARGEST_PRICE_KRW,
    )
    vat = ChoiceField(
        lazy_gettext("VAT"),
        choices=[("apart", lazy_gettext("VAT apart")), ("included", lazy_gettext("VAT included"))],
    )
    price_includes = ChoicesField(NAMES["price_includes"])
    starts_on = DateField(NAMES["starts_on"], required=lazy_gettext("Please write the day the work begins."))
    due_on = DateField(NAMES["due_on"], required=lazy_gettext("Please write the day it will be done."))
    tolerance_pieces = WholeNumberField(
        lazy_gettext("How many pieces more or fewer are all right?"), minimum=0, maximum=LARGEST_PIECES
    )
    defects = ChoiceField(lazy_gettext("When pieces are faulty"), choices=list(DEFECTS.items()))


class OwnerTermsForm(TokenForm):
    """The factory's part: money, for each of the lines that this person answers for."""

    version = HiddenField()
    lines = FieldList(FormField(MoneyFields))

    def __init__(self, *args: Any, base: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base = base

    def body(self) -> Body:
        """The terms with what is written here; all else stays as it was."""
        body = deepcopy(self.base)
        known = {str(line["line"]): line for line in body["lines"]}
        for entry in self.lines:
            if entry.form.line.data in known:
                known[entry.form.line.data] |= _line_values(entry.form)
        return body


class DesignerTermsForm(OwnerTermsForm):
    """The whole paper. A designer who is also the factory writes the account too."""

    style = TextField(lazy_gettext("Style name or number"))
    deliver_to = TextField(lazy_gettext("Where do the goods go?"))
    sizes = FieldList(TextField(lazy_gettext("Size"), longest=20), max_entries=MOST_SIZES)
    assort = FieldList(FormField(AssortRow), max_entries=MOST_ROWS)
    is_in_pattern = BooleanField(lazy_gettext("The sizes are in the pattern."))
    size_table = FieldList(FormField(SizeRow), max_entries=MOST_ROWS)
    cautions = LongTextField(lazy_gettext("What must they mind?"))
    materials = FieldList(FormField(MaterialRow), max_entries=MOST_ROWS)
    materials_on = DateField(lazy_gettext("By when is everything at the factory?"))
    sample_fee_krw = WholeNumberField(lazy_gettext("Sample fee"), minimum=0, maximum=LARGEST_PRICE_KRW)
    sample_on = DateField(lazy_gettext("Sample ready on"))
    is_sample_fee_deducted = BooleanField(lazy_gettext("The sample fee is taken off the main order."))
    ownership = ChoiceField(
        lazy_gettext("Whose are pattern and design?"), choices=[(code, OWNERSHIP_NAMES[code]) for code in OWNERSHIPS]
    )
    secrecy = ChoiceField(
        lazy_gettext("May the factory show the work to others?"),
        choices=[(YES, SECRECY_NAMES[True]), (NO, SECRECY_NAMES[False])],
    )
    invoicing = ChoiceField(NAMES["invoicing"], choices=[(code, INVOICING_NAMES[code]) for code in INVOICING])
    lines = FieldList(FormField(LineFields))

    def __init__(self, *args: Any, own_lines: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for entry in self.lines:
            _offer_work(entry.form, self.base)
            if entry.form.line.data not in map(str, own_lines):
                del entry.form.account
        if len(self.base["lines"]) == 1:
            del self.invoicing
        if self.base["sample"] is None:
            del self.sample_fee_krw, self.sample_on, self.is_sample_fee_deducted
        self._name_cells()

    def _name_cells(self) -> None:
        """Every cell of a table says where it is, for those who hear it and for the list of mistakes."""
        for number, size in enumerate(self.sizes, start=1):
            _call(size, _("Size %(number)s", number=number))
        for number, row in enumerate(self.assort, start=1):
            _call(row.form.colour, _("Colour %(number)s", number=number))
            self._name_row(row.form.pieces, row.form.colour)
        for number, row in enumerate(self.size_table, start=1):
            _call(row.form.part, _("Part %(number)s", number=number))
            self._name_row(row.form.measures, row.form.part)
            _call(row.form.tolerance, ", ".join([row.form.part.data or row.form.part.label.text, _("Allowed")]))

    def _name_row(self, cells: FieldList[Any], head: Field) -> None:
        for cell, size in zip(cells, self.sizes, strict=False):
            _call(cell, f"{head.data or head.label.text}, {size.data or size.label.text}")

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        holds = self._tables_hold()
        for rows in (self.sizes, self.assort, self.size_table, self.lines):
            if any(row.errors for row in rows):  # a list keeps the complaints it had when it was checked itself
                rows.errors = [row.errors for row in rows]
        return holds and is_valid

    def _tables_hold(self) -> bool:
        """What only the tables together can say."""
        wrong = len(list(self._nameless())) + self._repeated_sizes()
        counted = sum(sum(row["sizes"].values()) for row in self._assort())
        ordered = self.base["quantity"]
        if not wrong and counted not in (0, ordered):
            self._complain(
                self.assort[0].form.colour,
                _("Added up it is %(counted)s pieces. The order is %(ordered)s.", counted=counted, ordered=ordered),
            )
            wrong += 1
        for entry in self.lines:
            first, last = entry.form.starts_on.data, entry.form.due_on.data
            if first and last and first > last:
                self._complain(entry.form.due_on, _("It ends before it starts. Please look at the two days."))
                wrong += 1
        return not wrong

    def _nameless(self) -> Any:
        """Numbers that stand under no size or beside no colour or part."""
        for index, size in enumerate(self.sizes):
            rows = [*(row.form.pieces for row in self.assort), *(row.form.measures for row in self.size_table)]
            if not size.data and any(index < len(row) and row[index].data for row in rows):
                self._complain(size, _("Please name the size of this column."))
                yield size
        pairs = [(row.form.colour, row.form.pieces) for row in self.assort]
        pairs += [(row.form.part, row.form.measures) for row in self.size_table if not self.is_in_pattern.data]
        for head, cells in pairs:
            if not head.data and any(cell.data for cell in cells):
                self._complain(head, _("Please write what this row is."))
                yield head

    def _repeated_sizes(self) -> int:
        seen: set[str] = set()
        count = 0
        for size in self.sizes:
            if size.data and size.data in seen:
                self._complain(size, _("This size stands here twice."))
                count += 1
            seen.add(size.data or "")
        return count

    def _complain(self, field: Field, words: str) -> None:
        field.errors = [*field.errors, words]

    def body(self) -> Body:
        body = super().body() | {
            "style": self.style.data,
            "deliver_to": self.deliver_to.data,
            "assort": self._assort(),
            "size_table": PATTERN if self.is_in_pattern.data else self._size_table(),
            "cautions": [line.strip() for line in (self.cautions.data or "").splitlines() if line.strip()],
            "materials": [row for row in map(_material, self.materials) if any(row.values())],
            "materials_on": _iso(self.materials_on.data),
            "ownership": self.ownership.data,
            "secrecy": {YES: True, NO: False}.get(self.secrecy.data),
        }
        if "invoicing" in self:
            body["invoicing"] = self.invoicing.data or INVOICING[0]
        if "sample_on" in self:
            is_deducted = bool(self.is_sample_fee_deducted.data)
            sample = {"fee_krw": self.sample_fee_krw.data, "on": _iso(self.sample_on.data), "deducted": is_deducted}
            body["sample"] = sample
        return body

    def _columns(self) -> list[tuple[int, str]]:
        return [(index, size.data) for index, size in enumerate(self.sizes) if size.data]

    def _assort(self) -> list[Body]:
        return [
            {
                "colour": row.form.colour.data,
                "sizes": {size: _cell(row.form.pieces, at) or 0 for at, size in self._columns()},
            }
            for row in self.assort
            if row.form.colour.data
        ]

    def _size_table(self) -> list[Body]:
        """Parts that have a measure; the parts offered beforehand and left empty are not kept."""
        found = []
        for row in self.size_table:
            sizes = {size: _cell(row.form.measures, at) for at, size in self._columns()}
            sizes = {size: measure for size, measure in sizes.items() if measure is not None}
            if row.form.part.data and sizes:
                found.append({"part": row.form.part.data, "sizes": sizes, "tolerance": row.form.tolerance.data})
        return found


def _cell(cells: FieldList[Any], index: int) -> Any:
    return cells[index].data if index < len(cells) else None


def _call(field: Field, name: str) -> None:
    field.label = Label(field.id, name)


def _material(row: Any) -> Body:
    return {name: row.form[name].data for name in ("name", "colour", "use", "by")}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _offer_work(form: Any, base: Body) -> None:
    line = next((line for line in base["lines"] if str(line["line"]) == form.line.data), None)
    named = [*line["price_includes"], *line["processes"]] if line else []
    form.price_includes.choices = [(code, term(code, "process")) for code in dict.fromkeys([*WORK, *named])]


def _line_values(form: Any) -> Body:
    """What one factory's fields say, under the names of the terms."""
    names = ("account", "document", "deposit_percent", "balance", "balance_days", "unit_price_krw", "tolerance_pieces",
             "defects", "price_includes")  # fmt: skip
    values = {name: form[name].data for name in names if name in form}
    if values["balance"] != BalanceRule.AFTER_HANDOVER:
        values["balance_days"] = None
    if "vat" in form:
        values["vat_included"] = VAT.get(form.vat.data)
        values |= {name: _iso(form[name].data) for name in ("starts_on", "due_on")}
    return values


# --- what a form starts with ---------------------------------------------------------------------------------------


def start_of(body: Body, order: Order, lines: Collection[int]) -> dict[str, Any]:
    """The terms as either form shows them, with room for more rows and columns."""
    sizes = sizes_of(body)
    columns = min(MOST_SIZES, (len(sizes) or min(order.brief.sizes, FIRST_SIZES)) + SPARE)
    rows = min(MOST_ROWS, max(len(body["assort"]), min(order.brief.colours, FIRST_COLOURS)) + SPARE)
    stated = body["size_table"] if body["size_table"] != PATTERN else []
    sample = body["sample"] or {}
    return {
        **{name: body[name] for name in ("style", "deliver_to", "ownership", "invoicing")},
        "sizes": _padded(sizes, columns, None),
        "assort": [
            {"colour": row["colour"], "pieces": _padded([row["sizes"].get(size) for size in sizes], columns, None)}
            for row in _padded(body["assort"], rows, {"colour": None, "sizes": {}})
        ],
        "is_in_pattern": body["size_table"] == PATTERN,
        "size_table": [
            {**row, "measures": _padded([row["sizes"].get(size) for size in sizes], columns, None)}
            for row in [*stated, *_more_parts(body["item"], stated)][:MOST_ROWS]
        ],
        "cautions": "\n".join(body["cautions"]),
        "materials": _padded(body["materials"], min(MOST_ROWS, len(body["materials"]) + SPARE), {}),
        "materials_on": _day(body["materials_on"]),
        "sample_fee_krw": sample.get("fee_krw"),
        "sample_on": _day(sample.get("on")),
        "is_sample_fee_deducted": sample.get("deducted", False),
        "secrecy": {True: YES, False: NO}.get(body["secrecy"]),
        "lines": [_line_start(line) for line in body["lines"] if line["line"] in lines],
    }


def _more_parts(item: str, stated: list[Body]) -> list[Body]:
    """Parts that are usual for the item and not there yet, and one row without a name."""
    known = {row["part"] for row in stated}
    return [
        {"part": part, "sizes": {}, "tolerance": None} for part in (*parts_of_item(item), None) if part not in known
    ]


def _line_start(line: Body) -> dict[str, Any]:
    vat = {True: "included", False: "apart"}.get(line["vat_included"])
    return {**line, "vat": vat, "starts_on": _day(line["starts_on"]), "due_on": _day(line["due_on"])}


def _padded(values: Sequence[Any], length: int, filler: Any) -> list[Any]:
    return [*values, *[filler] * (length - len(values))]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
