"""Placing orders and moving them on: all or nothing, everybody answered, days and sums that follow the work."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories import bookings
from garment_hub.orders import payments, sweeps, terms
from garment_hub.orders.services import advance, place_order, reopen_line
from models.base import utc_now
from models.brief import Brief, BriefStatus
from models.capacity import SEOUL, CapacityBooking, CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.errors import Conflict, Forbidden, Invalid
from models.factory import Factory
from models.notification import Notification
from models.order import MOVES, EventKind, LineStatus, Order, OrderEvent, OrderLine, OrderStatus, Party
from models.payment import AskingStop, PaymentKind
from models.quote import NotChosenReason, Quote, QuoteRequest, RequestStatus
from models.team import Team, TeamMember
from models.user import Role
from tests.builders import in_days, make_brief, make_designer, make_factory, make_quote, make_user
from tests.orders.filled import filled

E, P = EventKind, Party
TODAY = today_in_seoul()
NOW = utc_now()


@pytest.fixture
def brief(session: Session) -> Brief:
    return make_brief(session, make_designer(session, session.get_one(District, 1)))


def owned(session: Session, brief: Brief, *free: int) -> Factory:
    """A factory with an owner; ``free`` are the hundredths of the coming weeks, this one first."""
    owner = make_user(session, Role.FACTORY_OWNER, brief.district)
    factory = make_factory(session, brief.district, owner=owner)
    monday = week_of(TODAY)
    for number, hundredths in enumerate(free):
        starts_on = monday + timedelta(weeks=number)
        session.add(CapacityWeek(factory=factory, starts_on=starts_on, open_hundredths=hundredths))
    session.flush()
    return factory


def offer(session: Session, brief: Brief, *free: int, **values: Any) -> Quote:
    return make_quote(session, brief, owned(session, brief, *free), **{"work_hundredths": 300} | values)


def place(session: Session, *quotes: Quote, **values: Any) -> Order:
    return place_order(session, quotes, quotes[0].request.brief.designer.user, NOW, **values)


def taken(session: Session, order: Order) -> int:
    lines = [line.id for line in order.lines]
    query = select(CapacityBooking.hundredths).where(CapacityBooking.order_line_id.in_(lines))
    return sum(session.scalars(query))


def status(order: Order) -> OrderStatus:
    return order.status


def told(session: Session) -> list[str]:
    return [row.template for row in session.scalars(select(Notification).order_by(Notification.id))]


def step(
    session: Session, order: Order, kind: EventKind, party: Party, now: datetime = NOW, **given: Any
) -> OrderEvent:
    owner = order.lines[0].factory.owner
    actor = order.designer.user if party is P.DESIGNER else owner
    if party is P.FACTORY:
        given.setdefault("line", order.lines[0])
    return advance(session, order, kind, actor, party, now, **given)


def agree(session: Session, order: Order, now: datetime = NOW) -> None:
    terms.propose(session, order, filled(terms.latest(session, order).body), order.designer.user, now)
    for line in order.active_lines:
        assert line.factory.owner
        terms.confirm(session, order, terms.latest(session, order).version, line.factory.owner, now)


def working(session: Session, order: Order) -> Order:
    agree(session, order)
    step(session, order, E.STARTED, P.FACTORY)
    return order


def test_choosing_one_answers_all_and_holds_its_days(session: Session, brief: Brief) -> None:
    chosen, other = offer(session, brief, 500, 500, 500, 500), offer(session, brief, 500)
    waiting = make_quote(session, brief, owned(session, brief), asked={"status": RequestStatus.OPEN}).request
    order = place(session, chosen, reason=NotChosenReason.PRICE)
    assert status(order) is OrderStatus.SAMPLING
    assert brief.status is BriefStatus.CLOSED
    assert (chosen.request.status, other.request.status, waiting.status) == (
        RequestStatus.CHOSEN, RequestStatus.NOT_CHOSEN, RequestStatus.WITHDRAWN,
    )  # fmt: skip
    assert other.request.not_chosen_reason is NotChosenReason.PRICE
    assert taken(session, order) == 300
    held = session.scalars(select(CapacityWeek.held_hundredths)).all()
    assert sum(held) == 300
    assert {"order_awarded", "not_chosen", "request_withdrawn"} <= set(told(session))


def test_without_a_sample_the_days_are_booked_and_the_reason_is_kept(session: Session, brief: Brief) -> None:
    order = place(session, offer(session, brief, 500, 500), waiver="지난봄과 같은 옷이에요")
    assert (order.status, order.sample_waived_reason) == (OrderStatus.CONFIRMED, "지난봄과 같은 옷이에요")
    assert sum(session.scalars(select(CapacityWeek.booked_hundredths))) == 300
    with pytest.raises(Conflict, match="terms_not_agreed"):
        step(session, order, E.STARTED, P.FACTORY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"unit_price_krw": None}, "quote_without_price"),
        ({"valid_until": in_days(-1)}, "quote_expired"),
        ({"ready_on": in_days(-1)}, "quote_expired"),
        ({"work_hundredths": 5_000}, "capacity_short"),
        ({"asked": {"status": RequestStatus.WITHDRAWN}}, "quote_gone"),
    ],
)
def test_what_is_gone_is_refused_and_changes_nothing(
    session: Session, brief: Brief, change: dict[str, Any], code: str
) -> None:
    quote = offer(session, brief, 500, 500, 500, 500, **change)
    with pytest.raises(Conflict, match=code):
        place(session, quote)
    session.rollback()
    assert session.scalars(select(Order)).all() == []


def test_the_second_choice_of_one_brief_is_refused(session: Session, brief: Brief) -> None:
    one, other = offer(session, brief), offer(session, brief)
    place(session, one)
    for quote, code in ((one, "already_ordered"), (other, "brief_not_open")):
        with pytest.raises(Conflict, match=code):
            place(session, quote)


def test_a_factory_that_stated_nothing_gets_the_order_and_the_days_wait(session: Session, brief: Brief) -> None:
    order = place(session, offer(session, brief))
    assert (taken(session, order), order.lines[0].unplaced_hundredths) == (0, 300)


def test_a_hold_turns_into_the_days_of_its_own_order(session: Session, brief: Brief) -> None:
    quote = offer(session, brief, 500, 500, 500, 500)
    bookings.hold_for_quote(session, quote, NOW)
    with pytest.raises(Conflict, match="hold_exists"):
        bookings.hold_for_quote(session, quote, NOW)
    order = place(session, quote)
    assert taken(session, order) == 300
    assert session.scalars(select(CapacityBooking).where(CapacityBooking.quote_id.is_not(None))).all() == []


def test_a_sample_is_judged_before_the_work_is_confirmed(session: Session, brief: Brief) -> None:
    order = place(session, offer(session, brief, 500, 500, sample_fee_krw=80_000))
    with pytest.raises(Conflict, match="no_sample_yet"):
        step(session, order, E.SAMPLE_APPROVED, P.DESIGNER)
    step(session, order, E.SAMPLE_SENT, P.FACTORY, picture_key="p.webp")
    (fee,) = payments.parts_of(session, order)
    assert (fee.kind, fee.amount_krw, fee.due_on) == (PaymentKind.SAMPLE_FEE, 80_000, in_days(3))
    with pytest.raises(Invalid, match="note_needed"):
        step(session, order, E.SAMPLE_REJECTED, P.DESIGNER, note=" ")
    step(session, order, E.SAMPLE_REJECTED, P.DESIGNER, note="소매가 길어요")
    step(session, order, E.SAMPLE_SENT, P.FACTORY)
    step(session, order, E.SAMPLE_APPROVED, P.DESIGNER)
    assert status(order) is OrderStatus.SAMPLE_APPROVED
    agree(session, order)
    assert status(order) is OrderStatus.CONFIRMED
    assert sum(session.scalars(select(CapacityWeek.held_hundredths))) == 0
    assert sum(session.scalars(select(CapacityWeek.booked_hundredths))) == 300


@pytest.mark.parametrize("kind", list(MOVES))
def test_each_move_is_refused_to_who_has_no_part_in_it(session: Session, brief: Brief, kind: EventKind) -> None:
    order = place(session, offer(session, brief))
    for party in set(Party) - MOVES[kind].actors:
        order.status = next(iter(MOVES[kind].sources))
        order.disputed_from = OrderStatus.SAMPLING
        session.flush()
        with pytest.raises(Forbidden):
            step(session, order, kind, party, note="메모")


@pytest.mark.parametrize("status", list(OrderStatus))
def test_a_move_from_elsewhere_is_refused_whoever_asks(session: Session, brief: Brief, status: OrderStatus) -> None:
    order = place(session, offer(session, brief))
    order.status, order.disputed_from = status, OrderStatus.SAMPLING
    session.flush()
    for kind, move in MOVES.items():
        if status not in move.sources:
            with pytest.raises(Conflict, match="order_move_not_allowed"):
                step(session, order, kind, next(iter(move.actors)), note="메모")
    with pytest.raises(Conflict, match="order_move_not_allowed"):
        step(session, order, E.PLACED, P.DESIGNER)


def test_the_balance_is_due_from_the_hand_over_and_follows_the_pieces_counted(session: Session, brief: Brief) -> None:
    order = working(session, place(session, offer(session, brief, 500, 500), waiver="없이"))
    deposit, balance = payments.parts_of(session, order)
    total = 12_000 * 120 * 11 // 10
    assert (deposit.amount_krw, balance.amount_krw) == (total * 30 // 100, total - total * 30 // 100)
    assert (deposit.due_on, balance.due_on) == (in_days(3), None)
    step(session, order, E.DELIVERED, P.FACTORY, pieces=110)
    assert (order.inspect_by, balance.due_on) == (in_days(10), in_days(7))
    step(session, order, E.PIECES_COUNTED, P.DESIGNER, pieces=108)
    step(session, order, E.ACCEPTED, P.DESIGNER)
    assert order.accepted_quantity == 108
    assert deposit.amount_krw + balance.amount_krw == 12_000 * 108 * 11 // 10
    step(session, order, E.PAYMENT_REPORTED, P.DESIGNER)
    step(session, order, E.PAYMENT_RECEIVED, P.FACTORY)
    assert status(order) is OrderStatus.ACCEPTED
    step(session, order, E.PAYMENT_RECEIVED, P.FACTORY)
    assert status(order) is OrderStatus.SETTLED


def test_rework_is_handed_over_again_and_the_clocks_start_anew(session: Session, brief: Brief) -> None:
    order = working(session, place(session, offer(session, brief, 500, 500), waiver="없이"))
    _deposit, balance = payments.parts_of(session, order)
    step(session, order, E.DELIVERED, P.FACTORY, pieces=120)
    with pytest.raises(Conflict, match="inspection_over"):
        step(session, order, E.REWORK_ASKED, P.DESIGNER, NOW + timedelta(days=11), note="밑단")
    step(session, order, E.REWORK_ASKED, P.DESIGNER, NOW + timedelta(days=2), note="밑단이 풀려요")
    assert (order.inspect_by, balance.due_on) == (None, None)
    step(session, order, E.DELIVERED, P.FACTORY, NOW + timedelta(days=5), pieces=30)
    assert (order.inspect_by, balance.due_on) == (in_days(15), in_days(12))
    assert order.lines[0].handed_over_pieces == 120  # the thirty were handed over before


def test_part_deliveries_give_days_back_and_the_last_one_all_that_lie_ahead(session: Session, brief: Brief) -> None:
    quote = offer(session, brief, 0, 200, 200, 200, work_hundredths=600, ready_on=in_days(27))
    order = working(session, place(session, quote, waiver="없이"))
    step(session, order, E.PART_DELIVERED, P.FACTORY, pieces=60)
    assert (order.status, taken(session, order)) == (OrderStatus.IN_PRODUCTION, 300)
    step(session, order, E.DELIVERED, P.FACTORY, pieces=60)
    assert (order.status, taken(session, order)) == (OrderStatus.DELIVERED, 0)


def test_a_delay_moves_the_days_and_leaves_the_promise(session: Session, brief: Brief) -> None:
    quote = offer(session, brief, 0, 300, 0, 200, 400, ready_on=in_days(14))
    order = working(session, place(session, quote, waiver="없이"))
    promised = order.due_on
    monday = week_of(TODAY) + timedelta(weeks=3)
    later = monday + timedelta(days=10)
    step(
        session, order, E.DELAY_REPORTED, P.FACTORY, monday_noon(monday), day=later, days_left=500, note="원단이 늦어요"
    )
    rows = session.scalars(select(CapacityBooking).where(CapacityBooking.order_line_id == order.lines[0].id)).all()
    weeks = {row.week.starts_on: row.hundredths for row in rows if row.week.starts_on >= monday}
    assert weeks == {monday: 200, monday + timedelta(weeks=1): 300}
    assert (order.due_on, order.expected_on) == (promised, later)


def test_a_new_day_that_both_confirm_moves_the_days_in_the_calendar(session: Session, brief: Brief) -> None:
    quote = offer(session, brief, 0, 300, 0, 0, 300, 300, ready_on=in_days(13))
    order = place(session, quote, waiver="없이")
    agree(session, order)
    body = filled(terms.latest(session, order).body)
    monday = week_of(TODAY) + timedelta(weeks=4)
    body["lines"][0] |= {"starts_on": monday.isoformat(), "due_on": (monday + timedelta(days=9)).isoformat()}
    terms.propose(session, order, body, order.designer.user, NOW)
    owner = order.lines[0].factory.owner
    assert owner
    terms.confirm(session, order, 3, owner, NOW)
    rows = session.scalars(select(CapacityBooking).where(CapacityBooking.order_line_id == order.lines[0].id))
    assert [(row.week.starts_on, row.hundredths) for row in rows] == [(monday, 300)]
    assert order.due_on == monday + timedelta(days=9)


def monday_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=SEOUL)


@pytest.mark.parametrize("is_waived", [True, False])
def test_cancelling_frees_the_days_and_what_was_not_due_yet(session: Session, brief: Brief, is_waived: bool) -> None:
    order = place(session, offer(session, brief, 500, 500, sample_fee_krw=1), waiver="없이" if is_waived else None)
    step(session, order, E.CANCELLED, P.FACTORY, note="기계가 고장 났어요")
    assert (order.status, taken(session, order), payments.parts_of(session, order)) == (OrderStatus.CANCELLED, 0, [])
    assert "order_cancelled" in told(session)


def test_what_was_due_before_the_end_is_still_owed_and_can_be_paid(session: Session, brief: Brief) -> None:
    order = place(session, offer(session, brief, 500, 500, sample_fee_krw=80_000))
    step(session, order, E.SAMPLE_SENT, P.FACTORY, NOW - timedelta(days=5))
    step(session, order, E.CANCELLED, P.DESIGNER, note="계획이 바뀌었어요")
    (fee,) = payments.parts_of(session, order)
    step(session, order, E.PAYMENT_RECEIVED, P.FACTORY)
    assert (fee.received_at, status(order)) == (NOW, OrderStatus.CANCELLED)


def test_a_fee_that_only_the_terms_name_is_owed_too(session: Session, brief: Brief) -> None:
    order = place(session, offer(session, brief, 500, 500))
    step(session, order, E.SAMPLE_SENT, P.FACTORY)
    body = filled(terms.latest(session, order).body)
    body["sample"] = {"fee_krw": 50_000, "on": TODAY.isoformat(), "deducted": True}
    terms.propose(session, order, body, order.designer.user, NOW)
    owner = order.lines[0].factory.owner
    assert owner
    terms.confirm(session, order, 2, owner, NOW)
    step(session, order, E.SAMPLE_APPROVED, P.DESIGNER)
    assert [part.kind for part in payments.parts_of(session, order)] == [PaymentKind.SAMPLE_FEE]
    step(session, order, E.CONFIRMED, P.DESIGNER)
    fee, deposit, balance = payments.parts_of(session, order)
    assert (fee.amount_krw, fee.due_on) == (50_000, in_days(3))
    assert fee.amount_krw + deposit.amount_krw + balance.amount_krw == 12_000 * 120 * 11 // 10


def test_ten_days_of_silence_accept_and_a_dispute_stops_the_clock(session: Session, brief: Brief) -> None:
    order = working(session, place(session, offer(session, brief, 500, 500), waiver="없이"))
    step(session, order, E.DELIVERED, P.FACTORY, pieces=120)
    assert sweeps.accept_silently(session, NOW + timedelta(days=10)) == 0
    step(session, order, E.DISPUTED, P.DESIGNER, note="색이 달라요")
    assert sweeps.accept_silently(session, NOW + timedelta(days=30)) == 0
    later = NOW + timedelta(days=30)
    centre = make_user(session, Role.COORDINATOR, brief.district)
    with pytest.raises(Conflict, match="dispute_end_not_allowed"):
        advance(session, order, E.DISPUTE_ENDED, centre, P.CENTRE, later, to=OrderStatus.SETTLED, note="끝")
    advance(session, order, E.DISPUTE_ENDED, centre, P.CENTRE, later, to=OrderStatus.DELIVERED, note="같은 색이었어요")
    assert order.inspect_by == in_days(40)
    assert sweeps.accept_silently(session, NOW + timedelta(days=41)) == 1
    assert status(order) is OrderStatus.ACCEPTED
    assert sweeps.accept_silently(session, NOW + timedelta(days=42)) == 0


def test_late_sums_are_reminded_of_twice_and_then_the_client_is_stopped_once(session: Session, brief: Brief) -> None:
    order = working(session, place(session, offer(session, brief, 500, 500), waiver="없이"))
    step(session, order, E.DELIVERED, P.FACTORY, pieces=120)
    counts = []
    for day in range(7 + 12):
        sweeps.remind_of_payments(session, NOW + timedelta(days=day))
        sweeps.remind_of_payments(session, NOW + timedelta(days=day))  # a sweep may run twice
        counts.append(told(session).count("payment_late"))
    # The deposit is due in three days, the balance in seven; both sides hear on the first and the seventh day after.
    assert counts == [0] * 4 + [2] * 4 + [4] * 2 + [6] * 4 + [8] * 5
    stop = session.scalars(select(AskingStop)).one()
    assert stop.designer_id == order.designer_id


def test_a_stop_that_was_lifted_does_not_come_back_for_the_same_sum(session: Session, brief: Brief) -> None:
    order = working(session, place(session, offer(session, brief, 500, 500), waiver="없이"))
    late = NOW + timedelta(days=10)
    sweeps.remind_of_payments(session, late)
    stop = session.scalars(select(AskingStop)).one()
    stop.lifted_at, stop.lifted_reason = late, "통장을 보여 주셨어요"
    sweeps.remind_of_payments(session, late)
    assert session.scalars(select(AskingStop)).all() == [stop]
    assert status(order) is OrderStatus.IN_PRODUCTION


def make_team(session: Session, brief: Brief, *free: tuple[int, ...]) -> list[Quote]:
    """A cutter and two lots of sewing, one week after the other; ``free`` are the weeks of each."""
    team = Team(brief=brief)
    plan = [(0, ["cutting"], 120, 0, 6), (1, ["sewing_assembly"], 70, 7, 20), (1, ["sewing_assembly"], 50, 7, 20)]
    for place_, weeks in zip(plan, free, strict=True):
        position, processes, pieces, starts, ends = place_
        team.members.append(
            TeamMember(
                factory=owned(session, brief, *weeks), position=position, processes=processes, quantity=pieces,
                starts_on=in_days(starts), due_on=in_days(ends), is_lead=pieces == 70,
            )
        )  # fmt: skip
    session.add(team)
    session.flush()
    return [
        make_quote(
            session, brief, member.factory, work_hundredths=200, ready_on=member.due_on,
            asked={"team_member_id": member.id},
        )
        for member in team.members
    ]  # fmt: skip


def test_a_team_gets_all_its_days_or_none(session: Session, brief: Brief) -> None:
    quotes = make_team(session, brief, (500, 500), (0, 500, 500, 500), (0, 0, 0, 0))
    with pytest.raises(Conflict, match="team_incomplete"):
        place(session, quotes[0])
    with session.begin_nested() as attempt:
        with pytest.raises(Conflict, match="capacity_short"):
            place(session, *quotes)
        attempt.rollback()
    assert session.scalars(select(CapacityBooking)).all() == []


def test_a_team_hands_over_counts_and_delivers_with_its_last_lot(session: Session, brief: Brief) -> None:
    quotes = make_team(session, brief, (500, 500), (500,) * 4, (500,) * 4)
    order = place(session, *quotes, waiver="없이")
    cutter, one, other = order.lines
    assert (order.lead, order.last_lines, taken(session, order)) == (one, [one, other], 600)
    agree(session, order)
    factory_step(session, cutter, E.STARTED)
    with pytest.raises(Conflict, match="line_not_last"):
        factory_step(session, cutter, E.DELIVERED, pieces=120)
    factory_step(session, cutter, E.STAGE_HANDED_OVER, pieces=120)
    assert cutter.deliveries[0].to_line is one
    factory_step(session, one, E.PIECES_COUNTED, pieces=118)
    assert cutter.deliveries[0].counted_pieces == 118
    for line in (one, other):
        factory_step(session, line, E.STARTED)
    factory_step(session, one, E.DELIVERED, pieces=70)
    assert status(order) is OrderStatus.IN_PRODUCTION
    factory_step(session, other, E.DELIVERED, pieces=50)
    assert status(order) is OrderStatus.DELIVERED


def factory_step(session: Session, line: OrderLine, kind: EventKind, **given: Any) -> None:
    advance(session, line.order, kind, line.factory.owner, P.FACTORY, NOW, line=line, **given)


def test_a_dropout_reopens_only_its_own_place(session: Session, brief: Brief) -> None:
    quotes = make_team(session, brief, (500, 500), (500,) * 4, (500,) * 4)
    order = place(session, *quotes, waiver="없이")
    _cutter, one, other = order.lines
    agree(session, order)
    factory_step(session, other, E.LINE_DROPPED, note="사람이 모자라요")
    assert (other.status, taken(session, order), order.status) == (LineStatus.DROPPED, 400, OrderStatus.CONFIRMED)
    part = reopen_line(session, other, NOW, copy_picture=str)
    assert (part.processes, part.quantity, part.status) == (["sewing_assembly"], 50, BriefStatus.OPEN)
    assert reopen_line(session, other, NOW, copy_picture=str) is part  # a second tap leads to the same brief
    instead = offer(session, part, 500, 500, 500, 500, work_hundredths=200, ready_on=in_days(20))
    assert place(session, instead) is order
    assert (order.active_lines[-1].position, taken(session, order)) == (1, 600)
    assert (instead.request.status, part.status) == (RequestStatus.CHOSEN, BriefStatus.CLOSED)
    assert terms.agreed(session, order) is None  # the new factory has not confirmed
    promised = {each["line"] for each in terms.latest(session, order).body["lines"]}
    assert promised == {each.id for each in order.active_lines}
    assert one.status is LineStatus.PLANNED
    with pytest.raises(Conflict, match="line_not_dropped"):
        reopen_line(session, one, NOW, copy_picture=str)


def test_who_is_asked_but_not_answered_is_reminded_once(session: Session, brief: Brief) -> None:
    asked = QuoteRequest(brief=brief, factory=owned(session, brief), answer_by=in_days(1))
    session.add(asked)
    session.flush()
    assert [sweeps.remind_of_answers(session, NOW) for _time in range(2)] == [1, 0]
