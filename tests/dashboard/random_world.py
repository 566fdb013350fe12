"""A random district for the indicators, with another one beside it that must not be seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators import Period
from models.brief import Brief
from models.capacity import CapacityWeek, week_of
from models.district import District
from models.factory import Factory, FactoryCertificate, FactoryRate, OperatingStatus
from models.order import EventKind, LineStatus, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.past_order import PastOrder
from models.payment import PaymentKind, PaymentPart
from models.recommendation import Recommendation, RecommendationEntry
from models.terms import Terms, TermsConfirmation
from models.user import User
from models.verification import CheckStep, FactoryCheck
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote

MONTH = Period.month(date(2026, 3, 1))
BEGINNING = datetime(2025, 2, 1, tzinfo=UTC)
LONG = 430  # days of the world, before and after the month
ITEMS = ("cutting", "sewing_assembly", "buttonhole")


class Maker:
    """Makes every row by chance, from a seed."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.draw = session, Random(seed)
        self.home = session.get_one(District, 1)
        self.away = make_district(session)
        self.factories: list[Factory] = []

    def make(self) -> None:
        for district in (self.home, self.away):
            firms = [self._factory(district) for _number in range(9)]
            self.factories += firms
            firms[1].merged_into_id, firms[1].status = firms[0].id, OperatingStatus.CLOSED
            clients = [make_designer(self.session, district) for _number in range(4)]
            for _number in range(70):
                self._order(make_brief(self.session, self.draw.choice(clients), **self._brief(district)))
        self._lists()
        self.session.add_all(
            [
                PastOrder(district_id=1, source_key=f"{one}", buyer_key="a", buyer_name="a", quantity=999,
                          factory_id=self.factories[0].id, ordered_on=MONTH.first, delivered_on=MONTH.last)
                for one in range(5)
            ]
        )  # fmt: skip
        self.session.flush()
        self.session.expire_all()

    def moment(self, first: int = 0, last: int = LONG) -> datetime:
        return BEGINNING + timedelta(days=self.draw.randint(first, last), minutes=self.draw.randint(0, 1439))

    def day(self) -> date:
        return self.moment().date()

    def rarely(self, chance: float = 0.2) -> bool:
        return self.draw.random() < chance

    def _factory(self, district: District) -> Factory:
        draw = self.draw
        opened = self.day() - timedelta(days=draw.choice((0, 900))) if not self.rarely() else None
        closed = opened + timedelta(days=draw.randint(1, 900)) if opened and self.rarely(0.4) else None
        factory = make_factory(
            self.session,
            district,
            people=draw.choice((None, 2, 4, 5, 12)),
            neighbourhood_id=draw.choice([None, *(place.id for place in district.neighbourhoods[:3])]),
            verified_on=None if self.rarely(0.3) else self.day(),
            status=OperatingStatus.CLOSED if closed and self.rarely(0.8) else OperatingStatus.ACTIVE,
            opened_on=opened,
            closed_on=closed,
            is_hidden=self.rarely(),
        )
        factory.certificates = [
            FactoryCertificate(code=code, valid_until=self.day() + timedelta(days=200))
            for code in draw.sample(["gots", "grs", "baeknyeon_sogongin"], draw.randint(0, 2))
        ]
        factory.rates = [FactoryRate(pieces_per_day=draw.randint(10, 80))] if self.rarely(0.7) else []
        if self.rarely(0.5):
            factory.rates.append(FactoryRate(item="coat", pieces_per_day=draw.randint(1, 9)))
            factory.rates.append(FactoryRate(stage="sewing", pieces_per_day=700))
        for number in range(-2, 8):
            opens = draw.randint(0, 700)
            booked = draw.randint(0, opens)
            self.session.add(CapacityWeek(
                factory=factory, starts_on=week_of(MONTH.first) + timedelta(weeks=number), open_hundredths=opens,
                booked_hundredths=booked, held_hundredths=draw.randint(0, opens - booked),
            ))  # fmt: skip
        for step in draw.sample(list(CheckStep), draw.randint(0, 3)):
            self.session.add(
                FactoryCheck(district_id=district.id, factory=factory, step=step, has_passed=not self.rarely(),
                             checked_on=self.day())
            )  # fmt: skip
        self.session.flush()
        return factory

    def _brief(self, district: District) -> dict[str, object]:
        places = [None, *(place.id for place in district.neighbourhoods[:3])]
        return {
            "quantity": self.draw.randint(1, 400),
            "processes": self.draw.sample(ITEMS, self.draw.randint(1, 3)),
            "published_at": None if self.rarely() else self.moment(),
            "deliver_to_id": self.draw.choice(places),
        }

    def _order(self, brief: Brief) -> None:
        draw = self.draw
        home = [one for one in self.factories if one.district_id == brief.district_id]
        chosen = draw.sample(home, draw.choice((1, 1, 1, 2)))
        if self.rarely(0.1):
            chosen = [draw.choice(self.factories)]
        asked = self.moment(0, LONG - 60)
        quotes = []
        for factory in chosen:
            answered = asked + timedelta(hours=draw.randint(1, 99))
            times = {"asked_at": asked, "answered_at": answered}
            price = draw.randint(1, 90) * 700
            quotes.append(
                make_quote(self.session, brief, factory, unit_price_krw=price, answered_at=answered, asked=times)
            )
        placed = asked + timedelta(days=draw.randint(1, 9))
        confirmed = placed + timedelta(days=draw.randint(0, 20)) if not self.rarely() else None
        started = confirmed + timedelta(days=draw.randint(0, 5)) if confirmed and not self.rarely() else None
        delivered = started + timedelta(days=draw.randint(1, 30), hours=draw.randint(0, 23)) if started else None
        delivered = delivered if not self.rarely() else None
        accepted = delivered + timedelta(days=draw.randint(0, 9)) if delivered and not self.rarely() else None
        order = make_order(
            self.session, quotes[0], placed_at=placed, confirmed_at=confirmed, started_at=started,
            delivered_at=delivered, accepted_at=accepted, due_on=(placed + timedelta(days=draw.randint(5, 45))).date(),
            status=OrderStatus.CANCELLED if self.rarely(0.1) else OrderStatus.CONFIRMED,
        )  # fmt: skip
        order.lines += [
            OrderLine(factory_id=quote.request.factory_id, quote=quote, processes=draw.sample(ITEMS, 2), position=1,
                      quantity=draw.randint(1, 400), unit_price_krw=quote.unit_price_krw, is_lead=False,
                      starts_on=order.due_on, due_on=order.due_on,
                      status=LineStatus.DROPPED if self.rarely(0.5) else LineStatus.PLANNED)
            for quote in quotes[1:]
        ]  # fmt: skip
        self.session.flush()
        self._events(order)
        self._money_and_terms(order)

    def _events(self, order: Order) -> None:
        kinds = [EventKind.NOTED] + [EventKind.REWORK_ASKED] * self.rarely(0.3)
        for kind in kinds:
            self._event(order, kind, order.delivered_at or order.placed_at)
        for _number in range(self.draw.randint(0, 2)):
            self._event(order, EventKind.SAMPLE_SENT, order.placed_at + timedelta(days=self.draw.randint(1, 20)))

    def _event(self, order: Order, kind: EventKind, at: datetime) -> None:
        self.session.add(OrderEvent(order=order, kind=kind, status=order.status, party=Party.FACTORY, at=at))

    def _money_and_terms(self, order: Order) -> None:
        for line in order.lines:
            if not self.rarely():
                due = order.delivered_at and (order.delivered_at + timedelta(days=self.draw.randint(0, 60))).date()
                came = order.delivered_at and order.delivered_at + timedelta(days=self.draw.randint(-3, 70))
                self.session.add(
                    PaymentPart(line=line, kind=PaymentKind.BALANCE, amount_krw=1000, due_on=due,
                                received_at=None if self.rarely() else came)
                )  # fmt: skip
            self.session.add(
                PaymentPart(line=line, kind=PaymentKind.DEPOSIT, amount_krw=1000, due_on=MONTH.first,
                            received_at=order.placed_at)
            )  # fmt: skip
        somebody = self.session.scalars(select(User)).first()
        for version in range(1, self.draw.randint(1, 3)):
            found = Terms(order=order, version=version, body={}, body_hash=f"{version}")
            sides: list[OrderLine | None] = [None, *order.lines]
            for side in sides:
                if not self.rarely(0.15):
                    party = Party.FACTORY if side else Party.DESIGNER
                    at = (order.started_at or order.placed_at) - timedelta(days=self.draw.choice((3, 2, 1, -1)))
                    found.confirmations.append(
                        TermsConfirmation(party=party, line=side, user=somebody, confirmed_at=at)
                    )
            self.session.add(found)
        self.session.flush()

    def _lists(self) -> None:
        """The draws name firms of the other district too, as no list would."""
        briefs = list(self.session.scalars(select(Brief)))
        for _number in range(60):
            brief = self.draw.choice([None, *briefs])
            made = Recommendation(
                brief=brief, district_id=brief.district_id if brief else 1, made_at=self.moment(), as_of=MONTH.first,
                ranker_version="3", feasible_count=1, unknown_count=0, infeasible_count=0, stored={},
            )  # fmt: skip
            made.entries = [
                RecommendationEntry(factory=factory, rank=rank, score=1.0, is_known_feasible=True, parts={},
                                    reasons=[], questions=[], facts_hash="")
                for rank, factory in enumerate(self.draw.sample(self.factories, 4), start=1)
            ]  # fmt: skip
            self.session.add(made)
