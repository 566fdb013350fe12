"""SQLite's side of a backup: the online backup makes one file, and that file under its name is the database again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DatabaseError

from garment_hub.backup.manifest import Copied, Manifest, Table, check_tables, copy_file, put_in_place, sync
from models.errors import Invalid

DATABASE = "database.sqlite3"


def copy_out(engine: Engine, folder: Path) -> Copied:
    """Copy the database as it is at one moment; writers go on meanwhile."""
    path = folder / DATABASE
    path.touch(mode=0o600, exist_ok=False)
    with closing(engine.raw_connection()) as connection, closing(sqlite3.connect(path)) as copy:
        source: Any = connection.driver_connection
        # All pages in one step: between smaller ones another process that writes would make it begin anew, for ever.
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    sync(path)
    return Copied(revision, tables_of(path))


def tables_of(path: Path) -> dict[str, Table]:
    """Every table's rows as the file at rest holds them; refuses a damaged file."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                raise Invalid("backup_database_damaged", path=path)
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            connection.text_factory = bytes  # compared as stored, not as decoded
            return {name: _table(connection, name) for (name,) in names if not name.startswith("sqlite_")}
    except sqlite3.DatabaseError as error:
        raise Invalid("backup_database_damaged", path=path) from error


def _table(connection: sqlite3.Connection, name: str) -> Table:
    found = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (a name out of the file's own list)
    columns = tuple(column[0] for column in found.description)
    rows, digest = 0, hashlib.sha256()
    for row in found:
        digest.update(repr(row).encode())
        rows += 1
    return Table(rows, digest.hexdigest(), columns)


def is_empty(engine: Engine) -> bool:
    path = _path_of(engine)
    if not path.exists():
        return True
    try:
        return not inspect(engine).get_table_names()
    except DatabaseError:  # a file of some other kind is not ours to replace
        return False
    finally:
        engine.dispose()  # the last connection takes the log with it


def copy_in(engine: Engine, folder: Path, manifest: Manifest, before_it_counts: Callable[[], None]) -> list[str]:
    """Put the file in place under its name as the last step; until then there is no database."""
    path = _path_of(engine)
    staged = path.with_name(f"{path.name}.restoring")
    staged.unlink(missing_ok=True)
    copy_file(folder / DATABASE, staged)
    check_tables(tables_of(staged), manifest.tables)
    before_it_counts()
    for log in ("-wal", "-shm"):  # of an earlier, empty file; SQLite would read it into the new one
        path.with_name(path.name + log).unlink(missing_ok=True)
    put_in_place(staged, path)
    return []


def _path_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))
