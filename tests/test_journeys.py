"""The main job through the pages, without a browser: from signing up to the answer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.brief import Brief, BriefStatus
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate
from models.recommendation import RecommendationEntry
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_factory, make_user

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
