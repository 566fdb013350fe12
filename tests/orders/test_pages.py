"""The pages of orders: who sees what in which state, in every language, without barriers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.orders import routes
from models.capacity import CapacityBooking
from models.district import District
from models.order import EventKind, LineStatus, OrderStatus, Party, moves_for
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser
from tests.builders import in_days, make_designer, make_district, make_user
from tests.orders.stages import STATES, Trade, fields_of, heading_of, make_team_trade, make_trade, moves_on

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from playwright.sync_api import Page

ClientAs = Callable[[Role | User], Browser]
K = EventKind
every_state = pytest.mark.parametrize("state", STATES)


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def trade(session: Session, district: District) -> Trade:
    return make_trade(session, district)


@pytest.fixture
def team(session: Session, district: District) -> Trade:
    return make_team_trade(session, district)


def address(trade: Trade, language: str = "ko") -> str:
    return f"/orders/{trade.order.id}?lang={language}"


@every_state
def test_a_page_offers_no_move_that_the_table_forbids_its_reader(
    client_as: ClientAs, trade: Trade, district: District, state: str
) -> None:
    trade.bring_to(state)
    coordinator = make_user(trade.session, Role.COORDINATOR, district)
    officer = make_user(trade.session, Role.DISTRICT_OFFICER, district)
    readers = {trade.designer: Party.DESIGNER, trade.owner: Party.FACTORY, coordinator: Party.CENTRE}
    status = trade.order.status
    for person, party in readers.items():
        offered = moves_on(client_as(person).get(address(trade)).text)
        assert offered <= {move.kind for move in moves_for(status, party)}
        assert offered or status in (OrderStatus.SETTLED, OrderStatus.CANCELLED)
    assert moves_on(client_as(officer).get(address(trade)).text) == set()


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_state_stands_in_every_language(
    client_as: ClientAs, session: Session, district: District, language: str
) -> None:
    designer = make_designer(session, district)
    trades = [make_trade(session, district, designer=designer).bring_to(state) for state in STATES]
    browser = client_as(designer.user)
    listed = browser.get(f"/orders?lang={language}")
    for trade in trades:
        assert trade.order.number in listed.text
        for reader in (browser, client_as(trade.owner)):
            page = reader.get(address(trade, language))
            assert page.status_code == 200
            assert trade.order.number in page.text
            assert not re.findall(r"%\(|%%|\bNone\b", page.text + listed.text)


def test_staff_see_what_is_disputed_first_and_the_rest_page_by_page(
    client_as: ClientAs, session: Session, district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "PAGE_SIZE", 2)
    states = ["settled", "disputed", "cancelled", "confirmed", "sampling"]
    numbers = {state: make_trade(session, district).bring_to(state).order.number for state in states}
    make_trade(session, make_district(session)).bring_to("disputed")
    staff = client_as(Role.COORDINATOR)
    pages = [staff.get(f"/orders?page={page}").text for page in (1, 2, 3, 99)]
    shown = [re.findall(r"\b\d{4}-\d{5}\b", page) for page in pages]
    expected = [numbers[state] for state in ("disputed", "sampling", "confirmed", "cancelled", "settled")]
    assert shown == [expected[:2], expected[2:4], expected[4:], expected[4:]]


@pytest.mark.parametrize(
    ("state", "designer", "owner"),
    [
        ("sampling", "공장이 샘플을 만들고 있어요", "샘플 보내셨어요?"),
        ("sample_sent", "샘플이 왔어요. 괜찮은가요?", "의뢰인이 샘플을 보고 있어요"),
        ("sample_approved", "약속서에 아직 빈 곳이 있어요", "약속서 빈 곳을 같이 채워 볼까요?"),
        ("confirmed", "보낼 돈이 있어요", "일 시작하셨어요?"),
        ("in_production", "보낼 돈이 있어요", "다 넘기셨어요?"),
        ("delivered", "몇 장 왔어요?", "의뢰인이 물건을 보고 있어요"),
        ("accepted", "보낼 돈이 있어요", "입금을 기다리고 있어요"),
        ("settled", "함께 일해 보니 어땠어요?", "이 의뢰인과 일해 보니 어떠셨어요?"),
        ("cancelled", "그만둔 주문이에요", "그만둔 일이에요"),
        ("disputed", "센터가 함께 살펴보고 있어요", "센터가 함께 살펴보고 있어요"),
    ],
)
def test_the_heading_is_the_one_thing_to_do(
    client_as: ClientAs, trade: Trade, state: str, designer: str, owner: str
) -> None:
    trade.bring_to(state)
    for person, words in ((trade.designer, designer), (trade.owner, owner)):
        page = client_as(person).get(address(trade)).text
        assert heading_of(page) == words
        assert len(re.findall(r'class="button primary"', page)) <= 1


@pytest.mark.parametrize(
    ("state", "done"), [("sampling", 0), ("sample_sent", 1), ("confirmed", 3), ("delivered", 5), ("disputed", 5)]
)
def test_steps_are_solid_up_to_where_the_order_is(client_as: ClientAs, trade: Trade, state: str, done: int) -> None:
    trade.bring_to(state)
    line = re.search(r'<ol class="stitches".*?</ol>', client_as(trade.designer).get(address(trade)).text, re.DOTALL)
    assert line
    assert re.findall(r'<li class="(\w+)"', line[0]) == ["done"] * done + ["now"] + ["later"] * (6 - done)


def test_without_a_sample_two_steps_are_left_out_and_the_reason_stands_there(
    client_as: ClientAs, session: Session, district: District
) -> None:
    waived = make_trade(session, district, waiver="같은 패턴을 만들어 봤어요")
    page = client_as(waived.designer).get(address(waived)).text
    assert "같은 패턴을 만들어 봤어요" in page
    assert len(re.findall(r'class="stitch-words"', page)) == 5


def test_the_clock_of_the_inspection_is_told_in_words(client_as: ClientAs, trade: Trade) -> None:
    trade.bring_to("delivered")
    trade.order.inspect_by = in_days(4)
    page = client_as(trade.designer).get(address(trade)).text
    assert "검품 10일 중 4일 남았어요" in page
    assert "받은 것으로 봐요" in page


def test_what_is_late_says_by_how_many_days_and_only_the_factory_gets_the_papers(
    client_as: ClientAs, trade: Trade
) -> None:
    trade.bring_to("late")
    papers = f"/orders/{trade.order.id}/evidence.pdf"
    owner, designer = (client_as(person).get(address(trade)).text for person in (trade.owner, trade.designer))
    assert "8일 늦음" in owner
    assert "8일 늦음" in designer
    assert papers in owner
    assert papers not in designer


def test_days_are_dashed_while_held_and_what_has_no_place_is_said(
    client_as: ClientAs, trade: Trade, session: Session
) -> None:
    browser = client_as(trade.designer)
    held = browser.get(address(trade)).text
    booked_days = session.scalars(select(CapacityBooking.hundredths)).all()
    assert held.count('class="day held"') == sum(-(-amount // 100) for amount in booked_days)
    trade.bring_to("confirmed")
    trade.order.lead.unplaced_hundredths = 150
    session.commit()
    page = browser.get(address(trade)).text
    assert 'class="day held"' not in page
    assert 'class="day taken"' in page
    assert "1.5일은 아직 달력에 자리가 없어요" in page


def test_telephones_of_both_sides_stand_on_the_order(client_as: ClientAs, trade: Trade) -> None:
    trade.designer.phone = "01099998888"
    trade.session.commit()
    assert "010-9999-8888" in client_as(trade.owner).get(address(trade)).text
    assert "02-1234-5678" in client_as(trade.designer).get(address(trade)).text


def test_a_team_shows_every_maker_and_what_changed_hands(client_as: ClientAs, team: Trade) -> None:
    team.bring_to("confirmed")
    cutter, *_others = team.order.lines
    team.move(K.STARTED, Party.FACTORY, cutter)
    team.move(K.STAGE_HANDED_OVER, Party.FACTORY, cutter, pieces=120)
    page = client_as(team.designer).get(address(team)).text
    for line in team.order.lines:
        assert line.factory.name in page
    assert "3단계 중 3단계가 만든 곳이 밝혀져 있어요" in page
    assert "넘기고 센 장수" in page


def test_the_next_of_a_chain_counts_and_then_begins(client_as: ClientAs, team: Trade) -> None:
    team.bring_to("confirmed")
    cutter, sewer, _sewer2, finisher = team.order.lines
    team.move(K.STARTED, Party.FACTORY, cutter)
    for person in (sewer.factory.owner, finisher.factory.owner):
        assert person
        assert heading_of(client_as(person).get(address(team)).text) == "다른 공장이 아직 일하고 있어요"
    team.move(K.STAGE_HANDED_OVER, Party.FACTORY, cutter, pieces=120)
    assert sewer.factory.owner
    browser = client_as(sewer.factory.owner)
    page = browser.get(address(team)).text
    assert heading_of(page) == "몇 장 들어왔어요?"
    sent = fields_of(page, K.PIECES_COUNTED) | {"pieces": "118"}
    assert browser.send(f"/orders/{team.order.id}/events", sent).status_code == 303
    page = browser.get(address(team)).text
    assert "118장" in page
    assert heading_of(page) == "일 시작하셨어요?"


def test_a_member_of_a_team_sees_neither_the_price_nor_the_sums_of_the_others(client_as: ClientAs, team: Trade) -> None:
    team.bring_to("confirmed")
    for number, line in enumerate(team.order.lines):
        line.unit_price_krw = 1_111 * (number + 1)
    team.pay()
    pages = [client_as(owner).get(address(team)).text for owner in team.owners]
    for number, page in enumerate(pages):
        shown = [price for price in range(4) if f"{1_111 * (price + 1):,}원" in page]
        assert shown == [number]
        assert page.count("들어왔어요</b>") == 2 + (number == 3)  # deposit, balance, and the sample's fee of the lead


def test_who_dropped_out_still_reads_the_own_part_and_can_do_nothing(client_as: ClientAs, team: Trade) -> None:
    cutter = team.order.lines[0]
    team.move(K.LINE_DROPPED, Party.FACTORY, cutter, note="일손이 모자라요")
    assert cutter.status is LineStatus.DROPPED
    page = client_as(team.owners[0]).get(address(team))
    assert page.status_code == 200
    assert moves_on(page.text) == set()
    other = team.order.lines[1].quote.unit_price_krw or 0
    assert f"{other * 80:,}원" not in page.text


def test_the_list_puts_first_what_waits_and_holds_only_ones_own(
    client_as: ClientAs, session: Session, district: District, trade: Trade
) -> None:
    stranger = make_trade(session, district)
    designer = trade.order.designer
    waiting = make_trade(session, district, designer=designer).bring_to("sample_sent")
    over = make_trade(session, district, designer=designer).bring_to("cancelled")
    page = client_as(trade.designer).get("/orders?lang=ko").text
    numbers = re.findall(r"20\d\d-\d{5}", page)
    assert numbers == [waiting.order.number, trade.order.number, over.order.number]
    assert stranger.order.number not in page
    everything = client_as(make_user(session, Role.DISTRICT_OFFICER, district)).get("/orders?lang=ko").text
    assert stranger.order.number in everything


@pytest.mark.parametrize("role", [Role.DESIGNER, Role.FACTORY_OWNER, Role.COORDINATOR])
def test_an_empty_list_says_what_comes_here(client_as: ClientAs, role: Role) -> None:
    assert "아직 주문이 없어요" in client_as(role).get("/orders?lang=ko").text


def test_strangers_find_nothing(client_as: ClientAs, trade: Trade) -> None:
    for role in (Role.DESIGNER, Role.FACTORY_OWNER):
        assert client_as(role).get(address(trade)).status_code == 404


@pytest.mark.parametrize("state", ["sampling", "in_production", "delivered", "late", "disputed", "settled"])
def test_axe_finds_nothing_on_a_phone_and_on_a_desk(
    client_as: ClientAs, trade: Trade, new_page: Callable[..., Page], state: str
) -> None:
    trade.bring_to(state)
    for person in (trade.designer, trade.owner):
        browser = client_as(person)
        for width in (390, 1280):
            page = new_page(viewport={"width": width, "height": 844})
            browser.show_in(page, address(trade))
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert problems(page) == []
