"""The answers as lines of words: the same lines make the wide table and the blocks of phones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import gettext as _

from garment_hub.labels import day, number, term, won
from garment_hub.quotes.comparison import VAT_PERCENT, Sum, differs, sum_of
from garment_hub.quotes.wording import factory_phone
from models.brief import Brief
from models.factory import Factory
from models.quote import Quote, QuoteRequest

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind``: plain, strong, yes (in the price) or unknown (not named)."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    cells: list[Cell]
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: list[Line]


def line_groups(brief: Brief, offers: Sequence[QuoteRequest]) -> list[Group]:
    """Price, work in it, days, condition and contact; every line has one cell per offer."""
    quotes = [offer.quote for offer in offers if offer.quote]
    groups = [
        Group(_("Price"), _price(brief, quotes)),
        Group(_("Work in the price per piece"), [_work(process, quotes) for process in _processes(brief, quotes)]),
        Group(_("Days"), [_line(_("Done on"), quotes, lambda quote: quote.ready_on, day)]),
        Group(_("Condition and contact"), [*_words(quotes), _contact([offer.factory for offer in offers])]),
    ]
    return [group for group in groups if group.lines]


def _line(
    label: str, quotes: Sequence[Quote], value: Callable[[Quote], V], words: Callable[[V], str], kind: str = "plain"
) -> Line:
    values = [value(quote) for quote in quotes]
    return Line(label, [Cell(words(one), kind) for one in values], differs(values))


def _price(brief: Brief, quotes: Sequence[Quote]) -> list[Line]:
    pieces = brief.quantity or 0

    def total(quote: Quote) -> Sum:
        return sum_of(quote, pieces)

    def vat(is_included: bool) -> str:
        return str(_("VAT included") if is_included else _("VAT apart"))

    def vat_sum(amount: int) -> str:
        return won(amount) if amount else str(_("is in it"))

    together = _("%(number)s pieces together", number=number(pieces))
    lines = [
        _line(_("Per piece"), quotes, lambda quote: quote.unit_price_krw, won, "strong"),
        _line(_("VAT"), quotes, lambda quote: quote.is_vat_included, vat),
        _line(together, quotes, lambda quote: total(quote).net_krw, won),
        _line(_("VAT %(percent)s%%", percent=VAT_PERCENT), quotes, lambda quote: total(quote).vat_krw, vat_sum),
        _line(_("All added up"), quotes, lambda quote: total(quote).total_krw, won, "strong"),
    ]
    return lines if any(total(quote).vat_krw for quote in quotes) else [*lines[:3], lines[4]]


def _processes(brief: Brief, quotes: Sequence[Quote]) -> list[str]:
    """Processes that the brief's price or any offer names, in the order of the brief."""
    named = [brief.price_includes, *(quote.price_includes for quote in quotes)]
    return list(dict.fromkeys(process for processes in named for process in processes))


def _work(process: str, quotes: Sequence[Quote]) -> Line:
    named = [process in quote.price_includes for quote in quotes]
    cells = [Cell(_("in it"), "yes") if is_named else Cell(_("not named"), "unknown") for is_named in named]
    return Line(term(process, "process"), cells, differs(named))


def _words(quotes: Sequence[Quote]) -> list[Line]:
    conditions = [quote.condition or _("as you asked") for quote in quotes]
    remarks = [quote.remark or "–" for quote in quotes]
    lines = [Line(_("Condition"), [Cell(text) for text in conditions], differs(conditions))]
    if any(quote.remark for quote in quotes):
        lines.append(Line(_("They add"), [Cell(text) for text in remarks], differs(remarks)))
    return lines


def _contact(factories: Sequence[Factory]) -> Line:
    return Line(_("Telephone"), [Cell(factory_phone(factory) or _("ask the centre")) for factory in factories], False)
