"""Transactions: when they begin, how they end, and that no addition is lost."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, Response
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, get_session, make_engine, reading, unit_of_work
from garment_hub.permissions import public
from models.district import DEFAULT_DISTRICT, District

pytestmark = pytest.mark.slow

THREADS, ADDITIONS = 6, 30


def add_in_threads(add: Callable[[], None]) -> list[OperationalError]:
    """Six threads, each adding one to the same number thirty times; what went wrong comes back."""
    failures: list[OperationalError] = []
    start = threading.Barrier(THREADS)

    def work() -> None:
        start.wait()
        for _time in range(ADDITIONS):
            try:
                add()
            except OperationalError as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def read_then_write(session: Session) -> None:
    """What every careless page does: read, think, write."""
    value = session.execute(text("SELECT value FROM number")).scalar_one()
    time.sleep(0.001)
    session.execute(text("UPDATE number SET value = :value"), {"value": value + 1})


def make_number(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE number (value INTEGER NOT NULL)"))
        connection.execute(text("INSERT INTO number VALUES (0)"))


def total(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT value FROM number")).scalar_one())


@pytest.mark.usefixtures("patient_writers")
def test_no_addition_is_lost_between_sessions(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'numbers.sqlite3'}")
    make_number(engine)

    def add() -> None:
        with unit_of_work(engine) as session:
            read_then_write(session)

    assert add_in_threads(add) == []
    assert total(engine) == THREADS * ADDITIONS
    engine.dispose()


def test_the_drivers_own_way_of_beginning_would_lose_some(tmp_path: Path) -> None:
    """Shows that the test above can fail: as the driver has it, the same work loses additions or is refused."""
    engine = create_engine(f"sqlite:///{tmp_path / 'numbers.sqlite3'}", pool_size=THREADS)
    make_number(engine)

    def add() -> None:
        with Session(engine) as session:
            read_then_write(session)
            session.commit()

    refused = add_in_threads(add)
    assert total(engine) < THREADS * ADDITIONS or refused
    engine.dispose()


@pytest.fixture
def adding_app(make_app: Callable[..., Flask]) -> Flask:
    """An application with a page that reads a number, waits, and writes it back one higher."""
    app = make_app(WTF_CSRF_ENABLED=False)
    make_number(engine_of(app))

    @app.post("/add")
    @public
    def add() -> Response:
        read_then_write(get_session())
        return Response("added")

    @app.post("/add/<int:status>")
    @public
    def add_and_answer(status: int) -> Response:
        read_then_write(get_session())
        return Response("", status)

    return app


@pytest.mark.usefixtures("patient_writers")
def test_no_addition_is_lost_between_requests(adding_app: Flask) -> None:
    def add() -> None:
        assert adding_app.test_client().post("/add").status_code == 200

    assert add_in_threads(add) == []
    assert total(engine_of(adding_app)) == THREADS * ADDITIONS


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (303, 1), (400, 0), (409, 0), (422, 0), (500, 0)])
def test_only_what_succeeded_is_kept(adding_app: Flask, status: int, kept: int) -> None:
    assert adding_app.test_client().post(f"/add/{status}").status_code == status
    assert total(engine_of(adding_app)) == kept


def test_a_failed_commit_is_a_500_and_never_a_success(adding_app: Flask) -> None:
    engine = engine_of(adding_app)
    adding_app.config["PROPAGATE_EXCEPTIONS"] = False

    @event.listens_for(engine, "commit")
    def fail(_connection: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    answer = adding_app.test_client().post("/add/303")
    event.remove(engine, "commit", fail)
    assert answer.status_code >= 500 and "Location" not in answer.headers
    assert "저장된 것은 없어요" in answer.text
    assert total(engine) == 0
    assert adding_app.test_client().post("/add").status_code == 200  # the connection is fit for use again
    assert total(engine) == 1


def _begins(engine: Engine) -> list[str]:
    said: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("BEGIN"):
            said.append(statement)

    return said


def test_reading_takes_no_write_lock(app: Flask) -> None:
    begun = _begins(engine_of(app))
    app.test_client().get("/")
    with reading(engine_of(app)) as session:
        session.scalar(select(District.id))
    assert begun and set(begun) == {"BEGIN"}


def test_writing_takes_the_lock_at_once(adding_app: Flask) -> None:
    begun = _begins(engine_of(adding_app))
    adding_app.test_client().post("/add")
    assert begun == ["BEGIN IMMEDIATE"]


def test_readers_go_on_while_somebody_writes(app: Flask) -> None:
    with unit_of_work(engine_of(app)) as session:
        session.get_one(District, 1).name_ko = "바뀌는 중"
        session.flush()
        page = app.test_client().get("/factories")
    assert page.status_code == 200 and "바뀌는 중" not in page.text


def test_a_busy_database_asks_to_come_back(adding_app: Flask) -> None:
    with unit_of_work(engine_of(adding_app)) as session:
        session.execute(text("UPDATE number SET value = 5"))
        answer = adding_app.test_client().post("/add")
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_the_settings_that_durability_needs_are_on(app: Flask) -> None:
    with engine_of(app).connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                 ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")}  # fmt: skip
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 2000}


def test_a_command_that_fails_leaves_nothing(app: Flask) -> None:
    def command() -> None:
        with unit_of_work(engine_of(app)) as session:
            session.scalars(select(District)).one().name_ko = "바뀐 구"
            session.flush()
            session.execute(text("SELECT * FROM nowhere"))

    with pytest.raises(OperationalError):
        command()
    with reading(engine_of(app)) as session:
        assert session.scalars(select(District.name_ko).where(District.code == DEFAULT_DISTRICT)).one() == "동대문구"
