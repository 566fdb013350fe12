"""Orders in every state, brought there by the same services as in life; used by the tests of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from garment_hub.orders import payments, terms
from garment_hub.orders.services import advance, place_order
from models.base import utc_now
from models.brief import Brief
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.order import EventKind, Order, OrderEvent, OrderLine, Party
from models.quote import BalanceRule, DefectRule, Quote
from models.team import Team, TeamMember
from models.user import Role, User
from tests.builders import in_days, make_brief, make_case, make_designer, make_factory, make_quote, make_user
from tests.filling import forms_on
from tests.orders.filled import filled

K = EventKind
PROCESSES = ["cutting", "sewing_assembly", "ironing_finishing"]
FULL_QUOTE: dict[str, Any] = {
    "price_includes": PROCESSES,
    "sample_fee_krw": 50_000,
    "deposit_percent": 30,
    "balance": BalanceRule.AFTER_HANDOVER,
    "balance_days": 7,
    "tolerance_pieces": 3,
    "defects": DefectRule.REMAKE_OR_DEDUCT,
}


@dataclass
class Trade:
    """One order with its people. ``owners`` stand in the order of the lines."""

    session: Session
    order: Order
    designer: User
    owners: list[User]

    @property
    def owner(self) -> User:
        return self.owners[0]

    def move(self, kind: EventKind, party: Party, line: OrderLine | None = None, **given: Any) -> OrderEvent:
        line = line or (self.order.lead if party is Party.FACTORY else None)
        actor = {Party.DESIGNER: self.designer, Party.CENTRE: None}.get(party, line.factory.owner if line else None)
        return advance(self.session, self.order, kind, actor, party, utc_now(), line=line, **given)

    def agree(self) -> None:
        """Every side says yes to terms without a blank."""
        body = filled(terms.latest(self.session, self.order).body)
        newest = terms.propose(self.session, self.order, body, self.designer, utc_now())
        for owner in self.owners:
            terms.confirm(self.session, self.order, newest.version, owner, utc_now())

    def pay(self) -> None:
        for part in payments.parts_of(self.session, self.order):
            if part.received_at is None:
                self.move(K.PAYMENT_REPORTED, Party.DESIGNER, part=part)
                self.move(K.PAYMENT_RECEIVED, Party.FACTORY, part.line, part=part)

    def bring_to(self, state: str) -> Trade:
        """Move on to the state of this name; see ``LIFE`` and ``ASIDE``."""
        before, step = ASIDE.get(state, (state, None))
        for name, act in LIFE.items():
            act(self)
            if name == before:
                break
        if step:
            step(self)
        self.session.flush()
        return self


LIFE: dict[str, Any] = {
    "sampling": lambda trade: None,
    "sample_sent": lambda trade: trade.move(K.SAMPLE_SENT, Party.FACTORY, note="퀵으로 보냈어요. 단추는 임시예요."),
    "sample_approved": lambda trade: trade.move(K.SAMPLE_APPROVED, Party.DESIGNER),
    "confirmed": lambda trade: trade.agree(),
    "in_production": lambda trade: trade.move(K.STARTED, Party.FACTORY),
    "part_delivered": lambda trade: trade.move(K.PART_DELIVERED, Party.FACTORY, pieces=40),
    "delivered": lambda trade: trade.move(K.DELIVERED, Party.FACTORY, pieces=80),
    "accepted": lambda trade: trade.move(K.ACCEPTED, Party.DESIGNER),
    "settled": lambda trade: trade.pay(),
}
ASIDE: dict[str, Any] = {
    "late": ("accepted", lambda trade: make_late(trade)),
    "rework": ("delivered", lambda trade: trade.move(K.REWORK_ASKED, Party.DESIGNER, note="치수: 소매가 길어요")),
    "cancelled": ("sample_sent", lambda trade: trade.move(K.CANCELLED, Party.DESIGNER, note="원단을 못 구해요")),
    "disputed": ("delivered", lambda trade: trade.move(K.DISPUTED, Party.FACTORY, note="연락이 안 돼요")),
}
STATES = (*LIFE, *ASIDE)


def make_late(trade: Trade, days: int = 8) -> None:
    for part in payments.parts_of(trade.session, trade.order):
        part.due_on = today_in_seoul() - timedelta(days=days)


def make_shop(session: Session, district: District, **values: Any) -> Factory:
    """A workshop with an owner, a telephone and four days in each of the coming weeks."""
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner, phone="0212345678", **values)
    monday = week_of(today_in_seoul())
    weeks = [monday + timedelta(weeks=number) for number in range(6)]
    session.add_all(CapacityWeek(factory=factory, starts_on=week, open_hundredths=400) for week in weeks)
    session.flush()
    return factory


def answered(session: Session, district: District, designer: Designer | None = None, **values: Any) -> Quote:
    """A brief of 120 blouses and one complete offer for it."""
    designer = designer or make_designer(session, district)
    brief = make_brief(
        session, designer, quantity=120, processes=PROCESSES, needed_by=in_days(30), materials_on=in_days(3)
    )
    quote = make_quote(session, brief, make_shop(session, district), work_hundredths=550, **FULL_QUOTE | values)
    make_case(session, quote.request)
    return quote


def make_trade(session: Session, district: District, **values: Any) -> Trade:
    """An order in sampling, or with ``waiver`` without a sample."""
    waiver = values.pop("waiver", None)
    quote = answered(session, district, **values)
    designer = quote.request.brief.designer.user
    order = place_order(session, [quote], designer, utc_now(), waiver=waiver)
    owner = quote.request.factory.owner
    assert owner
    return Trade(session, order, designer, [owner])


def team_quotes(session: Session, brief: Brief) -> list[Quote]:
    """A cutter, two lots of sewing side by side, and a finisher, who all said yes."""
    team = Team(brief=brief)
    pieces = brief.quantity or 0
    places = [("cutting", 1, pieces), ("sewing_assembly", 2, pieces * 2 // 3), ("sewing_assembly", 2, pieces // 3)]
    places.append(("ironing_finishing", 3, pieces))
    for process, position, share in places:
        team.members.append(
            TeamMember(
                factory=make_shop(session, brief.designer.district),
                position=position,
                processes=[process],
                quantity=share,
                starts_on=in_days(3 * position),
                due_on=in_days(3 * position + 3),
                is_lead=position == 3,
            )
        )
    session.add(team)
    session.flush()
    return [
        make_quote(
            session, brief, member.factory, work_hundredths=200, ready_on=member.due_on, asked={"team_member": member},
            **FULL_QUOTE | {"price_includes": member.processes},
        )
        for member in team.members
    ]  # fmt: skip


def make_team_trade(session: Session, district: District) -> Trade:
    brief = make_brief(
        session, make_designer(session, district), quantity=120, processes=PROCESSES, needed_by=in_days(30)
    )
    quotes = team_quotes(session, brief)
    order = place_order(session, quotes, brief.designer.user, utc_now())
    owners = [line.factory.owner for line in order.lines]
    return Trade(session, order, brief.designer.user, [owner for owner in owners if owner])


def fields_of(page: str, kind: EventKind, at: int = 0) -> dict[str, Any]:
    """What the ``at``-th form of this move sends when nothing is changed."""
    return [form.fields for form in forms_on(page) if form.fields.get("move") == [kind.value]][at]


def moves_on(page: str) -> set[EventKind]:
    """The moves that the page offers."""
    return {EventKind(kind) for kind in re.findall(r'name="move" value="([^"]+)"', page)}


def heading_of(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1].strip()
