"""A made-up register of any size, its past orders, and the briefs that are asked of it; the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import Any

from garment_hub.demo.shapes import INTRODUCTIONS, PEOPLE, PIECES_PER_PERSON, PIECES_PER_PERSON_AND_STAGE, SHOPS, Shop
from models import vocabulary
from recommender import BriefFeatures, FactoryFeatures, FreeWeek, Outcome, Place, Rate, Stated
from recommender.exposure import units

AS_OF = date(2026, 11, 2)  # a Monday
WEEKS = 16
#: Share of factories that state a fact: half of it from the study of sparse registers, half made up.
KNOWN = {"items": 0.95, "work": 0.95, "capacity": 0.7, "minimum": 0.3, "lead": 0.55, "price": 0.45, "verified": 0.35}
#: Share of lists that are whole, so that what is not on them is a known no.
WHOLE = 0.9
#: What the kinds of workshops of the made-up district do not make.
_FURTHER = (
    Shop("jeans", 4, ("sewing",), ("sewing_assembly", "chainstitch", "double_needle"),
         ("cutting", "bartack", "snap_eyelet", "washing", "shirring"), ("denim", "woven"),
         ("denim_jeans", "trousers", "jacket", "skirt"),
         ("double_needle_machine", "chainstitch_machine", "heavy_duty_machine")),
    Shop("leather", 2, ("sewing",), ("sewing_assembly",), ("cutting", "hand_finishing", "down_filling", "blind_hem"),
         ("leather", "fur", "padding"), ("leather_garment", "fur_garment", "coat", "padded_outerwear"),
         ("post_bed_machine", "heavy_duty_machine")),
    Shop("hanbok", 2, ("sewing",), ("sewing_assembly", "hand_finishing"), ("cutting", "pattern_making", "embroidery"),
         ("sheer_silk", "woven"), ("hanbok", "vest"), ("lockstitch_machine", "blindstitch_machine")),
    Shop("socks", 1, ("sewing",), ("linking",), ("packing", "washing"), ("knit_jersey", "stretch"),
         ("socks", "scarf_accessory"), ("linking_machine", "flat_knitting_machine")),
)  # fmt: skip
_SHOPS = (*SHOPS, *_FURTHER)
#: Different lists a kind of workshop may have; what a real register repeats is repeated here too.
_VARIANTS = 500
_CENTRES = ((37.574, 127.035), (37.588, 127.015), (37.563, 126.991), (37.505, 126.900), (37.640, 127.070))
_FIRST_SYLLABLE, _SYLLABLES = ord("가"), 11_172
_CERTIFICATES = ("gots", "grs", "oeko_tex_100", "baeknyeon_sogongin")


class Kind:
    """One kind of workshop with ready-made lists, so that a million factories take seconds and little memory."""

    def __init__(self, shop: Shop, seed: int) -> None:
        dice = Random(f"{shop.name} {seed}")
        self._shop = shop
        self.facts = [self._facts(dice) for _ in range(_VARIANTS)]
        self.labels = [self._labels(dice) for _ in range(_VARIANTS)]
        self.sizes = [self._size(dice) for _ in range(_VARIANTS)]

    def _labels(self, dice: Random) -> dict[str, Any]:
        shop = self._shop
        fabrics = shop.fabrics or tuple(vocabulary.terms("fabric"))
        return {
            "fabrics": _some(dice, fabrics, 0.8),
            "machines": _some(dice, shop.machines, 0.7),
            "markets": _some(dice, tuple(vocabulary.terms("market")), 0.6),
            "difficulties": _some(dice, tuple(vocabulary.terms("difficulty")), 0.5),
            "categories": _some(dice, tuple(vocabulary.terms("category")), 0.6),
        }

    def _facts(self, dice: Random) -> dict[str, Any]:
        shop = self._shop
        extra = [process for process in shop.extra_processes if dice.random() < 0.6]
        done = frozenset({*shop.processes, *extra})
        is_whole, is_known = dice.random() < WHOLE, dice.random() < KNOWN["work"]
        stages = frozenset({*shop.stages, *(vocabulary.stage_of()[process] for process in extra)})
        return {
            "items": _some(dice, shop.items, KNOWN["items"] if shop.items else 0.0),
            "processes": Stated(done, frozenset(), is_whole) if is_known else Stated(),
            "stages": Stated(stages, frozenset(), is_whole),
            "price_includes": done if dice.random() < 0.5 else frozenset(),
        }

    def _size(self, dice: Random) -> dict[str, Any]:
        people = dice.choices(list(PEOPLE), list(PEOPLE.values()))[0]
        item = dice.choice(self._shop.items or ("tshirt",))
        pace = people * PIECES_PER_PERSON.get(item, 10) * dice.uniform(0.7, 1.3)
        rates = [Rate(round(pace, 1))]
        if dice.random() < 0.4:
            rates.append(Rate(round(pace * dice.uniform(0.7, 1.4), 1), item=item))
        if (stage := self._shop.stages[0]) in PIECES_PER_PERSON_AND_STAGE:
            rates = [Rate(people * PIECES_PER_PERSON_AND_STAGE[stage], stage=stage)]
        return {
            "people": people,
            "minimum_order_quantity": _maybe(dice, "minimum", lambda: dice.choice((10, 30, 50, 100, 200, 300, 500))),
            "lead_time_days": _maybe(dice, "lead", lambda: dice.randint(5, 45)),
            "rates": tuple(rates) if dice.random() < 0.78 else (),
            "price_floor_krw": _maybe(dice, "price", lambda: dice.randrange(3_000, 30_000, 500)),
            "price_vat_included": dice.choice((True, False, None)),
        }


def factories(count: int, seed: int = 1) -> Iterator[FactoryFeatures]:
    """The first ``count`` factories of the register, one by one."""
    dice, kinds = Random(seed), _kinds(seed)
    weights = list(accumulate(shop.weight for shop in _SHOPS))
    weeks = [_weeks(dice) for _ in range(4 * _VARIANTS)]
    for number in range(1, count + 1):
        kind = dice.choices(kinds, cum_weights=weights)[0]
        facts = kind.facts[int(dice.random() * _VARIANTS)]
        yield FactoryFeatures(
            id=str(number),
            is_active=dice.random() < 0.97,
            free_weeks=weeks[int(dice.random() * len(weeks))],
            place=_place(dice) if dice.random() < 0.9 else None,
            verified_on=AS_OF - timedelta(days=int(dice.random() * 500)) if dice.random() < KNOWN["verified"] else None,
            text=_note(dice, facts["items"].has) if dice.random() < 0.6 else "",
            certificates_until=_certificates(dice) if dice.random() < 0.1 else {},
            exposure=round(dice.expovariate(0.3) * units(AS_OF), 3) if dice.random() < 0.5 else 0.0,
            **facts,
            **kind.labels[int(dice.random() * _VARIANTS)],
            **kind.sizes[int(dice.random() * _VARIANTS)],
        )


def outcomes(orders: int, count: int, seed: int = 1) -> Iterator[Outcome]:
    """Past orders of two years among the first half of ``count`` factories; the other half has no history."""
    dice = Random(seed + 1)
    items = list(PIECES_PER_PERSON)
    for _ in range(orders):
        ordered = AS_OF - timedelta(days=dice.randint(30, 730))
        is_accepted = dice.random() < 0.8
        yield Outcome(
            buyer=buyer(int(count_of_buyers(count) * dice.random() ** 2)),
            factory=str(1 + int(dice.random() * max(1, count // 2))),
            ordered_on=ordered,
            quantity=dice.randint(20, 800),
            item=dice.choice(items),
            delivered_on=ordered + timedelta(days=20) if is_accepted else None,
            on_time=dice.random() < 0.85 if is_accepted else None,
            passed_first_inspection=dice.random() < 0.9 if is_accepted else None,
            accepted=is_accepted,
            is_order=is_accepted,
        )


def count_of_buyers(count: int) -> int:
    return max(20, min(5_000, count // 20))


def buyer(number: int) -> str:
    return f"buyer-{number}"


@dataclass(frozen=True, slots=True)
class Request:
    """What a designer sends: who it is, and the brief as it comes out of its JSON."""

    designer: str | None
    brief: dict[str, Any]


def requests(count: int, buyers: int, seed: int = 1) -> list[Request]:
    """Briefs as people write them; half of the designers have ordered before, a quarter never, a quarter is unknown."""
    dice = Random(seed + 2)
    sewers = [shop for shop in _SHOPS if shop.items]
    return [Request(_designer(dice, buyers), _brief(dice, dice.choice(sewers))) for _ in range(count)]


def _designer(dice: Random, buyers: int) -> str | None:
    chance = dice.random()
    if chance < 0.5:
        return buyer(int(buyers * dice.random() ** 2))
    return "somebody new" if chance < 0.75 else None


def _brief(dice: Random, shop: Shop) -> dict[str, Any]:
    item, needed_by = dice.choice(shop.items), AS_OF + timedelta(days=dice.randint(18, 70))
    processes = [*dice.sample(shop.processes, 1), *dice.sample(shop.extra_processes, dice.randint(1, 2))]
    lat, lon = dice.choice(_CENTRES)
    places = [{"dong": dice.choice(list(_dongs()))}, {"lat": lat, "lon": lon}, None]
    brief = {
        "item": item,
        "category": dice.choice((None, *vocabulary.terms("category"))),
        "fabric": dice.sample(shop.fabrics, 1),
        "processes": processes,
        "quantity": dice.choice((30, 60, 100, 120, 200, 300, 500)),
        "styles": dice.randint(1, 3),
        "colours": dice.randint(1, 4),
        "sizes": dice.randint(1, 5),
        "needed_by": needed_by.isoformat(),
        "materials_on": (AS_OF + timedelta(days=dice.randint(0, 10))).isoformat(),
        "flexible_dates": dice.random() < 0.5,
        "fabric_by": "designer",
        "trims_by": "factory",
        "budget_per_piece_krw": dice.choice((None, 6_000, 9_000, 12_000, 18_000, 25_000)),
        "vat_included": dice.random() < 0.3,
        "price_includes": processes if dice.random() < 0.5 else None,
        "market": dice.choice((None, *vocabulary.terms("market"))),
        "difficulty": dice.choice((None, *vocabulary.terms("difficulty"))),
        "certificates": dice.sample(_CERTIFICATES, 1) if dice.random() < 0.1 else [],
        "verified_only": dice.random() < 0.1,
        "deliver_to": dice.choice(places),
        "note": _note(dice, frozenset({item})) if dice.random() < 0.8 else None,
    }
    return {name: value for name, value in brief.items() if value is not None}


_KIND_OF = {
    "item": "item", "category": "category", "market": "market", "difficulty": "difficulty", "fabric": "fabric",
    "processes": "process", "price_includes": "process", "certificates": "certificate",
}  # fmt: skip


def read(request: Request) -> BriefFeatures:
    """What the site does between a brief's JSON and the ranker, without its database; wrong words are refused."""
    given = request.brief
    for name, kind in _KIND_OF.items():
        codes = given.get(name, ())
        if not vocabulary.terms(kind).keys() >= ({codes} if isinstance(codes, str) else set(codes)):
            raise ValueError(f"{name}: {codes} is not known")
    return BriefFeatures(
        item=given["item"],
        quantity=int(given["quantity"]),
        needed_by=date.fromisoformat(given["needed_by"]),
        processes=frozenset(given["processes"]),
        as_of=AS_OF,
        designer=request.designer,
        category=given.get("category"),
        fabrics=frozenset(given.get("fabric", ())),
        styles=given.get("styles", 1),
        colours=given.get("colours", 1),
        sizes=given.get("sizes", 1),
        materials_on=date.fromisoformat(given["materials_on"]) if "materials_on" in given else None,
        flexible_dates=given.get("flexible_dates", True),
        budget_per_piece_krw=given.get("budget_per_piece_krw"),
        vat_included=given.get("vat_included", False),
        price_includes=frozenset(given.get("price_includes", ())),
        market=given.get("market"),
        difficulty=given.get("difficulty"),
        certificates=frozenset(given.get("certificates", ())),
        verified_only=given.get("verified_only", False),
        deliver_to=_delivery(given.get("deliver_to")),
        text=given.get("note", ""),
    )


def _delivery(place: dict[str, Any] | None) -> Place | None:
    if place is None:
        return None
    return _dongs()[place["dong"]] if "dong" in place else Place(place["lat"], place["lon"])


@cache
def _dongs() -> dict[str, Place]:
    return {row["code"]: Place(float(row["lat"]), float(row["lon"])) for row in vocabulary.read_data("dongs_11230.csv")}


@lru_cache(maxsize=1)
def _kinds(seed: int) -> list[Kind]:
    return [Kind(shop, seed) for shop in _SHOPS]


def _some(dice: Random, codes: Sequence[str], share: float) -> Stated:
    """A list of some of the codes, known with a certain chance."""
    if dice.random() >= share or not codes:
        return Stated()
    has = frozenset(dice.sample(codes, dice.randint(1, min(5, len(codes)))))
    others = [code for code in codes if code not in has]
    if dice.random() < WHOLE:
        return Stated(has, frozenset(), True)
    return Stated(has, frozenset(dice.sample(others, min(2, len(others)))))


def _maybe(dice: Random, fact: str, value: Any) -> Any:
    return value() if dice.random() < KNOWN[fact] else None


def _weeks(dice: Random) -> tuple[FreeWeek, ...] | None:
    if dice.random() >= KNOWN["capacity"]:
        return None
    load = dice.random()
    spoken = range(dice.choice((0, 0, 0, 1)), dice.choice((8, 12, WEEKS)))
    free = (0 if dice.random() < load else dice.choice((100, 200, 300, 500, 600)) for _ in spoken)
    return tuple(FreeWeek(AS_OF + timedelta(weeks=week), one) for week, one in zip(spoken, free, strict=True))


def _place(dice: Random) -> Place:
    lat, lon = dice.choice(_CENTRES)
    return Place(round(dice.gauss(lat, 0.02), 5), round(dice.gauss(lon, 0.025), 5))


def _certificates(dice: Random) -> dict[str, date | None]:
    until = AS_OF + timedelta(days=30 * int(dice.random() * 24) - 120)
    return {dice.choice(_CERTIFICATES): dice.choice((None, until))}


def _note(dice: Random, items: frozenset[str]) -> str:
    """Korean as it is typed: items, sentences, a name nobody has written before, now and then without the spaces."""
    names = [vocabulary.name("item", item, "ko") for item in sorted(items)[:3]]
    sentences = " ".join(dice.choice(INTRODUCTIONS) for _ in range(2))
    own_name = "".join(chr(_FIRST_SYLLABLE + int(dice.random() * _SYLLABLES)) for _ in range(3))
    words = f"{own_name} {', '.join(names)} {1 + int(dice.random() * 40)}년 {sentences}"
    return words.replace(" ", "") if dice.random() < 0.15 else words
