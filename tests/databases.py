"""Databases on a PostgreSQL server, made for one use and gone after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

PAUSE_SECONDS = 0.5


@contextmanager
def new_postgresql(address: str, seconds: float = 9) -> Iterator[str]:
    """The address of an empty database on the server at ``address``; its going may take so many ``seconds``."""
    name = f"garment_hub_test_{uuid4().hex}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
    try:
        yield make_url(address).set(database=name).render_as_string(hide_password=False)
    finally:
        _drop(server, name, seconds)
        server.dispose()


def _drop(server: Engine, name: str, seconds: float) -> None:
    """Whoever is still connected is sent away; the server's own vacuum cannot be, and is waited for."""
    until = time.monotonic() + seconds
    while True:
        try:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            return
        except ProgrammingError as error:
            if not isinstance(error.orig, InsufficientPrivilege) or time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)
