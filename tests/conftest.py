"""Fixtures every room shares: an application on its own database, PostgreSQL, Chromium, a running site."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub import db, schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from models.district import District
from models.user import Role, User
from tests.browsing import Browser, signed_in
from tests.builders import make_user
from tests.databases import new_postgresql
from tests.serving import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

DEMO_PASSWORD = "a-long-demo-password"
SECRET = "only for tests, and long enough to be accepted"
DATABASE = "garment_hub.sqlite3"
LOCAL_SERVERS = ("postgresql:///postgres", "postgresql://127.0.0.1/postgres")
CHROMIUM_FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split()

# No deadline: a busy machine is no failure. The same examples each time: neither is bad luck.
settings.register_profile("house", deadline=None, max_examples=25, derandomize=True, print_blob=True)
settings.load_profile("house")
MARKED_BY_FIXTURE = {"chromium": "browser", "postgresql_server": "postgresql"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses Chromium or PostgreSQL is marked so without having to say it."""
    for item in items:
        for fixture, mark in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)


def pytest_collection_finish() -> None:
    """What is imported stays; looking through it for garbage again and again was a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def missing(what: str, why: str) -> NoReturn:
    """Skip for want of a tool, or fail where the run insists on it."""
    if what in os.environ.get("GARMENT_HUB_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {why}")
    pytest.skip(why)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Compile each template once, not once for every application: that was two thirds of the suite's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledTemplates())
        yield


class CompiledTemplates(BytecodeCache):
    """Keeps the code of templates in memory, as long as their source is the same."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and the first district, to be copied: migrating takes longer."""
    folder = tmp_path_factory.mktemp("empty")
    _dispose(_migrated(DATA_DIR=folder, SECRET_KEY=SECRET))
    return folder / DATABASE


def _migrated(**settings: Any) -> Flask:
    app = create_app(**settings)
    schema.upgrade(engine_of(app))
    return app


def _dispose(app: Flask) -> None:
    engine_of(app).dispose()


@pytest.fixture
def make_app(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Flask]]:
    """Makes applications with the newest schema, each on its own SQLite file unless told otherwise."""
    made: list[Flask] = []

    def make(**overrides: Any) -> Flask:
        folder = tmp_path / uuid4().hex
        chosen = {
            "TESTING": True,
            "DATA_DIR": folder,
            "SECRET_KEY": SECRET,
            "DEMO_PASSWORD": DEMO_PASSWORD,
        } | overrides
        if {"DATA_DIR", "DATABASE_URL"}.isdisjoint(overrides):
            folder.mkdir()
            shutil.copy(empty_database, folder / DATABASE)
            made.append(create_app(**chosen))
        else:
            made.append(_migrated(**chosen))
        return made[-1]

    yield make
    for app in made:
        _dispose(app)


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for many tests: building it and its SQL took a third of the suite's time."""
    app = create_app(
        TESTING=True, DATA_DIR=tmp_path_factory.mktemp("app") / "data", SECRET_KEY=SECRET, DEMO_PASSWORD=DEMO_PASSWORD
    )
    yield app
    _dispose(app)


@pytest.fixture
def app(shared_app: Flask, empty_database: Path) -> Iterator[Flask]:
    """An application whose data folder holds only a SQLite file with the newest schema. make_app takes settings."""
    folder: Path = shared_app.config["DATA_DIR"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(empty_database, folder / DATABASE)
    _dispose(shared_app)  # a straggling thread may have opened the file that was here before
    config = dict(shared_app.config)
    yield shared_app
    shared_app.config.clear()
    shared_app.config.update(config)
    _dispose(shared_app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Rows of ``app``; commit before a client is to see them. Reading holds nobody up."""
    with Session(engine_of(app).execution_options(writes=False), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def client_as(app: Flask, session: Session) -> Callable[[Role | User], Browser]:
    """A browser in which somebody signed in: this person, or anybody with this role. Commits ``session``."""

    def sign_in(who: Role | User) -> Browser:
        if isinstance(who, Role):
            who = make_user(session, who, session.get_one(District, 1))
        return signed_in(app, session, who)

    return sign_in


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A small demo district for reading; a test that writes makes its own."""
    app = _demo(tmp_path_factory.mktemp("demo"), Size(factories=60, designers=8, months=6))
    yield app
    _dispose(app)


def _demo(folder: Path, size: Size) -> Flask:
    app = _migrated(DATA_DIR=folder, SECRET_KEY=SECRET, DEMO_PASSWORD=DEMO_PASSWORD, RATE_LIMITS=False)
    seed_demo(app, size)
    return app


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """Address of a server on which databases may be made."""
    named = os.environ.get("GARMENT_HUB_TEST_POSTGRESQL_URL")
    reasons = []
    for address in (named,) if named else LOCAL_SERVERS:
        why_not = _why_unusable(address)
        if why_not is None:
            return address
        reasons.append(why_not)
    where = "at GARMENT_HUB_TEST_POSTGRESQL_URL" if named else "on this machine"
    missing("postgresql", f"no PostgreSQL {where} makes databases for tests: {reasons[0]}")


def _why_unusable(address: str) -> str | None:
    engine = create_engine(address, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            may = connection.scalar(text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"))
    except OperationalError as error:
        return str(error.orig).splitlines()[0]
    finally:
        engine.dispose()
    return None if may else "the role may not create databases"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of its own, gone after the test."""
    with new_postgresql(postgresql_server) as url:
        yield url


@pytest.fixture
def patient_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many writers on a slow disk wait longer for SQLite than a page may; what a race proves is not the disk's pace."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 60_000)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same test on both databases: ``make_app(DATABASE_URL=either_engine_url)``."""
    if request.param == "sqlite":
        request.getfixturevalue("patient_writers")
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


def _chromium_path() -> str | None:
    wanted = os.environ.get("GARMENT_HUB_CHROMIUM")
    names = [wanted] if wanted else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The system's Chromium, driven by Playwright."""
    path = _chromium_path()
    if path is None:
        missing("chromium", "no Chromium on this machine; GARMENT_HUB_CHROMIUM names one elsewhere")
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox does not work for root, and only there is it given up.
    flags = [*CHROMIUM_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else CHROMIUM_FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Chromium) -> Iterator[Callable[..., Page]]:
    """Opens a page with its own cookies; arguments go to Playwright's new_context (viewport, java_script_enabled)."""
    contexts = []

    def open_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(**({"locale": "ko-KR", "timezone_id": "Asia/Seoul"} | options)))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@dataclass(frozen=True, slots=True)
class LiveSite:
    """A running site with made-up data; its people sign in with ``password``."""

    url: str
    app: Flask
    password: str = DEMO_PASSWORD


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole demo district in a SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("whole_demo")
    _dispose(_demo(folder, Size()))
    return folder / DATABASE


@pytest.fixture(scope="module")
def live_site(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The whole demo district served on a free loopback port, for one module's journeys."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copy(demo_database, folder / DATABASE)
    app = create_app(DATA_DIR=folder, SECRET_KEY=SECRET, DEMO_PASSWORD=DEMO_PASSWORD, RATE_LIMITS=False)
    with running(app) as address:
        yield LiveSite(address, app)
    _dispose(app)
