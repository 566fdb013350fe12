"""The conversation of a case: who reads it, what is sent once, what staff leave behind when they read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import files
from garment_hub.messages import services
from models.audit import AuditEntry
from models.base import utc_now
from models.case import Case
from models.district import District
from models.message import Message
from models.order import Party
from models.user import Role, User
from tests import accessible
from tests.browsing import Browser
from tests.builders import make_brief, make_case, make_designer, make_district, make_factory, make_quote, make_user

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
HOSTILE = "<script>alert(1)</script>{{7*7}}'\"\u202e<b>"
SIZE = (30, 20)


@dataclass(frozen=True, slots=True)
class Talk:
    """A case between a designer and an owner; a second one whose factory nobody has claimed."""

    case: Case
    unclaimed: Case
    people: dict[str, User]

    @property
    def address(self) -> str:
        return f"/messages/{self.case.id}"


@pytest.fixture
def talk(session: Session) -> Talk:
    district = session.get_one(District, 1)
    people = {
        "designer": make_user(session, Role.DESIGNER, district, name="서린"),
        "owner": make_user(session, Role.FACTORY_OWNER, district, name="김대표"),
        "coordinator": make_user(session, Role.COORDINATOR, district, name="이코디"),
        "officer": make_user(session, Role.DISTRICT_OFFICER, district, name="박주무"),
        "administrator": make_user(session, Role.ADMINISTRATOR, district),
        "designer2": make_user(session, Role.DESIGNER, district),
        "owner2": make_user(session, Role.FACTORY_OWNER, district),
        "coordinator elsewhere": make_user(session, Role.COORDINATOR, make_district(session)),
    }
    brief = make_brief(session, make_designer(session, district, user=people["designer"], brand="린넨오후"))
    make_designer(session, district, user=people["designer2"])
    owned = make_factory(session, district, owner=people["owner"], name="든솔봉제")
    make_factory(session, district, owner=people["owner2"])
    cases = [
        make_case(session, make_quote(session, brief, factory).request)
        for factory in (owned, make_factory(session, district, name="솔기공방"))
    ]
    session.commit()
    return Talk(cases[0], cases[1], people)


def form_on(page: str) -> dict[str, str]:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found
    return {"form_token": found[1]}


def said(session: Session) -> list[Message]:
    query = select(Message).order_by(Message.id).execution_options(populate_existing=True)
    messages = list(session.scalars(query))
    session.commit()
    return messages


def tell(session: Session, talk: Talk, name: str, text: str) -> None:
    party = Party.DESIGNER if name == "designer" else Party.FACTORY
    services.write(session, talk.case, talk.people[name], party, utc_now(), text=text, picture_key=None)
    session.commit()


def a_picture() -> tuple[io.BytesIO, str]:
    data = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(data, "PNG")
    return io.BytesIO(data.getvalue()), "../drawing.png"


def test_what_one_side_writes_the_other_reads_in_order(client_as: ClientAs, talk: Talk, session: Session) -> None:
    designer, owner = client_as(talk.people["designer"]), client_as(talk.people["owner"])
    page = designer.get(talk.address).text
    assert designer.send(talk.address, {"text": "안감은 어떻게 할까요?"} | form_on(page)).status_code == 303
    page = owner.get(f"{talk.address}?lang=ko").text
    assert "안감은 어떻게 할까요?" in page and "린넨오후" in page
    assert owner.send(talk.address, {"text": "면으로 해요\n\n두 겹이요"} | form_on(page)).status_code == 303
    page = designer.get(f"{talk.address}?lang=ko").text
    assert page.index("안감은 어떻게 할까요?") < page.index("두 겹이요")
    assert "읽음" in page
    assert [(one.party, one.read_at is not None) for one in said(session)] == [
        (Party.DESIGNER, True),
        (Party.FACTORY, False),
    ]


def test_opening_the_page_changes_nothing_and_one_tap_says_it_was_read(
    client_as: ClientAs, talk: Talk, session: Session
) -> None:
    tell(session, talk, "designer", "먼저요")
    owner, designer = client_as(talk.people["owner"]), client_as(talk.people["designer"])
    seen = f"{talk.address}/seen"
    assert seen in owner.get(talk.address).text
    assert said(session)[0].read_at is None
    assert designer.send(seen).status_code == 303
    assert said(session)[0].read_at is None, "one's own words are read by the other side alone"
    assert owner.send(seen).status_code == 303
    assert said(session)[0].read_at is not None
    assert seen not in owner.get(talk.address).text


def test_the_same_form_twice_says_it_once_and_another_text_in_it_stays_on_the_page(
    client_as: ClientAs, talk: Talk, session: Session
) -> None:
    designer = client_as(talk.people["designer"])
    form = form_on(designer.get(talk.address).text) | {"text": "한 번만"}
    answers = [designer.send(talk.address, form) for _tap in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert [one.text for one in said(session)] == ["한 번만"]
    other = designer.send(talk.address, form | {"text": "뒤로 갔다가 새로 씀"})
    assert other.status_code == 409
    assert "뒤로 갔다가 새로 씀" in other.text
    again = form_on(other.text) | {"text": "뒤로 갔다가 새로 씀"}
    assert designer.send(talk.address, again).status_code == 303
    assert len(said(session)) == 2


def test_a_picture_goes_to_both_sides_and_to_nobody_else(
    client_as: ClientAs, talk: Talk, session: Session, app: Flask
) -> None:
    designer = client_as(talk.people["designer"])
    form = form_on(designer.get(talk.address).text)
    assert designer.send(talk.address, form | {"picture": a_picture()}).status_code == 303
    assert designer.send(talk.address, form | {"picture": a_picture()}).status_code == 303
    message = said(session)[0]
    with app.app_context():
        assert len(list(files.upload_root().iterdir())) == 1, "the second sending leaves no file behind"
    address = f"{talk.address}/pictures/{message.id}"
    seen = {name: client_as(person).get(address).status_code for name, person in talk.people.items()}
    assert {name for name, status in seen.items() if status == 200} == {"designer", "owner"}
    assert set(seen.values()) == {200, 404}
    other_case = f"/messages/{talk.unclaimed.id}/pictures/{message.id}"
    assert designer.get(other_case).status_code == 404


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"text": ""}, ""),
        ({"text": " \n "}, ""),
        ({"text": "길" * 2001}, "길" * 2001),
        ({"text": "a\x00b"}, ""),
        ({"text": "이 사진이요", "picture": (io.BytesIO(b"%PDF-1.7"), "x.pdf")}, "이 사진이요"),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(
    client_as: ClientAs, talk: Talk, session: Session, fields: dict[str, object], kept: str
) -> None:
    designer = client_as(talk.people["designer"])
    answer = designer.send(talk.address, form_on(designer.get(talk.address).text) | fields)
    assert answer.status_code == 422
    assert kept in answer.text and 'class="error-summary"' in answer.text
    assert said(session) == []


def test_a_good_picture_of_a_refused_form_is_asked_for_again_and_not_kept(
    client_as: ClientAs, talk: Talk, app: Flask
) -> None:
    owner = client_as(talk.people["owner"])
    answer = owner.send(f"{talk.address}?lang=ko", {"text": "길" * 2001, "picture": a_picture()})
    assert answer.status_code == 422 and "사진은 다시 골라 주세요" in answer.text
    stranger = client_as(talk.people["owner2"])
    assert stranger.send(talk.address, {"text": "나도", "picture": a_picture()}).status_code == 404
    with app.app_context():
        assert not list(files.upload_root().iterdir())


def test_the_centre_speaks_for_a_factory_without_an_owner_until_it_has_one(
    client_as: ClientAs, talk: Talk, session: Session
) -> None:
    address = f"/messages/{talk.unclaimed.id}"
    coordinator, designer = client_as(talk.people["coordinator"]), client_as(talk.people["designer"])
    page = coordinator.get(address).text
    assert coordinator.send(address, {"text": "여쭤봤어요"} | form_on(page)).status_code == 303
    page = designer.get(f"{address}?lang=ko").text
    assert "솔기공방" in page and "(센터 이코디)" in page
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    talk.unclaimed.request.factory.owner = talk.people["owner2"]
    session.commit()
    assert client_as(talk.people["owner2"]).get(address).status_code == 200
    assert "여쭤봤어요" not in coordinator.get(address).text


@pytest.mark.parametrize("name", ["coordinator", "officer", "administrator"])
def test_staff_read_nothing_without_a_reason_and_the_reason_is_seen_by_both(
    client_as: ClientAs, talk: Talk, session: Session, name: str
) -> None:
    tell(session, talk, "designer", "우리끼리 하는 말")
    staff = client_as(talk.people[name])
    assert "우리끼리 하는 말" not in staff.get(talk.address).text
    for reason in ({}, {"reason": "  "}, {"reason": "가" * 501}):
        assert staff.send(f"{talk.address}/read", reason).status_code == 422
    assert "우리끼리 하는 말" not in staff.get(talk.address).text
    for _tap in range(2):
        assert staff.send(f"{talk.address}/read", {"reason": f"공장이 전화했어요 {HOSTILE}"}).status_code == 303
    page = staff.get(talk.address).text
    assert "우리끼리 하는 말" in page
    assert 'name="text"' not in page
    assert staff.send(talk.address, {"text": "끼어들기"}).status_code == 403
    assert staff.send(f"{talk.address}/seen").status_code == 403
    assert said(session)[0].read_at is None
    for side in ("designer", "owner"):
        page = client_as(talk.people[side]).get(talk.address).text
        assert page.count("공장이 전화했어요") == 1
        assert talk.people[name].name in page and "<script>" not in page
    entries = session.scalars(select(AuditEntry)).all()
    assert [(entry.actor_id, entry.subject, entry.subject_id) for entry in entries] == [
        (talk.people[name].id, "case", talk.case.id)
    ]


def test_a_reading_ends_after_an_hour(
    client_as: ClientAs, talk: Talk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(session, talk, "designer", "우리끼리 하는 말")
    staff = client_as(talk.people["officer"])
    staff.send(f"{talk.address}/read", {"reason": "민원"})
    colleague = client_as(talk.people["coordinator"])
    assert "우리끼리 하는 말" not in colleague.get(talk.address).text
    monkeypatch.setattr("garment_hub.messages.queries.READING_LASTS", timedelta(0))
    assert "우리끼리 하는 말" not in staff.get(talk.address).text
    assert staff.send(f"{talk.address}/read", {"reason": "다시"}).status_code == 303
    assert len(session.scalars(select(AuditEntry)).all()) == 2


def test_strangers_find_nothing(client_as: ClientAs, talk: Talk) -> None:
    for name in ("designer2", "owner2", "coordinator elsewhere"):
        browser = client_as(talk.people[name])
        assert browser.get(talk.address).status_code == 404, name
        assert browser.send(talk.address, {"text": "x"}).status_code == 404, name
        assert browser.send(f"{talk.address}/seen").status_code == 404, name


def test_the_other_side_hears_of_it_once_until_it_has_read(
    talk: Talk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, str | None, object]] = []

    def notify(_session: Session, user: User, template: str, **values: object) -> None:
        assert template == "message_received" and values["link"] == talk.address
        heard.append((user.id, values["dedupe_key"], values["sender"]))  # type: ignore[arg-type]

    monkeypatch.setattr(services, "notify", notify)
    for name in ("designer", "designer", "owner", "designer"):
        tell(session, talk, name, "말")
    owner, designer = talk.people["owner"].id, talk.people["designer"].id
    assert [(user, sender) for user, _key, sender in heard] == [
        (owner, "린넨오후"),
        (owner, "린넨오후"),
        (designer, "든솔봉제"),
        (owner, "린넨오후"),
    ]
    keys = [key for _user, key, _sender in heard]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_a_text_to_send_by_hand_while_the_last_word_is_unread(
    client_as: ClientAs, talk: Talk, session: Session
) -> None:
    talk.people["owner"].phone = "01000000073"
    session.commit()
    designer, owner = client_as(talk.people["designer"]), client_as(talk.people["owner"])
    assert "<textarea" in designer.get(talk.address).text
    assert "readonly" not in designer.get(talk.address).text
    tell(session, talk, "designer", "보셨어요?")
    page = designer.get(talk.address).text
    assert "readonly" in page and f"{talk.address}</textarea>" in page.replace("\n</", "</")
    assert "sms:01000000073" in page, "the factory has said yes"
    assert "readonly" not in owner.get(talk.address).text
    owner.send(f"{talk.address}/seen")
    assert "readonly" not in designer.get(talk.address).text


def test_no_number_before_the_factory_has_said_yes(client_as: ClientAs, talk: Talk, session: Session) -> None:
    talk.people["owner"].phone = "01000000073"
    session.delete(talk.case.request.quote)
    session.flush()
    session.expire(talk.case.request)
    tell(session, talk, "designer", "보셨어요?")
    page = client_as(talk.people["designer"]).get(talk.address).text
    assert "readonly" in page and "01000000073" not in page


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_page_stands_in_every_language_and_shows_text_as_text(
    client_as: ClientAs, talk: Talk, session: Session, language: str
) -> None:
    for name in ("designer", "owner"):
        tell(session, talk, name, HOSTILE)
    for name in ("designer", "owner", "coordinator", "officer"):
        browser = client_as(talk.people[name])
        for case in (talk.case, talk.unclaimed):
            page = browser.get(f"/messages/{case.id}?lang={language}")
            if page.status_code == 200:
                assert "%(" not in page.text and "<script>alert" not in page.text and "{{" not in page.text[:200]
    shown = client_as(talk.people["owner"]).get(talk.address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in shown


def test_axe_finds_nothing(client_as: ClientAs, talk: Talk, session: Session, new_page: Callable[..., Page]) -> None:
    def look(name: str, width: int, address: str = talk.address) -> list[str]:
        page = new_page(viewport={"width": width, "height": 800})
        client_as(talk.people[name]).show_in(page, address)
        return accessible.problems(page)

    assert look("designer", 390) == look("coordinator", 1280) == []
    assert look("coordinator", 390, f"/messages/{talk.unclaimed.id}") == []
    tell(session, talk, "designer", "글자가 " * 40 + HOSTILE)
    tell(session, talk, "owner", "네" + "x" * 300)
    services.read_as_staff(session, talk.case, talk.people["officer"], "민원이 들어왔어요", utc_now())
    for name in ("designer", "owner", "officer"):
        assert look(name, 360) == look(name, 1280) == []
