"""The audit record: what it refuses to hold, that nothing in it ever changes, and that a look is noted once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.db import engine_of, reading, unit_of_work
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.order import OrderStatus
from models.user import Role, User
from tests.builders import make_brief, make_case, make_designer, make_factory, make_quote, make_user

pytestmark = pytest.mark.slow

READ = AuditAction.CASE_READ


@pytest.fixture
def engine(make_app: Callable[..., Flask], either_engine_url: str) -> Engine:
    return engine_of(make_app(DATABASE_URL=either_engine_url))


def an_entry(session: Session) -> AuditEntry:
    person = make_user(session, Role.COORDINATOR, session.get_one(District, 1))
    entry = audit.record(session, person, READ, person, reason="전화를 받았어요", pieces=3, to=OrderStatus.REWORK)
    session.commit()
    return entry


def test_an_entry_says_who_did_what_to_which_thing_and_why(session: Session) -> None:
    entry = an_entry(session)
    session.refresh(entry)
    assert entry.actor is not None
    assert (entry.action, entry.subject, entry.subject_id) == (READ, "user", entry.actor.id)
    assert (entry.district_id, entry.reason) == (entry.actor.district_id, "전화를 받았어요")
    assert entry.values == {"pieces": 3, "to": "rework"}


def test_what_was_recorded_is_neither_changed_nor_deleted(engine: Engine) -> None:
    with Session(engine) as session:
        an_entry(session)
    for statement in (
        "UPDATE audit_entry SET reason = 'another'",
        "UPDATE audit_entry SET actor_id = NULL",
        "DELETE FROM audit_entry",
    ):
        with Session(engine) as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
    for change in (change_reason, Session.delete):
        with Session(engine) as session:
            change(session, session.scalars(select(AuditEntry)).one())
            with pytest.raises(DBAPIError, match="append-only"):
                session.flush()
    with Session(engine) as session:
        assert session.scalars(select(AuditEntry.reason)).all() == ["전화를 받았어요"]


def change_reason(_session: Session, entry: AuditEntry) -> None:
    entry.reason = "another"


@pytest.mark.parametrize("word", ["김대표", "010-0000-1111", None, 1.5, ["김대표"]])
def test_values_are_ids_counts_and_codes_and_never_words_about_people(session: Session, word: object) -> None:
    person = make_user(session, Role.COORDINATOR, session.get_one(District, 1))
    with pytest.raises(TypeError, match="never words"):
        audit.record(session, person, READ, person, said=word)  # type: ignore[arg-type]


def test_what_nobody_did_stands_in_the_district_of_its_subject(session: Session) -> None:
    district = session.get_one(District, 1)
    brief = make_brief(session, make_designer(session, district))
    assert audit.record(session, None, AuditAction.SAMPLE_WAIVED, brief).district_id == district.id
    case = make_case(session, make_quote(session, brief, make_factory(session, district)).request)
    with pytest.raises(TypeError, match="neither an actor nor a case"):
        audit.record(session, None, READ, case)


def test_a_look_is_noted_once_since_a_time_also_when_many_come_at_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        person, other = (make_user(session, Role.FACTORY_OWNER, session.get_one(District, 1)) for _each in range(2))

    def look(viewer: User, since: datetime) -> None:
        audit.record_now(engine, viewer, AuditAction.DRAWING_SEEN, person, since=since)

    midnight = utc_now() - timedelta(hours=1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _time: look(person, midnight), range(8)))
    look(other, midnight)
    look(person, utc_now())
    with reading(engine) as session:
        seen = audit.entries_of(session, person, AuditAction.DRAWING_SEEN)
        assert [entry.actor_id for entry in seen] == [person.id, other.id, person.id]
