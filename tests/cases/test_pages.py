"""The queue in the browser: who sees names, what a form does once, what is kept when it cannot be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.case_note import CaseKind
from models.district import District
from models.notification import Notification
from models.order import EventKind, Order, OrderEvent, OrderStatus, Party
from models.payment import AskingStop, PaymentKind, PaymentPart
from models.quote import QuoteRequest, RequestStatus
from models.review import Review, SelfDealing
from models.user import Role, User
from tests import accessible
from tests.browsing import Browser
from tests.builders import (
    in_days,
    make_brief,
    make_case,
    make_designer,
    make_district,
    make_factory,
    make_order,
    make_quote,
    make_user,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

ClientAs = Callable[[Role | User], Browser]
HOSTILE = "<script>alert(1)</script>{{7*7}}'\""
QUEUE = "/district/cases"
DISPUTED = "단추가 달라요"


@dataclass(frozen=True, slots=True)
class Cases:
    """One case of every kind."""

    disputed: Order
    stop: AskingStop
    review: Review
    asked: QuoteRequest

    @property
    def acts(self) -> dict[str, dict[str, str]]:
        """Each form's address with what fills it in."""
        return {
            f"{QUEUE}/orders/{self.disputed.id}/end-dispute": {"to": "in_production", "reason": "둘 다 그러자고 해요"},
            f"{QUEUE}/stops/{self.stop.id}/lift": {"reason": "입금한 것을 봤어요"},
            f"{QUEUE}/reviews/{self.review.id}/clear": {"reason": "부부가 아니에요"},
        }


@pytest.fixture
def cases(session: Session) -> Cases:
    district = session.get_one(District, 1)
    designer = make_designer(
        session,
        district,
        brand=f"린넨오후 {HOSTILE}",
        user=make_user(session, Role.DESIGNER, district, phone="01000000071"),
    )

    def offer(**asked: object) -> QuoteRequest:
        owner = make_user(session, Role.FACTORY_OWNER, district, phone=None)
        factory = make_factory(session, district, owner=owner, phone="0200000072", name=f"공장 {HOSTILE}")
        brief = make_brief(session, designer, needed_by=in_days(300))
        return make_quote(session, brief, factory, valid_until=in_days(1), asked=asked).request

    offer()
    offer(status=RequestStatus.OPEN, asked_at=utc_now().replace(year=2020))
    unclaimed = offer(status=RequestStatus.OPEN)
    unclaimed.factory.owner = None
    make_case(session, unclaimed)
    make_brief(session, designer, needed_by=in_days(4))
    tight = offer(status=RequestStatus.CHOSEN).quote
    make_order(session, tight, status=OrderStatus.CONFIRMED, due_on=in_days(3))  # type: ignore[arg-type]
    kinds = {"status": OrderStatus.IN_PRODUCTION, "due_on": in_days(-2)}
    late = make_order(session, offer(status=RequestStatus.CHOSEN).quote, **kinds)  # type: ignore[arg-type]
    disputed = make_order(
        session,
        offer(status=RequestStatus.CHOSEN).quote,  # type: ignore[arg-type]
        status=OrderStatus.DISPUTED,
        disputed_from=OrderStatus.IN_PRODUCTION,
    )
    part = PaymentPart(line=late.lines[0], kind=PaymentKind.BALANCE, amount_krw=330_000, due_on=in_days(-9))
    stop = AskingStop(designer=designer, payment_part=part)
    review = Review(
        line=late.lines[0], party=Party.DESIGNER, author=designer.user, suspicion=SelfDealing.PHONE, word=HOSTILE,
        kept_the_date=True, was_good=True, would_again=True,
    )  # fmt: skip
    event = OrderEvent(
        order=disputed, kind=EventKind.DISPUTED, status=disputed.status, party=Party.DESIGNER, note=DISPUTED
    )
    session.add_all([stop, review, event])
    session.commit()
    return Cases(disputed, stop, review, unclaimed)


def form_for(page: str, address: str) -> dict[str, str]:
    found = re.search(rf'action="{address}".*?name="form_token" value="([^"]+)"', page, re.DOTALL)
    assert found, address
    return {"form_token": found[1]}


def entries(session: Session) -> list[tuple[AuditAction, str | None]]:
    found = [(entry.action, entry.reason) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    session.commit()
    return found


def test_every_kind_stands_there_with_whom_to_call_and_one_thing_to_do(client_as: ClientAs, cases: Cases) -> None:
    page = client_as(Role.COORDINATOR).get(f"{QUEUE}?lang=ko").text
    for kind in CaseKind:
        assert f'id="{kind.value}"' in page, kind
    for link in (f"/quote-requests/{cases.asked.id}", "tel:01000000071", "tel:0200000072", "/quotes", *cases.acts):
        assert link in page, link
    assert f"/orders/{cases.disputed.id}" in page
    assert "10건이 손을 기다려요" in page and DISPUTED in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    assert len(set(re.findall(r'\bid="([^"]+)"', page))) == len(re.findall(r'\bid="([^"]+)"', page))


def test_an_officer_sees_how_many_and_no_names(client_as: ClientAs, cases: Cases) -> None:
    page = client_as(Role.DISTRICT_OFFICER).get(f"{QUEUE}?lang=ko").text
    assert "10건이 손을 기다려요" in page
    for hidden in ("tel:", "린넨오후", "공장 &lt;", DISPUTED, *cases.acts):
        assert hidden not in page


def test_another_district_sees_none_of_it(client_as: ClientAs, cases: Cases, session: Session) -> None:
    browser = client_as(make_user(session, Role.COORDINATOR, make_district(session)))
    assert "도움이 필요한 건이 없어요" in browser.get(f"{QUEUE}?lang=ko").text
    for address, fields in cases.acts.items():
        assert browser.send(address, fields).status_code == 404
    assert entries(session) == []


def test_each_is_done_once_with_its_reason_on_record(client_as: ClientAs, cases: Cases, session: Session) -> None:
    browser = client_as(Role.COORDINATOR)
    page = browser.get(QUEUE).text
    for address, fields in cases.acts.items():
        filled = form_for(page, address) | fields
        first, again = browser.send(address, filled), browser.send(address, filled)
        assert (first.status_code, again.status_code) == (303, 303), address
        assert first.location == again.location
        assert 'class="notice ok"' in browser.get(first.location).text
        other = browser.send(address, fields | {"reason": "다른 말"})
        assert other.status_code == 409 and "다른 말" in other.text
    reasons = [fields["reason"] for fields in cases.acts.values()]
    actions = [AuditAction.DISPUTE_ENDED, AuditAction.ASKING_ALLOWED, AuditAction.REVIEW_CLEARED]
    assert entries(session) == list(zip(actions, reasons, strict=True))
    for thing in (cases.disputed, cases.stop, cases.review):
        session.refresh(thing)
    assert (cases.disputed.status, cases.disputed.disputed_from) == (OrderStatus.IN_PRODUCTION, None)
    assert cases.stop.lifted_reason == reasons[1] and cases.stop.lifted_by_id
    assert cases.review.weighs and cases.review.cleared_by_id
    told = session.scalars(select(Notification.template).where(Notification.user_id == cases.stop.designer.user_id))
    assert "asking_allowed" in set(told)
    session.commit()
    page = browser.get(QUEUE).text
    assert not any(address in page for address in cases.acts)


@pytest.mark.parametrize("reason", ["", " \n", "가" * 1001, "a\x00"])
def test_without_a_good_reason_nothing_is_done_and_what_was_typed_stays(
    client_as: ClientAs, cases: Cases, session: Session, reason: str
) -> None:
    browser = client_as(Role.ADMINISTRATOR)
    for address, fields in cases.acts.items():
        answer = browser.send(address, fields | {"reason": reason})
        assert answer.status_code == 422
        assert 'class="error-summary"' in answer.text
        assert reason.strip().strip("\x00") in answer.text
    assert entries(session) == []


@pytest.mark.parametrize("to", ["", "settled", "accepted", "nonsense"])
def test_a_dispute_ends_only_where_it_may_and_the_reason_stays(
    client_as: ClientAs, cases: Cases, session: Session, to: str
) -> None:
    address = f"{QUEUE}/orders/{cases.disputed.id}/end-dispute"
    answer = client_as(Role.COORDINATOR).send(address, {"to": to, "reason": "길게 적은 이유"})
    assert answer.status_code == 422 and "길게 적은 이유" in answer.text
    assert entries(session) == []


def test_an_order_without_a_dispute_is_refused_with_the_words_kept(
    client_as: ClientAs, cases: Cases, session: Session
) -> None:
    late = session.scalars(select(Order).where(Order.status == OrderStatus.IN_PRODUCTION)).one()
    session.commit()
    browser = client_as(Role.COORDINATOR)
    for to in ("cancelled", "in_production"):
        fields = {"to": to, "reason": "길게 적은 이유"}
        answer = browser.send(f"{QUEUE}/orders/{late.id}/end-dispute", fields)
        assert answer.status_code == 409 and "길게 적은 이유" in answer.text


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_full_and_empty_in_every_language(
    client_as: ClientAs, session: Session, language: str, request: pytest.FixtureRequest
) -> None:
    browser = client_as(Role.COORDINATOR)
    empty = browser.get(f"{QUEUE}?lang={language}")
    filled: Cases = request.getfixturevalue("cases")
    full = browser.get(f"{QUEUE}?lang={language}")
    wrong = browser.send(f"{next(iter(filled.acts))}?lang={language}")
    assert (empty.status_code, full.status_code, wrong.status_code) == (200, 200, 422)
    for page in (empty, full, wrong):
        assert "%(" not in page.text


def test_axe_finds_nothing(
    client_as: ClientAs, session: Session, new_page: Callable[..., Page], request: pytest.FixtureRequest
) -> None:
    browsers = [client_as(role) for role in (Role.COORDINATOR, Role.DISTRICT_OFFICER)]

    def look(width: int) -> list[str]:
        found = []
        for browser in browsers:
            page = new_page(viewport={"width": width, "height": 800})
            browser.show_in(page, QUEUE)
            page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
            found += accessible.problems(page)
        return found

    assert look(390) == look(1280) == []
    request.getfixturevalue("cases")
    assert look(360) == look(1280) == []
