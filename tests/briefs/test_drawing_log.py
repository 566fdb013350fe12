"""Drawings: only the factories asked see them, while they are asked, and every look is noted for the designer."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import files
from models.audit import AuditAction, AuditEntry
from models.brief import Brief, BriefFile
from models.district import District
from models.order import LineStatus, OrderStatus
from models.quote import Quote, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_order, make_user

ClientAs = Callable[[Role | User], Browser]
UNDER_WAY = {RequestStatus.OPEN, RequestStatus.ANSWERED, RequestStatus.CHOSEN}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A brief with two drawings, asked of one factory."""

    brief: Brief
    asked: QuoteRequest
    owner: User

    @property
    def address(self) -> str:
        return f"/briefs/{self.brief.id}"

    @property
    def drawings(self) -> list[str]:
        return [f"{self.address}/files/{file.id}" for file in self.brief.files]


@pytest.fixture
def drawn(app: Flask, session: Session) -> Drawn:
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    brief = make_brief(session, make_designer(session, district))
    for title in ("앞", "뒤"):
        data = io.BytesIO()
        Image.new("RGB", (20, 20), "teal").save(data, "PNG")
        with app.app_context():
            key = files.store_picture(files.upload_root(), data.getvalue())
        brief.files.append(BriefFile(key=key, title=title))
    factory = make_factory(session, district, owner=owner, name="든솔봉제 <b>")
    make_factory(session, district, owner=make_user(session, Role.FACTORY_OWNER, district))
    asked = QuoteRequest(brief=brief, factory=factory, answer_by=in_days(5))
    session.add(asked)
    session.commit()
    return Drawn(brief, asked, owner)


def entries(session: Session) -> list[AuditEntry]:
    found = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    session.commit()
    return found


@pytest.mark.parametrize("status", list(RequestStatus))
def test_a_factory_sees_them_while_its_part_is_under_way(
    client_as: ClientAs, drawn: Drawn, session: Session, status: RequestStatus
) -> None:
    drawn.asked.status = status
    session.commit()
    browser = client_as(drawn.owner)
    wanted = 200 if status in UNDER_WAY else 404
    assert [browser.get(drawing).status_code for drawing in drawn.drawings] == [wanted, wanted]
    page = browser.get(drawn.address)
    assert page.status_code == 200
    assert (drawn.drawings[0] in page.text) == (status in UNDER_WAY)
    assert len(entries(session)) == (1 if status in UNDER_WAY else 0)


def test_a_look_is_noted_once_a_day_with_the_factory_and_no_names(
    client_as: ClientAs, drawn: Drawn, session: Session
) -> None:
    browser = client_as(drawn.owner)
    for drawing in drawn.drawings * 2:
        answer = browser.get(drawing)
        assert answer.headers["Cache-Control"] == "no-store"
    [entry] = entries(session)
    assert (entry.action, entry.subject, entry.subject_id) == (AuditAction.DRAWING_SEEN, "brief", drawn.brief.id)
    assert (entry.actor_id, entry.values, entry.reason) == (drawn.owner.id, {"factory": drawn.asked.factory_id}, None)


def test_the_designer_reads_who_has_looked_and_is_not_noted(
    client_as: ClientAs, drawn: Drawn, session: Session
) -> None:
    designer = client_as(drawn.brief.designer.user)
    assert "아직 아무도 안 봤어요" in designer.get(f"{drawn.address}?lang=ko").text
    assert designer.get(drawn.drawings[0]).status_code == 200
    assert entries(session) == []
    client_as(drawn.owner).get(drawn.drawings[0])
    client_as(Role.DISTRICT_OFFICER).get(drawn.drawings[1])
    page = designer.get(drawn.address).text
    assert "든솔봉제 &lt;b&gt; · " in page and "구청 담당자 · " in page
    assert page.count("에 봤어요") == 2
    assert "에 봤어요" not in client_as(drawn.owner).get(f"{drawn.address}?lang=ko").text


def test_who_was_not_asked_is_neither_shown_anything_nor_noted(
    client_as: ClientAs, drawn: Drawn, session: Session
) -> None:
    for role in (Role.FACTORY_OWNER, Role.DESIGNER):
        assert client_as(role).get(drawn.drawings[0]).status_code == 404
    assert client_as(drawn.owner).get(f"{drawn.address}/files/{10**6}").status_code == 404
    assert client_as(drawn.owner).client.head(drawn.drawings[0]).status_code == 200
    assert entries(session) == []


@pytest.mark.parametrize("change", ["order cancelled", "line dropped", "nothing"])
def test_a_factory_that_gave_its_part_up_sees_them_no_longer(
    client_as: ClientAs, drawn: Drawn, session: Session, change: str
) -> None:
    drawn.asked.status = RequestStatus.CHOSEN
    drawn.asked.quote = make_quote_row()
    session.flush()
    order = make_order(session, drawn.asked.quote)
    if change == "order cancelled":
        order.status = OrderStatus.CANCELLED
    if change == "line dropped":
        order.lines[0].status = LineStatus.DROPPED
    session.commit()
    assert client_as(drawn.owner).get(drawn.drawings[0]).status_code == (200 if change == "nothing" else 404)


def make_quote_row() -> Quote:
    return Quote(answer=QuoteAnswer.POSSIBLE, unit_price_krw=9_000, ready_on=in_days(20), valid_until=in_days(14))
