"""What a brief says, as rows of words, in the same order on every page."""

from __future__ import annotations

from flask_babel import gettext as _

from garment_hub.briefs.wording import FIELD_NAMES
from garment_hub.labels import day, label, number, place_name, term, terms, won
from models.brief import Brief

Row = tuple[str, str, str]


def _row(name: str, value: str, note: str = "") -> Row:
    return (str(FIELD_NAMES[name]), value, note)


def pieces(quantity: int) -> str:
    return str(_("%(number)s pieces", number=number(quantity)))


def split(brief: Brief) -> str:
    """How the pieces divide; what is one goes without saying."""
    parts = [
        (brief.styles, _("%(number)s styles", number=brief.styles)),
        (brief.colours, _("%(number)s colours", number=brief.colours)),
        (brief.sizes, _("%(number)s sizes", number=brief.sizes)),
    ]
    return ", ".join(words for count, words in parts if count > 1)


def headline(brief: Brief) -> str:
    """Item and pieces: "셔츠·블라우스 120장"."""
    name = term(brief.item, "item")
    return str(_("%(item)s, %(pieces)s", item=name, pieces=pieces(brief.quantity))) if brief.quantity else name


def price_note(brief: Brief) -> str:
    """What the price holds, and on which side the VAT is."""
    vat = _("VAT included") if brief.is_vat_included else _("VAT apart")
    return " · ".join(filter(None, [terms(brief.price_includes, "process"), vat]))


def what_rows(brief: Brief) -> list[Row]:
    rows = [_row("item", term(brief.item, "item"))]
    if brief.category:
        rows.append(_row("category", term(brief.category, "category")))
    return rows


def number_rows(brief: Brief) -> list[Row]:
    rows = []
    if brief.quantity:
        rows.append(_row("quantity", pieces(brief.quantity), split(brief)))
    if brief.needed_by:
        moves = _("The day can move.") if brief.has_flexible_dates else _("It has to be this day.")
        rows.append(_row("needed_by", day(brief.needed_by), moves))
    if brief.budget_per_piece_krw:
        rows.append(_row("budget_per_piece_krw", won(brief.budget_per_piece_krw), price_note(brief)))
    if brief.materials_on:
        rows.append(_row("materials_on", day(brief.materials_on)))
    first, without = _("A sample first. It is paid for on its own."), _("Starts without a sample.")
    return [*rows, _row("sample_wanted", first if brief.is_sample_wanted else without)]


def made_rows(brief: Brief) -> list[Row]:
    ready = {True: _("There is one."), False: _("It has to be made.")}
    stated = [
        ("fabric", terms(brief.fabrics, "fabric")),
        ("processes", terms(brief.processes, "process")),
        ("fabric_by", label(brief.fabric_by) if brief.fabric_by else ""),
        ("trims_by", label(brief.trims_by) if brief.trims_by else ""),
        ("pattern_ready", "" if brief.is_pattern_ready is None else ready[brief.is_pattern_ready]),
        ("sample_ready", "" if brief.is_sample_ready is None else ready[brief.is_sample_ready]),
        ("market", term(brief.market, "market") if brief.market else ""),
        ("difficulty", term(brief.difficulty, "difficulty") if brief.difficulty else ""),
        ("certificates", terms(brief.certificates, "certificate")),
        ("verified_only", _("Yes") if brief.is_verified_only else ""),
        ("deliver_to", place_name(brief.deliver_to) if brief.deliver_to else ""),
        ("note", brief.note or ""),
    ]
    return [_row(name, value) for name, value in stated if value]


def unstated(brief: Brief) -> list[str]:
    """Names of what was left open and a factory may ask about."""
    answers = {
        "budget_per_piece_krw": brief.budget_per_piece_krw,
        "materials_on": brief.materials_on,
        "fabric": brief.fabrics,
        "fabric_by": brief.fabric_by,
        "trims_by": brief.trims_by,
    }
    return [str(FIELD_NAMES[name]) for name, value in answers.items() if not value]
