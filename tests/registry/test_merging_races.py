"""Two officers at one pair, and commands over a whole register, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.cli import main
from garment_hub.db import make_engine, unit_of_work
from garment_hub.registry import decisions
from garment_hub.registry.merging import undo_merge
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.factory import Factory
from models.merge import Merge
from models.registry_import import DuplicateProposal
from models.user import User
from tests.builders import make_factory
from tests.racing import at_once
from tests.registry.merging_world import everything, make_pair

AT_ONCE = 4


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_of_officers_at_one_pair_one_decides(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        officer = make_pair(session).officer.id
        before = everything(session)

    def join(session: Session) -> None:
        pair = session.get_one(DuplicateProposal, 1)
        decisions.join(session, session.get_one(User, officer), pair, None, None, utc_now())

    def keep_apart(session: Session) -> None:
        pair = session.get_one(DuplicateProposal, 1)
        decisions.keep_apart(session, session.get_one(User, officer), pair, utc_now())

    outcomes = at_once(engine, [join, keep_apart] * (AT_ONCE // 2))
    assert outcomes == {"done": 1, "pair_decided": AT_ONCE - 1}
    with unit_of_work(engine) as session:
        merged = session.scalar(select(func.count()).select_from(Factory).where(Factory.merged_into_id.is_not(None)))
        acts = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == "merge")).all()
        assert acts == [AuditAction.FACTORIES_MERGED] * (merged or 0)
        if merged:
            undo_merge(session, session.get_one(User, officer), session.scalars(select(Merge)).one(), utc_now())
            assert everything(session) == before


@pytest.mark.slow
def test_a_merge_is_taken_back_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        officer = make_pair(session).officer.id
        before = everything(session)
        pair = session.get_one(DuplicateProposal, 1)
        decisions.join(session, session.get_one(User, officer), pair, None, None, utc_now())

    def part(session: Session) -> None:
        undo_merge(session, session.get_one(User, officer), session.get_one(Merge, 1), utc_now())

    assert at_once(engine, [part] * AT_ONCE) == {"done": 1, "merge_already_undone": AT_ONCE - 1}
    with unit_of_work(engine) as session:
        assert everything(session) == before


def test_the_command_looks_through_a_register_and_asks_nothing_twice(
    app: Flask, session: Session, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = app.config["DATA_DIR"]
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(folder))
    for name in ("새봄어패럴", "새봄어페럴", "나래"):
        make_factory(session, session.get_one(District, 1), name=name, address="용두동 7-1")
    session.commit()
    call = ["registry", "duplicates", "--json"]
    assert main(call) == 0
    first = json.loads(capsys.readouterr().out)
    assert first == {"factories": 3, "pairs": 1, "asked_before": 0, "same": 1, "look": 0}
    assert main(call) == 0
    assert json.loads(capsys.readouterr().out) == first | {"asked_before": 1, "same": 0}
    assert main(["registry", "duplicates", "--district", "nowhere"]) == 2
