"""The schema's history applied to a database: up, down, and whether the two agree."""

from __future__ import annotations

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


def downgrade(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        _only_one(connection)
        _check_references_last(connection)
        command.downgrade(_config(connection), revision)


def check(engine: Engine) -> None:
    """Raise SchemaError unless the database has the newest schema."""
    with engine.connect() as connection:
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
        connection.execute(text("SELECT pg_advisory_xact_lock(4711230)"))


def _check_references_last(connection: Connection) -> None:
    """SQLite rebuilds tables in batch mode; references are checked at the end of the transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
