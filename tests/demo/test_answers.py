"""The demo shows owners who answer and owners who do not, the same ones for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.demo.commands import seed_demo
from garment_hub.factories.weeks import missed_weeks
from models.capacity import today_in_seoul, week_of
from models.factory import Factory
from models.pulse import Pulse, PulseAnswer
from models.user import User
from tests.demo.test_demo_seed import SMALL, new_app


def answers(app: Flask) -> list[Any]:
    with Session(engine_of(app)) as session:
        query = select(Factory.name, Pulse.answer, Pulse.answered_at, Factory.outside_work_percent)
        return list(session.execute(query.join(Pulse.factory).order_by(Pulse.id)))


@pytest.mark.slow
def test_answers_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    told = []
    for name in "ab":
        app = new_app(tmp_path / name)
        seed_demo(app, SMALL)
        told.append(answers(app))
    assert told[0] == told[1]
    assert {answer for _name, answer, _at, _outside in told[0]} >= {PulseAnswer.OPEN, PulseAnswer.SOME}


@pytest.mark.slow
def test_there_are_fresh_and_stale_factories_and_a_question_for_the_owner(demo_app: Flask) -> None:
    with Session(engine_of(demo_app)) as session:
        owned = session.scalars(select(Factory).where(Factory.owner_id.is_not(None))).all()
        missed = {missed_weeks(factory.confirmed_on) for factory in owned}
        owner = session.scalars(select(User).where(User.email == "owner@demo.example")).one()
        (mine,) = (factory for factory in owned if factory.owner_id == owner.id)
        last = session.scalars(select(Pulse).where(Pulse.factory_id == mine.id)).one()
    assert 0 in missed and max(missed) >= 4
    assert last.week_on < week_of(today_in_seoul())  # this week's question is still open
