"""Promise F7: with the service gone everything is sent later, nothing is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from garment_hub import cli
from garment_hub.db import engine_of, unit_of_work
from garment_hub.notifications import delivery, notify
from garment_hub.notifications.channels import Letter, senders
from garment_hub.notifications.delivery import Delivery, deliver
from garment_hub.notifications.wording import compose
from models.district import District
from models.notification import Channel, Notification
from models.user import Role
from tests.builders import make_user
from tests.notifications.stubs import free_port, mail_server, message_server

pytestmark = pytest.mark.slow

NOON = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)  # in Seoul
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def straight_to_the_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


def write(engine: Engine, count: int, channel: Channel = Channel.EMAIL) -> None:
    reach = {"email": None, "phone": "01000000000"} if channel is Channel.MESSAGE else {"email": "kim@test.example"}
    with unit_of_work(engine) as session:
        user = make_user(session, Role.DESIGNER, session.get_one(District, 1), **reach)
        for number in range(count):
            assert notify(session, user, "message_received", link="/messages/1", sender=f"공장{number}", now=NOON)


def rows(engine: Engine) -> Sequence[Notification]:
    with Session(engine) as session:
        return session.scalars(select(Notification).order_by(Notification.id)).all()


def run(app: Flask, now: datetime = NOON, **settings: Any) -> Delivery:
    with app.app_context():
        return deliver(engine_of(app), senders(app.config | settings), compose, lambda: now)


def run_until_done(app: Flask, start: datetime, step: timedelta, **settings: Any) -> int:
    """How many were sent by runs ``step`` apart within a day."""
    moments = (start + step * number for number in range(DAY // step))
    return sum(run(app, now, **settings).sent for now in moments)


def test_a_mail_server_that_was_away_gets_each_mail_once(
    make_app: Callable[..., Flask], either_engine_url: str
) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    write(engine_of(app), 100)
    port = free_port()
    away = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_SECURITY": "off"}
    for minute in range(20):
        assert run(app, NOON + timedelta(minutes=minute), **away).sent == 0
    with mail_server(port) as server:
        back = NOON + timedelta(hours=1)
        assert run_until_done(app, back, timedelta(hours=2), **server.settings) == 100
        senders_told = [mail.get_content().split("에서")[0] for mail in server.mails]
    assert sorted(senders_told) == sorted(f"공장{number}" for number in range(100))
    assert len({mail["Message-ID"] for mail in server.mails}) == 100


def test_a_message_service_that_was_away_gets_every_message_once(app: Flask) -> None:
    write(engine_of(app), 100, Channel.MESSAGE)
    with message_server() as server:
        server.status = lambda body: 503
        for minute in range(20):
            assert run(app, NOON + timedelta(minutes=minute), **server.settings).sent == 0
        server.status = lambda body: 200
        back = NOON + timedelta(hours=1)
        assert run_until_done(app, back, timedelta(hours=2), **server.settings) == 100
    assert Counter(Counter(server.keys).values()) == {1: 100}
    assert [body["message_id"] for body in server.requests] == server.keys
    assert {body["to"] for body in server.requests} == {"01000000000"}
    assert server.authorizations == {"Bearer only-for-tests"}


@pytest.mark.slow
def test_an_outage_of_weeks_loses_nothing(app: Flask) -> None:
    write(engine_of(app), 3)
    away = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": free_port(), "SMTP_SECURITY": "off"}
    for hours in range(0, 30 * 24, 12):
        run(app, NOON + timedelta(hours=hours), **away)
    with mail_server() as server:
        assert run_until_done(app, NOON + 30 * DAY, timedelta(hours=2), **server.settings) == 3


def test_behind_a_closed_door_nobody_queues(app: Flask) -> None:
    """One try tells that the service is gone; the others keep their turn for the next run."""
    write(engine_of(app), 10)
    found = run(app, SMTP_HOST="127.0.0.1", SMTP_PORT=free_port(), SMTP_SECURITY="off")
    assert (found.postponed, found.left, found.troubles) == (1, 9, {"email": "smtp_connection"})
    assert sum(row.attempts for row in rows(engine_of(app))) == 1


def test_mail_goes_out_while_the_message_service_is_gone(app: Flask) -> None:
    write(engine_of(app), 3, Channel.MESSAGE)
    write(engine_of(app), 3)
    with mail_server() as server, message_server() as gone:
        gone.status = lambda body: 500
        assert run(app, **server.settings | gone.settings).sent == 3


class Killed(BaseException):
    """The process ends between the server's 250 and our commit."""


def test_killed_after_the_mail_was_taken_it_goes_out_again_under_the_same_id(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(engine_of(app), 1)

    def die(*_args: object, **_became: object) -> None:
        raise Killed

    with mail_server() as server:
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_record", die)
            with pytest.raises(Killed):
                run(app, **server.settings)
        assert run(app, NOON + timedelta(minutes=4), **server.settings).sent == 0, "somebody may still be sending it"
        assert run(app, NOON + timedelta(minutes=6), **server.settings).sent == 1
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_hangs_up_after_taking_the_mail_does_not_get_it_again(app: Flask) -> None:
    write(engine_of(app), 1)
    with mail_server() as server:
        server.says = lambda verb, line: "421 too late" if verb == "QUIT" else None
        assert run(app, **server.settings).sent == 1
        assert run(app, NOON + DAY, **server.settings).sent == 0
    assert len(server.mails) == 1


@pytest.mark.slow
def test_a_busy_database_does_not_make_a_sent_mail_forgotten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else writes for longer than SQLite waits, just when the mail has been taken."""
    monkeypatch.setattr(delivery, "RECORD_PAUSE_SECONDS", 0.01)
    engine = engine_of(app)
    write(engine, 1)
    blocker = engine.connect()
    refusals: list[object] = []

    @event.listens_for(engine, "handle_error")
    def let_go_after_the_second(context: Any) -> None:
        refusals.append(context)
        if len(refusals) == 2:
            blocker.rollback()

    class Taking:
        def send(self, letter: Letter) -> None:
            blocker.begin()

    with app.app_context():
        assert deliver(engine, {Channel.EMAIL: Taking()}, compose, lambda: NOON).sent == 1
    blocker.close()
    assert refusals and rows(engine)[0].sent_at == NOON


@pytest.mark.parametrize(
    ("verb", "answer", "code", "concerns_all"),
    [
        ("RCPT", "550 no such person", "smtp_550", False),
        ("RCPT", "450 later", "smtp_450", False),
        ("END", "554 not this text", "smtp_554", False),
        ("RCPT", "421 closing", "smtp_421", True),
        ("MAIL", "550 not you", "smtp_550", True),
    ],
)
def test_a_refusal_is_of_one_mail_and_an_outage_of_all(
    app: Flask, verb: str, answer: str, code: str, concerns_all: bool
) -> None:
    write(engine_of(app), 3)
    taken: list[str] = []
    with mail_server() as server:

        def refuse_the_first(said: str, line: str) -> str | None:
            if said == verb and not taken:
                taken.append(line)
                return answer
            return None

        server.says = refuse_the_first
        found = run(app, **server.settings)
    assert found.troubles == {"email": code}
    assert (found.sent, found.postponed, found.left) == ((0, 1, 2) if concerns_all else (2, 1, 0))


@pytest.mark.parametrize(
    ("status", "concerns_all"), [(400, False), (422, False), (302, True), (401, True), (429, True), (500, True)]
)
def test_what_the_message_service_answers(app: Flask, status: int, concerns_all: bool) -> None:
    write(engine_of(app), 3, Channel.MESSAGE)
    with message_server() as server:
        server.status = lambda body: status
        found = run(app, **server.settings)
    assert found.troubles == {"message": f"http_{status}"}
    assert (found.postponed, found.left) == ((1, 2) if concerns_all else (3, 0))
    assert not server.requests


@pytest.mark.slow
def test_a_mail_refused_for_a_week_is_given_up_and_its_tries_grow_rare(app: Flask) -> None:
    write(engine_of(app), 1)
    tries: list[str] = []
    with mail_server() as server:

        def refuse(verb: str, line: str) -> str | None:
            if verb == "RCPT":
                tries.append(line)
                return "550 no such person"
            return None

        server.says = refuse
        found = [run(app, NOON + timedelta(hours=hours), **server.settings) for hours in range(24 * 12)]
    assert sum(each.given_up for each in found) == 1
    assert found[-1].is_complete
    assert 7 <= len(tries) <= 14
    (row,) = rows(engine_of(app))
    assert row.last_error == "smtp_550" and row.failed_at is not None and row.failed_at - NOON >= 7 * DAY


def test_two_who_deliver_at_once_send_each_mail_once(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    write(engine_of(app), 40)
    start = threading.Barrier(4)

    def deliver_at_once(_time: int) -> int:
        start.wait()
        return run(app, **server.settings).sent

    with mail_server() as server, ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deliver_at_once, range(4))) == 40
    assert len(server.mails) == len({mail["Message-ID"] for mail in server.mails}) == 40


def test_the_mail_is_sent_while_no_transaction_is_open(app: Flask) -> None:
    """A slow mail server must not hold up those who write."""
    write(engine_of(app), 1)

    class Writing:
        def send(self, letter: Letter) -> None:
            write(engine_of(app), 1, Channel.MESSAGE)

    with app.app_context():
        assert deliver(engine_of(app), {Channel.EMAIL: Writing()}, compose, lambda: NOON).sent == 1


def test_what_waits_for_the_morning_is_not_due(app: Flask) -> None:
    with unit_of_work(engine_of(app)) as session:
        user = make_user(session, Role.DESIGNER, session.get_one(District, 1))
        notify(session, user, "asking_allowed", now=NOON + timedelta(hours=11))
    with mail_server() as server:
        assert [run(app, NOON + timedelta(hours=hours), **server.settings).sent for hours in (12, 19, 20)] == [0, 0, 1]


def test_what_somebody_waits_for_is_tried_again_the_same_night(app: Flask) -> None:
    night = NOON + timedelta(hours=11)
    with unit_of_work(engine_of(app)) as session:
        user = make_user(session, Role.DESIGNER, session.get_one(District, 1))
        notify(session, user, "sign_in_link", link="/link", now=night)
    port = free_port()
    gone = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_SECURITY": "off"}
    assert run(app, night, **gone).postponed == 1
    with mail_server(port) as server:
        assert run(app, night + timedelta(minutes=2), **server.settings).sent == 1


def test_a_row_that_cannot_be_said_does_not_hold_up_the_others(app: Flask) -> None:
    write(engine_of(app), 2)
    with unit_of_work(engine_of(app)) as session:
        session.get_one(Notification, 1).template = "of_a_later_version"
    with mail_server() as server:
        found = run(app, **server.settings)
    assert (found.sent, found.postponed, found.troubles) == (1, 1, {"email": "wording"})


def test_whose_address_is_gone_by_then_is_not_written_to(app: Flask) -> None:
    write(engine_of(app), 1)
    with unit_of_work(engine_of(app)) as session:
        session.get_one(Notification, 1).user.is_active = False
    with mail_server() as server:
        assert run(app, **server.settings).troubles == {"email": "no_address"}


def test_files_hold_mails_and_messages_and_a_repeat_overwrites(app: Flask, tmp_path: Path) -> None:
    write(engine_of(app), 2)
    write(engine_of(app), 1, Channel.MESSAGE)
    folder = tmp_path / "mails"
    assert run(app, MAIL_DIR=folder).sent == 3
    with unit_of_work(engine_of(app)) as session:
        for row in session.scalars(select(Notification)):
            row.sent_at = None
    assert run(app, NOON + DAY, MAIL_DIR=folder).sent == 3
    assert sorted(path.suffix for path in folder.iterdir()) == [".eml", ".eml", ".json"]
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    assert {mail["To"] for mail in mails} == {"kim@test.example"}
    assert all("공장" in mail.get_content() for mail in mails)
    (message,) = (json.loads(path.read_text()) for path in folder.glob("*.json"))
    assert message["to"] == "01000000000" and "/messages/1" in message["text"]


def test_a_folder_that_cannot_be_written_is_an_outage(app: Flask, tmp_path: Path) -> None:
    write(engine_of(app), 2)
    (tmp_path / "file").touch()
    found = run(app, MAIL_DIR=tmp_path / "file" / "mails")
    assert (found.postponed, found.left, found.troubles) == (1, 1, {"email": "folder"})


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    monkeypatch.setattr("garment_hub.app.create_app", lambda: app)

    def call() -> tuple[int, dict[str, Any]]:
        code = cli.main(["notifications", "deliver", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return call


def test_the_command_says_when_nothing_is_set_up(app: Flask, command: Callable[[], Any], tmp_path: Path) -> None:
    assert command() == (0, {"sent": 0, "postponed": 0, "given_up": 0, "left": 0, "troubles": {}})
    with unit_of_work(engine_of(app)) as session:
        user = make_user(session, Role.DESIGNER, session.get_one(District, 1))
        notify(session, user, "asking_allowed", now=datetime(2020, 3, 1, 3, 0, tzinfo=UTC))
    assert command() == (1, {"sent": 0, "postponed": 0, "given_up": 0, "left": 1, "troubles": {}})
    app.config["MAIL_DIR"] = tmp_path / "mails"
    assert command() == (0, {"sent": 1, "postponed": 0, "given_up": 0, "left": 0, "troubles": {}})


def test_a_password_is_not_sent_where_tls_was_asked_for_and_is_not_there(app: Flask) -> None:
    write(engine_of(app), 1)
    said: list[str] = []
    with mail_server() as server:

        def listen(verb: str, line: str) -> str | None:
            said.append(verb)
            return None

        server.says = listen
        settings = server.settings | {"SMTP_SECURITY": "starttls", "SMTP_USER": "hub", "SMTP_PASSWORD": "secret"}
        assert run(app, **settings).troubles == {"email": "smtp_connection"}
    assert not {"AUTH", "MAIL"} & set(said)
