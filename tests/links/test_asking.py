"""Asking for a way in: the same for people we know and people we do not, and never for staff."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Purpose, read_token
from garment_hub.accounts.throttle import LINKS_PER_NETWORK, LINKS_PER_PERSON
from garment_hub.db import engine_of
from garment_hub.notifications.wording import compose
from models.base import utc_now
from models.district import District
from models.notification import Channel, Notification
from models.user import STAFF, Role, User
from tests.browsing import Browser, signed_in
from tests.builders import make_user

OWNER, DESIGNER, STRANGER = "01000000051", "designer51@test.example", "01099999999"


@pytest.fixture
def owner(session: Session) -> User:
    person = make_user(
        session, Role.FACTORY_OWNER, session.get_one(District, 1), email=None, phone=OWNER, password_hash=None
    )
    session.commit()
    return person


@pytest.fixture
def designer(session: Session) -> User:
    person = make_user(session, Role.DESIGNER, session.get_one(District, 1), email=DESIGNER, phone="01000000052")
    session.commit()
    return person


def sent(session: Session) -> list[Notification]:
    session.rollback()
    found = list(session.scalars(select(Notification).order_by(Notification.id)))
    session.rollback()
    return found


@pytest.mark.parametrize("typed", [OWNER, "010-0000-0051", "+82 10.0000.0051", " 010 0000 0051 "])
def test_the_link_goes_to_the_telephone_in_any_spelling(app: Flask, session: Session, owner: User, typed: str) -> None:
    answer = Browser(app).send("/link", {"phone": typed})
    assert (answer.status_code, answer.location) == (303, "/link-sent")
    (row,) = sent(session)
    assert (row.user_id, row.template, row.channel) == (owner.id, "sign_in_link", Channel.MESSAGE)
    assert row.link == "/link" and row.not_before == row.created_at


@pytest.mark.parametrize(
    ("typed", "channel"),
    [(DESIGNER, Channel.EMAIL), (DESIGNER.upper(), Channel.EMAIL), ("01000000052", Channel.MESSAGE)],
)
def test_it_goes_where_it_was_asked_for(
    app: Flask, session: Session, designer: User, typed: str, channel: Channel
) -> None:
    assert Browser(app).send("/link", {"phone": typed}).status_code == 303
    (row,) = sent(session)
    assert row.channel is channel


def test_its_quarter_of_an_hour_runs_from_the_moment_it_is_sent(app: Flask, session: Session, owner: User) -> None:
    Browser(app).send("/link", {"phone": OWNER})
    row = session.get_one(Notification, sent(session)[0].id)
    with app.app_context():
        before = utc_now()
        found = re.search(r"/link/(\S+)", compose(row).text)
        assert found is not None
        link = read_token(found[1])
    session.rollback()
    assert (link.purpose, link.subject_id, link.user_id) == (Purpose.SIGN_IN, owner.id, owner.id)
    assert link.is_to_phone
    assert (link.made_at - before).total_seconds() > -0.01
    browser = Browser(app)
    assert browser.send(f"/link/{found[1]}").status_code == 303
    assert browser.get("/account").status_code == 200


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked, without the values and the tables written to; and each commit."""
    seen: list[str] = []
    engine = engine_of(app)

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(
            statement.split()[0] + (" " + statement.split("FROM")[-1].split()[0] if "FROM" in statement else "")
        )

    def note_commit(_connection: Any) -> None:
        seen.append("COMMIT")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note_commit)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", note_commit)


@pytest.mark.parametrize("role", [Role.DESIGNER, *sorted(STAFF)])
def test_unknown_people_and_staff_get_the_same_answer_for_the_same_work(
    app: Flask, session: Session, owner: User, role: Role
) -> None:
    """No answer and no count of statements tells whether somebody has an account; only the message does."""
    other = make_user(session, role, session.get_one(District, 1), phone="01000000053")
    other.is_active = role is not Role.DESIGNER  # closed accounts are as unknown
    session.commit()
    found = []
    for typed in (OWNER, STRANGER, str(other.phone)):
        browser = Browser(app)
        browser.csrf_token()
        with statements(app) as seen:
            answer = browser.send("/link", {"phone": typed})
        found.append((answer.status_code, answer.location, answer.headers.getlist("Set-Cookie"), seen))
    assert found[0] == found[1] == found[2]
    assert [row.user_id for row in sent(session)] == [owner.id]


def ask(app: Flask, typed: str, times: int, address: str) -> list[int]:
    browser, found = Browser(app), []
    fields = {"csrf_token": browser.csrf_token(), "phone": typed}
    for _time in range(times):
        found.append(browser.client.post("/link", data=fields, environ_base={"REMOTE_ADDR": address}).status_code)
    return found


def test_asking_again_and_again_is_stopped_for_known_and_unknown_alike(
    app: Flask, session: Session, owner: User
) -> None:
    known = ask(app, OWNER, LINKS_PER_PERSON + 2, "198.51.100.1")
    unknown = ask(app, STRANGER, LINKS_PER_PERSON + 2, "198.51.100.2")
    assert known == unknown == [303] * LINKS_PER_PERSON + [429] * 2
    assert len(sent(session)) == LINKS_PER_PERSON


def test_one_network_cannot_make_a_whole_district_ring(app: Flask, owner: User) -> None:
    codes = [ask(app, f"010000{number:05}", 1, "198.51.100.3")[0] for number in range(LINKS_PER_NETWORK + 2)]
    assert codes == [303] * LINKS_PER_NETWORK + [429] * 2
    assert ask(app, OWNER, 1, "198.51.100.4") == [303]


@pytest.mark.parametrize("typed", ["", "  ", "사장님", "1234", "a@b", "0" * 400, "010\x000000", "010 0000 0051 x"])
def test_what_can_be_neither_is_sent_back_with_what_was_typed(
    app: Flask, session: Session, owner: User, typed: str
) -> None:
    answer = Browser(app).send("/link", {"phone": typed})
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert sent(session) == []


def test_who_is_in_already_needs_no_link(app: Flask, session: Session, owner: User) -> None:
    browser = signed_in(app, session, owner)
    assert browser.get("/link").location == "/quote-requests"


def test_the_way_in_without_a_password_stands_beside_the_password(app: Flask) -> None:
    page = Browser(app).get("/sign-in").text
    assert "비밀번호 없이 링크로 들어가기" in page and 'href="/link"' in page
    assert "링크를 어디로 보낼까요?" in Browser(app).get("/link").text
    assert "1분 안에" in Browser(app).get("/link-sent").text
