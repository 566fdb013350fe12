"""The terms in words, the same on the page, on the work order and in the pack; and what changed between versions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, lazy_gettext
from flask_babel import gettext as _

from garment_hub.labels import full_day, number, terms, won
from garment_hub.orders.terms import PATTERN, Body, amounts, missing, missing_of_line
from garment_hub.quotes.wording import DEFECTS
from models.capacity import SEOUL
from models.quote import BalanceRule, DefectRule
from models.terms import Terms as StoredTerms

NAMES = {
    "style": lazy_gettext("Style"),
    "assort": lazy_gettext("Assort"),
    "size_table": lazy_gettext("Finished sizes"),
    "cautions": lazy_gettext("Mind this"),
    "materials": lazy_gettext("Fabric and trims"),
    "materials_on": lazy_gettext("Materials by"),
    "sample": lazy_gettext("Sample"),
    "inspection": lazy_gettext("Inspection"),
    "ownership": lazy_gettext("Pattern and design"),
    "secrecy": lazy_gettext("Secrecy of the design"),
    "invoicing": lazy_gettext("Who invoices"),
    "changes": lazy_gettext("When something changes"),
    "deliver_to": lazy_gettext("Goods go to"),
    "unit_price_krw": lazy_gettext("Per piece"),
    "vat_included": lazy_gettext("VAT"),
    "total": lazy_gettext("Together"),
    "price_includes": lazy_gettext("Work in the price"),
    "extras": lazy_gettext("Apart"),
    "dates": lazy_gettext("Time of work"),
    "starts_on": lazy_gettext("Begins on"),
    "due_on": lazy_gettext("Handed over on"),
    "deposit_percent": lazy_gettext("Deposit"),
    "balance": lazy_gettext("When the rest is paid"),
    "balance_days": lazy_gettext("Days until the rest is paid"),
    "payment": lazy_gettext("How it is paid"),
    "document": lazy_gettext("Invoice"),
    "account": lazy_gettext("Account"),
    "tolerance_pieces": lazy_gettext("More or fewer"),
    "defects": lazy_gettext("Faulty pieces"),
}
DOCUMENT_NAMES = {"tax_invoice": lazy_gettext("tax invoice"), "cash_receipt": lazy_gettext("cash receipt")}
OWNERSHIP_NAMES = {
    "designer": lazy_gettext("They belong to the designer"),
    "factory": lazy_gettext("They belong to the factory"),
    "shared": lazy_gettext("They belong to both"),
}
SECRECY_NAMES = {True: lazy_gettext("not shown to others"), False: lazy_gettext("may be shown to others")}
INVOICING_NAMES = {
    "each": lazy_gettext("each factory for its own part"),
    "lead": lazy_gettext("the lead factory for all"),
}
BRINGS = {"designer": lazy_gettext("from the designer"), "factory": lazy_gettext("from the factory")}


@dataclass(frozen=True, slots=True)
class Row:
    """One term: its name, what it is called, and its words; no words while it is blank."""

    name: str
    label: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


def _row(name: str, words: object) -> Row:
    return Row(name, str(NAMES[name]), str(words) if words else None)


def stored_day(text: str | None) -> str | None:
    """A day of the terms with its year: paper is read long after."""
    return full_day(date.fromisoformat(text)) if text else None


def full_moment(value: datetime) -> str:
    return f"{full_day(value)} {value.astimezone(SEOUL):%H:%M}"


# --- rows ----------------------------------------------------------------------------------------------------------


def order_rows(body: Body) -> list[Row]:
    """What holds for all, without what is drawn as tables; what need not be said is left out while it is not."""
    blank = missing(body)
    rows = [
        _row("materials_on", stored_day(body["materials_on"])),
        _row("sample", _sample(body["sample"])),
        _row("inspection", _inspection(body["inspection_days"])),
        _row("ownership", _said(OWNERSHIP_NAMES, body["ownership"])),
        _row("secrecy", _said(SECRECY_NAMES, body["secrecy"])),
        _row("changes", _("a new version that every side confirms")),
        _row("deliver_to", body["deliver_to"]),
    ]
    if len(body["lines"]) > 1:
        rows.append(_row("invoicing", _said(INVOICING_NAMES, body["invoicing"])))
    return [row for row in rows if row.words or row.name in blank]


def _said(names: Mapping[Any, Any], value: Any) -> str | None:
    return None if value is None else str(names[value])


def _inspection(days: int) -> str:
    return str(_("%(days)s days from the hand-over; no answer means accepted", days=days))


def _sample(sample: Body | None) -> str | None:
    if sample is None:
        return str(_("starts without a sample"))
    if sample["fee_krw"] is None or not sample["on"]:
        return None
    values = {"fee": won(sample["fee_krw"]), "day": stored_day(sample["on"])}
    if not sample["fee_krw"]:
        return str(_("free of charge, by %(day)s", **values))
    if sample["deducted"]:
        return str(_("%(fee)s, by %(day)s, taken off the main order", **values))
    return str(_("%(fee)s, by %(day)s", **values))


def line_rows(line: Body) -> list[Row]:
    """What one factory and the designer promise each other."""
    blank = missing_of_line(line)
    rows = [
        _row("unit_price_krw", None if {"unit_price_krw", "vat_included"} & set(blank) else _price(line)),
        _row("total", None if {"unit_price_krw", "vat_included"} & set(blank) else _together(line)),
        _row("price_includes", terms(line["price_includes"], "process")),
        _row("extras", _extras(line)),
        _row("payment", None if _unsaid(blank) else _payment(line)),
        _row("document", _said(DOCUMENT_NAMES, line["document"])),
        _row("account", line["account"]),
        _row("dates", None if {"starts_on", "due_on"} & set(blank) else _dates(line)),
        _row("tolerance_pieces", _tolerance(line["tolerance_pieces"])),
        _row("defects", DEFECTS[DefectRule(line["defects"])] if line["defects"] else None),
    ]
    return [row for row in rows if row.words or row.name != "extras"]


def _unsaid(blank: Collection[str]) -> bool:
    return bool({"unit_price_krw", "vat_included", "deposit_percent", "balance", "balance_days"} & set(blank))


def _price(line: Body) -> str:
    vat = _("VAT included") if line["vat_included"] else _("VAT apart")
    return f"{won(line['unit_price_krw'])} ({vat})"


def _together(line: Body) -> str:
    sums = amounts(line)
    values = {"net": won(sums.net), "vat": won(sums.vat), "total": won(sums.total)}
    return str(_("%(net)s + VAT %(vat)s = %(total)s", **values))


def _extras(line: Body) -> str:
    return ", ".join(
        _("%(work)s %(price)s per piece", work=terms([code], "process"), price=won(price))
        for code, price in line["extras"].items()
    )


def _payment(line: Body) -> str:
    sums = amounts(line)
    if not sums.balance:
        return str(_("all of it first, %(total)s", total=won(sums.total)))
    first = (
        _("deposit %(percent)s%% (%(amount)s)", percent=line["deposit_percent"], amount=won(sums.deposit))
        if sums.deposit
        else _("no deposit")
    )
    return f"{first}, {_rest(line, won(sums.balance))}"


def _rest(line: Body, amount: str) -> str:
    if line["balance"] == BalanceRule.BEFORE_SHIPPING:
        return str(_("the other %(amount)s before it is sent", amount=amount))
    if not line["balance_days"]:
        return str(_("the other %(amount)s on the day of hand-over", amount=amount))
    return str(_("the other %(amount)s within %(days)s days of hand-over", amount=amount, days=line["balance_days"]))


def _dates(line: Body) -> str:
    first, last = date.fromisoformat(line["starts_on"]), date.fromisoformat(line["due_on"])
    until = full_day(last) if first.year != last.year else str(format_date(last, _("MMMM d")))
    return str(_("%(first)s to %(last)s", first=full_day(first), last=until))


def _tolerance(pieces: int | None) -> str | None:
    if pieces is None:
        return None
    if not pieces:
        return str(_("exactly as ordered"))
    return str(_("up to %(pieces)s pieces are paid as they come", pieces=number(pieces)))


# --- tables as words, for comparing versions -----------------------------------------------------------------------


def sizes_of(body: Body) -> list[str]:
    """The sizes of the order in the order in which they were written."""
    measured = [] if body["size_table"] == PATTERN else body["size_table"]
    return list(dict.fromkeys(size for row in [*body["assort"], *measured] for size in row["sizes"]))


def material_words(row: Body) -> str:
    said = [row["name"], row["colour"], row["use"], _said(BRINGS, row["by"])]
    return " · ".join(str(word) for word in said if word)


def _counts(sizes: Body) -> str:
    return " · ".join(f"{size} {count}" for size, count in sizes.items())


def _tables(body: Body) -> Iterator[tuple[str, str, str]]:
    """Key, name and words of what stands in tables."""
    yield "style", str(NAMES["style"]), body["style"] or ""
    for row in body["assort"]:
        yield f"assort {row['colour']}", f"{NAMES['assort']} {row['colour']}", _counts(row["sizes"])
    if body["size_table"] == PATTERN:
        yield "size_table", str(NAMES["size_table"]), str(_("as in the pattern"))
    else:
        for row in body["size_table"]:
            words = f"{_counts(row['sizes'])} {row['tolerance'] or ''}"
            yield f"size {row['part']}", f"{NAMES['size_table']} {row['part']}", words.strip()
    yield "cautions", str(NAMES["cautions"]), " / ".join(body["cautions"])
    yield "materials", str(NAMES["materials"]), " / ".join(map(material_words, body["materials"]))


def _everything(body: Body, seen: Collection[int]) -> dict[str, tuple[str, str]]:
    """All terms by key: what each is called and its words."""
    found = {key: (label, words) for key, label, words in _tables(body)}
    found |= {row.name: (row.label, row.words or "") for row in order_rows(body)}
    for line in _seen(body, seen):
        of = _of(line, body)
        found |= {f"{row.name} {line['line']}": (of + row.label, row.words or "") for row in line_rows(line)}
    return found


def _seen(body: Body, seen: Collection[int]) -> list[Body]:
    return [line for line in body["lines"] if line["line"] in seen]


def _of(line: Body, body: Body) -> str:
    """Of a team's terms, whose they are."""
    return f"{line['factory']}: " if len(body["lines"]) > 1 else ""


def changes(before: Body, after: Body, seen: Collection[int]) -> list[Change]:
    """Terms that say something else than in the version before."""
    old, new = _everything(before, seen), _everything(after, seen)
    nothing = ("", "")
    pairs = [(old.get(key, nothing), new.get(key, nothing)) for key in dict.fromkeys([*new, *old])]
    return [Change(now[0] or was[0], was[1], now[1]) for was, now in pairs if was[1] != now[1]]


def blanks(body: Body, seen: Collection[int]) -> list[str]:
    """Names of the terms still to be written; of a team's, with the factory they belong to."""
    of_lines = {name for line in body["lines"] for name in missing_of_line(line)}
    found = [str(NAMES[name]) for name in missing(body) if name not in of_lines]
    own = [_of(line, body) + str(NAMES[name]) for line in _seen(body, seen) for name in missing_of_line(line)]
    others = [line["factory"] for line in body["lines"] if line["line"] not in seen and missing_of_line(line)]
    return [*found, *own, *(str(_("the part of %(factory)s", factory=factory)) for factory in others)]


# --- what page and paper show --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version in words. ``parts`` are the factories whose sums the reader may see."""

    rows: list[Row]
    parts: list[tuple[Body, list[Row]]]
    sizes: list[str]
    measures: list[Body] | None  # None: they stand in the pattern
    materials: list[tuple[Body, str]]
    stages: list[tuple[Body, str]]  # every factory, whoever reads, and to whom it hands over
    due_on: str | None

    @property
    def size_headers(self) -> list[tuple[str, str]]:
        """The sizes as headings of a table of numbers."""
        return [(size, "number") for size in self.sizes]


def sheet(body: Body, seen: Collection[int]) -> Sheet:
    return Sheet(
        rows=order_rows(body),
        parts=[(line, line_rows(line)) for line in _seen(body, seen)],
        sizes=sizes_of(body),
        measures=None if body["size_table"] == PATTERN else body["size_table"],
        materials=[(row, _said(BRINGS, row["by"]) or "") for row in body["materials"]],
        stages=[({**line, "days": _dates(line)}, to) for line, to in _hand_overs(body)],
        due_on=stored_day(max((line["due_on"] for line in body["lines"] if line["due_on"]), default=None)),
    )


def _hand_overs(body: Body) -> Iterator[tuple[Body, str]]:
    """Each factory of a team and who gets its pieces: those of the next place, at last the designer."""
    for line in body["lines"]:
        later = [each for each in body["lines"] if each.get("position", 0) > line.get("position", 0)]
        first = min((each.get("position", 0) for each in later), default=None)
        names = [each["factory"] for each in later if each.get("position", 0) == first]
        yield line, ", ".join(names) or body["buyer"]["brand"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the promise, and when it said yes."""

    party: str
    name: str
    said: str | None


def sides(terms: StoredTerms) -> list[Side]:
    """The designer and every factory still part of the order, each with its yes or without."""
    order = terms.order
    said = {yes.line_id: full_moment(yes.confirmed_at) for yes in terms.confirmations}
    designer = Side(str(_("Designer")), order.designer.brand, said.get(None))
    return [designer, *(Side(str(_("Factory")), line.factory.name, said.get(line.id)) for line in order.active_lines)]
