"""Sentences about a factory: how fresh its page is, and where a fact comes from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from garment_hub.factories.queries import History
from garment_hub.labels import day, full_day, label, locale_code, number, term, terms, won
from models.capacity import today_in_seoul
from models.factory import CapabilityKind, Factory, FactoryFact, FactoryRate, FactSource


def freshness(confirmed_on: date | None) -> str:
    """When somebody last said that this is how it is."""
    today = today_in_seoul()
    text: str = _("Never confirmed") if confirmed_on is None else _("Confirmed on %(day)s", day=day(confirmed_on))
    if confirmed_on and confirmed_on >= today:
        text = _("Confirmed today")
    elif confirmed_on == today - timedelta(days=1):
        text = _("Confirmed yesterday")
    return text


def is_checked(factory: Factory) -> bool:
    """Whether staff looked within twelve months; later it shows as not checked yet, and stays on the list."""
    return factory.is_verified_on(today_in_seoul())


def sources(facts: Iterable[FactoryFact | None]) -> str:
    """Where a group of facts comes from: each source once, with its day or its first and last."""
    days: dict[FactSource, list[date]] = {}
    for fact in facts:
        if fact:
            days.setdefault(fact.source, []).append(fact.stated_on)
    latest = sorted(days.items(), key=lambda stated: max(stated[1]), reverse=True)
    return " / ".join(f"{label(source)} · {_span(min(on), max(on))}" for source, on in latest)


def _span(first: date, last: date) -> str:
    return full_day(last) if first == last else f"{full_day(first)} – {full_day(last)}"


def fact_of(name: str, factory: Factory) -> FactoryFact | None:
    return factory.fact(name)


def rate_name(item: str | None, stage: str | None) -> str:
    """What a rate counts: an item, a stage of it, or a stage of anything."""
    names = [term(item, "item") if item else "", term(stage, "stage") if stage else ""]
    return " · ".join(filter(None, names)) or _("Any garment")


def figures(factory: Factory) -> list[dict[str, Any]]:
    """What decides, in the same order on every page."""
    rate: FactoryRate | None = factory.rates[0] if factory.rates else None
    return [
        {
            "label": _("%(item)s a day", item=rate_name(rate.item, rate.stage)) if rate else _("Pieces a day"),
            "value": number(rate.pieces_per_day) if rate else None,
            "unit": _unit(_("pieces")),
        },
        _figure(_("Fewest pieces"), factory.minimum_order_quantity, _("pieces")),
        _figure(_("Days once the fabric is there"), factory.lead_time_days, _("days")),
        _figure(_("People at work"), factory.people, _("people")),
    ]


def _figure(name: str, value: int | None, unit: str) -> dict[str, Any]:
    return {"label": name, "value": None if value is None else number(value), "unit": _unit(unit)}


def _unit(word: str) -> str:
    """Korean counts without a blank: 40장, but 40 pieces."""
    return word if locale_code() == "ko" else f" {word}"


def rates(factory: Factory) -> list[tuple[str, str]]:
    return [
        (rate_name(rate.item, rate.stage), _("%(count)s pieces", count=number(rate.pieces_per_day)))
        for rate in factory.rates
    ]


def price(factory: Factory) -> list[tuple[str, str]]:
    """The price floor with all that it says and does not say."""
    if factory.price_floor_krw is None:
        return []
    vat = {True: _("included"), False: _("on top"), None: _("to be confirmed")}[factory.is_price_vat_included]
    includes = factory.price_includes
    return [
        (_("One piece, from"), won(factory.price_floor_krw)),
        (_("VAT"), vat),
        (_("It includes"), terms(includes, "process") if includes else _("to be confirmed")),
    ]


def past(history: History) -> list[tuple[str, str]]:
    """Figures of past orders; one of which nothing is known is left out."""
    shown = [(_("Orders"), _("%(count)s, for %(buyers)s customers", count=history.orders, buyers=history.buyers))]
    for name, (good, known) in (
        (_("On the promised day"), history.on_time),
        (_("Passed at first inspection"), history.passed),
    ):
        if known:
            shown.append((name, _("%(good)s of %(known)s", good=good, known=known)))
    return shown


def summary(factory: Factory, part: str) -> str:
    """What stands in one part of the listing, in a line; empty where nothing does."""
    told = {
        "fabrics": lambda: terms(factory.codes(CapabilityKind.FABRIC), "fabric"),
        "items": lambda: terms(factory.codes(CapabilityKind.ITEM), "item"),
        "rates": lambda: " / ".join(f"{name} {pieces}" for name, pieces in rates(factory)),
        "stages": lambda: terms(factory.codes(CapabilityKind.STAGE), "stage"),
        "processes": lambda: terms(factory.codes(CapabilityKind.PROCESS), "process"),
        "machines": lambda: ", ".join(machines(factory)),
        "size": lambda: " / ".join(
            f"{row['label']} {row['value']}{row['unit']}" for row in figures(factory)[1:] if row["value"]
        ),
        "price": lambda: " / ".join(f"{name} {value}" for name, value in price(factory)),
        "markets": lambda: terms(factory.codes(CapabilityKind.MARKET), "market"),
        "certificates": lambda: ", ".join(term(held.code, "certificate") for held in factory.certificates),
        "about": lambda: factory.introduction or factory.name,
    }
    return told[part]()


def machines(factory: Factory) -> list[str]:
    """Machines with their numbers, where these are known."""
    return [
        _("%(machine)s, %(count)s", machine=term(row.code, "machine"), count=row.count)
        if row.count
        else term(row.code, "machine")
        for row in factory.capabilities
        if row.kind == CapabilityKind.MACHINE and row.has
    ]
