"""The chain over the record: every way to tamper is found by its row, sealing happens once, and heads are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.audit import heads
from garment_hub.audit.chain import BATCH, remove_reason, seal_due, unsealed
from garment_hub.audit.verifying import Problem, Wrong, verify
from garment_hub.cli import main
from garment_hub.db import engine_of, reading, unit_of_work
from models.audit import AuditAction, AuditEntry
from models.audit_seal import AuditSeal
from models.base import utc_now
from models.district import District
from models.user import Role
from tests.builders import make_district, make_user

pytestmark = pytest.mark.slow
COUNT = 12


@pytest.fixture
def engine(make_app: Callable[..., Flask], either_engine_url: str) -> Engine:
    engine = engine_of(make_app(DATABASE_URL=either_engine_url))
    fill(engine, COUNT)
    seal(engine)
    return engine


def fill(engine: Engine, count: int) -> None:
    with unit_of_work(engine) as session:
        district = session.get_one(District, 1)
        person = make_user(session, Role.DISTRICT_OFFICER, district)
        for number in range(count):
            reason = f"이유 {number}" if number % 2 else None
            audit.record(session, person, AuditAction.CASE_READ, person, reason=reason, count=number)


def seal(engine: Engine) -> int:
    with unit_of_work(engine) as session:
        return seal_due(session, utc_now())


def problem(engine: Engine, published: list[heads.Head] | None = None) -> Problem | None:
    with reading(engine) as session:
        return verify(session, published or []).problem


def tamper(engine: Engine, *statements: str) -> None:
    """As somebody with the database's password would: without its triggers."""
    with engine.begin() as connection:
        without_triggers(connection)
        for statement in statements:
            connection.execute(text(statement))


def without_triggers(connection: Connection) -> None:
    for table in ("audit_entry", "audit_seal"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_is_final ON {table}"))
            continue
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}"))


COPY = (
    'INSERT INTO audit_entry (id, district_id, at, actor_id, action, subject, subject_id, reason, "values")'
    ' SELECT {to}, district_id, at, actor_id, action, subject, subject_id, reason, "values"'
    " FROM audit_entry WHERE id = {of}"
)
SWAP = ["UPDATE audit_entry SET id = -1 WHERE id = 4", "UPDATE audit_entry SET id = 4 WHERE id = 7",
        "UPDATE audit_entry SET id = 7 WHERE id = -1"]  # fmt: skip
SWAP_SEALS = ["UPDATE audit_seal SET position = 99 WHERE position = 4",
              "UPDATE audit_seal SET position = 4 WHERE position = 5",
              "UPDATE audit_seal SET position = 5 WHERE position = 99"]  # fmt: skip


TAMPERED = {
    "changed": (["UPDATE audit_entry SET reason = 'another' WHERE id = 6"], Problem(6, Wrong.CHANGE)),
    "emptied": (["UPDATE audit_entry SET reason = NULL WHERE id = 6"], Problem(6, Wrong.CHANGE)),
    "deleted": (["DELETE FROM audit_entry WHERE id = 6"], Problem(6, Wrong.DELETE)),
    "torn out with its seal": (
        ["DELETE FROM audit_entry WHERE id = 6", "DELETE FROM audit_seal WHERE entry_id = 6"],
        Problem(6, Wrong.DELETE),
    ),
    "inserted": ([COPY.format(of=6, to=-5)], Problem(-5, Wrong.INSERT)),
    "replaced": (["DELETE FROM audit_entry WHERE id = 3", COPY.format(of=6, to=3)], Problem(3, Wrong.REORDER)),
    "reordered": (SWAP, Problem(4, Wrong.REORDER)),
    "seals swapped": (SWAP_SEALS, Problem(5, Wrong.REORDER)),
}


def found_after(engine: Engine, *statements: str) -> Problem | None:
    """What is found once these were done; nothing of it stays."""
    with engine.connect() as connection:
        without_triggers(connection)
        for statement in statements:
            connection.execute(text(statement))
        with Session(bind=connection) as session:
            found = verify(session).problem
        connection.rollback()
    return found


def test_tampering_is_found_by_its_row(engine: Engine) -> None:
    assert problem(engine) is None
    found = {name: found_after(engine, *statements) for name, (statements, _wanted) in TAMPERED.items()}
    assert found == {name: wanted for name, (_statements, wanted) in TAMPERED.items()}
    assert problem(engine) is None


def test_a_cut_tail_is_found_by_the_published_head(engine: Engine, tmp_path: Path) -> None:
    with reading(engine) as session:
        assert heads.publish(session, tmp_path, utc_now())
    published = list(heads.read(heads.path_of(tmp_path)))
    tamper(engine, "DELETE FROM audit_entry WHERE id > 9", "DELETE FROM audit_seal WHERE entry_id > 9")
    assert problem(engine) is None
    assert problem(engine, published) == Problem(COUNT, Wrong.TAIL)
    fill(engine, 5)
    seal(engine)
    assert problem(engine, published) == Problem(COUNT, Wrong.CHANGE)


def test_a_chain_made_anew_differs_from_the_published_head(engine: Engine, tmp_path: Path) -> None:
    with reading(engine) as session:
        heads.publish(session, tmp_path, utc_now())
    tamper(engine, "UPDATE audit_entry SET subject_id = 99 WHERE id = 2", "DELETE FROM audit_seal")
    seal(engine)
    assert problem(engine) is None
    assert problem(engine, list(heads.read(heads.path_of(tmp_path)))) == Problem(COUNT, Wrong.CHANGE)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(1000, 2000),
    "district_id": st.just(2),
    "at": st.datetimes(min_value=utc_now().replace(tzinfo=None) + timedelta(days=1)).map(str),
    "actor_id": st.one_of(st.none(), st.just(2)),
    "action": st.sampled_from([action.value for action in AuditAction if action is not AuditAction.CASE_READ]),
    "subject": st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10),
    "subject_id": st.integers(1000, 2**31 - 1),
    "reason": st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10)),
    "values": st.dictionaries(st.sampled_from(["count", "x"]), st.integers(500, 900), max_size=2).map(json.dumps),
}


@pytest.fixture
def engine_of_two(engine: Engine) -> Engine:
    """With a second person and district to name."""
    with unit_of_work(engine) as session:
        make_user(session, Role.DISTRICT_OFFICER, make_district(session))
    tamper(engine)
    return engine


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(row=st.integers(1, COUNT), column=st.sampled_from(sorted(VALUES)), data=st.data())
def test_any_single_edit_of_any_sealed_row_is_found(
    engine_of_two: Engine, row: int, column: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[column])
    kind = {"at": "timestamptz", "values": "jsonb"}.get(column)
    cast = f"CAST(:value AS {kind})" if kind and engine_of_two.dialect.name == "postgresql" else ":value"
    with engine_of_two.connect() as connection:
        before = connection.execute(text(f'SELECT "{column}" FROM audit_entry WHERE id = :row'), {"row": row}).scalar()
        if before == value:
            return
        edit = text(f'UPDATE audit_entry SET "{column}" = {cast} WHERE id = :row')
        connection.execute(edit, {"value": value, "row": row})
        with Session(bind=connection) as session:
            found = verify(session).problem
        connection.rollback()
    assert found is not None and found.row == row


def test_any_edit_of_a_seal_is_found(engine: Engine) -> None:
    for column in ("position", "entry_id", "hash", "reason_hash", "salt"):
        value = "77" if column in ("position", "entry_id") else repr("f" * 64)
        found = found_after(engine, f"UPDATE audit_seal SET {column} = {value} WHERE position = 6")
        assert found is not None and found.row == 6, column


def test_several_at_once_seal_once(engine: Engine) -> None:
    fill(engine, 40)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _time: seal(engine), range(4)))
    assert sum(done) <= 40
    seal(engine)
    with reading(engine) as session:
        assert unsealed(session) == 0
        assert len(session.scalars(select(AuditSeal)).all()) == COUNT + 40
    assert problem(engine) is None


def test_who_records_while_others_seal_is_sealed_in_order(engine: Engine) -> None:
    """An id that was given out early and committed late must not look like one inserted."""

    def work(number: int) -> None:
        fill(engine, 3) if number % 2 else seal(engine)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(40)))
    seal(engine)
    assert problem(engine) is None


def test_batches_are_bounded(app: Flask) -> None:
    engine = engine_of(app)
    fill(engine, BATCH + 5)
    assert [seal(engine), seal(engine), seal(engine)] == [BATCH, 5, 0]
    assert problem(engine) is None


def test_seals_are_neither_changed_nor_deleted(engine: Engine) -> None:
    for statement in (
        "UPDATE audit_seal SET hash = 'x'",
        "UPDATE audit_seal SET salt = 'x'",
        "UPDATE audit_seal SET salt = NULL, hash = 'x'",
        "DELETE FROM audit_seal",
    ):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement))


def test_free_text_goes_on_request_and_the_chain_stays_whole(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        remove_reason(session, None, session.get_one(AuditEntry, 6))
    seal(engine)
    with reading(engine) as session:
        assert session.get_one(AuditEntry, 6).reason is None
        assert session.scalars(select(AuditSeal.salt).where(AuditSeal.entry_id == 6)).one() is None
    assert problem(engine) is None


def test_the_head_is_published_once_a_day_and_only_added(app: Flask, tmp_path: Path) -> None:
    engine, now = engine_of(app), utc_now()
    with reading(engine) as session:
        assert not heads.publish(session, tmp_path, now)
    known = b""
    for day in range(3):
        fill(engine, 2)
        seal(engine)
        with reading(engine) as session:
            moment = now + timedelta(days=day)
            assert [heads.publish(session, tmp_path, moment) for _time in range(2)] == [True, False]
        written = heads.path_of(tmp_path).read_bytes()
        assert written.startswith(known) and len(written) > len(known)
        known = written
    assert [head.position for head in heads.read(heads.path_of(tmp_path))] == [2, 4, 6]
    assert problem(engine, list(heads.read(heads.path_of(tmp_path)))) is None


def test_the_command_says_the_row_and_the_kind(
    tmp_path: Path, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    engine = engine_of(app)
    fill(engine, 4)
    seal(engine)
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(app.config["DATA_DIR"]))
    monkeypatch.setenv("GARMENT_HUB_SECRET_KEY", app.config["SECRET_KEY"])
    assert main(["audit", "publish"]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ok": True, "heads": 1, "unsealed": 0, "sealed": 4, "problem": None
    }  # fmt: skip
    tamper(engine, "UPDATE audit_entry SET subject_id = 77 WHERE id = 3")
    assert main(["audit", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problem"] == {"row": 3, "kind": "change"}
    assert main(["audit", "verify"]) == 1
    assert "change at entry 3" in capsys.readouterr().out
    broken = tmp_path / "heads"
    broken.write_text("not a head")
    assert main(["audit", "verify", "--heads", str(broken)]) == 2
    assert main(["audit", "verify", "--heads", str(tmp_path / "none")]) == 2
