"""The answers as lines of words: the same lines make the wide table and the blocks of phones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from garment_hub.labels import day, number, term, terms, won
from garment_hub.quotes import wording
from garment_hub.quotes.comparison import VAT_PERCENT, differs, not_named, per_piece, sum_of
from garment_hub.quotes.offering import TERMS
from models.brief import Brief
from models.factory import Factory
from models.quote import Quote, QuoteRequest


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind``: plain, strong, yes (in the price), apart (costs extra) or unknown (not said)."""

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


def line_groups(brief: Brief, offers: Sequence[QuoteRequest], *, only_different: bool = False) -> list[Group]:
    """Price, work in it, days, promises and contact; every line has one cell per offer."""
    quotes = [offer.quote for offer in offers if offer.quote]
    groups = [
        Group(_("Price"), _price(brief, quotes)),
        Group(_("Work in the price per piece"), [_work(process, quotes) for process in _processes(brief, quotes)]),
        Group(_("Days"), _days(quotes)),
        Group(_("Promises"), _promises(quotes)),
        Group(_("Condition and contact"), [*_words(quotes), _contact([offer.factory for offer in offers])]),
    ]
    kept = [
        Group(group.title, [line for line in group.lines if line.differs or not only_different]) for group in groups
    ]
    return [group for group in kept if group.lines]


def _unsaid() -> Cell:
    return Cell(_("not said yet"), "unknown")


def _differs(quotes: Sequence[Quote], values: Sequence[Any]) -> bool:
    """Whether those who have named a price do not all say the same; a yes without one is open everywhere."""
    return differs([value for quote, value in zip(quotes, values, strict=True) if quote.unit_price_krw is not None])


def _line(
    label: str, quotes: Sequence[Quote], values: Sequence[Any], words: Callable[[Any], str], kind: str = "plain"
) -> Line:
    """One line; what a factory has left open is shown as open."""
    cells = [_unsaid() if value in (None, "") else Cell(words(value), kind) for value in values]
    return Line(label, cells, _differs(quotes, values))


def _price(brief: Brief, quotes: Sequence[Quote]) -> list[Line]:
    sums = [sum_of(quote, brief.quantity or 0) for quote in quotes]
    together = _("%(number)s pieces together", number=number(brief.quantity or 0))
    vat = _line(
        _("VAT %(percent)s%%", percent=VAT_PERCENT),
        quotes,
        [each and each.vat_krw for each in sums],
        lambda amount: won(amount) if amount else str(_("is in it")),
    )
    return [
        _all_in(brief, quotes),
        _line(together, quotes, [each and each.net_krw for each in sums], won),
        *([vat] if any(each and each.vat_krw for each in sums) else []),
        _line(_("All added up"), quotes, [each and each.total_krw for each in sums], won, "strong"),
        _line(_("Sample fee"), quotes, [wording.sample(quote) for quote in quotes], str),
    ]


def _all_in(brief: Brief, quotes: Sequence[Quote]) -> Line:
    """The price with everything apart added, and the name of what is missing in it."""
    wanted = list(dict.fromkeys([*brief.price_includes, *brief.processes]))
    cells = []
    for quote in quotes:
        price, missing = per_piece(quote), not_named(quote, wanted)
        if price is None:
            cells.append(_unsaid())
        elif missing:
            text = _("%(price)s + %(work)s to be confirmed", price=won(price), work=terms(missing, "process"))
            cells.append(Cell(text, "strong"))
        else:
            cells.append(Cell(won(price), "strong"))
    return Line(_("Per piece with everything"), cells, _differs(quotes, cells))


def _processes(brief: Brief, quotes: Sequence[Quote]) -> list[str]:
    """Work that the brief or any offer names, in the order in which it is done."""
    named = [brief.price_includes, brief.processes, *(quote.price_includes for quote in quotes)]
    named += [list(quote.extras) for quote in quotes]
    found = dict.fromkeys(process for processes in named for process in processes)
    return [*(code for code in TERMS if code in found), *(code for code in found if code not in TERMS)]


def _work(process: str, quotes: Sequence[Quote]) -> Line:
    cells = [_work_cell(process, quote) for quote in quotes]
    return Line(term(process, "process"), cells, _differs(quotes, cells))


def _work_cell(process: str, quote: Quote) -> Cell:
    if process in quote.price_includes:
        return Cell(_("in it"), "yes")
    if process in quote.extras:
        return Cell(_("apart %(price)s", price=won(quote.extras[process])), "apart")
    return Cell(_("to be confirmed"), "unknown")


def _days(quotes: Sequence[Quote]) -> list[Line]:
    sample = _line(_("Sample"), quotes, [quote.sample_on for quote in quotes], day)
    return [sample, _line(_("Done on"), quotes, [quote.ready_on for quote in quotes], day)]


def _promises(quotes: Sequence[Quote]) -> list[Line]:
    return [
        _line(_("Payment"), quotes, [wording.payment(quote) for quote in quotes], str),
        _line(_("More or fewer pieces"), quotes, [quote.tolerance_pieces for quote in quotes], wording.tolerance),
        _line(_("Faulty pieces"), quotes, [quote.defects for quote in quotes], lambda rule: str(wording.DEFECTS[rule])),
        _line(_("The price stands until"), quotes, [quote.valid_until for quote in quotes], day),
    ]


def _words(quotes: Sequence[Quote]) -> list[Line]:
    conditions = [quote.condition or _("as you asked") for quote in quotes]
    remarks = [quote.remark or "–" for quote in quotes]
    lines = [Line(_("Condition"), [Cell(text) for text in conditions], _differs(quotes, conditions))]
    if any(quote.remark for quote in quotes):
        lines.append(Line(_("They add"), [Cell(text) for text in remarks], _differs(quotes, remarks)))
    return lines


def _contact(factories: Sequence[Factory]) -> Line:
    return Line(
        _("Telephone"), [Cell(wording.factory_phone(factory) or _("ask the centre")) for factory in factories], False
    )
