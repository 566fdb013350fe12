"""The demo district: the same for the same seed, shaped by the sourced facts, and never mixed with real data."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.accounts.services import is_password
from garment_hub.app import create_app
from garment_hub.db import engine_of, unit_of_work
from garment_hub.demo.commands import demo_sign_ins, prepare_demo, seed_demo
from garment_hub.demo.names import impossible_phone
from garment_hub.demo.services import Size
from models.designer import Designer
from models.district import District, Installation
from models.errors import Conflict
from models.factory import CapabilityKind, Factory, FactSource
from models.past_order import PastOrder
from models.user import User

SMALL = Size(factories=120, designers=12, months=24, seed=7)


def new_app(folder: Path) -> Flask:
    app = create_app(DATA_DIR=folder, SECRET_KEY="x" * 32, DEMO_PASSWORD="a-long-demo-password")
    schema.upgrade(engine_of(app))
    return app


def content(app: Flask) -> list[Any]:
    """What a visitor could tell apart, without ids and hashes."""
    with Session(engine_of(app)) as session:
        factories = [
            (
                f.name,
                f.people,
                f.minimum_order_quantity,
                f.price_floor_krw,
                sorted((c.kind, c.code) for c in f.capabilities),
            )
            for f in session.scalars(select(Factory).order_by(Factory.id))
        ]
        orders = session.execute(
            select(PastOrder.source_key, PastOrder.item, PastOrder.quantity, PastOrder.ordered_on).order_by(
                PastOrder.id
            )
        ).all()
        return [factories, [tuple(order) for order in orders]]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = new_app(tmp_path_factory.mktemp("demo"))
    seed_demo(app, SMALL)
    return app


@pytest.mark.slow
def test_same_seed_same_district(seeded: Flask, tmp_path: Path) -> None:
    again = new_app(tmp_path / "again")
    seed_demo(again, SMALL)
    assert content(again) == content(seeded)
    other = new_app(tmp_path / "other")
    seed_demo(other, Size(120, 12, 24, seed=8))
    assert content(other) != content(seeded)


@pytest.mark.slow
def test_sizes_are_as_asked(seeded: Flask) -> None:
    with Session(engine_of(seeded)) as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 120
        assert session.scalar(select(func.count()).select_from(Designer)) == 12


@pytest.mark.slow
def test_shape_follows_the_facts(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    seed_demo(app, Size(seed=3))
    with Session(engine_of(app)) as session:
        factories = session.scalars(select(Factory)).all()
        small = sum((factory.people or 0) <= 4 for factory in factories) / len(factories)
        assert 0.78 <= small <= 0.90  # 83.9 % in the source, four standard deviations apart
        unknown_minimum = sum(factory.minimum_order_quantity is None for factory in factories) / len(factories)
        assert unknown_minimum > 0.4
        one_stage = sum(len(factory.codes(CapabilityKind.STAGE)) == 1 for factory in factories) / len(factories)
        assert one_stage > 0.5
        months = session.scalars(select(PastOrder.ordered_on).where(PastOrder.ordered_on.is_not(None)))
        by_month = Counter(day.month for day in months if day)
        quiet = sum(by_month[month] for month in (7, 8, 12, 1))
        assert quiet < sum(by_month[month] for month in (3, 4, 9, 10))


def test_every_fact_says_that_it_is_made_up(seeded: Flask) -> None:
    with Session(engine_of(seeded)) as session:
        sources = {fact.source for factory in session.scalars(select(Factory)) for fact in factory.facts}
        assert sources == {FactSource.DEMO}


def test_nobody_can_own_the_numbers_and_addresses(seeded: Flask) -> None:
    with Session(engine_of(seeded)) as session:
        users = session.scalars(select(User)).all()
        assert all(re.fullmatch(r"0100\d{7}", user.phone) for user in users if user.phone)
        assert all(user.email.endswith("@demo.example") for user in users if user.email)
        assert not session.scalar(select(func.count(Factory.business_number)))
    assert impossible_phone(1) != impossible_phone(2)


def test_pages_say_that_the_data_are_made_up(seeded: Flask) -> None:
    client = seeded.test_client()
    for address in ("/", "/factories", "/indicators", "/how-it-ranks", "/sign-in"):
        assert "demo-strip" in client.get(address).text, address


def test_a_real_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    with unit_of_work(engine_of(app)) as session:
        district = session.scalars(select(District)).one()
        session.add(Factory(name="진짜봉제", district=district))
    with pytest.raises(Conflict, match="demo_refused_real_data"):
        seed_demo(app, SMALL)
    prepare_demo(app)
    with Session(engine_of(app)) as session:
        assert not session.get_one(Installation, 1).is_demo
        assert session.scalar(select(func.count()).select_from(Factory)) == 1


def test_seeding_twice_is_refused(seeded: Flask) -> None:
    before = content(seeded)
    with pytest.raises(Conflict, match="demo_already_there"):
        seed_demo(seeded, SMALL)
    assert content(seeded) == before


def test_a_new_demo_password_takes_effect_at_the_next_start(tmp_path: Path) -> None:
    seed_demo(new_app(tmp_path), Size(factories=3, designers=2, months=1))
    later = create_app(DATA_DIR=tmp_path, SECRET_KEY="x" * 32, DEMO_PASSWORD="another-demo-password")
    prepare_demo(later)
    with Session(engine_of(later)) as session:
        owner = session.scalars(select(User).where(User.email == "owner@demo.example")).one()
        assert is_password(owner.password_hash, "another-demo-password")
        assert not is_password(owner.password_hash, "a-long-demo-password")
    assert "Password of all of them: another-demo-password" in demo_sign_ins(later)
