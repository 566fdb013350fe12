"""Made-up workshops: what they state, what they leave unknown, and their weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from garment_hub.demo import names, shapes
from garment_hub.demo.shapes import Shop
from garment_hub.factories.services import refresh_search_text
from models.capacity import CapacityWeek, week_of
from models.district import District, Neighbourhood
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCertificate,
    FactoryRate,
    FactSource,
    LegalForm,
    VerificationMethod,
)

WEEKS = 9
DAYS_SINCE_CONFIRMED = {0: 12, 1: 12, 4: 20, 12: 20, 25: 16, 60: 12, 200: 8}  # days -> weight
CERTIFICATES = ("gots", "grs", "oeko_tex_100")
MARKETS = ("wholesale_market", "online_shop", "designer_brand", "national_brand", "group_uniform", "stage")
CATEGORIES = ("womenswear", "menswear", "childrenswear", "unisexwear", "workwear_uniform")


@dataclass(slots=True)
class Maker:
    """Makes workshops one after the other from one stream of chance."""

    random: Random
    district: District
    places: Sequence[Neighbourhood]
    today: date

    def workshop(self, shop: Shop, name: str) -> Factory:
        people = self._weighted(shapes.PEOPLE)
        place = self.random.choices(
            self.places, [shapes.NEIGHBOURHOODS.get(place.name_ko, 1) for place in self.places]
        )[0]
        factory = Factory(
            district=self.district,
            name=name,
            legal_form=LegalForm.COMPANY if people >= 10 else LegalForm.SOLE_TRADER,
            public_basis="demo",
            neighbourhood=place,
            people=people,
            confirmed_on=self.today
            - timedelta(days=self._weighted({0: 12, 1: 12, 4: 20, 12: 20, 25: 16, 60: 12, 200: 8})),
        )
        self._state(factory, "people")
        self._work(factory, shop)
        self._figures(factory, shop)
        self._standing(factory)
        refresh_search_text(factory)
        return factory

    def weeks(self, factory: Factory) -> list[CapacityWeek]:
        """The coming weeks of a workshop that states them; nothing otherwise."""
        if not self._knows("capacity"):
            return []
        self._state(factory, "capacity")
        first = week_of(self.today)
        usual = self.random.choice((500, 500, 500, 600, 400, 300))
        return [self._week(factory, first + timedelta(weeks=number), usual, number) for number in range(WEEKS)]

    def _week(self, factory: Factory, starts_on: date, usual: int, number: int) -> CapacityWeek:
        season = shapes.SEASON[starts_on.month]
        fullness = min(0.95, self.random.betavariate(2, 2) * season * (1.1 - 0.11 * number))
        promised = min(usual, round(usual * fullness / 50) * 50)  # to clients of old, outside the platform
        return CapacityWeek(factory=factory, starts_on=starts_on, open_hundredths=usual - promised)

    def _work(self, factory: Factory, shop: Shop) -> None:
        processes = [*shop.processes, *(code for code in shop.extra_processes if self.random.random() < 0.6)]
        self._list(factory, CapabilityKind.STAGE, shop.stages)
        self._list(factory, CapabilityKind.PROCESS, processes, is_complete=self.random.random() < 0.3)
        if shop.fabrics:
            self._list(factory, CapabilityKind.FABRIC, self._some(shop.fabrics, 3))
        if shop.items and self.random.random() < 0.9:
            self._list(factory, CapabilityKind.ITEM, self._some(shop.items, 4), is_complete=True)
            self._list(factory, CapabilityKind.CATEGORY, self._some(CATEGORIES, 2))
        if self._knows("markets"):
            self._list(factory, CapabilityKind.MARKET, self._some(MARKETS, 3))
        if shop.machines and self._knows("machines"):
            machines = {
                code: self.random.randint(1, 2 + (factory.people or 1)) for code in self._some(shop.machines, 4)
            }
            factory.set_capabilities(CapabilityKind.MACHINE, dict(machines))
            self._state(factory, CapabilityKind.MACHINE)

    def _figures(self, factory: Factory, shop: Shop) -> None:
        if self._knows("rates"):
            factory.rates = self._rates(factory, shop)
            self._state(factory, "rates")
        if self._knows("minimum_order_quantity"):
            factory.minimum_order_quantity = self.random.choice((10, 20, 30, 30, 50, 50, 100, 200, 300))
            self._state(factory, "minimum_order_quantity")
        if self._knows("lead_time_days"):
            factory.lead_time_days = self.random.choice((5, 7, 7, 10, 14, 20))
            self._state(factory, "lead_time_days")
        items = factory.codes(CapabilityKind.ITEM)
        if items and self._knows("price_floor_krw"):
            around = min(shapes.PRICE_AROUND.get(item, 8000) for item in items)
            factory.price_floor_krw = 100 * round(around * self.random.uniform(0.75, 1.15) / 100)
            factory.is_price_vat_included = False
            factory.price_includes = self._some(factory.codes(CapabilityKind.PROCESS), 3)
            self._state(factory, "price_floor_krw")

    def _rates(self, factory: Factory, shop: Shop) -> list[FactoryRate]:
        skill = (factory.people or 1) * self.random.uniform(0.8, 1.25)
        items = factory.codes(CapabilityKind.ITEM)
        if items:
            return [
                FactoryRate(item=item, pieces_per_day=max(1, round(shapes.PIECES_PER_PERSON.get(item, 10) * skill)))
                for item in items
            ]
        by_stage = shapes.PIECES_PER_PERSON_AND_STAGE
        return [
            FactoryRate(stage=stage, pieces_per_day=max(1, round(by_stage[stage] * skill)))
            for stage in shop.stages
            if stage in by_stage
        ]

    def _standing(self, factory: Factory) -> None:
        if self._knows("established_year"):
            factory.established_year = self.today.year - self.random.choice((1, 2, 4, 8, 12, 15, 18, 22, 26, 31))
            self._state(factory, "established_year")
        if self._knows("introduction"):
            factory.introduction = self.random.choice(shapes.INTRODUCTIONS)
            self._state(factory, "introduction")
        if self._knows("verified_on"):
            factory.verified_on = self.today - timedelta(days=self.random.randint(3, 340))
            factory.verification_method = self.random.choice(list(VerificationMethod))
        if self.random.random() < 0.05:
            until = self.today + timedelta(days=self.random.randint(-100, 500))
            factory.certificates = [
                FactoryCertificate(code=self.random.choice(("gots", "grs", "oeko_tex_100")), valid_until=until)
            ]
            self._state(factory, "certificates")

    def _list(self, factory: Factory, kind: CapabilityKind, codes: Sequence[str], *, is_complete: bool = False) -> None:
        factory.set_capabilities(kind, dict.fromkeys(codes))
        self._state(factory, kind, is_complete=is_complete)

    def _state(self, factory: Factory, fact: str, *, is_complete: bool = False) -> None:
        on = self.today - timedelta(days=self.random.randint(0, 300))
        factory.record_fact(fact, FactSource.DEMO, on, is_complete=is_complete)

    def _knows(self, fact: str) -> bool:
        return self.random.random() < shapes.KNOWN[fact]

    def _some(self, codes: Sequence[str], most: int) -> list[str]:
        count = self.random.randint(1, min(most, len(codes))) if codes else 0
        chosen = set(self.random.sample(list(codes), count))
        return [code for code in codes if code in chosen]

    def _weighted(self, weights: dict[int, int]) -> int:
        return self.random.choices(list(weights), list(weights.values()))[0]


def make_workshops(maker: Maker, count: int) -> list[Factory]:
    shops = maker.random.choices(shapes.SHOPS, [shop.weight for shop in shapes.SHOPS], k=count)
    called = names.unique(names.workshop_name(maker.random, shop.name) for shop in shops)
    return [maker.workshop(shop, name) for shop, name in zip(shops, called, strict=True)]
