"""The designer's pages: asking, comparing, choosing, taking back, and the same once more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.quotes.services import request_quotes
from garment_hub.recommendations.services import recommend_for_brief
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import CapabilityKind, Factory
from models.payment import AskingStop, PaymentKind, PaymentPart
from models.quote import MAXIMUM_ASKED, NotChosenReason, QuoteRequest, RequestStatus
from models.user import Role, User
from tests.builders import (
    in_days,
    make_brief,
    make_designer,
    make_factory,
    make_order,
    make_quote,
)
from tests.quotes.sending import DESIGNER_SPOKEN, DETAILS, OWNER_SPOKEN, ClientAs, answer, form_on, status_of


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


def test_a_binding_offer_can_be_chosen_with_a_sample_or_a_reason_why_not(
    client_as: ClientAs, owner: User, designer: Designer, asked: QuoteRequest, session: Session
) -> None:
    designers, address = client_as(designer.user), f"/briefs/{asked.brief_id}/quotes"
    assert 'action="/orders"' not in designers.get(address).text
    answer(client_as, owner, asked)
    session.refresh(asked)
    page = designers.get(f"{address}?lang=ko").text
    assert asked.quote
    for at in range(2):  # the wide table and the blocks of phones
        fields = form_on(page, "/orders", at)
        assert fields["quote_id"] == [str(asked.quote.id)]
        assert fields["form_token"]
    assert {"first", "waived"} <= set(re.findall(r'name="sample" value="(\w+)"', page))
    assert set(re.findall(r'<option value="(\w+)"', page)) == set(NotChosenReason)
    assert 'action="/orders"' not in client_as(Role.COORDINATOR).get(address).text
    asked.quote.valid_until = in_days(-1)
    session.commit()
    page = designers.get(address).text
    assert 'action="/orders"' not in page
    assert "값을 적은 날이 지났어요" in page


def test_only_what_differs_is_shown_when_asked_for(
    client_as: ClientAs, owner: User, designer: Designer, asked: QuoteRequest, session: Session
) -> None:
    other = make_factory(session, asked.factory.district, owner=owner)
    (second,) = request_quotes(session, asked.brief, [other.id], today_in_seoul())
    session.commit()
    answer(client_as, owner, asked)
    answer(client_as, owner, second, unit_price_krw="12500")
    browser, address = client_as(designer.user), f"/briefs/{asked.brief_id}/quotes?lang=ko"
    wide = re.compile(r'<table class="table offers">.*?</table>', re.DOTALL)
    every, some = (wide.search(browser.get(f"{address}{view}").text) for view in ("", "&only=different"))
    assert every
    assert some
    assert len(re.findall(r"<tr>", some[0])) < len(re.findall(r"<tr>", every[0]))
    assert len(re.findall("differs", some[0])) == len(re.findall("differs", every[0])) > 0


def test_the_next_factories_of_the_list_are_asked_in_one_tap(
    client_as: ClientAs, session: Session, designer: Designer, asked: QuoteRequest
) -> None:
    skills = {CapabilityKind.ITEM: [asked.brief.item], CapabilityKind.PROCESS: asked.brief.processes}
    others = {make_factory(session, asked.factory.district, codes=skills).id for _number in range(3)}
    recommend_for_brief(session, asked.brief)
    session.commit()
    browser, action = client_as(designer.user), f"/briefs/{asked.brief_id}/quote-requests"
    page = browser.get(f"/briefs/{asked.brief_id}/quotes?lang=ko").text
    assert "두 곳에 더 물어보기" in page
    sent = form_on(page, action)
    assert len(sent["factory"]) == 2
    assert {int(one) for one in sent["factory"]} < others
    assert browser.send(action, sent).status_code == 303
    assert "한 곳에 더 물어보기" in browser.get(f"/briefs/{asked.brief_id}/quotes").text


def test_a_question_is_taken_back_by_its_designer_only(
    client_as: ClientAs, owner: User, designer: Designer, district: District, asked: QuoteRequest, session: Session
) -> None:
    address = f"/quote-requests/{asked.id}/withdraw"
    assert client_as(make_designer(session, district).user).send(address).status_code == 404
    assert client_as(owner).send(address).status_code == 403
    browser = client_as(designer.user)
    assert address in browser.get(f"/briefs/{asked.brief_id}/quotes").text
    assert browser.send(address).status_code == 303
    assert status_of(session, asked) is RequestStatus.WITHDRAWN
    assert browser.send(address).status_code == 409
    assert "이제 찾지 않는대요" in client_as(owner).send(f"/quote-requests/{asked.id}/quote", DETAILS).text


def test_what_could_not_be_asked_is_shown_again_with_what_was_ticked(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, district: District
) -> None:
    factories = [make_factory(session, district) for _number in range(MAXIMUM_ASKED + 1)]
    session.commit()
    browser, action = client_as(designer.user), f"/briefs/{brief.id}/quote-requests"
    sent: dict[str, Any] = {"factory": [str(factory.id) for factory in factories], "deposit_percent": "50"}
    page = browser.send(f"{action}?lang=ko", sent)
    assert page.status_code == 422
    assert all(re.search(rf'value="{factory.id}" checked', page.text) for factory in factories)
    assert re.search(r'name="deposit_percent" value="50" checked', page.text)
    sent["factory"] = sent["factory"][:2]
    assert browser.send(action, form_on(page.text, action) | sent).status_code == 303
    again = browser.send(action, {"factory": sent["factory"][:1]})
    assert again.status_code == 409
    assert factories[0].name in again.text


def test_a_deposit_that_is_offered_stands_on_the_owners_page(
    client_as: ClientAs, session: Session, owner: User, designer: Designer, brief: Brief, factory: Factory
) -> None:
    browser = client_as(designer.user)
    action = f"/briefs/{brief.id}/quote-requests"
    sent = form_on(browser.get(f"/factories/{factory.id}/ask").text, action) | {"deposit_percent": "30"}
    assert browser.send(action, sent).status_code == 303
    request = session.scalars(select(QuoteRequest)).one()
    session.commit()
    assert "계약금 30%를 먼저 드리겠대요" in client_as(owner).get(f"/quote-requests/{request.id}?lang=ko").text


def test_who_has_not_paid_is_told_before_and_after_asking(
    client_as: ClientAs, session: Session, designer: Designer, brief: Brief, factory: Factory
) -> None:
    old = make_quote(session, make_brief(session, designer), factory)
    part = PaymentPart(line=make_order(session, old).lines[0], kind=PaymentKind.BALANCE, amount_krw=1)
    session.add(AskingStop(designer=designer, payment_part=part))
    session.commit()
    browser, action = client_as(designer.user), f"/briefs/{brief.id}/quote-requests"
    assert action not in browser.get(f"/factories/{factory.id}/ask").text
    page = browser.send(f"{action}?lang=ko", {"factory": str(factory.id)})
    assert page.status_code == 409
    assert "센터에 전화해 주세요" in page.text


def test_the_same_work_is_asked_again_in_one_step(
    client_as: ClientAs, session: Session, owner: User, designer: Designer, brief: Brief, factory: Factory
) -> None:
    order = make_order(session, make_quote(session, brief, factory), line={"unit_price_krw": 12_500})
    session.commit()
    browser, address = client_as(designer.user), f"/orders/{order.id}/repeat"
    sent = form_on(browser.get(address).text, address)
    wrong = browser.send(f"{address}?lang=ko", sent | {"quantity": "많이", "needed_by": "2020-01-01"})
    assert wrong.status_code == 422
    assert "많이" in wrong.text
    assert client_as(make_designer(session, brief.district).user).send(address).status_code == 404
    sent |= {"quantity": "60", "needed_by": in_days(30).isoformat()}
    first, again = browser.send(address, sent), browser.send(address, sent)
    assert (first.status_code, first.location) == (303, again.location)
    request = session.scalars(select(QuoteRequest).where(QuoteRequest.repeats_order_id == order.id)).one()
    session.commit()
    owners, asked_at = client_as(owner), f"/quote-requests/{request.id}"
    page = owners.get(f"{asked_at}?lang=ko").text
    assert "지난번과 같은 일이에요" in page
    assert "지난번 값 12,500원에 할게요" in page
    assert owners.send(f"{asked_at}/quote", form_on(page, f"{asked_at}/quote")).status_code == 303
    session.refresh(request)
    assert request.quote
    assert (request.quote.unit_price_krw, request.quote.ready_on) == (12_500, in_days(30))
