"""A password takes long to hash: while it is, anybody else can write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts import services
from garment_hub.db import engine_of, unit_of_work
from models.district import District
from models.user import Role, User
from tests.browsing import Browser, signed_in
from tests.builders import make_designer, make_user

PASSWORD = "three words together"
CONSENT = {"accepts_service": "y"}


class Watching:
    """Hashes as ever, and notes whether another connection could begin to write meanwhile."""

    def __init__(self, app: Flask) -> None:
        self.database = str(app.config["DATA_DIR"] / "garment_hub.sqlite3")
        self.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.could_write: list[bool] = []

    def hash(self, password: bytes) -> str:
        self.look()
        return self.hasher.hash(password)

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.look()
        return self.hasher.verify(password_hash, password)

    def look(self) -> None:
        with closing(sqlite3.connect(self.database, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                self.could_write.append(False)
            else:
                self.could_write.append(True)


@pytest.fixture
def person(session: Session) -> User:
    district = session.scalars(select(District)).one()
    user = make_user(
        session, Role.DESIGNER, district, email="me@test.example", password_hash=services.hash_password(PASSWORD)
    )
    make_designer(session, district, user=user)
    session.commit()
    return user


@pytest.fixture
def watching(app: Flask, person: User, monkeypatch: pytest.MonkeyPatch) -> Watching:
    watching = Watching(app)
    monkeypatch.setattr(services, "_hasher", lambda: watching)
    return watching


def sign_in(browser: Browser) -> int:
    return Browser(browser.app).sign_in("me@test.example", PASSWORD).status_code


def sign_in_wrongly(browser: Browser) -> int:
    return Browser(browser.app).sign_in("nobody@test.example", PASSWORD).status_code


def change_password(browser: Browser) -> int:
    fields = {"current_password": PASSWORD, "new_password": "four words laid together"}
    return browser.send("/account/password", fields).status_code


def change_address(browser: Browser) -> int:
    fields = {"name": "x", "email": "new@test.example", "password_now": PASSWORD}
    return browser.send("/account", fields).status_code


def sign_up_as_designer(browser: Browser) -> int:
    fields = {"name": "새 사람", "brand": "새 옷", "email": "new@test.example", "password": PASSWORD} | CONSENT
    return Browser(browser.app).send("/sign-up/designer", fields).status_code


def choose_a_first_password(browser: Browser) -> int:
    with unit_of_work(engine_of(browser.app)) as work:
        work.scalars(select(User)).one().password_hash = None
    return browser.send("/account/password", {"new_password": "four words laid together"}).status_code


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (sign_in, 303),
        (sign_in_wrongly, 422),
        (change_password, 303),
        (change_address, 303),
        (sign_up_as_designer, 303),
        (choose_a_first_password, 303),
    ],
)
def test_anybody_can_write_while_a_password_is_hashed(
    app: Flask, session: Session, person: User, watching: Watching, act: Callable[[Browser], int], status: int
) -> None:
    assert act(signed_in(app, session, person)) == status
    assert watching.could_write and all(watching.could_write)
