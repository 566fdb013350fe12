"""The schema's history on both databases: up, down, up again, with what is in it, and no difference to the code."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import CheckConstraint, Engine, UniqueConstraint, inspect, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine
from models import Base
from models.district import DEFAULT_DISTRICT, District, Installation
from models.factory import Factory
from tests.builders import make_brief, make_designer, make_factory

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
