"""PostgreSQL's side of a backup: every table by COPY out of one snapshot, and back within one transaction.

The driver does it all. pg_dump would have to be installed where the site runs, in the server's version, and could not
say whether what it restored is what was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text

from garment_hub import schema
from garment_hub.backup.manifest import Copied, Manifest, Table, check_tables, chunks_of, write_file

# Whatever the server's settings, the same row is written with the same letters.
PLAIN_TEXT = {
    "client_encoding": "UTF8",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


def copy_out(engine: Engine, folder: Path) -> Copied:
    """Copy all tables as they are at one moment; writers go on meanwhile, migrations wait."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with schema.no_migration(engine), engine.connect().execution_options(**options) as connection:
        _write_plainly(connection)
        tables = {}
        for name in inspect(connection).get_table_names():
            rows = _Rows(connection, name, _columns(connection, name))
            digest = write_file(folder / _file(name), rows)
            tables[name] = Table(rows.count, digest, rows.columns)
        # Last, since sequences stand outside the snapshot: they may run ahead of the rows, never behind.
        counted = connection.execute(
            text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
        )
        sequences = {name: last for name, last in counted if last is not None}
        return Copied(str(schema.current_revision(connection)), tables, sequences)


class _Rows:
    """A table's rows as lines of text, in an order that depends on nothing but the rows."""

    def __init__(self, connection: Connection, name: str, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self.count = 0
        key = inspect(connection).get_pk_constraint(name)["constrained_columns"] or columns
        self._cursor = _cursor(connection)
        self._statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            _names(columns),
            sql.Identifier(name),
            sql.SQL(", ").join(sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(column)) for column in key),
        )

    def __iter__(self) -> Iterator[bytes]:
        with self._cursor.copy(self._statement) as copy:
            yield from map(bytes, copy)
        self.count = self._cursor.rowcount


def is_empty(engine: Engine) -> bool:
    return not inspect(engine).get_table_names()


def copy_in(engine: Engine, folder: Path, manifest: Manifest, before_it_counts: Callable[[], None]) -> list[str]:
    """Make the schema and load every table in one transaction; returns tables that the schema does not know."""
    with engine.begin() as connection:
        schema.make(connection, manifest.revision)
        _write_plainly(connection)
        names = inspect(connection).get_table_names()
        wanted = {name: table for name, table in manifest.tables.items() if name in names}
        with _nothing_else_happens(connection, names):
            for name, table in wanted.items():
                _load(connection, name, table.columns, folder / _file(name))
        for name, last in manifest.sequences.items():
            connection.execute(text("SELECT setval(quote_ident(:name)::regclass, :last)"), {"name": name, "last": last})
        check_tables({name: _read(connection, name, table.columns) for name, table in wanted.items()}, wanted)
        before_it_counts()
    return sorted(manifest.tables.keys() - wanted.keys())


@contextmanager
def _nothing_else_happens(connection: Connection, names: list[str]) -> Iterator[None]:
    """Take away references (they go in circles) and triggers while rows come in; references are checked at the end."""
    references = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    ).all()
    tables = [connection.dialect.identifier_preparer.quote(name) for name in names]
    run = _cursor(connection).execute
    for table, name, _definition in references:
        run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in tables:
        run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    run(f"TRUNCATE {', '.join(tables)}")  # migrations may have put rows of their own there
    yield
    for table in tables:
        run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, name, definition in references:
        run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _load(connection: Connection, name: str, columns: tuple[str, ...], path: Path) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), _names(columns))
    with path.open("rb") as file, _cursor(connection).copy(statement) as copy:
        for chunk in chunks_of(file):
            copy.write(chunk)


def _read(connection: Connection, name: str, columns: tuple[str, ...]) -> Table:
    rows, digest = _Rows(connection, name, columns), hashlib.sha256()
    for line in rows:
        digest.update(line)
    return Table(rows.count, digest.hexdigest(), columns)


def _write_plainly(connection: Connection) -> None:
    for name, value in PLAIN_TEXT.items():
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})


def _columns(connection: Connection, name: str) -> tuple[str, ...]:
    return tuple(column["name"] for column in inspect(connection).get_columns(name) if "computed" not in column)


def _names(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _cursor(connection: Connection) -> Any:
    """The driver's own cursor in the same transaction: SQLAlchemy knows no COPY."""
    return connection.connection.cursor()


def _file(name: str) -> str:
    return f"tables/{name}.copy"
