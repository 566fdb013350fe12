"""The pack of proofs: made with cause only, for the sides alone, and of values that a copy can be checked by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.orders import documents, evidence, payments, terms
from models.base import utc_now
from models.capacity import today_in_seoul
from models.case import Case
from models.district import District
from models.errors import Conflict
from models.message import Message
from models.order import EventKind, Party
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_user
from tests.conftest import missing
from tests.orders.pdfs import Pdf
from tests.orders.stages import Trade, make_team_trade, make_trade

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
HOSTILE = "</table><script>alert(1)</script> ‮ '\"; -- 🧵"
NOW = utc_now()


@pytest.fixture
def pango() -> None:
    if not documents.can_make_pdf():
        missing("pango", "no Pango on this machine: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


@pytest.fixture
def late(session: Session) -> Trade:
    trade = make_trade(session, session.get_one(District, 1)).bring_to("late")
    write(trade, "입금 언제 되나요?")
    return trade


def write(trade: Trade, words: str) -> None:
    case = trade.session.scalars(select(Case)).one()
    trade.session.add(Message(case=case, author=trade.owner, party=Party.FACTORY, text=words))
    trade.session.flush()


def pack_of(trade: Trade, user: User | None = None, **values: Any) -> dict[str, Any]:
    return evidence.pack(trade.session, trade.order, user or trade.owner, values.get("now", NOW))


def pdf_of(browser: Browser, trade: Trade, language: str = "ko") -> Pdf:
    answer = browser.get(f"/orders/{trade.order.id}/evidence.pdf?lang={language}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return Pdf(answer.data)


def tight(text: object) -> str:
    return "".join(str(text).split())


def test_it_holds_what_was_promised_done_paid_and_said(late: Trade) -> None:
    sections = pack_of(late)["sections"]
    assert sections["terms"]["hash"] == terms.latest(late.session, late.order).body_hash
    assert {yes["name"] for yes in sections["terms"]["confirmations"]} == {late.designer.name, late.owner.name}
    assert [event["id"] for event in sections["events"]] == [event.id for event in late.order.events]
    assert [row["pieces"] for row in sections["deliveries"]] == [40, 80]
    parts = payments.parts_of(late.session, late.order)
    assert [row["amount_krw"] for row in sections["payments"]] == [part.amount_krw for part in parts]
    assert [row["text"] for row in sections["messages"]] == ["입금 언제 되나요?"]


def test_equal_records_give_equal_values_whenever_it_is_made(late: Trade) -> None:
    first, later = pack_of(late), pack_of(late, now=NOW + timedelta(days=3))
    assert first["hashes"] == later["hashes"] and first["hash"] == later["hash"]
    assert first["made_at"] != later["made_at"]


def test_values_can_be_worked_out_again_by_anybody(late: Trade) -> None:
    found = pack_of(late)
    for name, section in found["sections"].items():
        text = json.dumps(section, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert found["hashes"][name] == hashlib.sha256(text.encode()).hexdigest()


@given(data=st.data())
def test_any_change_shows_in_its_section_and_in_the_whole(data: st.DataObject) -> None:
    rows = st.dictionaries(st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=5), st.none()), min_size=1)
    section = data.draw(st.lists(rows, min_size=1, max_size=4))
    changed = deepcopy(section)
    row = data.draw(st.sampled_from(changed))
    key = data.draw(st.sampled_from(sorted(row)))
    row[key] = data.draw(st.one_of(st.booleans(), st.text(min_size=6)))
    assert evidence.section_hash(section) != evidence.section_hash(changed)
    assert evidence.section_hash(section) == evidence.section_hash([dict(reversed(row.items())) for row in section])


@pytest.mark.parametrize("state", ["sampling", "confirmed", "delivered", "settled"])
def test_without_cause_none_is_made(session: Session, state: str) -> None:
    trade = make_trade(session, session.get_one(District, 1)).bring_to(state)
    with pytest.raises(Conflict, match="nothing_unpaid"):
        evidence.require_reason(session, trade.order, trade.owner, today_in_seoul())


def test_a_dispute_is_cause_enough(session: Session) -> None:
    trade = make_trade(session, session.get_one(District, 1)).bring_to("disputed")
    evidence.require_reason(session, trade.order, trade.designer, today_in_seoul())


def test_what_the_sides_wrote_is_for_the_sides(late: Trade) -> None:
    coordinator = make_user(late.session, Role.COORDINATOR, late.session.get_one(District, 1))
    assert pack_of(late, coordinator)["sections"]["messages"] == []
    assert pack_of(late, late.designer)["sections"]["messages"] != []
    late.order.lead.factory.owner = None  # now the coordinator speaks for it
    late.session.flush()
    assert pack_of(late, coordinator)["sections"]["messages"] != []


def test_of_a_team_each_factory_gets_its_own_part(session: Session) -> None:
    team = make_team_trade(session, session.get_one(District, 1)).bring_to("confirmed")
    for owner, line in zip(team.owners, team.order.lines, strict=True):
        sections = pack_of(team, owner)["sections"]
        assert {row["factory"] for row in sections["payments"]} == {line.factory.name}
        assert [each["line"] for each in sections["terms"]["body"]["lines"]] == [line.id]
    assert len(pack_of(team, team.designer)["sections"]["terms"]["body"]["lines"]) == len(team.order.lines)


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_the_paper_names_who_owes_what_since_when(late: Trade, client_as: ClientAs, language: str) -> None:
    pdf = pdf_of(client_as(late.owner), late, language)
    for part in payments.parts_of(late.session, late.order):
        assert f"{part.amount_krw:,}" in pdf.text
    found = pack_of(late)
    names = late.order.number, late.order.designer.brand, late.order.lead.factory.name
    values = found["sections"]["terms"]["hash"], found["hash"], *found["hashes"].values()
    for words in (*names, *values, "입금 언제 되나요?", "smes.go.kr"):
        assert tight(words) in pdf.text
    assert pdf.keywords == f"order {late.order.number}, sha256 {found['hash']}"
    if language == "ko":
        assert tight("8일 늦음") in pdf.text or tight("8일 늦었어요") in pdf.text


@pytest.mark.usefixtures("pango")
def test_the_centre_is_named_only_where_its_telephone_is_known(late: Trade, client_as: ClientAs) -> None:
    browser = client_as(late.owner)
    assert tight("구 센터가 이어서") not in pdf_of(browser, late).text
    browser.app.config["CENTRE_PHONE"] = "02-0000-0000"
    assert "02-0000-0000" in pdf_of(browser, late).text


@pytest.mark.usefixtures("pango")
def test_nothing_said_breaks_the_paper(late: Trade, client_as: ClientAs) -> None:
    late.move(EventKind.NOTED, Party.DESIGNER, note=HOSTILE)
    write(late, HOSTILE * 40)
    late.order.designer.brand = HOSTILE
    assert "alert(1)</script>" in pdf_of(client_as(late.owner), late).text


def test_who_may_have_it(late: Trade, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garment_hub.orders.document_routes.make_pdf", lambda page: b"%PDF")
    address = f"/orders/{late.order.id}/evidence.pdf"
    wanted: dict[Role | User, int] = {
        late.designer: 200, late.owner: 200, Role.COORDINATOR: 200, Role.ADMINISTRATOR: 200,
        Role.DISTRICT_OFFICER: 403, Role.DESIGNER: 404, Role.FACTORY_OWNER: 404,
    }  # fmt: skip
    assert {who: client_as(who).get(address).status_code for who in wanted} == wanted


def test_without_cause_the_page_says_why_not(session: Session, client_as: ClientAs) -> None:
    trade = make_trade(session, session.get_one(District, 1))
    answer = client_as(trade.owner).get(f"/orders/{trade.order.id}/evidence.pdf")
    assert answer.status_code == 409 and "날짜가 지난 돈이 없어요" in answer.text
