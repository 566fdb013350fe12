"""The parts of a listing, in the order in which they are asked: each is one short page with one question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from garment_hub.factories import forms, services
from garment_hub.factories.services import CertificateHeld, Statement
from garment_hub.forms import BaseForm
from garment_hub.labels import choices
from models import vocabulary
from models.district import Neighbourhood
from models.factory import CapabilityKind, Factory


@dataclass(frozen=True, slots=True)
class Part:
    """``facts`` are the names under which source and date of its facts are kept."""

    key: str
    question: Any
    name: Any
    facts: tuple[str, ...]
    make: Callable[[Factory, Sequence[Neighbourhood]], BaseForm]
    save: Callable[[Factory, Any, Statement], None]


def _codes_form(form_class: type[BaseForm], kind: CapabilityKind, factory: Factory) -> Any:
    fact = factory.fact(kind.value)
    form = form_class(data={"codes": factory.codes(kind), "only_these": bool(fact and fact.is_complete)})
    forms.offer_codes(form.codes, kind)
    return form


def _fabrics(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form: BaseForm = _codes_form(forms.FabricsForm, CapabilityKind.FABRIC, factory)
    return form


def _save_fabrics(factory: Factory, form: forms.FabricsForm, said: Statement) -> None:
    services.state_codes(factory, CapabilityKind.FABRIC, form.codes.data, said, is_complete=form.only_these.data)


def _stages(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form: BaseForm = _codes_form(forms.StagesForm, CapabilityKind.STAGE, factory)
    return form


def _save_stages(factory: Factory, form: forms.StagesForm, said: Statement) -> None:
    services.state_codes(factory, CapabilityKind.STAGE, form.codes.data, said)


def _items(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form: BaseForm = _codes_form(forms.ItemsForm, CapabilityKind.ITEM, factory)
    return form


def _save_items(factory: Factory, form: forms.ItemsForm, said: Statement) -> None:
    """The page says that what is not chosen is not made, so the list is the whole list."""
    services.state_codes(factory, CapabilityKind.ITEM, form.codes.data, said, is_complete=True)


def _processes(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form_class = forms.processes_form(factory.codes(CapabilityKind.STAGE))
    stated = set(factory.codes(CapabilityKind.PROCESS))
    fact = factory.fact(CapabilityKind.PROCESS)
    data: dict[str, Any] = {"only_these": bool(fact and fact.is_complete)}
    for stage in vocabulary.terms("stage"):
        data[f"of_{stage}"] = [code for code in vocabulary.processes_of(stage) if code in stated]
    return form_class(data=data)


def _save_processes(factory: Factory, form: forms.ProcessesForm, said: Statement) -> None:
    services.state_codes(factory, CapabilityKind.PROCESS, form.codes, said, is_complete=form.only_these.data)


def _machines(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    """A machine that is there in unknown number shows an empty field, and stays if nothing is written."""
    rows = [row for row in factory.capabilities if row.kind == CapabilityKind.MACHINE]
    return forms.machines_form()(data={f"machine_{row.code}": row.count if row.has else 0 for row in rows})


def _save_machines(factory: Factory, form: forms.MachinesForm, said: Statement) -> None:
    services.state_machines(factory, form.counts, said)


SIZE = ("people", "minimum_order_quantity", "lead_time_days", "established_year")


def _size(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    return forms.SizeForm(data={name: getattr(factory, name) for name in SIZE})


def _save_size(factory: Factory, form: forms.SizeForm, said: Statement) -> None:
    services.state_columns(factory, {name: form[name].data for name in SIZE}, said)


def rate_pairs(factory: Factory) -> list[tuple[str | None, str | None]]:
    """Which rates are asked: each item sewn, each stage but sewing done for others, and what was stated before."""
    items: list[str | None] = [*factory.codes(CapabilityKind.ITEM)]
    stages: list[str | None] = [stage for stage in factory.codes(CapabilityKind.STAGE) if stage != "sewing"]
    asked = [(item, None) for item in items] + [(None, stage) for stage in stages]
    stated = [(rate.item, rate.stage) for rate in factory.rates]
    return list(dict.fromkeys([*asked, *stated])) or [(None, None)]


def _rates(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form_class = forms.rates_form(rate_pairs(factory))
    stated = {(rate.item, rate.stage): rate.pieces_per_day for rate in factory.rates}
    return form_class(data={name: stated.get(pair) for name, pair in form_class.asked.items()})


def _save_rates(factory: Factory, form: forms.RatesForm, said: Statement) -> None:
    services.state_rates(factory, form.pieces, said)


def _price(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    vat = {True: "included", False: "apart", None: None}[factory.is_price_vat_included]
    form = forms.PriceForm(
        data={"price_floor_krw": factory.price_floor_krw, "vat": vat, "price_includes": factory.price_includes or []}
    )
    own = {*factory.codes(CapabilityKind.PROCESS), *(factory.price_includes or ())}
    form.price_includes.choices = [(code, name) for code, name in choices("process") if not own or code in own]
    return form


def _save_price(factory: Factory, form: forms.PriceForm, said: Statement) -> None:
    values: Mapping[str, object] = {
        "price_floor_krw": form.price_floor_krw.data,
        "is_price_vat_included": {"included": True, "apart": False}.get(form.vat.data),
        "price_includes": form.price_includes.data or None,
    }
    services.state_columns(factory, values, said)


MARKETS = (CapabilityKind.MARKET, CapabilityKind.CATEGORY, CapabilityKind.DIFFICULTY)


def _markets(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    form = forms.MarketsForm(data={kind.value: factory.codes(kind) for kind in MARKETS})
    for kind in MARKETS:
        forms.offer_codes(form[kind.value], kind)
    return form


def _save_markets(factory: Factory, form: forms.MarketsForm, said: Statement) -> None:
    for kind in MARKETS:
        services.state_codes(factory, kind, form[kind.value].data, said)


def _certificates(factory: Factory, _places: Sequence[Neighbourhood]) -> BaseForm:
    data: dict[str, Any] = {}
    for held in factory.certificates:
        data |= {f"has_{held.code}": True, f"number_{held.code}": held.number, f"until_{held.code}": held.valid_until}
    return forms.certificates_form()(data=data)


def _save_certificates(factory: Factory, form: forms.CertificatesForm, said: Statement) -> None:
    held = [
        CertificateHeld(code, form[f"number_{code}"].data, form[f"until_{code}"].data)
        for code in form.offered
        if form[f"has_{code}"].data
    ]
    services.state_certificates(factory, held, said)


ABOUT = ("name", "introduction", "brands_supplied", "neighbourhood_id", "address", "phone")


def _about(factory: Factory, places: Sequence[Neighbourhood]) -> BaseForm:
    form = forms.AboutForm(data={name: getattr(factory, name) for name in (*ABOUT, "is_address_public")})
    own = [factory.neighbourhood] if factory.neighbourhood and factory.neighbourhood not in places else []
    form.neighbourhood_id.offer([*own, *places])
    return form


def _save_about(factory: Factory, form: forms.AboutForm, said: Statement) -> None:
    services.state_columns(factory, {name: form[name].data for name in ABOUT}, said)
    factory.is_address_public = bool(form.is_address_public.data)


PARTS: tuple[Part, ...] = (
    Part(
        "fabrics",
        lazy_gettext("Which fabrics do you mostly work with?"),
        lazy_gettext("Fabrics"),
        ("fabric",),
        _fabrics,
        _save_fabrics,
    ),
    Part("items", lazy_gettext("What do you sew?"), lazy_gettext("Items"), ("item",), _items, _save_items),
    Part(
        "rates",
        lazy_gettext("How many pieces a day?"),
        lazy_gettext("Pieces a day"),
        (services.RATES,),
        _rates,
        _save_rates,
    ),
    Part("stages", lazy_gettext("What do you do?"), lazy_gettext("Stages"), ("stage",), _stages, _save_stages),
    Part(
        "processes",
        lazy_gettext("Which work do you do in your own shop?"),
        lazy_gettext("Processes"),
        ("process",),
        _processes,
        _save_processes,
    ),
    Part(
        "machines",
        lazy_gettext("How many machines do you have?"),
        lazy_gettext("Machines"),
        ("machine",),
        _machines,
        _save_machines,
    ),
    Part("size", lazy_gettext("How do you work?"), lazy_gettext("People and quantities"), SIZE, _size, _save_size),
    Part(
        "price",
        lazy_gettext("From which price do you work?"),
        lazy_gettext("Price"),
        ("price_floor_krw", "is_price_vat_included", "price_includes"),
        _price,
        _save_price,
    ),
    Part(
        "markets",
        lazy_gettext("Whom do you sew for?"),
        lazy_gettext("Customers and clothes"),
        (*MARKETS,),
        _markets,
        _save_markets,
    ),
    Part(
        "certificates",
        lazy_gettext("Which certificates do you have?"),
        lazy_gettext("Certificates"),
        (services.CERTIFICATES,),
        _certificates,
        _save_certificates,
    ),
    Part(
        "about",
        lazy_gettext("Tell about your factory"),
        lazy_gettext("Name, place and introduction"),
        ABOUT,
        _about,
        _save_about,
    ),
)
BY_KEY = {part.key: part for part in PARTS}
# What is made of a fabric, beside its picture.
FABRIC_EXAMPLES = {
    "woven": ["shirt_blouse", "dress", "jacket", "trousers"],
    "knit_jersey": ["tshirt", "sweatshirt_hoodie", "underwear"],
    "sweater_knit": ["sweater_pullover", "cardigan"],
    "denim": ["denim_jeans"],
    "padding": ["padded_outerwear"],
}
