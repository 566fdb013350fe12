"""Made-up designers and two years of what they ordered where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from garment_hub.demo import names, shapes
from models.designer import Designer
from models.district import District
from models.factory import CapabilityKind, Factory
from models.past_order import PastOrder
from models.user import Role, User

ORDERS_PER_DESIGNER_AND_MONTH = 1.5
DAYS_PER_MONTH = 30


def make_designers(random: Random, district: District, count: int) -> list[Designer]:
    brands = names.unique(names.brand_name(random) for _ in range(count))
    return [_designer(random, district, number, brand) for number, brand in enumerate(brands)]


def _designer(random: Random, district: District, number: int, brand: str) -> Designer:
    items = random.sample(list(shapes.PIECES_PER_PERSON), random.randint(1, 4))
    least = random.choice((10, 20, 30, 50, 100))
    email = f"brand{number + 1}@demo.example"
    return Designer(
        user=User(role=Role.DESIGNER, email=email, name=names.person_name(random), district=district),
        district=district,
        brand=brand,
        items=items,
        market=random.choice(("designer_brand", "designer_brand", "online_shop", "wholesale_market", "stage")),
        usual_quantity_min=least,
        usual_quantity_max=least * random.choice((2, 3, 5, 10)),
        introduction="계절마다 적은 수량을 만들어요.",
        is_public=random.random() < 0.6,
    )


@dataclass(slots=True)
class Market:
    """Designers who choose among those who make the item, led by who is near, known and good."""

    random: Random
    designers: Sequence[Designer]
    factories: Sequence[Factory]
    today: date
    reliability: dict[int, float] = field(default_factory=dict)  # index of factory -> chance of being on time
    known: dict[tuple[int, int], int] = field(default_factory=dict)  # (designer, factory) -> orders so far
    makers: dict[str, list[int]] = field(default_factory=dict)  # item -> indices of the factories that make it

    def orders(self, months: int) -> list[PastOrder]:
        """All orders of the last ``months``, oldest first, fewer in the dead seasons."""
        self.reliability = {n: self.random.betavariate(9, 2) for n in range(len(self.factories))}
        for n, factory in enumerate(self.factories):
            for item in factory.codes(CapabilityKind.ITEM):
                self.makers.setdefault(item, []).append(n)
        made: list[PastOrder] = []
        for ago in range(months, 0, -1):
            first = self.today - timedelta(days=DAYS_PER_MONTH * ago)
            expected = len(self.designers) * ORDERS_PER_DESIGNER_AND_MONTH * shapes.SEASON[first.month]
            for _ in range(round(expected)):
                order = self._order(first + timedelta(days=self.random.randrange(DAYS_PER_MONTH)), len(made))
                made += [order] if order else []
        return made

    def _order(self, ordered_on: date, number: int) -> PastOrder | None:
        buyer = self.random.randrange(len(self.designers))
        designer = self.designers[buyer]
        item = self.random.choice(designer.items)
        chosen = self._choose(buyer, item)
        if chosen is None:
            return None
        self.known[buyer, chosen] = self.known.get((buyer, chosen), 0) + 1
        is_on_time = self.random.random() < self.reliability[chosen]
        delivered_on = ordered_on + timedelta(days=self.random.randint(7, 28))
        if delivered_on > self.today:
            return None
        return PastOrder(
            district_id=designer.district_id,
            source_key=f"demo-{number}",
            buyer_key=f"designer-{designer.id}",
            buyer_name=designer.brand,
            designer_id=designer.id,
            factory_id=self.factories[chosen].id,
            ordered_on=ordered_on,
            quantity=self.random.randint(designer.usual_quantity_min or 20, designer.usual_quantity_max or 200),
            item=item,
            delivered_on=delivered_on,
            is_on_time=is_on_time,
            passed_first_inspection=self.random.random() < 0.5 + self.reliability[chosen] / 2,
        )

    def _choose(self, buyer: int, item: str) -> int | None:
        makers = self.makers.get(item)
        if not makers:
            return None
        seen = self.random.sample(makers, min(10, len(makers)))
        weights = [(1 + 6 * self.known.get((buyer, n), 0)) * self.reliability[n] ** 2 for n in seen]
        return self.random.choices(seen, weights)[0]
