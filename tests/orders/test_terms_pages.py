"""The page of the terms: written, changed, confirmed; what was typed stays; and each side is asked its own part."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from garment_hub.db import engine_of, unit_of_work
from garment_hub.orders import terms
from models.base import utc_now
from models.district import District
from models.order import OrderStatus
from models.terms import Terms
from models.user import Role, User
from tests.accessible import problems
from tests.browsing import Browser, signed_in
from tests.conftest import LiveSite
from tests.orders.filled import filled
from tests.orders.stages import Trade, heading_of, make_team_trade, make_trade

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
HOSTILE = "\"><script>alert(1)</script>{{ 7*7 }} %(x)s ‮'; DROP TABLE terms; -- 한글🧵"


@pytest.fixture
def trade(session: Session) -> Trade:
    return make_trade(session, session.get_one(District, 1))


def address(trade: Trade, rest: str = "terms") -> str:
    return f"/orders/{trade.order.id}/{rest}"


def newest(trade: Trade) -> Terms:
    trade.session.commit()  # and begin to read anew
    trade.session.expire_all()
    return terms.latest(trade.session, trade.order)


def page_fields(page: str) -> MultiDict[str, str]:
    """What a browser would send back of the form for a new version, untouched."""
    found: MultiDict[str, str] = MultiDict()
    form = re.search(r'<form method="post" action="[^"]*/terms" .*?</form>', page, re.DOTALL)
    assert form
    for tag in re.findall(r"<input[^>]*>", form[0]):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") not in ("radio", "checkbox") or " checked" in tag:
            found.add(given["name"], given.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', form[0], re.DOTALL):
        found.add(name, text)
    return found


def send(browser: Browser, trade: Trade, given: dict[str, Any], base: MultiDict[str, str] | None = None) -> Any:
    fields = base or page_fields(browser.get(address(trade)).text)
    for name, value in given.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    return browser.client.post(address(trade), data=fields)


DESIGNER_PART = {
    "style": "LO-27S-03",
    "deliver_to": "답십리로 12",
    "sizes-0": "S",
    "sizes-1": "M",
    "assort-0-colour": "아이보리",
    "assort-0-pieces-0": "60",
    "assort-0-pieces-1": "4",
    "assort-1-colour": "남색",
    "assort-1-pieces-1": "56",
    "size_table-0-measures-0": "98.5",
    "size_table-0-measures-1": "100",
    "size_table-0-tolerance": "±1.0",
    "cautions": "앞단 스티치 0.2cm\n\n시접은 인터록",
    "materials-0-name": "린넨",
    "materials-0-by": "designer",
    "materials_on": "2027-02-24",
    "ownership": "designer",
    "secrecy": "yes",
    "lines-0-document": "tax_invoice",
    "sample_fee_krw": "50,000",
    "sample_on": "2027-02-12",
}


def test_designer_and_owner_fill_their_parts_and_confirm(trade: Trade, client_as: ClientAs) -> None:
    trade.bring_to("sample_approved")
    designer, owner = client_as(trade.designer), client_as(trade.owner)
    assert send(designer, trade, DESIGNER_PART).status_code == 303
    written = newest(trade)
    assert written.body["assort"] == [
        {"colour": "아이보리", "sizes": {"S": 60, "M": 4}},
        {"colour": "남색", "sizes": {"S": 0, "M": 56}},
    ]
    assert written.body["size_table"] == [{"part": "가슴둘레", "sizes": {"S": 98.5, "M": 100}, "tolerance": "±1.0"}]
    assert written.body["cautions"] == ["앞단 스티치 0.2cm", "시접은 인터록"]
    assert terms.missing(written.body) == ["account"]
    assert send(owner, trade, {"lines-0-account": "농협 301"}).status_code == 303
    page = designer.get(address(trade)).text
    assert heading_of(page) == "이대로 하시겠어요?"
    answer = designer.send(address(trade, "terms/confirm"), {"version": str(newest(trade).version)})
    assert answer.status_code == 303, re.findall(r"<p>.*?</p>", answer.text)
    assert newest(trade).version == 3
    assert trade.order.status is OrderStatus.CONFIRMED
    assert heading_of(designer.get(address(trade)).text) == "모두 약속했어요"


def test_the_owner_is_asked_for_money_only(trade: Trade, client_as: ClientAs) -> None:
    page = client_as(trade.owner).get(address(trade)).text
    asked = {re.sub(r"lines-0-", "", name) for name in page_fields(page)}
    assert asked <= {"csrf_token", "form_token", "version", "line", "account", "document", "deposit_percent", "balance",
                     "balance_days"}  # fmt: skip
    assert 'class="big"' in page


def test_an_owner_cannot_change_the_designers_part(trade: Trade, client_as: ClientAs) -> None:
    send(client_as(trade.owner), trade, {"style": "mine", "lines-0-unit_price_krw": "99", "lines-0-account": "a"})
    body = newest(trade).body
    assert (body["style"], body["lines"][0]["unit_price_krw"], body["lines"][0]["account"]) == (None, 12_000, "a")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"assort-0-pieces-0": "59"}, "모두 더하면 119장이에요. 주문은 120장이에요."),
        ({"assort-0-pieces-0": "많이"}, "숫자로 적어 주세요"),
        ({"sizes-1": ""}, "이 칸의 사이즈 이름을 적어 주세요."),
        ({"sizes-1": "S"}, "같은 사이즈가 두 번 있어요."),
        ({"assort-1-colour": ""}, "이 줄이 무엇인지 적어 주세요."),
        ({"size_table-0-measures-0": "넓게"}, "cm로 적어 주세요"),
        ({"lines-0-balance_days": "61"}, "60까지 적을 수 있어요."),
        ({"lines-0-due_on": "2020-01-01"}, "끝나는 날이 시작보다 빨라요. 두 날짜를 봐 주세요."),
        ({"ownership": "nobody"}, "보이는 것 가운데 골라 주세요."),
        ({"lines-0-unit_price_krw": ""}, "장당 값을 적어 주세요."),
    ],
)
def test_what_was_typed_stays_when_something_is_wrong(
    trade: Trade, client_as: ClientAs, wrong: dict[str, str], words: str
) -> None:
    given = DESIGNER_PART | wrong
    answer = send(client_as(trade.designer), trade, given)
    assert answer.status_code == 422 and newest(trade).version == 1
    assert 'role="alert"' in answer.text and "<title>오류:" in answer.text
    assert words in answer.text
    again = page_fields(answer.text)
    assert {name: again.get(name) for name in given if name != "ownership"} == {
        name: value for name, value in given.items() if name != "ownership"
    }


def test_nothing_typed_runs_or_breaks_the_page(trade: Trade, client_as: ClientAs) -> None:
    hostile = dict.fromkeys(("style", "deliver_to", "assort-0-colour", "materials-0-name", "sizes-0"), HOSTILE[:20])
    given = DESIGNER_PART | hostile | {"cautions": HOSTILE, "size_table-0-part": HOSTILE[:40]}
    assert send(client_as(trade.designer), trade, given).status_code == 303
    assert send(client_as(trade.owner), trade, {"lines-0-account": HOSTILE}).status_code == 303
    for rest in ("terms", "work-order"):
        page = client_as(trade.designer).get(address(trade, rest)).text
        assert "<script>" not in page and "&lt;script&gt;" in page


def test_the_same_form_sent_twice_makes_one_version(trade: Trade, client_as: ClientAs) -> None:
    browser = client_as(trade.designer)
    fields = page_fields(browser.get(address(trade)).text)
    answers = [send(browser, trade, DESIGNER_PART, base=fields) for _again in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert newest(trade).version == 2


def test_an_unchanged_form_is_a_yes_and_no_new_version(trade: Trade, client_as: ClientAs) -> None:
    terms.propose(trade.session, trade.order, filled(newest(trade).body), trade.owner, utc_now())
    assert send(client_as(trade.designer), trade, {}).status_code == 303
    assert newest(trade).version == 2 and terms.is_agreed(newest(trade))


def test_who_was_slower_reads_what_changed_and_keeps_what_they_typed(trade: Trade, client_as: ClientAs) -> None:
    browser = client_as(trade.designer)
    fields = page_fields(browser.get(address(trade)).text)
    body = deepcopy(newest(trade).body)
    body["lines"][0]["account"] = "농협 301"
    terms.propose(trade.session, trade.order, body, trade.owner, utc_now())
    trade.session.commit()
    answer = send(browser, trade, DESIGNER_PART, base=fields)
    assert answer.status_code == 409
    assert "그사이 상대가 2판을 적었어요." in answer.text and "농협 301" in answer.text
    kept = page_fields(answer.text)
    assert (kept["style"], kept["version"]) == ("LO-27S-03", "2")
    assert send(browser, trade, {}, base=kept).status_code == 303
    assert newest(trade).body["lines"][0]["account"] == "농협 301" and newest(trade).body["style"] == "LO-27S-03"


def test_a_version_from_last_week_is_not_confirmed(trade: Trade, client_as: ClientAs) -> None:
    for style in "AB":
        body = filled(newest(trade).body) | {"style": style}
        terms.propose(trade.session, trade.order, body, trade.designer, utc_now())
    trade.session.commit()
    owner = client_as(trade.owner)
    old = owner.send(address(trade, "terms/confirm"), {"version": "2"})
    assert old.status_code == 409 and "3판이 나왔어요" in old.text and heading_of(old.text) == "이대로 하시겠어요?"
    assert owner.send(address(trade, "terms/confirm"), {"version": "1e9"}).status_code == 409


def test_what_changed_stands_struck_beside_what_is_new(trade: Trade, client_as: ClientAs) -> None:
    trade.agree()
    body = deepcopy(newest(trade).body)
    body["lines"][0]["unit_price_krw"] = 12_500
    terms.propose(trade.session, trade.order, body, trade.designer, utc_now())
    page = client_as(trade.owner).get(address(trade)).text
    assert "<s>12,000원 (부가세 별도)</s>" in page and "<b>12,500원 (부가세 별도)</b>" in page
    assert page.count('class="change"') == 3  # price, sum and parts of the payment


def test_a_team_member_reads_no_sums_of_the_others(session: Session, client_as: ClientAs) -> None:
    team = make_team_trade(session, session.get_one(District, 1))
    body = filled(newest(team).body)
    for at, line in enumerate(body["lines"]):
        line["account"], line["unit_price_krw"] = f"계좌-{at}", 7_100 + at
    terms.propose(session, team.order, body, team.designer, utc_now())
    for at, owner in enumerate(team.owners):
        browser = client_as(owner)
        for rest in ("terms", "work-order"):
            page = browser.get(address(team, rest)).text
            assert [f"계좌-{other}" in page for other in range(len(team.owners))] == [
                other == at for other in range(len(team.owners))
            ]
            assert all(line.factory.name in page for line in team.order.lines)


@pytest.mark.parametrize("language", ["ko", "en", "it"])
@pytest.mark.parametrize("rest", ["terms", "work-order"])
def test_page_stands_in_three_languages(trade: Trade, client_as: ClientAs, rest: str, language: str) -> None:
    trade.agree()
    answer = client_as(trade.designer).get(f"{address(trade, rest)}?lang={language}")
    assert answer.status_code == 200 and f'<html lang="{language}">' in answer.text


def test_sixty_days_are_a_ceiling_in_small_print(trade: Trade, client_as: ClientAs) -> None:
    page = client_as(trade.designer).get(address(trade)).text
    assert "60일" in page and 'value="60"' not in page
    assert not re.search("하도급 ?계약", page)


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_accessible(live_site: LiveSite, new_page: Callable[..., Page], width: int) -> None:
    with unit_of_work(engine_of(live_site.app)) as session:
        trade = make_trade(session, session.get_one(District, 1))
        body = filled(terms.latest(session, trade.order).body)
        terms.propose(session, trade.order, body | {"style": "가" * 80}, trade.designer, utc_now())
        terms.propose(session, trade.order, body, trade.designer, utc_now())
        order_id, designer, owner = trade.order.id, trade.designer, trade.owner
        people = {"designer": designer.id, "owner": owner.id}
    for person in people.values():
        page = _signed_in(live_site, new_page(viewport={"width": width, "height": 900}), person)
        for rest in ("terms", "work-order"):
            page.goto(f"{live_site.url}/orders/{order_id}/{rest}")
            for details in page.locator("details.more").all():
                details.evaluate("each => each.open = true")
            assert problems(page) == [], (person, rest)


def _signed_in(site: LiveSite, page: Page, user_id: int) -> Page:
    with Session(engine_of(site.app).execution_options(writes=True)) as session:
        browser = signed_in(site.app, session, session.get_one(User, user_id))
    browser.let_in(page, site.url)
    return page
