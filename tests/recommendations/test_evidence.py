"""What orders made here teach the ranker: each row as a plain loop reads it, and a ring that moves nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.recommendations.evidence import load_outcomes
from garment_hub.recommendations.ranking import rank_for_brief
from models.base import utc_now
from models.capacity import SEOUL, today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory, FactSource
from models.order import Delivery, EventKind, LineStatus, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.past_order import PastOrder
from models.quote import QuoteRequest, RequestStatus
from models.review import HIDDEN_FOR, Review, SelfDealing
from models.user import Role
from recommender import Outcome, is_equal, recompute
from tests.builders import make_brief, make_designer, make_district, make_factory, make_quote, make_user
from tests.recommendations.shops import able_factory, finished_order, past_order
from tests.recommendations.test_features import counted

pytestmark = pytest.mark.slow

AS_OF = today_in_seoul()


def ago(days: float) -> datetime:
    return utc_now() - timedelta(days=days)


def day(moment: datetime) -> date:
    return moment.astimezone(SEOUL).date()


def busy_district(session: Session, seed: int) -> District:
    """Orders of all kinds between a few designers and factories, some of them one and the same person."""
    district, random = make_district(session), Random(seed)
    owners = [None, *(make_user(session, Role.FACTORY_OWNER, district) for _ in range(2))]
    factories = [
        make_factory(
            session, district, owner=random.choice(owners), phone=random.choice([None, "02-123-4567"]),
            business_number=random.choice([None, "111-11-11111"]),
            verified_on=random.choice([None, AS_OF]),
        )
        for _ in range(4)
    ]  # fmt: skip
    designers = [
        make_designer(session, district, business_number=random.choice([None, "1111111111", "2222222222"]))
        for _ in range(5)
    ]
    designers[0].user.phone = "021234567"
    for factory in factories[:2]:
        factory.record_fact("people", random.choice([FactSource.OWNER, FactSource.IMPORT]), AS_OF)
    for _ in range(40):
        any_order(session, random, random.choice(designers), random.choice(factories), factories)
    for _ in range(10):
        past_order(
            session, random.choice(factories), random.choice([None, *designers]), day(ago(random.randint(0, 60)))
        )
    session.flush()
    return district


def any_order(session: Session, random: Random, designer: Designer, factory: Factory, others: list[Factory]) -> None:
    at = ago(random.uniform(-2, 40))
    order = finished_order(
        session, designer, factory, at,
        review=random.choice([None, {"kept_the_date": random.random() < 0.5, "was_good": random.random() < 0.5}]),
        status=random.choice([OrderStatus.DELIVERED, OrderStatus.ACCEPTED, OrderStatus.SETTLED, OrderStatus.CANCELLED]),
        accepted_at=random.choice([None, at, at + timedelta(days=3)]),
        due_on=day(at) + timedelta(days=random.randint(-1, 1)),
    )  # fmt: skip
    order.delivered_at = random.choice([at, at, at, None])
    line, asked = order.lines[0], order.lines[0].quote.request
    asked.status = random.choice(list(RequestStatus))
    asked.answered_at = random.choice([None, asked.asked_at, asked.asked_at + timedelta(days=20)])
    asked.answer_by = day(asked.asked_at) + timedelta(days=random.randint(0, 30))
    for is_rework in random.choice([(), (False,), (False, True)]):
        handed_over = at - timedelta(days=random.randint(0, 2))
        line.deliveries.append(
            Delivery(number=len(line.deliveries), pieces=1, handed_over_at=handed_over, is_rework=is_rework)
        )
    if random.random() < 0.3:
        rework = OrderEvent(order=order, kind=EventKind.REWORK_ASKED, status=OrderStatus.REWORK, party=Party.DESIGNER)
        rework.at = at
        session.add(rework)
    if random.random() < 0.3:
        add_partner(session, random, order, random.choice(others))
    reviews = session.scalars(select(Review).where(Review.line_id == line.id)).all()
    for review in reviews:
        review.suspicion = random.choice([None, None, None, *SelfDealing])
        review.cleared_at = random.choice([None, at]) if review.suspicion else None
        if random.random() < 0.3:
            answers = {"kept_the_date": True, "was_good": True, "would_again": True, "written_at": at}
            session.add(Review(line=line, party=Party.FACTORY, author=designer.user, **answers))


def add_partner(session: Session, random: Random, order: Order, factory: Factory) -> None:
    """A second place in the chain."""
    quote = make_quote(session, make_brief(session, order.designer), factory, ready_on=order.due_on)
    quote.request.status = RequestStatus.WITHDRAWN
    order.lines.append(
        OrderLine(
            factory=factory, quote=quote, position=random.choice([0, 1]), is_lead=False, processes=[], quantity=120,
            unit_price_krw=1, starts_on=order.due_on, due_on=order.due_on,
            status=random.choice([LineStatus.HANDED_OVER, LineStatus.DROPPED]),
        )
    )  # fmt: skip


def digits(text: str | None) -> str:
    return "".join(letter for letter in text or "" if letter.isdigit())


def client_of(designer: Designer) -> str:
    return digits(designer.business_number) or f"designer {designer.id}"


class Plainly:
    """The same rows by the objects, one after the other, as docs/recommender.md tells it."""

    def __init__(self, session: Session, district: District, as_of: date) -> None:
        self.session, self.as_of = session, as_of
        self.until = datetime.combine(as_of + timedelta(days=1), time(), SEOUL)
        self.reviews = session.scalars(select(Review)).all()
        orders = session.scalars(select(Order).where(Order.district_id == district.id).order_by(Order.id)).all()
        self.orders = [
            order
            for order in orders
            if order.delivered_at and order.delivered_at < self.until and order.status is not OrderStatus.CANCELLED
        ]
        self.past = [
            row
            for row in session.scalars(select(PastOrder).where(PastOrder.district_id == district.id))
            if (row.ordered_on is None or row.ordered_on <= as_of)
            and not any(self.is_same(row, line) for order in orders for line in order.lines)
        ]
        self.known: dict[str, set[Factory]] = defaultdict(set)
        for row in self.past:
            if row.designer:
                self.known[client_of(row.designer)].add(row.factory)
        for order in self.orders:
            for line in order.active_lines:
                is_well = order.status in (OrderStatus.ACCEPTED, OrderStatus.SETTLED) and self.is_accepted(order)
                if is_well and self.is_vouched(line.factory) and not self.is_suspicious(order.designer, line.factory):
                    self.known[client_of(order.designer)].add(line.factory)

    def is_same(self, row: PastOrder, line: OrderLine) -> bool:
        order = line.order
        return (
            (row.designer_id, row.factory_id) == (order.designer_id, line.factory_id)
            and row.item in (None, order.item)
            and row.ordered_on is not None
            and abs((row.ordered_on - day(order.placed_at)).days) <= 7
        )

    def is_accepted(self, order: Order) -> bool:
        return order.accepted_at is not None and order.accepted_at < self.until

    def is_vouched(self, factory: Factory) -> bool:
        return factory.verified_on is not None or any(fact.source is not FactSource.OWNER for fact in factory.facts)

    def is_suspicious(self, designer: Designer, factory: Factory) -> bool:
        own = [
            review
            for review in self.reviews
            if review.suspicion and (review.line.order.designer, review.line.factory) == (designer, factory)
        ]
        number, phone = digits(designer.business_number), digits(designer.user.phone)
        shared = None
        if number and number == digits(factory.business_number):
            shared = SelfDealing.BUSINESS_NUMBER
        elif phone and phone == digits(factory.phone):
            shared = SelfDealing.PHONE
        is_cleared = any(one.cleared_at and one.suspicion is shared for one in own)
        return any(one.cleared_at is None for one in own) or (shared is not None and not is_cleared)

    def may_speak(self, designer: Designer, factory: Factory) -> bool:
        return any(
            other is not factory and (other.owner is None or other.owner is not factory.owner)
            for other in self.known[client_of(designer)]
        )

    def order_rows(self) -> list[tuple[Designer, Factory, Outcome]]:
        found = []
        for order in self.orders:
            for line in order.active_lines:
                if self.is_suspicious(order.designer, line.factory):
                    continue
                sent = [one.handed_over_at for one in line.deliveries if not one.is_rework]
                assert order.delivered_at
                handed_over_on = day(max(sent, default=order.delivered_at))
                promise = order.due_on if line in order.last_lines else line.quote.ready_on
                on_time = None if promise is None else handed_over_on <= promise
                rework = [one for one in order.events if one.kind is EventKind.REWORK_ASKED and one.at < self.until]
                passed = False if rework else True if self.is_accepted(order) else None
                if len(order.active_lines) > 1:
                    passed = None
                if review := self.word_on(line):
                    on_time, passed = review.kept_the_date, review.was_good
                row = Outcome(
                    buyer=f"designer:{order.designer_id}", factory=str(line.factory_id),
                    ordered_on=day(order.placed_at), quantity=line.quantity, item=order.item,
                    delivered_on=handed_over_on, on_time=on_time, passed_first_inspection=passed,
                )  # fmt: skip
                found.append((order.designer, line.factory, row))
        return found

    def word_on(self, line: OrderLine) -> Review | None:
        sides = {one.party: one for one in self.reviews if one.line is line and one.written_at < self.until}
        own = sides.get(Party.DESIGNER)
        if own is None or not own.weighs:
            return None
        return own if Party.FACTORY in sides or self.until - own.written_at >= HIDDEN_FOR else None

    def answer_rows(self) -> list[tuple[Designer, Factory, Outcome]]:
        found = []
        for asked in self.session.scalars(select(QuoteRequest).order_by(QuoteRequest.id)):
            designer, factory = asked.brief.designer, asked.factory
            if asked.asked_at >= self.until or self.is_suspicious(designer, factory):
                continue
            if asked.answered_at and asked.answered_at < self.until:
                on = day(asked.answered_at)
                said = asked.status is not RequestStatus.DECLINED and on <= asked.answer_by
            elif asked.status is RequestStatus.OPEN and factory.owner and asked.answer_by < self.as_of:
                on, said = asked.answer_by + timedelta(days=1), False
            else:
                continue
            row = Outcome(
                buyer=f"designer:{designer.id}", factory=str(factory.id), ordered_on=on, item=asked.brief.item,
                accepted=said, is_order=False,
            )  # fmt: skip
            found.append((designer, factory, row))
        return found


def as_said(row: Outcome) -> tuple[Any, ...]:
    return tuple(str(getattr(row, name)) for name in row.__dataclass_fields__ if name != "counts_for_others")


def check_against_plain_loop(session: Session, seed: int) -> None:
    district = busy_district(session, seed)
    session.expire_all()
    plain = Plainly(session, district, AS_OF)

    loaded = load_outcomes(session, district.id, AS_OF)

    here = loaded[len(plain.past) :]
    assert sorted(row.factory for row in loaded[: len(plain.past)]) == sorted(str(row.factory_id) for row in plain.past)
    assert all(row.counts_for_others for row in loaded[: len(plain.past)])
    for is_order, wanted in ((True, plain.order_rows()), (False, plain.answer_rows())):
        found = [row for row in here if row.is_order is is_order]
        assert sorted(map(as_said, found)) == sorted(as_said(row) for _d, _f, row in wanted)
        days_of: dict[tuple[str, str], list[date | None]] = defaultdict(list)
        speaks = {}
        for designer, factory, row in wanted:
            pair = (client_of(designer), row.factory)
            days_of[pair].append(row.delivered_on or row.ordered_on)
            speaks[pair] = plain.may_speak(designer, factory)
        clients = {row.buyer: client_of(designer) for designer, _f, row in wanted}
        for pair, days in days_of.items():
            counting = [row for row in found if (clients[row.buyer], row.factory) == pair and row.counts_for_others]
            newest = sorted(days, key=str)[-3:] if speaks[pair] else []
            assert sorted((row.delivered_on or row.ordered_on for row in counting), key=str) == newest


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_what_a_plain_loop_reads(session: Session, seed: int) -> None:
    check_against_plain_loop(session, seed)


def test_rows_are_the_same_on_both_engines(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    with Session(engine_of(app)) as session:
        check_against_plain_loop(session, 99)


def test_the_number_of_queries_does_not_grow_with_the_orders(app: Flask, session: Session) -> None:
    counts = []
    for size in (1, 12):
        district = make_district(session)
        for _ in range(size):
            finished_order(
                session, make_designer(session, district), make_factory(session, district), ago(3), review={}
            )
        with counted(app) as statements:
            load_outcomes(session, district.id, AS_OF)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def test_what_is_imported_again_is_counted_once(session: Session) -> None:
    district = make_district(session)
    designer, factory = make_designer(session, district), make_factory(session, district)
    order = finished_order(session, designer, factory, ago(20))
    past_order(session, factory, designer, day(order.placed_at) + timedelta(days=2))
    past_order(session, factory, designer, day(order.placed_at) + timedelta(days=2), item="coat")
    past_order(session, factory, designer, day(order.placed_at) - timedelta(days=40))
    log = [row for row in load_outcomes(session, district.id, AS_OF) if row.is_order]
    assert [(row.item, row.ordered_on == day(order.placed_at)) for row in log] == [
        ("coat", False), ("shirt_blouse", False), ("shirt_blouse", True),
    ]  # fmt: skip


# F15: what a ring of accounts can do.


def lively_district(session: Session, size: int = 40) -> tuple[District, list[Factory]]:
    """Factories whose scores lie close together, with a past; half of them without any record."""
    district, random = make_district(session), Random(4)
    factories = [
        able_factory(
            session, district, neighbourhood=district.neighbourhoods[number % 2],
            price_floor_krw=9000 + 100 * (number % 30),
        )
        for number in range(size)
    ]  # fmt: skip
    for _ in range(4 * size):
        factory, designer = random.choice(factories[::2]), random.choice(clients_of(session, district))
        past_order(
            session, factory, designer, day(ago(random.randint(20, 400))), is_on_time=random.random() < 0.8,
            passed_first_inspection=random.random() < 0.9,
        )  # fmt: skip
    return district, factories


def clients_of(session: Session, district: District) -> list[Designer]:
    found = list(session.scalars(select(Designer).where(Designer.district_id == district.id)))
    return found or [make_designer(session, district) for _ in range(8)]


def places(session: Session, district: District, asking: Designer) -> list[str]:
    """All that pass, best first, for a brief of somebody who has nothing to do with the ring; it is shown to nobody."""
    brief = make_brief(
        session, asking, budget_per_piece_krw=12000, fabrics=["woven"], deliver_to=district.neighbourhoods[0]
    )
    stored = dict(rank_for_brief(session, brief).stored)
    assert is_equal(stored)
    return [factory for factory, _score, _parts in recompute(stored)]


RINGS: dict[str, Callable[[int], dict[str, Any]]] = {
    "strangers": lambda _number: {},
    "one_business_of_its_own": lambda _number: {"business_number": "999-99-99999"},
    "the_factory_itself": lambda _number: {"business_number": "123-45-67890"},
}


@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("target", [0, 1, 14, 25, 38])
def test_a_ring_of_ten_accounts_moves_a_factory_by_at_most_one_place(session: Session, ring: str, target: int) -> None:
    district, factories = lively_district(session)
    factory = factories[target]
    factory.business_number = "1234567890"
    asking = clients_of(session, district)[0], make_designer(session, district)
    before = [places(session, district, designer) for designer in asking]

    for number in range(10):
        member = make_designer(session, district, **RINGS[ring](number))
        for _ in range(3):
            finished_order(session, member, factory, ago(20), review={"written_at": ago(19)})

    after = [places(session, district, designer) for designer in asking]
    for was, now in zip(before, after, strict=True):
        moved = abs(was.index(str(factory.id)) - now.index(str(factory.id)))
        assert moved <= (0 if ring == "the_factory_itself" else 1)


def test_known_clients_are_heard_each_a_little(session: Session) -> None:
    """Otherwise the promise above would be kept by hearing nobody."""
    district, factories = lively_district(session)
    factory, asking = factories[25], make_designer(session, district)
    before = places(session, district, asking).index(str(factory.id))
    for client in clients_of(session, district)[:4]:
        for _ in range(2):
            finished_order(session, client, factory, ago(20), review={"written_at": ago(19)})
    assert places(session, district, asking).index(str(factory.id)) < before


def test_a_newcomer_is_heard_after_an_order_with_another_factory_that_the_district_knows(session: Session) -> None:
    district = make_district(session)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    first, second, own_word = (make_factory(session, district, owner=owner) for _ in range(3))
    second.owner, own_word.owner = None, None
    newcomer = make_designer(session, district)

    def heard() -> list[str]:
        log = load_outcomes(session, district.id, AS_OF)
        return sorted({row.factory for row in log if row.counts_for_others and row.is_order})

    finished_order(session, newcomer, first, ago(30))
    finished_order(session, newcomer, own_word, ago(25))
    assert heard() == []
    finished_order(session, newcomer, second, ago(20))
    second.verified_on = AS_OF
    assert heard() == sorted([str(first.id), str(own_word.id)])
    second.owner = owner
    assert heard() == [str(own_word.id)]
