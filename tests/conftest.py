"""Fixtures every room shares: an application on its own database, PostgreSQL, a browser, a running site."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from garment_hub.demo.services import Size, seed_demo

DEMO_PASSWORD = "a-long-demo-password"
SECRET = "only for tests, and long enough to be accepted"
CHROMIUM_FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


def missing(what: str, why: str) -> None:
    """Skip for want of a tool, or fail where the run insists on it."""
    if what in os.environ.get("GARMENT_HUB_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here: {why}")
    pytest.skip(why)


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """Makes applications with the newest schema, each on a SQLite file unless told otherwise."""

    def make(**overrides: Any) -> Flask:
        settings = {
            "DATA_DIR": tmp_path / uuid4().hex,
            "SECRET_KEY": SECRET,
            "DEMO_PASSWORD": DEMO_PASSWORD,
        } | overrides
        app = create_app(TESTING=True, **settings)
        schema.upgrade(engine_of(app))
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with Session(engine_of(app), expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A small demo district for reading; a test that writes makes its own."""
    return _demo(tmp_path_factory.mktemp("demo"), Size(factories=60, designers=8, months=6))


def _demo(folder: Path, size: Size) -> Flask:
    app = create_app(DATA_DIR=folder, SECRET_KEY=SECRET, DEMO_PASSWORD=DEMO_PASSWORD, RATE_LIMITS=False)
    schema.upgrade(engine_of(app))
    seed_demo(app, size)
    return app


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """Address of a server on which databases may be made."""
    address = os.environ.get("GARMENT_HUB_TEST_POSTGRESQL_URL")
    if not address:
        missing("postgresql", "GARMENT_HUB_TEST_POSTGRESQL_URL names no server")
    engine = create_engine(str(address))
    try:
        engine.connect().close()
    except OperationalError as error:
        missing("postgresql", f"no PostgreSQL at GARMENT_HUB_TEST_POSTGRESQL_URL: {error.orig}")
    finally:
        engine.dispose()
    return str(address)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of its own, gone after the test."""
    name = f"garment_hub_test_{uuid4().hex}"
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
    yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same test on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


def _chromium() -> str | None:
    wanted = os.environ.get("GARMENT_HUB_CHROMIUM")
    names = [wanted] if wanted else ["chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, driven by Playwright."""
    executable = _chromium()
    if executable is None:
        missing("chromium", "no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    flags = [*CHROMIUM_FLAGS, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else CHROMIUM_FLAGS
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=flags)
        yield chromium
        chromium.close()


@dataclass(frozen=True, slots=True)
class Site:
    """A running site with made-up data."""

    url: str
    app: Flask
    password: str = DEMO_PASSWORD


@pytest.fixture(scope="module")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole demo district served on a free loopback port, for one module's journeys."""
    import waitress

    app = _demo(tmp_path_factory.mktemp("live"), Size())
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.effective_port}", app)
    server.close()
    thread.join(timeout=10)
