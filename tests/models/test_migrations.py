"""The schema's history on both databases: up, down, up again, with what is in it, and no difference to the code."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Engine, UniqueConstraint, inspect, select, text
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import engine_of, make_engine
from models import Base
from models.district import DEFAULT_DISTRICT, District, Installation
from models.factory import Factory
from tests.builders import make_brief, make_designer, make_factory
from tests.world import build_world

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_upgrading_makes_exactly_the_tables_of_the_code(engine: Engine) -> None:
    schema.upgrade(engine)
    assert tables(engine) == set(Base.metadata.tables)
    assert schema.drift(engine) == []
    schema.check(engine)


def test_every_constraint_of_the_code_has_a_name_in_the_database(engine: Engine) -> None:
    schema.upgrade(engine)
    found = inspect(engine)
    for name, table in Base.metadata.tables.items():
        wanted = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {str(each["name"]) for each in found.get_check_constraints(name)} == wanted, name
        wanted = {str(each.name) for each in table.constraints if isinstance(each, UniqueConstraint)}
        assert {str(each["name"]) for each in found.get_unique_constraints(name)} == wanted, name


def test_down_takes_everything_away_and_up_brings_it_back(engine: Engine) -> None:
    for _time in range(2):
        schema.upgrade(engine)
        with Session(engine) as session:
            district = session.scalars(select(District)).one()
            make_factory(session, district)
            make_brief(session, make_designer(session, district))
            session.commit()
        schema.downgrade(engine, "base")
        assert tables(engine) == set()
    schema.upgrade(engine)
    assert schema.drift(engine) == []


FIRST = "0001"
# What the first schema has no room for: see the way down of the third revision.
GIVEN_UP = {"quote", "quote_request"}


def test_every_step_down_and_up_keeps_what_both_sides_have_room_for(either_engine_url: str, tmp_path: Path) -> None:
    """A world with one of everything goes back to the first schema, revision by revision, and comes forward again."""
    engine = engine_of(build_world(tmp_path, DATABASE_URL=either_engine_url).app)
    before = rows(engine)
    while revision_of(engine) != FIRST:
        schema.downgrade(engine, "-1")
    below = rows(engine)
    schema.upgrade(engine)
    after = rows(engine)
    assert schema.drift(engine) == []
    for table in below:
        columns = set(below[table][0]) & set(before[table][0]) if below[table] else set()
        assert only(columns, below[table]) == only(columns, after[table]), table
        if table not in GIVEN_UP:
            assert only(columns, below[table]) == only(columns, before[table]), table
    for table in GIVEN_UP:
        assert {row["id"] for row in below[table]} <= {row["id"] for row in before[table]}
    engine.dispose()


def revision_of(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return schema.current_revision(connection)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """By table, as the database itself says it: an earlier schema is not the one in the code."""
    with engine.connect() as connection:
        found = {name: connection.execute(text(f'SELECT * FROM "{name}"')).mappings() for name in tables(engine)}
        return {name: sorted((dict(row) for row in each), key=repr) for name, each in found.items()}


def only(columns: set[str], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(({name: row[name] for name in sorted(columns)} for row in found), key=repr)


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    with Session(engine) as session:
        district = session.scalars(select(District)).one()
        factory = make_factory(session, district)
        session.commit()
        kept = factory.id
    schema.upgrade(engine)
    with Session(engine) as session:
        assert session.scalars(select(Factory.id)).all() == [kept]
        assert session.scalars(select(District.code)).all() == [DEFAULT_DISTRICT]
        assert [row.is_demo for row in session.scalars(select(Installation))] == [False]


def test_several_starts_at_once_migrate_once(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _start: schema.upgrade(engine), range(4)))
    assert schema.drift(engine) == []
    with Session(engine) as session:
        assert session.scalars(select(District.code)).all() == [DEFAULT_DISTRICT]


def test_a_database_behind_the_code_is_refused_with_what_to_do(engine: Engine) -> None:
    with pytest.raises(schema.SchemaError, match="garment-hub db upgrade"):
        schema.check(engine)
