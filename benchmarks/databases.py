"""The databases a benchmark runs on: a SQLite file, and PostgreSQL where a setting of the tests names a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

SERVER = os.environ.get("GARMENT_HUB_TEST_POSTGRESQL_URL")
ENGINES = ("SQLite", "PostgreSQL") if SERVER else ("SQLite",)


@contextmanager
def new_database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    name = f"garment_hub_bench_{uuid4().hex}"
    if engine == "SQLite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    server = create_engine(str(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"))
    try:
        yield make_url(str(SERVER)).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
