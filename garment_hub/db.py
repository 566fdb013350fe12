"""The engine, the request's session, and the end of the transaction."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT_MS = 2000
DISK_FULL = "53100"  # PostgreSQL's word for it


def database_url(config: dict[str, Any]) -> str:
    """The address in use: the setting, or a SQLite file in the data folder."""
    return config["DATABASE_URL"] or f"sqlite:///{Path(config['DATA_DIR']) / 'garment_hub.sqlite3'}"


def make_engine(url: str, race_ms: int = 0) -> Engine:
    """An engine whose transactions begin as the design wants them on either database.

    ``race_ms`` travels with it to where capacity is checked and then written, and makes that gap wide for tests.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite_engine(parsed)
    else:
        from garment_hub import postgresql  # its driver is slow to load

        engine = postgresql.make_engine(parsed)
    engine.update_execution_options(race_ms=race_ms)
    return engine


def _sqlite_engine(parsed: URL) -> Engine:
    if parsed.database in (None, "", ":memory:"):
        engine = create_engine(parsed, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, pool_size=16, max_overflow=16)
    _own_sqlite_transactions(engine)
    return engine


def _own_sqlite_transactions(engine: Engine) -> None:
    """Take BEGIN out of the driver's hands: its deferred default loses concurrent updates silently."""

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        connection.info["changes_before"] = _rows_changed(connection)


def _rows_changed(connection: Connection) -> int:
    """By this connection since it was opened, as SQLite counts them."""
    driver: Any = connection.connection.driver_connection
    return int(driver.total_changes)


def has_changed_rows(connection: Connection) -> bool:
    """Whether this transaction on SQLite has changed rows that nobody else can see yet."""
    before = connection.info.get("changes_before")
    return before is not None and before != _rows_changed(connection)


def init_app(app: Flask, engine: Engine) -> None:
    app.extensions["engine"] = engine
    app.after_request(_end_transaction)
    app.teardown_appcontext(_close)


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions["engine"]
    return engine


def get_session() -> Session:
    """The session of this request, opened on first use."""
    if "session" not in g:
        writes = not has_request_context() or request.method not in SAFE_METHODS
        engine = engine_of(current_app._get_current_object())  # type: ignore[attr-defined]
        g.session = Session(engine.execution_options(writes=writes), expire_on_commit=False)
    session: Session = g.session
    return session


def _end_transaction(response: Response) -> Response:
    """Commit what succeeded, roll back the rest. Safe to run twice: a failed commit runs it again on the 500."""
    session: Session | None = g.get("session")
    if session is None:
        return response
    if response.status_code < 400 and not g.get("transaction_failed"):
        g.transaction_failed = True  # until the commit has come back
        session.commit()
        g.transaction_failed = False
    else:
        session.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A short session that only reads and holds nobody up; what it loaded stays readable afterwards."""
    with Session(engine.execution_options(writes=False)) as session:
        yield session


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """A session for commands: commits when the block ends well, rolls back otherwise."""
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def is_busy(error: OperationalError) -> bool:
    """Whether the database only asks to come back later."""
    return "locked" in str(error.orig) or "timeout" in str(error.orig).casefold()


def is_full(error: Exception) -> bool:
    """Whether there is no room left for what was to be written, in the database or beside it."""
    cause: Any = error.orig if isinstance(error, DBAPIError) else error
    return (
        getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "sqlstate", None) == DISK_FULL
        or getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    )
