"""The pages of asking and answering: who sees whose telephone, second taps, what has to be corrected."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from garment_hub.briefs.services import withdraw_brief
from garment_hub.quotes.services import request_quotes
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.quote import DeclineReason, QuoteRequest, RequestStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_user

ClientAs = Callable[[Role | User], Browser]
OWNER_PHONE, DESIGNER_PHONE = "01000001111", "01000002222"
OWNER_SPOKEN, DESIGNER_SPOKEN = "010-0000-1111", "010-0000-2222"


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def owner(session: Session, district: District) -> User:
    return make_user(session, Role.FACTORY_OWNER, district, phone=OWNER_PHONE)


@pytest.fixture
def factory(session: Session, district: District, owner: User) -> Factory:
    return make_factory(session, district, owner=owner)


@pytest.fixture
def designer(session: Session, district: District) -> Designer:
    return make_designer(session, district, user=make_user(session, Role.DESIGNER, district, phone=DESIGNER_PHONE))


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer, budget_per_piece_krw=12_000, price_includes=["cutting"])


@pytest.fixture
def asked(session: Session, brief: Brief, factory: Factory) -> QuoteRequest:
    request = request_quotes(session, brief, [factory.id], today_in_seoul())[0]
    session.commit()
    return request


def form_on(page: str, action: str, at: int = 0) -> dict[str, Any]:
    """What the browser would send from the ``at``-th form to this address: hidden inputs as they stand."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[at])
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def status_of(session: Session, request: QuoteRequest) -> RequestStatus:
    session.refresh(request)
    session.commit()
    return request.status


def test_one_tap_takes_the_asked_price_and_day(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session
) -> None:
    browser = client_as(owner)
    address = f"/quote-requests/{asked.id}"
    page = browser.get(f"{address}?lang=ko").text
    assert "하실 수 있으세요" in page
    answer = browser.send(f"{address}/quote", form_on(page, f"{address}/quote"))
    assert answer.status_code == 303
    assert status_of(session, asked) is RequestStatus.ANSWERED
    assert asked.quote
    assert (asked.quote.unit_price_krw, asked.quote.ready_on) == (12_000, asked.brief.needed_by)
    assert asked.quote.price_includes == ["cutting"]


def test_a_second_tap_of_the_same_form_leads_to_the_same_place_and_another_answer_is_refused(
    client_as: ClientAs, owner: User, asked: QuoteRequest
) -> None:
    browser = client_as(owner)
    address = f"/quote-requests/{asked.id}"
    page = browser.get(address).text
    sent = form_on(page, f"{address}/quote")
    first, again = browser.send(f"{address}/quote", sent), browser.send(f"{address}/quote", sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    refusal = form_on(page, f"{address}/decline") | {"reason": "price"}
    assert browser.send(f"{address}/decline", refusal).status_code == 409
    assert browser.send(f"{address}/quote", sent | {"form_token": "another"}).status_code == 409


def test_telephones_are_shown_once_the_factory_has_said_yes(
    client_as: ClientAs, owner: User, designer: Designer, asked: QuoteRequest
) -> None:
    owners, designers = client_as(owner), client_as(designer.user)
    request, compare = f"/quote-requests/{asked.id}", f"/briefs/{asked.brief_id}/quotes"
    assert DESIGNER_SPOKEN not in owners.get(request).text
    assert DESIGNER_SPOKEN not in owners.get(f"/briefs/{asked.brief_id}").text
    assert OWNER_SPOKEN not in designers.get(compare).text
    owners.send(f"{request}/quote", form_on(owners.get(request).text, f"{request}/quote"))
    assert DESIGNER_SPOKEN in owners.get(request).text
    assert OWNER_SPOKEN in designers.get(compare).text


def test_a_refusal_shows_no_telephone_and_its_reason_to_the_designer(
    client_as: ClientAs, owner: User, designer: Designer, asked: QuoteRequest, session: Session
) -> None:
    owners = client_as(owner)
    request = f"/quote-requests/{asked.id}"
    assert owners.send(f"{request}/decline", {"reason": "price"}).status_code == 303
    assert status_of(session, asked) is RequestStatus.DECLINED
    page = client_as(designer.user).get(f"/briefs/{asked.brief_id}/quotes?lang=ko").text
    assert "단가" in page
    assert "한 곳" in page
    assert OWNER_SPOKEN not in page
    assert DESIGNER_SPOKEN not in owners.get(request).text


@pytest.mark.parametrize("reason", ["", "boring", "x" * 100_000])
def test_a_refusal_without_a_known_reason_is_not_taken(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session, reason: str
) -> None:
    assert client_as(owner).send(f"/quote-requests/{asked.id}/decline", {"reason": reason}).status_code == 422
    assert status_of(session, asked) is RequestStatus.OPEN


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"condition": ""}, "condition"),
        ({"condition": "x" * 1_000_000}, "condition"),
        ({"unit_price_krw": "0"}, "unit_price_krw"),
        ({"unit_price_krw": "비싸요"}, "unit_price_krw"),
        ({"unit_price_krw": ""}, "unit_price_krw"),
        ({"ready_on": "2020-01-01"}, "ready_on"),
        ({"ready_on": ""}, "ready_on"),
        ({"price_includes": "magic"}, "price_includes"),
        ({"vat": "half"}, "vat"),
    ],
)
def test_a_wrong_answer_is_named_and_what_was_typed_stays(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session, wrong: dict[str, str], field: str
) -> None:
    sent = {
        "answer": "conditional",
        "condition": "한 주 늦게",
        "unit_price_krw": "13500",
        "ready_on": in_days(30).isoformat(),
        "remark": "나나인치도 해요",
    }
    page = client_as(owner).send(f"/quote-requests/{asked.id}/quote?lang=ko", sent | wrong)
    assert page.status_code == 422
    assert "<title>오류:" in page.text
    assert f'href="#conditional-{field}"' in page.text
    assert f'id="conditional-{field}"' in page.text
    assert "나나인치도 해요" in page.text
    assert re.search(r"<details[^>]* open", page.text)
    assert status_of(session, asked) is RequestStatus.OPEN


def test_an_unknown_kind_of_answer_is_refused(client_as: ClientAs, owner: User, asked: QuoteRequest) -> None:
    sent = {"answer": "maybe", "unit_price_krw": "1", "ready_on": in_days(3).isoformat()}
    assert client_as(owner).send(f"/quote-requests/{asked.id}/quote", sent).status_code == 422


def test_without_an_asked_price_the_owner_names_one(
    client_as: ClientAs, owner: User, brief: Brief, asked: QuoteRequest, session: Session
) -> None:
    brief.budget_per_piece_krw = None
    browser = client_as(owner)
    address = f"/quote-requests/{asked.id}"
    page = browser.get(address).text
    assert 'id="possible-unit_price_krw"' in page
    sent = form_on(page, f"{address}/quote") | {"ready_on": in_days(20).isoformat()}
    assert browser.send(f"{address}/quote", sent).status_code == 422
    assert browser.send(f"{address}/quote", sent | {"unit_price_krw": "9,500"}).status_code == 303
    assert status_of(session, asked) is RequestStatus.ANSWERED
    assert asked.quote
    assert asked.quote.unit_price_krw == 9500


def test_a_withdrawn_request_can_no_longer_be_answered(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session
) -> None:
    withdraw_brief(session, asked.brief)
    browser = client_as(owner)
    page = browser.get(f"/quote-requests/{asked.id}")
    assert page.status_code == 200
    assert 'name="reason"' not in page.text
    assert browser.send(f"/quote-requests/{asked.id}/decline", {"reason": "full"}).status_code == 409


def test_the_centre_answers_for_a_factory_without_an_owner_and_is_named(
    client_as: ClientAs, session: Session, district: District, brief: Brief
) -> None:
    unclaimed = make_factory(session, district)
    request = request_quotes(session, brief, [unclaimed.id], today_in_seoul())[0]
    coordinator = make_user(session, Role.COORDINATOR, district)
    browser = client_as(coordinator)
    assert unclaimed.name in browser.get("/quote-requests").text
    address = f"/quote-requests/{request.id}"
    browser.send(f"{address}/quote", form_on(browser.get(address).text, f"{address}/quote"))
    assert status_of(session, request) is RequestStatus.ANSWERED
    assert request.quote
    assert request.quote.answered_by_id == coordinator.id


def test_the_centre_leaves_an_owners_answer_to_the_owner(client_as: ClientAs, asked: QuoteRequest) -> None:
    for role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        browser = client_as(role)
        assert asked.factory.name not in browser.get("/quote-requests").text
        assert 'name="reason"' not in browser.get(f"/quote-requests/{asked.id}").text
        assert browser.send(f"/quote-requests/{asked.id}/decline", {"reason": "full"}).status_code == 403


def test_the_inbox_holds_own_requests_only(
    client_as: ClientAs, session: Session, district: District, owner: User, asked: QuoteRequest
) -> None:
    other = make_user(session, Role.FACTORY_OWNER, district)
    make_factory(session, district, owner=other)
    assert f'href="/quote-requests/{asked.id}"' in client_as(owner).get("/quote-requests").text
    assert f'href="/quote-requests/{asked.id}"' not in client_as(other).get("/quote-requests").text


def test_a_factory_is_asked_with_an_open_brief_or_a_new_one(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, factory: Factory
) -> None:
    draft = make_brief(session, designer, status=BriefStatus.DRAFT)
    browser = client_as(designer.user)
    page = browser.get(f"/factories/{factory.id}/ask").text
    action = f"/briefs/{brief.id}/quote-requests"
    assert f'href="/briefs/new?factory={factory.id}"' in page
    assert f"/briefs/{draft.id}/" not in page
    answer = browser.send(action, form_on(page, action))
    assert answer.status_code == 303
    assert factory.name in browser.get(answer.location).text
    assert action not in browser.get(f"/factories/{factory.id}/ask").text


def test_the_factory_a_new_brief_was_begun_for_is_remembered_to_the_end(
    client_as: ClientAs, designer: Designer, factory: Factory
) -> None:
    browser = client_as(designer.user)
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get(f"/briefs/new?factory={factory.id}").text)
    assert token
    made = browser.send("/briefs", {"item": "dress", "factory": str(factory.id), "form_token": token[1]})
    step2 = browser.send(made.location, {"quantity": "60", "needed_by": in_days(40).isoformat(), "action": "next"})
    step3 = browser.send(step2.location, {"processes": "sewing_assembly", "action": "next"})
    publish = re.search(r'action="([^"]+/publish[^"]*)"', browser.get(step3.location).text)
    assert publish
    assert browser.send(publish[1]).location.startswith(f"/factories/{factory.id}/ask?brief=")


@pytest.mark.parametrize("factory_ids", [[], ["nonsense"]])
def test_asking_nobody_is_refused(
    client_as: ClientAs, designer: Designer, brief: Brief, factory_ids: list[str]
) -> None:
    page = client_as(designer.user).send(f"/briefs/{brief.id}/quote-requests", {"factory": factory_ids})
    assert page.status_code == 422


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_the_pages_stand_in_every_language(
    client_as: ClientAs, session: Session, owner: User, designer: Designer, asked: QuoteRequest, language: str
) -> None:
    refused = request_quotes(
        session, asked.brief, [make_factory(session, asked.factory.district).id], today_in_seoul()
    )[0]
    refused.move_to(RequestStatus.DECLINED)
    refused.decline_reason = DeclineReason.OTHER
    owners = client_as(owner)
    address = f"/quote-requests/{asked.id}"
    owners.send(f"{address}/quote", form_on(owners.get(address).text, f"{address}/quote"))
    pages = [
        owners.get(f"{path}?lang={language}") for path in ("/quote-requests", address, f"/briefs/{asked.brief_id}")
    ]
    designers = client_as(designer.user)
    pages += [
        designers.get(f"{path}?lang={language}")
        for path in (f"/briefs/{asked.brief_id}/quotes", f"/factories/{asked.factory_id}/ask")
    ]
    assert {page.status_code for page in pages} == {200}
    assert all("%(" not in page.text and "%%" not in page.text for page in pages)
