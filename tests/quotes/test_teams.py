"""Chains put together by hand: what makes one, and how its members are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.quotes import services
from garment_hub.quotes.services import request_quotes, withdraw_request
from garment_hub.quotes.teams import Place, build_team, complaints, neighbours, request_team
from models.brief import Brief
from models.case import Case
from models.district import District
from models.errors import Conflict, Invalid
from models.factory import Factory
from models.quote import MAXIMUM_ASKED, MAXIMUM_PER_FACTORY_AND_WEEK, DeclineReason, QuoteRequest, RequestStatus
from models.team import Team
from tests.builders import in_days, make_brief, make_designer, make_factory

TODAY = in_days(0)
WORK = ("cutting", "sewing_assembly", "ironing_finishing")
BRIEF = Brief(processes=list(WORK), quantity=120, needed_by=in_days(28))
CUTTER, SEWER, HELPER, FINISHER = 1, 2, 3, 4
CHAIN = (
    Place(1, CUTTER, ("cutting",), 120, in_days(1), in_days(3)),
    Place(2, SEWER, ("sewing_assembly",), 80, in_days(3), in_days(12), is_lead=True),
    Place(2, HELPER, ("sewing_assembly",), 40, in_days(4), in_days(12)),
    Place(3, FINISHER, ("ironing_finishing",), 120, in_days(12), in_days(14)),
)


def codes(places: Any) -> set[str]:
    return {complaint.code for complaint in complaints(BRIEF, list(places), TODAY)}


def changed(number: int, **values: Any) -> list[Place]:
    return [replace(place, **values) if at == number else place for at, place in enumerate(CHAIN)]


@pytest.fixture
def brief(session: Session) -> Brief:
    designer = make_designer(session, session.get_one(District, 1))
    return make_brief(session, designer, processes=list(WORK))


@pytest.fixture
def makers(session: Session, brief: Brief) -> list[Factory]:
    return [make_factory(session, brief.district) for _place in CHAIN]


@pytest.fixture
def team(session: Session, brief: Brief, makers: list[Factory]) -> Team:
    return build_team(session, brief, placed(makers), TODAY)


def placed(makers: list[Factory]) -> list[Place]:
    return [replace(place, factory_id=maker.id) for place, maker in zip(CHAIN, makers, strict=True)]


def test_a_whole_chain_has_nothing_wrong() -> None:
    assert codes(CHAIN) == set()


@given(st.permutations(range(len(CHAIN))))
def test_the_order_in_which_the_rows_are_written_does_not_matter(order: list[int]) -> None:
    assert codes(CHAIN[number] for number in order) == set()


WRONG: dict[str, Callable[[], list[Place]]] = {
    "team_day_over": lambda: changed(0, starts_on=in_days(-1)),
    "team_days_swapped": lambda: changed(3, due_on=in_days(11)),
    "team_day_too_late": lambda: changed(3, due_on=in_days(29)),
    "team_place_without_work": lambda: changed(3, processes=()),
    "team_work_twice": lambda: changed(3, processes=("ironing_finishing", "cutting")),
    "team_work_missing": lambda: list(CHAIN[:3]),
    "team_too_small": lambda: [replace(CHAIN[1], processes=WORK, quantity=120)],
    "team_pieces_wrong": lambda: changed(2, quantity=41),
    "team_lots_differ": lambda: changed(2, processes=("cutting",)),
    "team_factory_twice": lambda: changed(2, factory_id=SEWER),
    "team_too_early": lambda: changed(3, starts_on=in_days(11)),
    "team_lead_needed": lambda: changed(1, is_lead=False),
}


@pytest.mark.parametrize("code", WRONG)
def test_each_fault_is_found(code: str) -> None:
    assert code in codes(WRONG[code]())


def test_two_who_speak_for_the_team_are_one_too_many() -> None:
    assert codes(changed(0, is_lead=True)) == {"team_lead_needed"}


def test_a_fault_keeps_the_team_from_being_made(session: Session, brief: Brief, makers: list[Factory]) -> None:
    with pytest.raises(Invalid, match="team_not_a_chain"):
        build_team(session, brief, placed(makers)[:3], TODAY)
    assert session.scalars(select(Team)).all() == []


def test_steps_are_counted_from_one_and_each_knows_its_neighbours(team: Team, makers: list[Factory]) -> None:
    assert [member.position for member in team.members] == [1, 2, 2, 3]
    names = [
        ([each.factory_id for each in before], [each.factory_id for each in after])
        for before, after in map(neighbours, team.members)
    ]
    cutter, sewer, helper, finisher = [maker.id for maker in makers]
    assert names == [
        ([], [sewer, helper]), ([cutter], [finisher]), ([cutter], [finisher]), ([sewer, helper], []),
    ]  # fmt: skip


def test_every_member_is_asked_for_its_part(session: Session, team: Team) -> None:
    requests = request_team(session, team, TODAY, deposit_percent=30)
    assert [request.team_member for request in requests] == team.members
    assert [request.factory_id for request in requests] == [member.factory_id for member in team.members]
    assert {request.deposit_offered_percent for request in requests} == {30}
    assert len(session.scalars(select(Case)).all()) == len(requests)
    with pytest.raises(Conflict, match="team_already_asked"):
        request_team(session, team, TODAY)


def test_a_team_counts_as_one_of_the_five(session: Session, brief: Brief, team: Team) -> None:
    alone = [make_factory(session, brief.district).id for _number in range(MAXIMUM_ASKED)]
    request_quotes(session, brief, alone[:-1], TODAY)
    request_team(session, team, TODAY)
    with pytest.raises(Invalid, match="too_many_asked"):
        request_quotes(session, brief, alone[-1:], TODAY)


def test_with_five_waiting_no_team_is_asked(session: Session, brief: Brief, team: Team) -> None:
    request_quotes(session, brief, [make_factory(session, brief.district).id for _n in range(MAXIMUM_ASKED)], TODAY)
    with pytest.raises(Invalid, match="too_many_asked"):
        request_team(session, team, TODAY)


def test_a_member_may_be_asked_alone_too(session: Session, brief: Brief, team: Team) -> None:
    request_team(session, team, TODAY)
    assert request_quotes(session, brief, [team.members[0].factory_id], TODAY)


def test_the_weeks_questions_of_a_member_count_for_each_place_it_holds(
    session: Session, brief: Brief, makers: list[Factory]
) -> None:
    chain = placed(makers)
    chain[3] = replace(chain[3], factory_id=makers[0].id)
    team = build_team(session, brief, chain, TODAY)
    for _number in range(MAXIMUM_PER_FACTORY_AND_WEEK - 1):
        request_quotes(session, make_brief(session, make_designer(session, brief.district)), [makers[0].id], TODAY)
    with pytest.raises(Conflict, match="factory_asked_enough"):
        request_team(session, team, TODAY)


def test_a_team_is_taken_back_whole(session: Session, team: Team) -> None:
    requests = request_team(session, team, TODAY)
    refused = requests[0]
    services.decline(session, refused, DeclineReason.FULL, team.brief.designer.user, TODAY)
    withdraw_request(session, requests[1])
    assert refused.status is RequestStatus.DECLINED
    assert {request.status for request in requests[1:]} == {RequestStatus.WITHDRAWN}


def test_a_team_that_cannot_be_asked_is_asked_not_at_all(session: Session, team: Team) -> None:
    team.members[2].factory.is_display_refused = True
    session.flush()
    with pytest.raises(Conflict, match="factory_not_there"):
        request_team(session, team, TODAY)
    assert session.scalars(select(QuoteRequest)).all() == []


def test_nobody_answers_for_a_part_after_its_day(session: Session, team: Team) -> None:
    request = request_team(session, team, TODAY)[0]
    later = request.answer_by + timedelta(days=1)
    with pytest.raises(Conflict, match="answer_day_over"):
        services.decline(session, request, DeclineReason.FULL, team.brief.designer.user, later)
