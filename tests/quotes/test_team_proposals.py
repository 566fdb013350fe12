"""Proposed teams on the page: shown with picture and table, asked with one button, planned anew after a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.briefs.working_days import is_weekday
from garment_hub.quotes import services
from garment_hub.quotes.comparison import compare
from garment_hub.quotes.dropouts import said_no, staying
from garment_hub.quotes.proposals import Calendar
from garment_hub.quotes.teams import Place, build_team, request_team
from models.brief import Brief
from models.capacity import CapacityWeek, week_of
from models.designer import Designer
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate, FactSource
from models.quote import MAXIMUM_ASKED, DeclineReason, QuoteRequest, RequestStatus
from models.team import Team
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_factory

ClientAs = Callable[[Role | User], Browser]
TODAY = in_days(0)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FIRST_FORM = re.compile(r'id="proposal-1".*?<form.*?</form>', re.DOTALL)
WORK = {"칼재단소": "cutting", "한땀봉제": "sewing_assembly", "마루완성": "ironing_finishing"}


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer, processes=list(WORK.values()), needed_by=in_days(40))


def specialist(session: Session, district: District, name: str, process: str) -> Factory:
    """Does this and, as it says, nothing else; five free days in each of eight weeks."""
    factory = make_factory(session, district, name=name, codes={CapabilityKind.ITEM: ["shirt_blouse"]})
    factory.set_capabilities(CapabilityKind.PROCESS, {process: None})
    for fact in ("process", "capacity"):
        factory.record_fact(fact, FactSource.OWNER, TODAY, is_complete=fact == "process")
    factory.rates = [FactoryRate(pieces_per_day=60)]
    mondays = [week_of(TODAY) + timedelta(weeks=number) for number in range(8)]
    session.add_all(CapacityWeek(factory=factory, starts_on=monday, open_hundredths=500) for monday in mondays)
    session.flush()
    return factory


@pytest.fixture
def makers(session: Session, district: District) -> list[Factory]:
    made = [specialist(session, district, name, process) for name, process in WORK.items()]
    session.commit()
    return made


def address(brief: Brief) -> str:
    return f"/briefs/{brief.id}/team?lang=ko"


def sent_by(page: str) -> dict[str, list[str]]:
    """The fields of the first proposal's form, as a browser would send them."""
    found = FIRST_FORM.search(page)
    assert found
    fields: dict[str, list[str]] = {}
    for name, value in FIELD.findall(found[0]):
        fields.setdefault(name, []).append(value)
    return fields


def test_the_page_offers_a_proposal_and_writes_nothing_to_show_it(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, makers: list[Factory]
) -> None:
    browser = client_as(designer.user)
    assert f"/briefs/{brief.id}/team?propose=yes" in browser.get(address(brief)).text
    page = browser.get(f"{address(brief)}&propose=yes").text
    assert "세 곳이 이어서 만들 수 있어요" in page
    assert page.count("<svg") >= 1 + len(makers)
    assert all(page.count(factory.name) >= 3 for factory in makers)  # picture, bars and table
    assert "대표가 적음" in page
    assert "120장 넘김" in page
    assert "style=" not in page
    assert session.scalar(select(func.count()).select_from(Team)) == 0


def test_one_button_asks_everybody_of_the_proposal(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, makers: list[Factory]
) -> None:
    browser = client_as(designer.user)
    fields = sent_by(browser.get(f"{address(brief)}&propose=yes").text)
    answer = browser.send(address(brief), fields | {"deposit_percent": "30"})
    assert answer.status_code == 303
    requests = session.scalars(select(QuoteRequest).order_by(QuoteRequest.id)).all()
    assert [request.factory_id for request in requests] == [factory.id for factory in makers]
    assert all(factory.name in browser.get(f"{answer.location}&lang=ko").text for factory in makers)


def test_a_proposal_can_be_changed_before_it_is_asked(
    client_as: ClientAs, designer: Designer, brief: Brief, makers: list[Factory]
) -> None:
    page = client_as(designer.user).get(f"{address(brief)}&propose=1").text
    assert "제안대로 채웠어요" in page
    for number, (factory, work) in enumerate(zip(makers, WORK.values(), strict=True)):
        assert re.search(
            rf'name="places-{number}-factory_id".*?<option selected value="{factory.id}">', page, re.DOTALL
        )
        assert re.search(rf'name="places-{number}-processes" value="{work}" checked', page)


def test_where_nobody_fits_the_page_says_so_and_the_table_by_hand_stays(
    client_as: ClientAs, designer: Designer, brief: Brief
) -> None:
    page = client_as(designer.user).get(f"{address(brief)}&propose=yes").text
    assert "맞는 팀을 찾지 못했어요" in page
    assert 'name="places-0-quantity"' in page


@pytest.mark.parametrize("number", ["9", "x", "-1"])
def test_a_proposal_that_is_not_there_leaves_the_others(
    client_as: ClientAs, designer: Designer, brief: Brief, makers: list[Factory], number: str
) -> None:
    assert "proposal-1" in client_as(designer.user).get(f"{address(brief)}&propose={number}").text


def test_staff_read_the_team_and_get_no_proposals(client_as: ClientAs, brief: Brief, makers: list[Factory]) -> None:
    assert "proposal-1" not in client_as(Role.COORDINATOR).get(f"{address(brief)}&propose=yes").text


# -- after a refusal ---------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    team: Team
    requests: list[QuoteRequest]
    spare: Factory


@pytest.fixture
def asked(session: Session, district: District, brief: Brief, makers: list[Factory]) -> Asked:
    """A team of three; the sewer has refused, and the cutter has named a price."""
    days = [(1, 4), (5, 12), (13, 16)]
    places = [
        Place(number, factory.id, (work,), 120, in_days(first), in_days(last), is_lead=number == 2)
        for number, (factory, work, (first, last)) in enumerate(zip(makers, WORK.values(), days, strict=True), 1)
    ]
    team = build_team(session, brief, places, TODAY)
    requests = request_team(session, team, TODAY)
    services.decline(session, requests[1], DeclineReason.FULL, brief.designer.user, TODAY)
    spare = specialist(session, district, "두땀봉제", "sewing_assembly")
    session.commit()
    return Asked(team, requests, spare)


def test_the_others_stay_where_one_has_refused(session: Session, brief: Brief, asked: Asked) -> None:
    kept = [asked.team.members[0], asked.team.members[2]]
    assert sorted(member.id for member in staying(session, asked.team, TODAY)) == [member.id for member in kept]
    assert said_no(session, brief) == {asked.requests[1].factory_id}
    assert staying(session, asked.team, in_days(2)) == kept[1:]
    services.withdraw_request(session, asked.requests[0])
    assert staying(session, asked.team, TODAY) == []


def test_a_new_plan_is_offered_and_asks_only_who_is_new(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, asked: Asked
) -> None:
    browser = client_as(designer.user)
    assert f"/briefs/{brief.id}/team?propose=yes" in browser.get(f"/briefs/{brief.id}/quotes?lang=ko").text
    page = browser.get(f"{address(brief)}&propose=yes").text
    assert page.count("물어본 그대로") == 2
    assert browser.send(address(brief), sent_by(page)).status_code == 303
    session.expire_all()
    cutter, sewer, finisher = asked.requests
    new = session.scalars(select(QuoteRequest).where(QuoteRequest.factory_id == asked.spare.id)).one()
    team = session.scalars(select(Team).order_by(Team.id.desc())).first()
    assert team
    assert [member.id for member in team.members] == [
        cutter.team_member_id,
        new.team_member_id,
        finisher.team_member_id,
    ]
    assert (cutter.status, sewer.status, new.status) == (
        RequestStatus.OPEN, RequestStatus.DECLINED, RequestStatus.OPEN,
    )  # fmt: skip
    assert session.scalar(select(func.count()).select_from(QuoteRequest)) == 4


def anew(session: Session, brief: Brief, asked: Asked, **changes: int) -> Team:
    """The same chain with the newcomer in the refuser's place."""
    places = [
        Place(
            member.position,
            asked.spare.id if number == 1 else member.factory_id,
            tuple(member.processes),
            member.quantity,
            member.starts_on,
            member.due_on + timedelta(days=changes.get("later", 0) if number == 2 else 0),
            member.is_lead,
        )
        for number, member in enumerate(asked.team.members)
    ]
    return build_team(session, brief, places, TODAY)


def test_the_broken_plan_is_no_offer_any_more_and_its_refusal_stays_to_be_read(
    session: Session, brief: Brief, asked: Asked
) -> None:
    made = request_team(session, anew(session, brief, asked), TODAY)
    found = compare(session.scalars(select(QuoteRequest).order_by(QuoteRequest.id)).all(), TODAY)
    assert [offer.requests for offer in found.teams] == [made]
    assert found.refusals == [(DeclineReason.FULL, [asked.requests[1]])]


def test_whose_days_change_is_asked_anew_and_the_old_question_is_taken_back(
    session: Session, brief: Brief, asked: Asked
) -> None:
    made = request_team(session, anew(session, brief, asked, later=2), TODAY)
    assert made[0] is asked.requests[0]
    assert made[2] is not asked.requests[2]
    assert asked.requests[2].status is RequestStatus.WITHDRAWN


def test_a_whole_team_keeps_its_questions_when_another_is_asked(
    session: Session, district: District, brief: Brief, makers: list[Factory]
) -> None:
    places = [
        Place(number, factory.id, (work,), 120, in_days(number), in_days(number), is_lead=number == 1)
        for number, (factory, work) in enumerate(zip(makers, WORK.values(), strict=True), 1)
    ]
    first = request_team(session, build_team(session, brief, places, TODAY), TODAY)
    second = request_team(session, build_team(session, brief, places, TODAY), TODAY)
    assert not set(first) & set(second)
    assert {request.status for request in first} == {RequestStatus.OPEN}


def test_after_a_second_refusal_those_who_stay_go_over_again(
    session: Session, district: District, brief: Brief, asked: Asked
) -> None:
    first = anew(session, brief, asked)
    made = request_team(session, first, TODAY)
    services.decline(session, made[1], DeclineReason.PRICE, brief.designer.user, TODAY)
    again = request_team(session, anew(session, brief, replace(asked, spare=asked.team.members[1].factory)), TODAY)
    assert [again[0], again[2]] == [made[0], made[2]]
    assert again[1] not in (made[1], asked.requests[1])


def test_a_new_plan_counts_as_one_of_those_that_may_wait(
    session: Session, district: District, brief: Brief, asked: Asked
) -> None:
    alone = [make_factory(session, district).id for _number in range(MAXIMUM_ASKED - 1)]
    services.request_quotes(session, brief, alone, TODAY)
    assert len(request_team(session, anew(session, brief, asked), TODAY)) == 3


# -- the picture -------------------------------------------------------------------------------------------------------


def test_a_picture_shows_whole_weeks_and_their_days_off() -> None:
    monday = date(2026, 3, 2)
    calendar = Calendar(monday, monday + timedelta(days=13))
    assert [day for _at, day in calendar.weeks] == [monday, monday + timedelta(weeks=1)]
    assert [at for at, _day in calendar.weeks] == [0.0, 50.0]
    assert calendar.rests(is_weekday) == [(35.71, 14.29), (85.71, 14.29)]
    long = Calendar(monday, monday + timedelta(weeks=30, days=-1))
    assert len(long.weeks) <= 8
