"""Every table says whose its rows are, and what is somebody's comes out whole and goes whole, but for what is held."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, Table, select, update
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.privacy.erasure import HELD, forget
from garment_hub.privacy.export import SECRET
from garment_hub.privacy.holdings import BELONGS, NOBODYS, is_of, table
from models.base import Base
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.order import ENDED, Order
from models.user import User
from tests.browsing import signed_in
from tests.builders import make_designer
from tests.world import World, build_world

MARKER = "표시된 낱말 7f3a"
HELD_TABLES = {name for names in HELD.values() for name in names}
# Columns that a marker cannot be put into: codes, keys of files, what other rows refer to.
UNPLANTED = SECRET | {"key", "picture_key", "code", "item", "stage", "market", "category", "difficulty", "buyer_key"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build_world(tmp_path)


def session_of(world: World) -> Session:
    return Session(engine_of(world.app))


def person(session: Session, world: World, who: str) -> User:
    """To whom the things of the world belong."""
    if who == "designer":
        return session.get_one(Designer, world.ids["designer"]).user
    owner = session.get_one(Factory, world.ids["factory"]).owner
    assert owner is not None
    return owner


def plantable(rows: Table) -> Iterator[str]:
    """Free text: what a person, or somebody about a person, could have written."""
    for column in rows.c:
        is_text = type(column.type) is String and not column.foreign_keys
        if is_text and column.name not in UNPLANTED and not column.unique:
            yield column.name


def plant(session: Session, user: User) -> set[tuple[str, str]]:
    """Write the marker into every free text of the person's rows; answer where it stands."""
    for name in ["user", *BELONGS]:
        rows = table(name)
        for column in plantable(rows):
            session.execute(update(rows).where(is_of(name, user.id)).values({column: MARKER}))
    return set(found(session))


def found(session: Session) -> Iterator[tuple[str, str]]:
    session.flush()
    for rows in Base.metadata.sorted_tables:
        for row in session.execute(select(rows)):
            yield from ((rows.name, name) for name, value in row._mapping.items() if MARKER in str(value))


def end_orders(session: Session, user: User) -> None:
    """Settled by hand: how an order gets there is not what is looked at."""
    session.execute(update(Order).values(status=next(iter(ENDED - {"cancelled"})), disputed_from=None))


def test_every_table_says_whose_its_rows_are() -> None:
    names = {rows.name for rows in Base.metadata.sorted_tables}
    assert names == {"user", *BELONGS, *NOBODYS}
    assert set(BELONGS).isdisjoint(NOBODYS)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["designer", "owner"])
def test_all_that_is_theirs_comes_out_and_nothing_of_others(world: World, who: str) -> None:
    with session_of(world) as session:
        user = person(session, world, who)
        planted = plant(session, user)
        session.commit()
    with zipfile.ZipFile(io.BytesIO(world.browsers[who].get("/account/export").data)) as archive:
        data: dict[str, list[dict[str, Any]]] = json.loads(archive.read("data.json"))
        pictures = [name for name in archive.namelist() if name.startswith("pictures/")]
    out = {
        (name, column)
        for name, rows in data.items()
        for row in rows
        for column, value in row.items()
        if MARKER in str(value)
    }
    assert out == planted and len(planted) > 12
    assert len(pictures) > 0
    assert "password_hash" not in json.dumps(data)
    stranger = world.browsers["designer2" if who == "designer" else "owner2"].get("/account/export").data
    with zipfile.ZipFile(io.BytesIO(stranger)) as archive:
        assert MARKER not in archive.read("data.json").decode()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["designer", "owner"])
def test_gone_is_gone_but_for_what_is_held(world: World, who: str) -> None:
    with session_of(world) as session:
        user = person(session, world, who)
        planted = plant(session, user)
        end_orders(session, user)
        session.commit()
        forget(session, session.get_one(User, user.id))
        session.commit()
        left = set(found(session))
        assert {name for name, _column in left} <= HELD_TABLES
        assert left < planted
        assert not session.get_one(User, user.id).is_active
        assert ("brief", "note") not in left and ("review", "word") not in left


def test_a_running_order_holds_both_sides_back(world: World) -> None:
    for who in ("designer", "owner"):
        answer = world.browsers[who].send("/account/delete", {"is_sure": "y", "password": "three words together"})
        assert answer.status_code == 409
        assert "진행" in answer.text or "주문" in answer.text


def test_the_person_is_out_and_cannot_come_back(app: Flask, session: Session) -> None:
    designer = make_designer(session, session.get_one(District, 1))
    session.commit()
    browser = signed_in(app, session, designer.user)
    unsure = browser.send("/account/delete", {})
    assert unsure.status_code == 422
    assert browser.send("/account/delete", {"is_sure": "y"}).location == "/account-gone"
    assert browser.get("/account").status_code == 303
    session.refresh(designer)
    assert (designer.brand, designer.user.is_active) == ("–", False)


@pytest.mark.slow
def test_a_password_is_asked_of_who_has_one(world: World) -> None:
    with session_of(world) as session:
        end_orders(session, person(session, world, "designer"))
        session.commit()
    wrong = world.browsers["designer"].send("/account/delete", {"is_sure": "y", "password": "not this one at all"})
    assert wrong.status_code == 422
    right = world.browsers["designer"].send("/account/delete", {"is_sure": "y", "password": "three words together"})
    assert right.status_code == 303
