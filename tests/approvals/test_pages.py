"""The page on which a second person decides, and deleting a factory's data with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.approvals.services import ask
from models.approval import Approval, ApprovalKind
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.factory import Factory, FactoryFact, FactSource, OperatingStatus
from models.order import OrderStatus
from models.quote import QuoteRequest, RequestStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import (
    in_days,
    make_brief,
    make_designer,
    make_district,
    make_factory,
    make_order,
    make_quote,
    make_user,
)

ClientAs = Callable[[Role | User], Browser]
PAGE = "/district/approvals"
YES = {"decision": "grant", "reason": "확인했어요"}


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def officer(session: Session, district: District) -> User:
    return make_user(session, Role.DISTRICT_OFFICER, district, name="김요청")


def waiting(session: Session, officer: User, district: District) -> Approval:
    return ask(session, officer, ApprovalKind.BULK_EXPORT, district, "안내문 발송", count=1234)


def test_a_colleague_reads_what_is_asked_and_decides(
    session: Session, district: District, officer: User, client_as: ClientAs
) -> None:
    approval = waiting(session, officer, district)
    browser = client_as(make_user(session, Role.DISTRICT_OFFICER, district, name="박결정"))
    page = browser.get(PAGE).text
    assert "연락처가 있는 1,234행" in page and "안내문 발송" in page and "김요청" in page
    address = f"{PAGE}/{approval.id}"
    wrong = browser.send(address, {"decision": "grant", "reason": " "})
    assert wrong.status_code == 422 and "이유를 적어 주세요" in wrong.text
    assert browser.send(address, YES).status_code == 303
    page = browser.get(PAGE).text
    assert "결정을 기다리는 요청이 없어요" in page and "박결정" in page and "동의함, 아직 처리 전" in page
    assert browser.send(address, YES).status_code == 409


def test_who_asked_sees_who_may_decide_and_cannot(
    session: Session, district: District, officer: User, client_as: ClientAs
) -> None:
    make_user(session, Role.ADMINISTRATOR, make_district(session), name="최관리")
    approval = waiting(session, officer, district)
    browser = client_as(officer)
    page = browser.get(PAGE).text
    assert "다른 분이 정해야 해요" in page and "최관리" in page and "결정하기" not in page
    assert browser.send(f"{PAGE}/{approval.id}", YES).status_code == 403


def test_where_nobody_else_may_decide_the_page_says_whom_to_ask(session: Session, client_as: ClientAs) -> None:
    elsewhere = make_district(session)
    alone = make_user(session, Role.DISTRICT_OFFICER, elsewhere)
    waiting(session, alone, elsewhere)
    assert "정할 수 있는 다른 분이 없어요" in client_as(alone).get(PAGE).text


def test_other_districts_are_not_seen(session: Session, officer: User, client_as: ClientAs) -> None:
    elsewhere = make_district(session, country="IT")
    approval = waiting(session, make_user(session, Role.DISTRICT_OFFICER, elsewhere, name="Rossi"), elsewhere)
    browser = client_as(officer)
    assert "Rossi" not in browser.get(PAGE).text
    assert browser.get(f"{PAGE}?district={elsewhere.code}").status_code == 404
    assert browser.send(f"{PAGE}/{approval.id}", YES).status_code == 404
    administrator = client_as(Role.ADMINISTRATOR)
    assert "Rossi" in administrator.get(f"{PAGE}?district={elsewhere.code}").text
    assert administrator.send(f"{PAGE}/{approval.id}?district={elsewhere.code}", YES).status_code == 303


def test_a_factory_is_erased_only_after_a_second_persons_yes(
    session: Session, district: District, officer: User, client_as: ClientAs
) -> None:
    factory = make_factory(session, district, name="가온봉제", phone="021234567", address="장안동 1")
    factory.facts.append(FactoryFact(name="phone", source=FactSource.STAFF, stated_on=in_days(-1)))
    brief = make_brief(session, make_designer(session, district))
    request = QuoteRequest(brief=brief, factory=factory, answer_by=in_days(5))
    session.add(request)
    session.flush()
    browser, address = client_as(officer), f"/district/registry/{factory.id}/delete"
    assert address in browser.get(f"/district/registry/{factory.id}").text
    assert "가온봉제" in browser.get(address).text
    assert browser.send(address, {"reason": ""}).status_code == 422
    assert browser.send(address, {"reason": "사장님이 서면으로 부탁"}).status_code == 303
    assert browser.send(address, {"reason": "또"}).status_code == 409
    session.expire_all()
    assert session.get_one(Factory, factory.id).phone == "021234567"
    approval = session.scalars(select(Approval)).one()
    assert client_as(Role.DISTRICT_OFFICER).send(f"{PAGE}/{approval.id}", YES).status_code == 303
    assert "완전히 지우기" in browser.get(address).text
    assert browser.send(address).status_code == 303
    session.expire_all()
    gone = session.get_one(Factory, factory.id)
    assert (gone.name, gone.phone, gone.address, gone.status) == ("–", None, None, OperatingStatus.CLOSED)
    assert gone.facts == [] and session.get_one(QuoteRequest, request.id).status is RequestStatus.DECLINED
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DELETED)).one()
    assert (entry.subject, entry.subject_id, entry.actor_id) == ("factory", factory.id, officer.id)
    assert "자료를 지웠어요" in browser.get(address).text


def test_a_factory_at_work_stays(session: Session, district: District, officer: User, client_as: ClientAs) -> None:
    factory = make_factory(session, district, name="가온봉제")
    quote = make_quote(session, make_brief(session, make_designer(session, district)), factory)
    make_order(session, quote, status=OrderStatus.SAMPLING)
    approval = ask(session, officer, ApprovalKind.DELETION, factory, "부탁")
    approval.decided_at, approval.is_granted = utc_now(), True
    answer = client_as(officer).send(f"/district/registry/{factory.id}/delete")
    session.expire_all()
    assert (answer.status_code, session.get_one(Factory, factory.id).name) == (409, "가온봉제")
    assert session.get_one(Approval, approval.id).used_at is None


def test_many_contacts_leave_once_after_a_second_persons_yes(
    session: Session, district: District, officer: User, client_as: ClientAs
) -> None:
    for number in range(101):
        make_factory(session, district, phone=f"02{number:07d}")
    browser, fields = client_as(officer), {"layout": "own", "is_with_contacts": "y", "reason": "안내문 발송"}
    assert browser.send("/district/export/registry/ask", fields).status_code == 303
    assert browser.send("/district/export/registry.csv", fields).status_code == 409
    approval = session.scalars(select(Approval)).one()
    assert client_as(Role.DISTRICT_OFFICER).send(f"{PAGE}/{approval.id}", YES).status_code == 303
    got = [browser.send("/district/export/registry.csv", fields) for _time in range(2)]
    assert [(answer.status_code, b"020000007" in answer.data) for answer in got] == [(200, True), (409, False)]
