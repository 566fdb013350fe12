"""The promise of a hundred thousand rows in small: a process killed without warning, the file again, and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine
from garment_hub.registry.undo import undo_import
from garment_hub.registry.work import works_on
from models.factory import Factory
from tests.registry.messy import Importing, half_rows, messy_file

pytestmark = pytest.mark.slow
ROWS = 2_000


def test_killed_once_run_twice_and_taken_back(either_engine_url: str, tmp_path: Path) -> None:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    file = tmp_path / "register.csv"
    file.write_bytes(messy_file(ROWS))
    assert Importing(file, either_engine_url, tmp_path).kill_at(engine, 500) < ROWS
    assert half_rows(engine) == 0
    first = Importing(file, either_engine_url, tmp_path).finish()
    second = Importing(file, either_engine_url, tmp_path).finish()
    assert (first["encoding"], first["rows"], first["created"] + first["rejected"]) == ("cp949", ROWS, ROWS)
    assert (second["created"], second["updated"], second["unchanged"]) == (0, 0, first["created"])
    assert first["errors"] and second["errors"] == first["errors"]
    assert half_rows(engine) == 0
    for import_id in (second["import_id"], first["import_id"]):
        undo_import(works_on(engine), import_id)
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 0
    engine.dispose()
