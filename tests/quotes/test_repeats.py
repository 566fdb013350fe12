"""The same work once more: what is copied, who is asked, and at which price it starts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.quotes.offering import tapped_offer
from garment_hub.quotes.repeats import repeat_order, shares
from garment_hub.quotes.services import submit_quote
from models.brief import Brief, BriefFile, BriefStatus
from models.district import District
from models.errors import Forbidden, Invalid
from models.factory import LegalForm
from models.order import LineStatus, Order, OrderLine
from models.quote import DefectRule, QuoteRequest
from models.user import Role
from tests.builders import in_days, make_brief, make_designer, make_factory, make_order, make_quote, make_user

TODAY = in_days(0)
WORK = ["cutting", "sewing_assembly"]


@pytest.fixture
def order(session: Session) -> Order:
    """Of an unclaimed workshop that strangers do not see."""
    district = session.get_one(District, 1)
    brief = make_brief(session, make_designer(session, district), note="단추는 소뿔", budget_per_piece_krw=11_000)
    brief.files.append(BriefFile(key="1" * 32 + ".webp", title="도식화"))
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner, legal_form=LegalForm.SOLE_TRADER, is_display_refused=True)
    terms = {"price_includes": WORK, "extras": {"packing": 300}, "defects": DefectRule.REMAKE}
    return make_order(session, make_quote(session, brief, factory, **terms), line={"unit_price_krw": 12_500})


def repeat(session: Session, order: Order, quantity: int = 200, day: int = 40, **values: Any) -> list[QuoteRequest]:
    actor = values.get("actor", order.designer.user)
    twin = values.get("copy_picture", lambda key: f"2{key[1:]}")
    return repeat_order(session, order, quantity, in_days(day), actor, TODAY, copy_picture=twin)


def test_brief_and_picture_are_copied_and_the_same_factory_is_asked(session: Session, order: Order) -> None:
    (request,) = repeat(session, order)
    brief = request.brief
    assert brief.id != order.brief_id
    assert (brief.status, brief.quantity, brief.needed_by) == (BriefStatus.OPEN, 200, in_days(40))
    assert (brief.item, brief.processes, brief.note) == (order.item, order.brief.processes, "단추는 소뿔")
    assert [(file.key, file.title) for file in brief.files] == [("2" + "1" * 31 + ".webp", "도식화")]
    assert (request.factory_id, request.repeats_order_id) == (order.lead.factory_id, order.id)
    assert (order.brief.quantity, len(order.brief.files)) == (120, 1)


def test_one_tap_answers_at_the_earlier_price_and_terms(session: Session, order: Order) -> None:
    (request,) = repeat(session, order)
    offer = tapped_offer(session, request)
    assert (offer.unit_price_krw, offer.ready_on) == (12_500, request.brief.needed_by)
    assert (offer.price_includes, offer.extras, offer.defects) == (WORK, {"packing": 300}, DefectRule.REMAKE)
    owner = request.factory.owner
    assert owner
    assert submit_quote(session, request, offer, owner, TODAY).is_binding


def test_only_the_client_asks_again(session: Session, order: Order) -> None:
    stranger = make_designer(session, order.brief.district)
    with pytest.raises(Forbidden):
        repeat(session, order, actor=stranger.user)


def test_a_day_that_is_over_is_refused_before_anything_is_copied(session: Session, order: Order) -> None:
    def copy(key: str) -> str:
        raise AssertionError(key)

    with pytest.raises(Invalid, match="brief_day_over"):
        repeat(session, order, day=0, copy_picture=copy)
    assert session.scalars(select(Brief.id)).all() == [order.brief_id]


@pytest.fixture
def team_order(session: Session, order: Order) -> Order:
    """One cutter, and two who sew 80 and 40; a third sewer dropped out."""
    cutting, *_rest = order.lines
    cutting.processes, cutting.position, cutting.is_lead = ["cutting"], 1, False
    cutting.starts_on, cutting.due_on = in_days(-20), in_days(-15)
    for pieces, is_lead, status in [(80, True, "planned"), (40, False, "planned"), (7, False, "dropped")]:
        quote = make_quote(session, order.brief, make_factory(session, order.brief.district), unit_price_krw=pieces)
        line = OrderLine(
            factory=quote.request.factory, quote=quote, position=2, is_lead=is_lead, processes=["sewing_assembly"],
            quantity=pieces, unit_price_krw=pieces, starts_on=in_days(-15), due_on=in_days(-5),
            status=LineStatus(status),
        )  # fmt: skip
        order.lines.append(line)
    session.flush()
    return order


def test_a_team_is_asked_again_with_the_same_shares_and_moved_days(session: Session, team_order: Order) -> None:
    requests = repeat(session, team_order, quantity=240)
    members = [request.team_member for request in requests]
    assert [member.quantity for member in members if member] == [240, 160, 80]
    assert [member.is_lead for member in members if member] == [False, True, False]
    later = timedelta(days=45)
    assert [(member.starts_on, member.due_on) for member in members if member] == [
        (line.starts_on + later, line.due_on + later) for line in team_order.active_lines
    ]
    assert [tapped_offer(session, request).unit_price_krw for request in requests] == [12_500, 80, 40]


def test_a_team_is_not_asked_for_a_day_it_cannot_begin_for(session: Session, team_order: Order) -> None:
    with pytest.raises(Invalid, match="repeat_too_soon"):
        repeat(session, team_order, day=14)


@given(st.lists(st.integers(1, 10**5), min_size=1, max_size=6), st.integers(0, 10**5))
def test_shares_add_up_and_leave_nobody_without_work(before: list[int], more: int) -> None:
    quantity = len(before) + more
    found = shares(quantity, before)
    assert (sum(found), len(found)) == (quantity, len(before))
    assert min(found) >= 1
    exact = [quantity * part / sum(before) for part in before]
    if min(exact) >= 2:
        assert all(abs(share - wanted) < 1 for share, wanted in zip(found, exact, strict=True))


def test_fewer_pieces_than_factories_are_refused() -> None:
    with pytest.raises(Invalid, match="repeat_too_few"):
        shares(1, [5, 5])
