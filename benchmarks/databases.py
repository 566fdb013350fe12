"""The databases a benchmark runs on: a SQLite file, and PostgreSQL where a setting of the tests names a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.databases import new_postgresql

SERVER = os.environ.get("GARMENT_HUB_TEST_POSTGRESQL_URL")
ENGINES = ("SQLite", "PostgreSQL") if SERVER else ("SQLite",)
CLEANING_SECONDS = 60  # of the server's own, after a large database


@contextmanager
def new_database(engine: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    if engine == "SQLite":
        yield f"sqlite:///{folder / uuid4().hex}.sqlite3"
        return
    with new_postgresql(str(SERVER), CLEANING_SECONDS) as url:
        yield url
