"""The whole life of orders, in any order of events, against a plain dict.

Sides do whatever comes to their minds; the dict says what must be refused and where each order then stands.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from garment_hub.orders import payments, sweeps, terms
from garment_hub.orders.reviews import Answers, write_review
from garment_hub.orders.services import advance, place_order
from garment_hub.quotes import services as quotes
from models import Base
from models.brief import BriefStatus
from models.capacity import SEOUL, CapacityBooking, CapacityWeek, week_of
from models.errors import DomainError
from models.factory import FactoryRate
from models.order import EventKind, Order, OrderEvent, OrderStatus, Party
from models.payment import PaymentPart
from models.quote import DeclineReason, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import Role
from tests.builders import make_brief, make_designer, make_district, make_factory, make_user
from tests.orders.filled import filled

pytestmark = pytest.mark.slow

START = datetime(2027, 3, 1, 3, tzinfo=UTC)
E, P = EventKind, Party
# status -> move -> (whose, the status after it); written from the words of the design, not from the code.
LIFE: dict[str, dict[EventKind, tuple[str, str]]] = {
    "sampling": {
        E.SAMPLE_SENT: ("factory", "sampling"),
        E.SAMPLE_REJECTED: ("designer", "sampling"),
        E.SAMPLE_APPROVED: ("designer", "sample_approved"),
        E.CANCELLED: ("both", "cancelled"),
        E.DISPUTED: ("both", "disputed"),
    },
    "sample_approved": {
        E.CONFIRMED: ("both", "confirmed"),
        E.CANCELLED: ("both", "cancelled"),
        E.DISPUTED: ("both", "disputed"),
    },
    "confirmed": {
        E.STARTED: ("factory", "in_production"),
        E.CANCELLED: ("both", "cancelled"),
        E.DISPUTED: ("both", "disputed"),
    },
    "in_production": {
        E.PART_DELIVERED: ("factory", "in_production"),
        E.DELIVERED: ("factory", "delivered"),
        E.DISPUTED: ("both", "disputed"),
    },
    "rework": {E.DELIVERED: ("factory", "delivered"), E.DISPUTED: ("both", "disputed")},
    "delivered": {
        E.INSPECTION_STARTED: ("designer", "inspecting"),
        E.ACCEPTED: ("designer", "accepted"),
        E.REWORK_ASKED: ("designer", "rework"),
        E.DISPUTED: ("both", "disputed"),
    },
    "inspecting": {
        E.ACCEPTED: ("designer", "accepted"),
        E.REWORK_ASKED: ("designer", "rework"),
        E.DISPUTED: ("both", "disputed"),
    },
    "accepted": {E.DISPUTED: ("both", "disputed")},
    "disputed": {E.DISPUTE_ENDED: ("centre", "?")},
    "settled": {},
    "cancelled": {},
}
TRIED = sorted({kind for moves in LIFE.values() for kind in moves})
OPEN_TO_TERMS = ("sampling", "sample_approved", "confirmed", "in_production")
NEXT = {
    "sample_approved": (E.CONFIRMED, "factory"),
    "confirmed": (E.STARTED, "factory"),
    "in_production": (E.DELIVERED, "factory"),
    "rework": (E.DELIVERED, "factory"),
    "delivered": (E.ACCEPTED, "designer"),
    "inspecting": (E.ACCEPTED, "designer"),
    "disputed": (E.DISPUTED, "centre"),
}


class Trade(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.engine = create_engine("sqlite://")
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        district = make_district(self.session)
        owner = make_user(self.session, Role.FACTORY_OWNER, district)
        self.centre = make_user(self.session, Role.COORDINATOR, district)
        self.designer = make_designer(self.session, district)
        self.factory = make_factory(self.session, district, owner=owner)
        self.factory.rates = [FactoryRate(item=None, stage=None, pieces_per_day=60)]
        self.now = START
        self.is_stopped = False  # a client who is a week late cannot ask
        monday = week_of(START.date())
        self.session.add_all(
            CapacityWeek(factory=self.factory, starts_on=monday + timedelta(weeks=n), open_hundredths=500)
            for n in range(12)
        )
        self.session.flush()
        self.people = {"factory": owner, "designer": self.designer.user, "centre": self.centre}
        self.asked: dict[int, str] = {}  # request -> what the dict says of it
        self.days: dict[int, dict[str, date]] = {}  # request -> until when what holds
        self.deals: dict[int, dict[str, Any]] = {}  # order -> what the dict says of it
        for pieces in (60, 120):
            self.ask(pieces)
            request = self.session.get_one(QuoteRequest, max(self.asked))
            self.say_price(request, 9_000)
            self.choose(request, None)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()

    @property
    def today(self) -> date:
        return self.now.astimezone(SEOUL).date()

    # From a brief to a choice

    @precondition(lambda self: len(self.asked) < 8)
    @rule(pieces=st.integers(30, 200))
    def ask(self, pieces: int) -> None:
        brief = make_brief(
            self.session,
            self.designer,
            quantity=pieces,
            needed_by=self.today + timedelta(days=30),
            budget_per_piece_krw=9_000,
        )
        made: list[QuoteRequest] = []
        happened = self.try_(
            lambda: made.extend(quotes.request_quotes(self.session, brief, [self.factory.id], self.today))
        )
        assert happened == (not self.is_stopped)
        if not happened:
            self.session.delete(brief)
            return
        (request,) = made
        self.asked[request.id] = "open"
        self.days[request.id] = {"answer": self.today + timedelta(days=7), "needed": self.today + timedelta(days=30)}

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), price=st.sampled_from([None, 9_000, 12_000]))
    def answer(self, data: st.DataObject, price: int | None) -> None:
        self.say_price(self.one(data), price)

    def say_price(self, request: QuoteRequest, price: int | None) -> None:
        days, word = self.days[request.id], self.asked[request.id]
        valid = self.today + timedelta(days=10)
        offer = quotes.Offer(QuoteAnswer.POSSIBLE, price, self.today + timedelta(days=21), valid_until=valid)
        may = valid <= days["needed"] and (
            (word == "open" and self.today <= days["answer"])
            or word == "yes without price"
            or (word == "yes" and self.is_over(request.id))
        )
        happened = self.try_(
            lambda: quotes.submit_quote(self.session, request, offer, self.people["factory"], self.today)
        )
        assert happened == may
        if happened:
            self.asked[request.id] = "yes" if price else "yes without price"
            days["valid"] = valid

    def is_over(self, request_id: int) -> bool:
        return self.days[request_id]["valid"] < self.today

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def decline(self, data: st.DataObject) -> None:
        request = self.one(data)
        happened = self.try_(
            lambda: quotes.decline(self.session, request, DeclineReason.FULL, self.people["factory"], self.today)
        )
        assert happened == (self.asked[request.id] == "open" and self.today <= self.days[request.id]["answer"])
        if happened:
            self.asked[request.id] = "no"

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), waiver=st.sampled_from([None, "지난번과 같은 옷"]))
    def award(self, data: st.DataObject, waiver: str | None) -> None:
        self.choose(self.one(data), waiver)

    def choose(self, request: QuoteRequest, waiver: str | None) -> None:
        quote = request.quote
        free = self.free()
        if quote is None:
            return
        orders: list[Order] = []
        happened = self.try_(
            lambda: orders.append(place_order(self.session, [quote], self.designer.user, self.now, waiver=waiver))
        )
        wanted = -(-(request.brief.quantity or 0) * 100 // 60)
        if self.asked[request.id] != "yes" or not happened:
            assert not happened
            assert self.asked[request.id] != "yes" or wanted > free or self.is_over(request.id)
            return
        (order,) = orders
        self.asked[request.id] = "ordered"
        status = "sampling" if waiver is None else "confirmed"
        self.deals[order.id] = {
            "status": status, "sent": False, "version": 1, "full": False, "agreed": set(), "handed over": False,
            "reviewed": set(),
        }  # fmt: skip

    def free(self) -> int:
        """All days that are free from this week on: what does not fit into them cannot be awarded."""
        weeks = self.session.scalars(select(CapacityWeek).where(CapacityWeek.starts_on >= week_of(self.today)))
        return sum(week.free_hundredths for week in weeks)

    def one(self, data: st.DataObject) -> Any:
        return self.session.get_one(QuoteRequest, data.draw(st.sampled_from(sorted(self.asked))))

    # From a choice to the last payment

    def deal(self, data: st.DataObject) -> tuple[Order, dict[str, Any]]:
        order = self.session.get_one(Order, data.draw(st.sampled_from(sorted(self.deals))))
        return order, self.deals[order.id]

    @precondition(lambda self: self.deals)
    @rule(data=st.data(), kind=st.sampled_from(TRIED), who=st.sampled_from(["designer", "factory", "centre"]))
    def move(self, data: st.DataObject, kind: EventKind, who: str) -> None:
        order, deal = self.deal(data)
        ends = data.draw(st.sampled_from(order.dispute_ends)) if kind is E.DISPUTE_ENDED else None
        self.try_move(order, deal, kind, who, ends)

    def try_move(
        self, order: Order, deal: dict[str, Any], kind: EventKind, who: str, ends: OrderStatus | None = None
    ) -> None:
        """Make the move, or be refused: whichever the dict says."""
        line = order.lines[0]
        may = self.may(deal["status"], kind, who) and self.condition(deal, kind, order)
        happened = self.try_(
            lambda: advance(
                self.session, order, kind, self.people[who], Party(who), self.now,
                line=line, note="메모", pieces=10, to=ends,
            )
        )  # fmt: skip
        assert happened == may
        if not happened:
            return
        event(f"{kind.value} happened")
        deal["status"] = str(ends) if ends else LIFE[deal["status"]][kind][1]
        if kind in (E.SAMPLE_SENT, E.SAMPLE_REJECTED):
            deal["sent"] = kind is E.SAMPLE_SENT
        if kind is E.DELIVERED:
            deal["handed over"] = True

    def may(self, status: str, kind: EventKind, who: str) -> bool:
        whose = LIFE[status].get(kind, ("nobody", ""))[0]
        return bool(who == whose) or (whose == "both" and (who != "centre" or kind is E.CANCELLED))

    @precondition(lambda self: self.deals)
    @rule(data=st.data(), steps=st.integers(1, 8))
    def goes_on(self, data: st.DataObject, steps: int) -> None:
        """What sensible people would do next, so that orders come to their end."""
        order, deal = self.deal(data)
        for _step in range(steps):
            self.next_step(order, deal)

    def next_step(self, order: Order, deal: dict[str, Any]) -> None:
        status = deal["status"]
        if status == "sampling":
            step = (E.SAMPLE_APPROVED, "designer") if deal["sent"] else (E.SAMPLE_SENT, "factory")
            self.try_move(order, deal, *step)
        elif deal["agreed"] != {"designer", "factory"} and status in OPEN_TO_TERMS:
            self.write_terms(order, deal, "designer")
            self.say_yes(order, deal, "factory", deal["version"])
        elif status == "accepted":
            self.receive(order, deal)
        elif status in NEXT:
            self.try_move(order, deal, *NEXT[status])

    def condition(self, deal: dict[str, Any], kind: EventKind, order: Order) -> bool:
        if kind in (E.SAMPLE_APPROVED, E.SAMPLE_REJECTED):
            return bool(deal["sent"])
        if kind in (E.STARTED, E.CONFIRMED):
            return bool(deal["full"] and deal["agreed"] == {"designer", "factory"})
        if kind is E.REWORK_ASKED:
            return bool(order.inspect_by and self.today <= order.inspect_by)
        return True

    @precondition(lambda self: self.deals)
    @rule(data=st.data(), who=st.sampled_from(["designer", "factory"]))
    def propose(self, data: st.DataObject, who: str) -> None:
        order, deal = self.deal(data)
        if deal["status"] in OPEN_TO_TERMS:
            self.write_terms(order, deal, who)

    def write_terms(self, order: Order, deal: dict[str, Any], who: str) -> None:
        """A new version without a blank; one that says the same as the last is only a yes to it."""
        before = terms.latest(self.session, order)
        terms.propose(self.session, order, filled(before.body), self.people[who], self.now)
        if terms.latest(self.session, order) is not before:
            deal.update(version=deal["version"] + 1, agreed=set(), full=True)
        self.agree(deal, who)

    def agree(self, deal: dict[str, Any], who: str) -> None:
        deal["agreed"].add(who)
        if deal["agreed"] == {"designer", "factory"} and deal["status"] == "sample_approved":
            deal["status"] = "confirmed"

    @precondition(lambda self: self.deals)
    @rule(data=st.data(), who=st.sampled_from(["designer", "factory"]), behind=st.integers(0, 1))
    def confirm(self, data: st.DataObject, who: str, behind: int) -> None:
        order, deal = self.deal(data)
        if deal["status"] in OPEN_TO_TERMS:
            self.say_yes(order, deal, who, deal["version"] - behind)

    def say_yes(self, order: Order, deal: dict[str, Any], who: str, version: int) -> None:
        happened = self.try_(lambda: terms.confirm(self.session, order, version, self.people[who], self.now))
        assert happened == (version == deal["version"] and deal["full"])
        if happened:
            self.agree(deal, who)

    @precondition(lambda self: self.deals)
    @rule(data=st.data())
    def money_came(self, data: st.DataObject) -> None:
        self.receive(*self.deal(data))

    def receive(self, order: Order, deal: dict[str, Any]) -> None:
        waiting = [part for part in payments.parts_of(self.session, order) if part.received_at is None]
        happened = self.try_(
            lambda: advance(
                self.session,
                order,
                E.PAYMENT_RECEIVED,
                self.people["factory"],
                P.FACTORY,
                self.now,
                line=order.lines[0],
            )
        )
        assert happened == (bool(waiting) and deal["status"] != "settled")
        if happened and len(waiting) == 1 and deal["status"] == "accepted":
            deal["status"] = "settled"
            event("settled")

    @precondition(lambda self: self.deals)
    @rule(data=st.data(), who=st.sampled_from(["designer", "factory", "centre"]))
    def review(self, data: st.DataObject, who: str) -> None:
        order, deal = self.deal(data)
        answers = Answers(kept_the_date=True, was_good=True, would_again=False)
        happened = self.try_(
            lambda: write_review(self.session, order.lines[0], Party(who), self.people[who], answers, self.now)
        )
        may = who != "centre" and deal["handed over"] and deal["status"] != "cancelled"
        assert happened == (may and who not in deal["reviewed"])
        if happened:
            event("reviewed")
            deal["reviewed"].add(who)

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        over = {
            order_id
            for order_id, deal in self.deals.items()
            if deal["status"] in ("delivered", "inspecting")
            and (self.session.get_one(Order, order_id).inspect_by or self.today) < self.today
        }
        unpaid = self.session.scalars(select(PaymentPart).where(PaymentPart.received_at.is_(None)))
        self.is_stopped |= any(part.due_on and part.due_on <= self.today - timedelta(days=7) for part in unpaid)
        for sweep in sweeps.SWEEPS.values():
            sweep(self.session, self.now)
        for order_id in over:
            self.deals[order_id]["status"] = "accepted"

    def try_(self, act: Any) -> bool:
        """Do it, or be refused without a trace."""
        with self.session.begin_nested() as attempt:
            try:
                act()
                self.session.flush()
            except DomainError:
                attempt.rollback()
                self.session.expire_all()
                return False
        return True

    @invariant()
    def all_stand_where_the_dict_says(self) -> None:
        if not hasattr(self, "session"):
            return
        for order in self.session.scalars(select(Order)):
            deal = self.deals[order.id]
            assert order.status.value == deal["status"]
            last = self.session.scalars(
                select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id.desc()).limit(1)
            ).one()
            assert last.status is order.status
            assert order.brief.status is BriefStatus.CLOSED

    @invariant()
    def no_day_is_lost_or_taken_twice(self) -> None:
        if not hasattr(self, "session"):
            return
        for week in self.session.scalars(select(CapacityWeek)):
            taken = self.session.scalars(select(CapacityBooking.hundredths).where(CapacityBooking.week_id == week.id))
            assert sum(taken) == week.booked_hundredths + week.held_hundredths <= week.open_hundredths
        for order_id, deal in self.deals.items():
            order = self.session.get_one(Order, order_id)
            taken = self.session.scalars(
                select(CapacityBooking.hundredths).where(CapacityBooking.order_line_id == order.lines[0].id)
            )
            if deal["status"] == "cancelled" and order.started_at is None:
                assert sum(taken) == 0
            if deal["status"] in ("sampling", "sample_approved", "confirmed"):
                assert sum(taken) == order.lines[0].work_hundredths

    @invariant()
    def every_request_ends_as_the_dict_says(self) -> None:
        words = {
            "open": RequestStatus.OPEN,
            "yes": RequestStatus.ANSWERED,
            "yes without price": RequestStatus.ANSWERED,
            "no": RequestStatus.DECLINED,
            "ordered": RequestStatus.CHOSEN,
        }
        for request_id, word in getattr(self, "asked", {}).items():
            assert self.session.get_one(QuoteRequest, request_id).status is words[word]


Trade.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
TestTrade = Trade.TestCase
