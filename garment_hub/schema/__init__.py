"""The schema's history applied to a database: up, down, and whether the two agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from garment_hub.schema.first_district import add_first_district
from models import Base
from models.district import District, Installation

MIGRATION_LOCK = 4711230


class SchemaError(Exception):
    """The database and the code do not agree; the message says what to do."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "models:migrations")
    config.attributes["connection"] = connection
    return config


def latest_revision() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date and make sure that the first district stands.

    Two starts at once: the first holds the lock, the second then finds nothing to do.
    """
    with engine.begin() as connection:
        _only_one(connection)
        if current_revision(connection) != latest_revision():
            _check_references_last(connection)
            command.upgrade(_config(connection), "head")
        with Session(connection) as session:
            if session.get(Installation, 1) is None:
                session.add(Installation(id=1))
            if session.scalar(select(District.id).limit(1)) is None:
                add_first_district(session)
            session.flush()


def make(connection: Connection, revision: str) -> None:
    """The tables of this revision in a database that has none; no district is added."""
    _only_one(connection)
    command.upgrade(_config(connection), revision)


def knows(revision: str) -> bool:
    """Whether this code can bring such a database up to date."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


@contextmanager
def no_migration(engine: Engine) -> Iterator[None]:
    """Have migrations wait. Only PostgreSQL needs it: there a table can change under an older snapshot."""
    with engine.begin() as connection:
        connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({MIGRATION_LOCK})"))
        yield


def downgrade(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        _only_one(connection)
        _check_references_last(connection)
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raise SchemaError unless the database has the newest schema."""
    with engine.execution_options(writes=False).connect() as connection:
        found = current_revision(connection)
    if found != latest_revision():
        raise SchemaError("The database is behind the code. Run: garment-hub db upgrade")


def drift(engine: Engine) -> list[object]:
    """Differences between the tables in the database and those in the code."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _only_one(connection: Connection) -> None:
    """Hold other migrations back; on SQLite the transaction itself (BEGIN IMMEDIATE) does."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))


def _check_references_last(connection: Connection) -> None:
    """SQLite rebuilds tables in batch mode; references are checked at the end of the transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
