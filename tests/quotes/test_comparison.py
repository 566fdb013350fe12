"""Answers side by side: sums, the order of arrival, what differs; and what a request means for the factory's days."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.quotes.comparison import VAT_PERCENT, compare, differs, not_named, per_piece, sum_of
from garment_hub.quotes.lines import line_groups
from garment_hub.quotes.schedule import schedule_of
from models.base import utc_now
from models.brief import Brief
from models.capacity import CapacityWeek, week_of
from models.district import District
from models.factory import FactoryRate
from models.quote import DeclineReason, Quote, QuoteAnswer, QuoteRequest, RequestStatus
from models.team import Team, TeamMember
from tests.builders import in_days, make_brief, make_designer, make_factory, make_quote

TODAY = in_days(0)
PROCESSES = ("cutting", "fusing", "sewing_assembly", "packing")


@pytest.fixture
def brief(session: Session) -> Brief:
    return make_brief(session, make_designer(session, session.get_one(District, 1)))


def quote(price: int | None, **values: object) -> Quote:
    said = {"is_vat_included": False, "price_includes": [], "extras": {}} | values
    return Quote(answer=QuoteAnswer.POSSIBLE, unit_price_krw=price, ready_on=TODAY, answered_at=utc_now(), **said)


def offered(number: int, price: int, **values: object) -> QuoteRequest:
    return QuoteRequest(id=number, status=RequestStatus.ANSWERED, quote=quote(price), **values)


extras = st.dictionaries(st.sampled_from(PROCESSES), st.integers(1, 10**6))


@given(st.integers(1, 10**8), st.integers(1, 10**6), st.booleans(), extras)
def test_all_added_up_is_price_and_extras_times_pieces_and_the_vat(
    price: int, pieces: int, included: bool, apart: dict[str, int]
) -> None:
    summed = sum_of(quote(price, is_vat_included=included, extras=apart), pieces)
    assert summed is not None
    assert summed.net_krw == sum([price, *apart.values()]) * pieces
    assert summed.total_krw == summed.net_krw + summed.vat_krw
    assert abs(summed.vat_krw * 100 - (0 if included else summed.net_krw * VAT_PERCENT)) <= 50


def test_without_a_price_nothing_adds_up() -> None:
    assert (per_piece(quote(None)), sum_of(quote(None), 10)) == (None, None)


@given(st.sets(st.sampled_from(PROCESSES)), extras)
def test_work_is_in_the_price_or_apart_or_not_named(held: set[str], apart: dict[str, int]) -> None:
    missing = not_named(quote(1, price_includes=sorted(held), extras=apart), PROCESSES)
    assert set(missing) == set(PROCESSES) - held - set(apart)


def test_offers_stand_in_the_order_of_arrival_and_refusals_by_reason() -> None:
    late, early = offered(1, 9_000), offered(2, 15_000)
    assert late.quote
    assert early.quote
    early.quote.answered_at, late.quote.answered_at = sorted([early.quote.answered_at, late.quote.answered_at])
    refused = [
        QuoteRequest(id=number, status=RequestStatus.DECLINED, decline_reason=reason)
        for number, reason in enumerate([DeclineReason.FULL, DeclineReason.PRICE, DeclineReason.FULL], 3)
    ]
    waiting = QuoteRequest(id=9, status=RequestStatus.OPEN, answer_by=TODAY)
    lapsed = QuoteRequest(id=10, status=RequestStatus.OPEN, answer_by=in_days(-1))
    taken_back = offered(11, 1)
    taken_back.status = RequestStatus.WITHDRAWN
    found = compare([*refused, late, waiting, lapsed, early, taken_back], TODAY)
    assert found.offers == [early, late]
    assert {reason: len(which) for reason, which in found.refusals} == {DeclineReason.FULL: 2, DeclineReason.PRICE: 1}
    assert (found.waiting, found.lapsed, found.withdrawn) == ([waiting], [lapsed], [taken_back])


def test_a_team_is_one_offer_and_adds_up_over_its_parts() -> None:
    team = Team(id=1)
    members = [TeamMember(team=team, position=n, quantity=pieces) for n, pieces in enumerate([100, 60, 40])]
    requests = [QuoteRequest(id=n, team_member=member, status=RequestStatus.ANSWERED, quote=quote(1_000))
                for n, member in enumerate(members)]  # fmt: skip
    found = compare(requests[::-1], TODAY)
    assert (found.offers, len(found.teams)) == ([], 1)
    assert found.teams[0].requests == requests
    assert found.teams[0].total is not None
    assert found.teams[0].total.net_krw == 200_000
    requests[1].quote = None
    assert found.teams[0].total is None


@given(st.lists(st.integers(0, 3)))
def test_lines_differ_when_not_all_say_the_same(values: list[int]) -> None:
    assert differs(values) == (len(set(values)) > 1)


def test_only_what_differs_are_the_lines_that_differ(app: Flask, session: Session, brief: Brief) -> None:
    said: list[dict[str, Any]] = [
        {"unit_price_krw": 9_000, "extras": {"packing": 300}},
        {"unit_price_krw": 9_300, "price_includes": ["packing"]},
    ]
    offers = [make_quote(session, brief, make_factory(session, brief.district), **each).request for each in said]
    with app.test_request_context():
        every = [line for group in line_groups(brief, offers) for line in group.lines]
        some = [line for group in line_groups(brief, offers, only_different=True) for line in group.lines]
    assert some == [line for line in every if line.differs]
    assert some
    assert len(some) < len(every)


def test_free_weeks_are_those_with_a_day_left_until_then(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    asked = QuoteRequest(brief=brief, factory=factory, answer_by=TODAY)
    assert schedule_of(session, asked, TODAY).free_weeks is None
    monday = week_of(TODAY)
    for number, (opened, booked) in enumerate([(500, 500), (500, 401), (500, 400)]):
        starts = week_of(in_days(7 * number))
        session.add(CapacityWeek(factory=factory, starts_on=starts, open_hundredths=opened, booked_hundredths=booked))
    session.flush()
    free = schedule_of(session, asked, TODAY).free_weeks
    assert free is not None
    assert [(week - monday).days // 7 for week in free] == [2]


def test_a_member_of_a_team_needs_days_for_its_own_pieces(session: Session, brief: Brief) -> None:
    factory = make_factory(session, brief.district)
    factory.rates.append(FactoryRate(item=brief.item, pieces_per_day=40))
    part = TeamMember(quantity=60, processes=["sewing_assembly"], starts_on=TODAY, due_on=in_days(5))
    alone = QuoteRequest(brief=brief, factory=factory, answer_by=TODAY)
    member = QuoteRequest(brief=brief, factory=factory, answer_by=TODAY, team_member=part)
    with session.no_autoflush:
        assert schedule_of(session, alone, TODAY).needed_hundredths == 300
        assert schedule_of(session, member, TODAY).needed_hundredths == 150
    session.expunge_all()
