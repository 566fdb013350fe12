"""The main job through the pages, without a browser: from signing up to the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.brief import Brief, BriefStatus
from models.capacity import CapacityWeek, week_of
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate
from models.order import Order, OrderStatus
from models.recommendation import RecommendationEntry
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_designer, make_factory, make_user
from tests.filling import forms_on

pytestmark = pytest.mark.slow

SIGN_UP = {
    "brand": "달밤 상점",
    "name": "한소라",
    "email": "sora@brand.example",
    "password": "a long enough sentence",
    "accepts_service": "y",
}
SKILLS = {
    CapabilityKind.ITEM: ["shirt_blouse"],
    CapabilityKind.STAGE: ["sewing"],
    CapabilityKind.PROCESS: ["cutting", "sewing_assembly", "ironing_finishing"],
    CapabilityKind.FABRIC: ["woven"],
}


@pytest.fixture
def owners(session: Session) -> dict[int, User]:
    """Three workshops that make blouses, one that makes bags only, each with an owner."""
    district = session.get_one(District, 1)
    found: dict[int, User] = {}
    for skills in (SKILLS, SKILLS, SKILLS, {CapabilityKind.ITEM: ["bag"]}):
        owner = make_user(session, Role.FACTORY_OWNER, district)
        factory = make_factory(session, district, codes=skills, owner=owner, minimum_order_quantity=30)
        factory.rates.append(FactoryRate(item=skills[CapabilityKind.ITEM][0], pieces_per_day=40))
        session.flush()
        found[factory.id] = owner
    session.commit()
    return found


@pytest.fixture
def designer(session: Session, client_as: Callable[[Role | User], Browser]) -> Browser:
    return client_as(make_designer(session, session.get_one(District, 1)).user)


def token_on(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_newcomer_from_signing_up_to_the_answer(
    app: Flask, session: Session, owners: dict[int, User], client_as: Callable[[Role | User], Browser]
) -> None:
    designer = Browser(app)
    assert designer.send("/sign-up/designer", SIGN_UP).status_code == 303
    new = designer.get("/briefs/new?item=shirt_blouse&lang=ko")
    step2 = designer.send("/briefs", {"item": "shirt_blouse", "form_token": token_on(new.text)}).location
    numbers = {"quantity": "120", "needed_by": in_days(28).isoformat(), "budget_per_piece_krw": "12000"}
    step3 = designer.send(step2, numbers | {"colours": "2", "sizes": "3", "action": "next"}).location
    step4 = designer.send(
        step3, {"processes": ["cutting", "sewing_assembly"], "fabric": ["woven"], "action": "next"}
    ).location
    look_over = designer.get(step4)
    assert "120장" in look_over.text
    brief_id = int(step4.split("/")[2])
    listed = designer.send(f"/briefs/{brief_id}/publish", {"form_token": token_on(look_over.text)})
    assert listed.location == f"/briefs/{brief_id}/recommendations"

    page = designer.get(listed.location)
    entries = session.scalars(select(RecommendationEntry).order_by(RecommendationEntry.rank)).all()
    assert len(entries) == 3
    assert all(sum(entry.parts.values()) == pytest.approx(entry.score) for entry in entries)
    blouses = {entry.factory_id for entry in entries}
    names = {factory.id: factory.name for factory in session.scalars(select(Factory))}
    session.commit()
    assert all(names[factory_id] in page.text for factory_id in blouses)

    two = [str(entry.factory_id) for entry in entries[:2]]
    asked = designer.send(f"/briefs/{brief_id}/quote-requests", {"factory": two, "form_token": token_on(page.text)})
    assert asked.status_code == 303
    assert "두 곳에 물어봤어요" in designer.get(asked.location).text

    owner = client_as(owners[int(two[0])])
    request = re.search(r'href="(/quote-requests/\d+)"', owner.get("/quote-requests").text)
    assert request
    sent = {"answer": "possible", "unit_price_krw": "12000", "ready_on": in_days(27).isoformat()}
    assert owner.send(f"{request[1]}/quote", sent).status_code == 303
    other = client_as(owners[int(two[1])])
    refused = re.search(r'href="(/quote-requests/\d+)"', other.get("/quote-requests").text)
    assert refused
    assert other.send(f"{refused[1]}/decline", {"reason": "date"}).status_code == 303

    answers = designer.get(f"/briefs/{brief_id}/quotes").text
    assert "한 곳이 값을 보냈어요" in answers
    assert "1,440,000원" in answers
    assert "날짜가 급해요" in answers
    assert designer.send(f"/briefs/{brief_id}/close").status_code == 303
    assert session.get_one(Brief, brief_id, populate_existing=True).status is BriefStatus.CLOSED


def publish(designer: Browser) -> int:
    """A brief for 120 blouses through its four steps."""
    new = designer.get("/briefs/new?item=shirt_blouse&lang=ko").text
    step2 = designer.send("/briefs", {"item": "shirt_blouse", "form_token": token_on(new)}).location
    numbers = {"quantity": "120", "needed_by": in_days(40).isoformat(), "colours": "1", "sizes": "1"}
    step3 = designer.send(step2, numbers | {"action": "next"}).location
    made = {"processes": SKILLS[CapabilityKind.PROCESS], "fabric": ["woven"], "fabric_by": "designer"}
    step4 = designer.send(step3, made | {"action": "next"}).location
    listed = designer.send(step4.split("/edit")[0] + "/publish", {"form_token": token_on(designer.get(step4).text)})
    return int(listed.location.split("/")[2])


def ask(designer: Browser, brief_id: int, factories: list[int]) -> None:
    page = designer.get(f"/briefs/{brief_id}/recommendations").text
    sent = {"factory": [str(each) for each in factories], "form_token": token_on(page)}
    assert designer.send(f"/briefs/{brief_id}/quote-requests", sent).status_code == 303


PRICE = {
    "unit_price_krw": "12,000", "vat": "apart", "sample_fee_krw": "50,000", "work_days": "3.5", "deposit_percent": "30",
    "balance": "after_handover", "balance_days": "7", "tolerance_pieces": "3", "defects": "remake_or_deduct",
}  # fmt: skip


def name_price(owner: Browser, **given: str) -> str:
    """The answer in full to the newest request; its address."""
    request = re.search(r'href="(/quote-requests/\d+)"', owner.get("/quote-requests?lang=ko").text)
    assert request
    form = next(form for form in forms_on(owner.get(f"{request[1]}/quote").text) if form.action.endswith("/quote"))
    days = {"ready_on": in_days(30).isoformat(), "sample_on": in_days(5).isoformat()}
    sent = form.filled(**PRICE | days | given)
    assert owner.send(form.action, sent).status_code == 303
    return request[1]


def choose(designer: Browser, brief_id: int, offer: int = 0, **given: str) -> str:
    """The order that comes of the offer that arrived as this one."""
    page = designer.get(f"/briefs/{brief_id}/quotes?lang=ko").text
    forms = [form for form in forms_on(page) if form.action == "/orders"]
    answer = designer.send("/orders", forms[offer].filled(**{"sample": "first", "reason": "date"} | given))
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def propose_team(designer: Browser, brief_id: int, factories: list[int]) -> None:
    """One factory for each process, one after the other; the last speaks for all."""
    address = f"/briefs/{brief_id}/team"
    form = next(form for form in forms_on(designer.get(address).text) if "places-0-factory_id" in form.fields)
    rows: dict[str, Any] = {"lead": str(len(factories) - 1)}
    for number, (factory, process) in enumerate(zip(factories, SKILLS[CapabilityKind.PROCESS], strict=True)):
        row = {
            "step": number + 1, "factory_id": factory, "processes": [process], "quantity": 120,
            "starts_on": in_days(4 + 4 * number), "due_on": in_days(8 + 4 * number),
        }  # fmt: skip
        rows |= {f"places-{number}-{name}": value for name, value in row.items()}
    rows |= {f"places-{number}-factory_id": "" for number in range(len(factories), 6)}
    assert designer.send(address, form.filled(**rows)).status_code == 303


def tap(person: Browser, order: str, kind: str, **given: Any) -> None:
    """The button of this move, as it stands on the page of the order, and what the next page says."""
    page = person.get(f"{order}?lang=ko").text
    form = next(form for form in forms_on(page) if form.fields.get("move") == [kind])
    answer = person.send(form.action, form.filled(**given))
    assert answer.status_code == 303, kind
    assert 'class="notice ok"' in person.get(answer.location).text


def agree(designer: Browser, owners: list[Browser], order: str) -> None:
    """The designer fills in the paper, each factory its account, and the designer says yes to what came of it."""
    form = next(form for form in forms_on(designer.get(f"{order}/terms").text) if form.action.endswith("/terms"))
    paper = {
        "style": "봄 블라우스", "deliver_to": "답십리로 12", "is_in_pattern": "y", "sizes-0": "M",
        "assort-0-colour": "아이보리", "assort-0-pieces-0": "120", "materials-0-name": "면 포플린",
        "materials-0-by": "designer", "materials_on": in_days(3).isoformat(), "ownership": "designer", "secrecy": "yes",
    }  # fmt: skip
    if "sample_on" in form.fields:
        paper |= {"sample_on": in_days(5).isoformat(), "sample_fee_krw": "50000"}
    assert designer.send(form.action, form.filled(**paper)).status_code == 303
    for owner in owners:
        form = next(form for form in forms_on(owner.get(f"{order}/terms").text) if form.action.endswith("/terms"))
        money = {"lines-0-account": "농협 301-0000-0000-00", "lines-0-document": "tax_invoice"}
        assert owner.send(form.action, form.filled(**money)).status_code == 303
    for person in (designer, *owners[:-1]):
        yes = [form for form in forms_on(person.get(f"{order}/terms").text) if form.action.endswith("/confirm")]
        assert person.send(yes[0].action, yes[0].fields).status_code == 303


def review(person: Browser, order: str) -> None:
    form = next(form for form in forms_on(person.get(f"{order}/reviews").text) if form.action.endswith("/reviews"))
    answers = {"kept_the_date": "yes", "was_good": "yes", "would_again": "yes", "word": "또 부탁드려요"}
    assert person.send(form.action, form.filled(**answers)).status_code == 303


def heading(person: Browser, order: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", person.get(f"{order}?lang=ko").text, re.DOTALL)
    assert found
    return found[1].strip()


def pay_all(designer: Browser, owner: Browser, order: str, sums: int) -> None:
    for _sum in range(sums):
        tap(designer, order, "payment_reported")
        tap(owner, order, "payment_received")


def test_order_with_a_sample_first_from_the_brief_to_the_reviews(
    session: Session, owners: dict[int, User], designer: Browser, client_as: Callable[[Role | User], Browser]
) -> None:
    chosen, other, third = list(owners)[:3]
    brief = publish(designer)
    ask(designer, brief, [chosen, other, third])
    owner, loser, refusing = (client_as(owners[each]) for each in (chosen, other, third))
    name_price(owner)
    lost = name_price(loser, unit_price_krw="11000")
    refused = re.search(r'href="(/quote-requests/\d+)"', refusing.get("/quote-requests").text)
    assert refused
    assert refusing.send(f"{refused[1]}/decline", {"reason": "price"}).status_code == 303
    order = choose(designer, brief)
    assert "날짜가 더 빨랐어요" in loser.get(f"{lost}?lang=ko").text
    assert loser.get(order).status_code == refusing.get(order).status_code == 404

    tap(owner, order, "sample_sent")
    tap(designer, order, "sample_rejected", reason=["size"], note="소매가 2cm 길어요")
    assert "치수: 소매가 2cm 길어요" in owner.get(order).text
    tap(owner, order, "sample_sent")
    tap(designer, order, "sample_approved")
    agree(designer, [owner], order)
    assert heading(owner, order) == "일 시작하셨어요?"
    tap(owner, order, "started")
    tap(owner, order, "part_delivered", pieces="40")
    tap(owner, order, "delivered")
    for count in ("40", "79"):
        tap(designer, order, "pieces_counted", pieces=count)
    tap(designer, order, "accepted")
    pay_all(designer, owner, order, 3)
    assert heading(designer, order) == "함께 일해 보니 어땠어요?"
    review(designer, order)
    review(owner, order)
    assert heading(owner, order) == "다 끝난 일이에요"
    assert "또 부탁드려요" in owner.get(f"{order}/reviews").text
    done = session.scalars(select(Order)).one()
    assert (done.status, done.accepted_quantity) == (OrderStatus.SETTLED, 119)


def test_order_without_a_sample_begins_with_the_agreement(
    session: Session, owners: dict[int, User], designer: Browser, client_as: Callable[[Role | User], Browser]
) -> None:
    chosen = next(iter(owners))
    brief = publish(designer)
    ask(designer, brief, [chosen])
    owner = client_as(owners[chosen])
    name_price(owner)
    order = choose(designer, brief, sample="waived", waiver="같은 패턴을 만들어 봤어요")
    assert "같은 패턴을 만들어 봤어요" in owner.get(order).text
    assert heading(owner, order) == "약속서 빈 곳을 같이 채워 볼까요?"
    agree(designer, [owner], order)
    tap(owner, order, "started")
    tap(owner, order, "delay_reported", day=in_days(35).isoformat(), reason=["fabric"])
    tap(owner, order, "delivered")
    tap(designer, order, "rework_asked", reason=["sewing"])
    tap(owner, order, "delivered", pieces="5")
    tap(designer, order, "accepted")
    pay_all(designer, owner, order, 2)
    assert session.scalars(select(Order.status)).one() is OrderStatus.SETTLED


def test_order_that_is_called_off_gives_the_days_back(
    session: Session, owners: dict[int, User], designer: Browser, client_as: Callable[[Role | User], Browser]
) -> None:
    chosen = next(iter(owners))
    monday = week_of(in_days(7))
    weeks = [CapacityWeek(factory_id=chosen, starts_on=monday, open_hundredths=700)]
    session.add_all(weeks)
    session.commit()
    brief = publish(designer)
    ask(designer, brief, [chosen])
    owner = client_as(owners[chosen])
    name_price(owner)
    order = choose(designer, brief)
    session.refresh(weeks[0])
    assert weeks[0].held_hundredths == 350
    session.commit()
    tap(designer, order, "cancelled", reason=["plan"])
    assert heading(owner, order) == "그만둔 일이에요"
    assert "계획이 바뀌었어요" in owner.get(order).text
    session.refresh(weeks[0])
    assert weeks[0].held_hundredths == 0


def test_order_of_a_team_passes_from_hand_to_hand(
    session: Session, owners: dict[int, User], designer: Browser, client_as: Callable[[Role | User], Browser]
) -> None:
    cutter, sewer, finisher = list(owners)[:3]
    brief = publish(designer)
    propose_team(designer, brief, [cutter, sewer, finisher])
    team = [client_as(owners[each]) for each in (cutter, sewer, finisher)]
    for number, owner in enumerate(team):
        name_price(owner, ready_on=in_days(8 + 4 * number).isoformat(), work_days="1")
    order = choose(designer, brief)
    tap(team[2], order, "sample_sent")
    tap(designer, order, "sample_approved")
    agree(designer, team, order)
    for number, owner in enumerate(team):
        if number:
            tap(owner, order, "pieces_counted")
        tap(owner, order, "started")
        tap(owner, order, "stage_handed_over" if number < 2 else "delivered")
    assert "3단계 중 3단계가 만든 곳이 밝혀져 있어요" in designer.get(order).text
    tap(designer, order, "accepted")
    assert session.scalars(select(Order.status)).one() is OrderStatus.ACCEPTED
