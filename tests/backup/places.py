"""A site with something to lose, and the empty place into which it is restored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import MetaData, create_engine, make_url, select

from garment_hub import files
from garment_hub.db import engine_of, make_engine

Content = dict[str, list[str]]


def content(url: str) -> Content:
    """Every row of every table, as text in an order of its own."""
    engine = make_engine(url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {name: sorted(map(repr, connection.execute(select(table)))) for name, table in tables.tables.items()}
    engine.dispose()
    return found


def empty(url: str) -> None:
    """Take everything out of a database, as if it were new."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return
    engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def url_of(app: Flask) -> str:
    return engine_of(app).url.render_as_string(hide_password=False)


def put_upload(app: Flask, key: str, data: bytes) -> None:
    """A stored file without the trouble of drawing a picture."""
    root = Path(app.config["DATA_DIR"]) / "uploads"
    files._store(root).put(key, data)


def uploads(data_dir: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (data_dir / "uploads").glob("*")}


def settings(url: str, data_dir: Path) -> dict[str, Any]:
    return {"DATABASE_URL": url, "DATA_DIR": data_dir, "SECRET_KEY": None}
