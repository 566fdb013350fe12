"""The pages of teams: put together row by row, asked, answered part by part, and chosen together."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.brief import Brief
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory, FactSource
from models.quote import QuoteRequest, RequestStatus
from models.team import Team
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_user
from tests.recommendations.shops import able_factory

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
Fields = dict[str, Any]


@pytest.fixture
def designer(session: Session) -> Designer:
    return make_designer(session, session.get_one(District, 1))


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer, budget_per_piece_krw=12_000)


@pytest.fixture
def factories(session: Session, brief: Brief) -> list[Factory]:
    made = [
        make_factory(session, brief.district, owner=make_user(session, Role.FACTORY_OWNER, brief.district), name=name)
        for name in ("칼재단소", "한땀봉제", "두땀봉제")
    ]
    session.commit()
    return made


def row(number: int, step: int, factory: Factory, work: str, pieces: int, days: tuple[int, int]) -> Fields:
    values = {
        "step": step,
        "factory_id": factory.id,
        "processes": work,
        "quantity": pieces,
        "starts_on": in_days(days[0]).isoformat(),
        "due_on": in_days(days[1]).isoformat(),
    }
    return {f"places-{number}-{name}": str(value) for name, value in values.items()}


def table(factories: list[Factory]) -> Fields:
    cutter, one, two = factories
    return (
        row(0, 1, cutter, "cutting", 120, (1, 3))
        | row(1, 2, one, "sewing_assembly", 80, (3, 12))
        | row(2, 2, two, "sewing_assembly", 40, (3, 12))
        | {"lead": "1"}
    )


@pytest.fixture
def asked(client_as: ClientAs, session: Session, brief: Brief, factories: list[Factory]) -> list[QuoteRequest]:
    answer = client_as(brief.designer.user).send(f"/briefs/{brief.id}/team", table(factories))
    assert answer.status_code == 303
    found = list(session.scalars(select(QuoteRequest).order_by(QuoteRequest.id)))
    session.commit()
    return found


def test_the_table_begins_with_the_work_of_the_brief(client_as: ClientAs, designer: Designer, brief: Brief) -> None:
    page = client_as(designer.user).get(f"/briefs/{brief.id}/team?lang=ko").text
    for number, work in enumerate(brief.processes):
        assert re.search(rf'name="places-{number}-processes" value="{work}" checked', page)
        assert re.search(rf'name="places-{number}-quantity"[^>]* value="120"', page)


def test_every_row_of_the_table_is_asked_and_a_second_tap_asks_nobody(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, factories: list[Factory]
) -> None:
    browser, address = client_as(designer.user), f"/briefs/{brief.id}/team"
    sent = table(factories) | {"form_token": "one", "deposit_percent": "30"}
    first, again = browser.send(address, sent), browser.send(address, sent)
    assert (first.status_code, first.location) == (303, again.location)
    requests = session.scalars(select(QuoteRequest)).all()
    assert [request.factory_id for request in requests] == [factory.id for factory in factories]
    assert {request.deposit_offered_percent for request in requests} == {30}
    page = browser.get(f"{first.location}&lang=ko").text
    assert all(factory.name in page for factory in factories)
    assert browser.send(address, sent | {"lead": "0"}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"places-2-quantity": "41"}, "의뢰 장수와 달라요"),
        ({"places-2-quantity": "마흔"}, "숫자로 적어 주세요"),
        ({"places-1-starts_on": ""}, "적어 주세요"),
        ({"places-1-starts_on": in_days(2).isoformat()}, "앞 순서가 끝나기 전"),
        ({"places-0-processes": "embroidery"}, "골라 주세요"),
        ({"places-0-factory_id": ""}, "아직 맡은 곳이 없어요"),
        ({"lead": ""}, "대표 공장을 한 곳"),
        ({"lead": "5"}, "대표 공장을 한 곳"),
        ({"places-0-factory_id": "99999999999999"}, "아직 맡은 곳이 없어요"),
        ({"places-0-step": "9"}, ""),
    ],
)
def test_what_is_wrong_is_named_and_what_was_chosen_stays(
    client_as: ClientAs,
    session: Session,
    designer: Designer,
    brief: Brief,
    factories: list[Factory],
    wrong: Fields,
    words: str,
) -> None:
    page = client_as(designer.user).send(f"/briefs/{brief.id}/team?lang=ko", table(factories) | wrong)
    assert page.status_code == 422
    assert "<title>오류:" in page.text
    assert words in page.text
    assert re.search(rf'<option selected value="{factories[1].id}">한땀봉제', page.text)
    assert session.scalars(select(Team)).all() == []


def test_a_factory_that_cannot_be_asked_leaves_no_team_behind(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, factories: list[Factory]
) -> None:
    factories[0].is_display_refused = True
    session.commit()
    assert client_as(designer.user).send(f"/briefs/{brief.id}/team", table(factories)).status_code == 409
    assert session.scalars(select(Team)).all() == []


def test_a_factory_is_found_by_its_name_and_nothing_filled_in_is_lost(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, factories: list[Factory]
) -> None:
    from garment_hub.factories.services import refresh_search_text

    for factory in factories:
        refresh_search_text(factory)
    session.commit()
    browser, address = client_as(designer.user), f"/briefs/{brief.id}/team"
    sent = row(0, 1, factories[1], "cutting", 77, (1, 3)) | {"name": "칼재단", "action": "find"}
    page = browser.send(address, sent)
    assert page.status_code == 200
    assert re.search(rf'<option value="{factories[0].id}">칼재단소', page.text)
    assert re.search(r'name="places-0-quantity"[^>]* value="77"', page.text)


def test_a_member_reads_its_part_and_who_is_before_and_after(
    client_as: ClientAs, factories: list[Factory], asked: list[QuoteRequest]
) -> None:
    owner = factories[1].owner
    assert owner
    page = client_as(owner).get(f"/quote-requests/{asked[1].id}?lang=ko").text
    assert "80장" in page
    assert "칼재단소" in page
    assert "두땀봉제" not in page
    assert "12,000원" not in page  # that is for the whole garment
    assert "할 수 있어요 (값은 나중에)" in page


def test_a_team_is_chosen_together_once_all_have_named_their_price(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, asked: list[QuoteRequest]
) -> None:
    browser, address = client_as(designer.user), f"/briefs/{brief.id}/quotes?lang=ko"
    sent = {"answer": "possible", "unit_price_krw": "1,000"}
    for request in asked:
        assert "이 팀으로 정하기" not in browser.get(address).text
        owner, member = request.factory.owner, request.team_member
        assert owner
        assert member
        day = {"ready_on": member.due_on.isoformat()}
        assert client_as(owner).send(f"/quote-requests/{request.id}/quote", sent | day).status_code == 303
    page = browser.get(address).text
    assert "이 팀으로 정하기" in page
    session.expire_all()
    quotes = [str(request.quote.id) for request in asked if request.quote]
    assert re.findall(r'name="quote_id" value="(\d+)"', page) == quotes
    assert "264,000원" in page  # (120 + 80 + 40) pieces at 1,000 won and the VAT


def test_a_refusal_of_one_part_opens_the_way_to_another_team(
    client_as: ClientAs, designer: Designer, brief: Brief, asked: list[QuoteRequest]
) -> None:
    owner = asked[0].factory.owner
    assert owner
    assert client_as(owner).send(f"/quote-requests/{asked[0].id}/decline", {"reason": "full"}).status_code == 303
    browser = client_as(designer.user)
    page = browser.get(f"/briefs/{brief.id}/quotes?lang=ko").text
    assert "팀 바꾸기" in page
    again = browser.get(f"/briefs/{brief.id}/team").text
    assert all(f'<option selected value="{request.factory_id}">' in again for request in asked)


def test_a_team_is_taken_back_with_one_button(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, asked: list[QuoteRequest]
) -> None:
    browser = client_as(designer.user)
    page = browser.get(f"/briefs/{brief.id}/quotes").text
    (button,) = re.findall(r'action="(/quote-requests/\d+/withdraw)"', page)
    assert browser.send(button).status_code == 303
    session.expire_all()
    assert {request.status for request in asked} == {RequestStatus.WITHDRAWN}


@pytest.fixture
def specialists(session: Session, brief: Brief) -> list[Factory]:
    """One shop that only cuts, one that sews and finishes; neither can do all of it."""
    cutter, sewer = (able_factory(session, brief.district, name=name) for name in ("가위집", "박음집"))
    for factory, kept in ((cutter, {"cutting"}), (sewer, {"sewing_assembly", "ironing_finishing"})):
        factory.capabilities = [one for one in factory.capabilities if one.kind != "process" or one.code in kept]
        factory.record_fact("process", FactSource.OWNER, today_in_seoul(), is_complete=True)
    session.commit()
    return [cutter, sewer]


def _hidden_fields(page: str) -> Fields:
    form = page[page.index('id="proposal-1"') :]
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values for name, values in fields.items() if name != "csrf_token"}


def test_a_proposed_team_is_drawn_and_asked_with_one_button(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, specialists: list[Factory]
) -> None:
    browser = client_as(designer.user)
    page = browser.get(f"/briefs/{brief.id}/team?propose=yes&lang=ko").text
    assert "<svg" in page and all(page.count(factory.name) >= 2 for factory in specialists)
    answer = browser.send(f"/briefs/{brief.id}/team", _hidden_fields(page))
    assert answer.status_code == 303
    asked = session.scalars(select(QuoteRequest).where(QuoteRequest.brief_id == brief.id)).all()
    assert {request.factory_id for request in asked} == {factory.id for factory in specialists}
    (team,) = session.scalars(select(Team)).all()
    assert sorted(code for member in team.members for code in member.processes) == sorted(brief.processes)


def test_a_proposal_fills_the_table_so_that_it_can_be_changed(
    client_as: ClientAs, designer: Designer, brief: Brief, specialists: list[Factory]
) -> None:
    page = client_as(designer.user).get(f"/briefs/{brief.id}/team?propose=1").text
    assert all(f'<option selected value="{factory.id}">' in page for factory in specialists)


def test_who_refused_is_not_proposed_again(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, specialists: list[Factory]
) -> None:
    browser = client_as(designer.user)
    browser.send(f"/briefs/{brief.id}/team", _hidden_fields(browser.get(f"/briefs/{brief.id}/team?propose=yes").text))
    request = session.scalars(select(QuoteRequest).where(QuoteRequest.factory_id == specialists[0].id)).one()
    request.status = RequestStatus.DECLINED
    session.commit()
    page = browser.get(f"/briefs/{brief.id}/team?propose=yes&lang=ko").text
    assert "proposal-1" not in page and "맞는 팀을 찾지 못했어요" in page


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_the_pages_stand_in_every_language(
    client_as: ClientAs, designer: Designer, brief: Brief, asked: list[QuoteRequest], language: str
) -> None:
    owner = asked[0].factory.owner
    assert owner
    visits: list[tuple[User | Role, str]] = [
        (designer.user, f"/briefs/{brief.id}/team"),
        (Role.COORDINATOR, f"/briefs/{brief.id}/team"),
        (designer.user, f"/briefs/{brief.id}/quotes"),
        (owner, f"/quote-requests/{asked[0].id}"),
        (owner, f"/quote-requests/{asked[0].id}/quote"),
        (owner, "/quote-requests"),
    ]
    answers = [client_as(person).get(f"{address}?lang={language}") for person, address in visits]
    assert {answer.status_code for answer in answers} == {200}
    assert all("%(" not in answer.text and "%%" not in answer.text for answer in answers)
