"""The factory's pages: one tap, the longer form, refusals, held days, and who sees whose telephone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from garment_hub.briefs.services import withdraw_brief
from garment_hub.quotes.services import request_quotes
from garment_hub.recommendations.services import recommend_for_brief
from models.brief import Brief, BriefStatus
from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.designer import Designer
from models.district import District
from models.factory import CapabilityKind, FactoryRate
from models.quote import DeclineReason, NotChosenReason, QuoteRequest, RequestStatus
from models.user import Role, User
from tests.builders import (
    in_days,
    make_brief,
    make_factory,
    make_user,
)
from tests.quotes.sending import DESIGNER_SPOKEN, DETAILS, OWNER_SPOKEN, ClientAs, answer, form_on, status_of

pytestmark = pytest.mark.slow


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
    assert browser.send(f"{address}/quote", sent | {"remark": "another content"}).status_code == 409


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


@pytest.mark.parametrize("reason", ["", "boring", "x" * 100_000])
def test_a_refusal_without_a_known_reason_is_not_taken(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session, reason: str
) -> None:
    assert client_as(owner).send(f"/quote-requests/{asked.id}/decline", {"reason": reason}).status_code == 422
    assert status_of(session, asked) is RequestStatus.OPEN


def test_the_longer_form_keeps_all_that_was_said(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session
) -> None:
    browser = client_as(owner)
    address = f"/quote-requests/{asked.id}/quote"
    page = browser.get(f"{address}?answer=conditional").text
    sent = form_on(page, address) | DETAILS
    assert browser.send(address, sent).status_code == 303
    session.refresh(asked)
    quote = asked.quote
    assert quote
    assert (quote.answer, quote.condition, quote.remark) == ("conditional", "한 주 늦게", "나나인치도 해요")
    assert (quote.price_includes, quote.extras, quote.unit_price_krw) == (["cutting"], {"packing": 300}, 13_500)
    assert (quote.sample_fee_krw, quote.sample_on, quote.is_sample_fee_deducted) == (80_000, in_days(6), True)
    assert (quote.work_hundredths, quote.tolerance_pieces, quote.defects) == (350, 3, "remake")
    assert (quote.deposit_percent, quote.balance, quote.balance_days) == (30, "after_handover", 7)
    assert (quote.ready_on, quote.valid_until) == (in_days(20), in_days(10))


def test_what_is_not_said_stays_open(client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session) -> None:
    sent = {"answer": "possible", "unit_price_krw": "9000", "ready_on": in_days(20).isoformat()}
    assert client_as(owner).send(f"/quote-requests/{asked.id}/quote", sent).status_code == 303
    session.refresh(asked)
    quote = asked.quote
    assert quote
    assert (quote.price_includes, quote.extras, quote.deposit_percent, quote.balance) == ([], {}, None, None)
    assert (quote.tolerance_pieces, quote.defects, quote.sample_fee_krw, quote.work_hundredths) == (None,) * 4
    assert quote.valid_until == in_days(14)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"condition": ""}, "condition"),
        ({"condition": "x" * 1_000_000}, "condition"),
        ({"unit_price_krw": "0"}, "unit_price_krw"),
        ({"unit_price_krw": "비싸요"}, "unit_price_krw"),
        ({"answer": "possible", "unit_price_krw": ""}, "unit_price_krw"),
        ({"ready_on": "2020-01-01"}, "ready_on"),
        ({"answer": "possible", "ready_on": ""}, "ready_on"),
        ({"vat": "half"}, "vat"),
        ({"work_cutting": "magic"}, "work_cutting"),
        ({"extra_packing": ""}, "extra_packing"),
        ({"extra_packing": "많이"}, "extra_packing"),
        ({"extra_cutting": "100"}, "extra_cutting"),
        ({"sample_fee_krw": "-1"}, "sample_fee_krw"),
        ({"sample_on": in_days(21).isoformat()}, "sample_on"),
        ({"work_days": "0"}, "work_days"),
        ({"work_days": "사흘"}, "work_days"),
        ({"tolerance_pieces": "-1"}, "tolerance_pieces"),
        ({"defects": "ignore"}, "defects"),
        ({"deposit_percent": "101"}, "deposit_percent"),
        ({"balance": "never"}, "balance"),
        ({"balance_days": "61"}, "balance_days"),
        ({"valid_until": in_days(29).isoformat()}, "valid_until"),
        ({"valid_until": in_days(-1).isoformat()}, "valid_until"),
    ],
)
def test_a_wrong_answer_is_named_and_what_was_typed_stays(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session, wrong: dict[str, str], field: str
) -> None:
    page = client_as(owner).send(f"/quote-requests/{asked.id}/quote?lang=ko", DETAILS | wrong)
    assert page.status_code == 422
    assert "<title>오류:" in page.text
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    assert "나나인치도 해요" in page.text
    assert status_of(session, asked) is RequestStatus.OPEN


def test_an_unknown_kind_of_answer_is_refused(client_as: ClientAs, owner: User, asked: QuoteRequest) -> None:
    sent = {"answer": "maybe", "unit_price_krw": "1", "ready_on": in_days(3).isoformat()}
    assert client_as(owner).send(f"/quote-requests/{asked.id}/quote", sent).status_code == 422


def test_without_an_asked_price_the_owner_says_yes_first_and_names_it_later(
    client_as: ClientAs, owner: User, designer: Designer, brief: Brief, asked: QuoteRequest, session: Session
) -> None:
    brief.budget_per_piece_krw = None
    browser, address = client_as(owner), f"/quote-requests/{asked.id}"
    page = browser.get(f"{address}?lang=ko").text
    assert "할 수 있어요 (값은 나중에)" in page
    assert browser.send(f"{address}/quote", form_on(page, f"{address}/quote")).status_code == 303
    assert status_of(session, asked) is RequestStatus.ANSWERED
    assert asked.quote
    assert not asked.quote.is_binding
    page = browser.get(address).text
    assert "아직 아무것도 약속되지 않았어요" in page
    assert 'action="/orders"' not in client_as(designer.user).get(f"/briefs/{brief.id}/quotes").text
    sent = form_on(page, f"{address}/quote") | {"ready_on": in_days(20).isoformat(), "unit_price_krw": "만원"}
    refused = browser.send(f"{address}/quote", sent)
    assert refused.status_code == 422
    assert "만원" in refused.text
    assert browser.send(f"{address}/quote", sent | {"unit_price_krw": "9,500"}).status_code == 303
    session.refresh(asked)
    assert asked.quote.unit_price_krw == 9500
    assert asked.quote.price_includes == ["cutting"]
    assert 'action="/orders"' in client_as(designer.user).get(f"/briefs/{brief.id}/quotes").text


def test_an_answer_after_its_day_is_refused_in_words_and_shown_again(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session
) -> None:
    browser, address = client_as(owner), f"/quote-requests/{asked.id}"
    last_week = form_on(browser.get(address).text, f"{address}/quote")
    asked.answer_by = in_days(-1)
    session.commit()
    for sent in (DETAILS, last_week | {"remark": "나나인치도 해요"}):
        page = browser.send(f"{address}/quote?lang=ko", sent)
        assert page.status_code == 409
        assert "센터에 전화하시면 이어서 도와드려요" in page.text
    assert "나나인치도 해요" in browser.send(f"{address}/quote", DETAILS).text
    assert browser.send(f"{address}/decline", {"reason": "full"}).status_code == 409
    assert "까지였어요" in browser.get(address).text
    assert status_of(session, asked) is RequestStatus.OPEN


def test_a_refusal_says_at_which_price_and_from_which_day_it_could(
    client_as: ClientAs, owner: User, designer: Designer, asked: QuoteRequest, session: Session
) -> None:
    browser, address = client_as(owner), f"/quote-requests/{asked.id}/decline"
    wrong = browser.send(address, {"reason": "price", "could_at_krw": "비싸게", "could_from_on": "2020-01-01"})
    assert wrong.status_code == 422
    assert "비싸게" in wrong.text
    assert re.search(r"<details[^>]* open", wrong.text)
    good = {"reason": "price", "could_at_krw": "14,000", "could_from_on": in_days(12).isoformat()}
    assert browser.send(address, good).status_code == 303
    assert (status_of(session, asked), asked.could_at_krw) == (RequestStatus.DECLINED, 14_000)
    assert "14,000원이면" in client_as(designer.user).get(f"/briefs/{asked.brief_id}/quotes?lang=ko").text


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
    sent = form_on(browser.get(address).text, f"{address}/quote")
    assert browser.send(f"{address}/quote", sent).status_code == 422
    assert browser.send(f"{address}/decline", {"reason": "full"}).status_code == 422
    assert status_of(session, request) is RequestStatus.OPEN
    assert browser.send(f"{address}/quote", sent | {"heard": "오늘 아침 전화로"}).status_code == 303
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


def test_days_are_held_for_a_binding_offer_and_let_go(
    client_as: ClientAs, session: Session, owner: User, asked: QuoteRequest
) -> None:
    asked.factory.rates.append(FactoryRate(item=asked.brief.item, pieces_per_day=40))
    weeks = [
        CapacityWeek(factory=asked.factory, starts_on=week_of(in_days(7 * n)), open_hundredths=500) for n in (1, 2)
    ]
    session.add_all(weeks)
    session.commit()
    browser, address = client_as(owner), f"/quote-requests/{asked.id}"
    early = browser.send(f"{address}/hold?lang=ko")
    assert early.status_code == 409
    assert "값을 먼저 적어 주세요" in early.text
    answer(client_as, owner, asked)
    sent = form_on(browser.get(address).text, f"{address}/hold")
    assert browser.send(f"{address}/hold", sent).status_code == 303
    assert held(session, weeks) == 300
    assert "날을 잡아 두었어요" in browser.get(address).text
    assert browser.send(f"{address}/hold", sent).status_code == 303
    assert browser.send(f"{address}/hold").status_code == 409
    assert held(session, weeks) == 300
    assert browser.send(f"{address}/hold/release").status_code == 303
    assert held(session, weeks) == 0


def held(session: Session, weeks: list[CapacityWeek]) -> int:
    for week in weeks:
        session.refresh(week)
    session.commit()
    return sum(week.held_hundredths for week in weeks)


def test_days_that_are_gone_are_refused_on_the_same_page(
    client_as: ClientAs, session: Session, owner: User, asked: QuoteRequest
) -> None:
    asked.factory.rates.append(FactoryRate(item=asked.brief.item, pieces_per_day=40))
    session.add_all(
        CapacityWeek(factory=asked.factory, starts_on=week_of(in_days(7 * n)), open_hundredths=0) for n in range(6)
    )
    session.commit()
    answer(client_as, owner, asked)
    page = client_as(owner).send(f"/quote-requests/{asked.id}/hold")
    assert page.status_code == 409
    assert asked.brief.designer.brand in page.text


@pytest.mark.parametrize(("status", "words"), [("chosen", "맡게 되셨어요"), ("not_chosen", "더 가까웠어요")])
def test_the_factory_reads_how_it_ended(
    client_as: ClientAs, session: Session, owner: User, asked: QuoteRequest, status: str, words: str
) -> None:
    answer(client_as, owner, asked)
    session.refresh(asked)
    asked.move_to(RequestStatus(status))
    asked.not_chosen_reason = NotChosenReason.NEARER if status == "not_chosen" else None
    asked.brief.move_to(BriefStatus.CLOSED)
    session.commit()
    browser = client_as(owner)
    assert words in browser.get(f"/quote-requests/{asked.id}?lang=ko").text
    assert browser.get("/quote-requests").status_code == 200
    assert browser.send(f"/quote-requests/{asked.id}/quote", DETAILS).status_code == 409


def test_the_owner_reads_why_they_were_asked_from_their_own_facts_until_it_is_answered(
    client_as: ClientAs, session: Session, district: District, owner: User, designer: Designer
) -> None:
    codes = {CapabilityKind.ITEM: ["shirt_blouse"], CapabilityKind.PROCESS: ["cutting", "sewing_assembly"]}
    factory = make_factory(session, district, owner=owner, codes=codes)
    brief = make_brief(session, designer)
    recommend_for_brief(session, brief)
    asked = request_quotes(session, brief, [factory.id], today_in_seoul())[0]
    session.commit()
    browser, address = client_as(owner), f"/quote-requests/{asked.id}"
    card = re.findall(r"왜 사장님께 물어봤나요.*?</ul>", browser.get(address).text, re.DOTALL)[0]
    assert card.count('class="reason yes"') == 2
    assert card.count(today_in_seoul().isoformat()) == 2
    browser.send(f"{address}/decline", {"reason": "full"})
    assert "왜 사장님께" not in browser.get(address).text
