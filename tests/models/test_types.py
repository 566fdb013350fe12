"""Column types: moments are UTC, codes and JSON come back as they went in, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from garment_hub.db import make_engine
from models import Base
from models.district import District
from tests.builders import next_number

pytestmark = pytest.mark.slow

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=ZONES)
NO_NUL = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NO_NUL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NO_NUL, inner, max_size=4),
    max_leaves=8,
)
ONE_DATABASE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def stored(engine: Engine, **values: Any) -> District:
    with Session(engine) as session:
        district = District(code=f"{next_number()}", name_ko="구", name_en="gu", **values)
        session.add(district)
        session.commit()
        session.refresh(district, District.__mapper__.column_attrs.keys())
        return district


@ONE_DATABASE
@given(MOMENTS)
def test_a_moment_comes_back_as_the_same_moment_in_utc(engine: Engine, moment: datetime) -> None:
    found = stored(engine, created_at=moment).created_at
    assert found == moment and found.tzinfo is UTC


@ONE_DATABASE
@given(st.lists(MOMENTS, min_size=2, max_size=5))
def test_the_database_orders_moments_of_any_zone_as_time_does(engine: Engine, moments: list[datetime]) -> None:
    ids = {stored(engine, created_at=moment).id: moment for moment in moments}
    with Session(engine) as session:
        query = text(f"SELECT id FROM district WHERE id IN ({','.join(map(str, ids))}) ORDER BY created_at, id")
        in_order = [ids[found] for found in session.scalars(query)]
    assert in_order == sorted(in_order)


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        stored(engine, created_at=datetime(2027, 3, 1))


@ONE_DATABASE
@given(st.dictionaries(NO_NUL, JSON, max_size=3))
def test_json_comes_back_as_it_went_in(engine: Engine, value: dict[str, Any]) -> None:
    assert stored(engine, borders=value).borders == value


def test_no_json_is_null_for_the_database_too(engine: Engine) -> None:
    district = stored(engine, borders=None)
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM district WHERE id = :id AND borders IS NULL")
        assert connection.execute(query, {"id": district.id}).scalar_one() == 1


def test_a_code_that_nobody_knows_is_refused_by_the_database_itself(engine: Engine) -> None:
    district = stored(engine)
    row = {"district": district.id, "email": "a@test.example", "at": datetime(2027, 3, 1, tzinfo=UTC)}
    statement = text(
        'INSERT INTO "user" (role, email, name, district_id, is_active, created_at)'
        " VALUES ('emperor', :email, 'x', :district, true, :at)"
    )
    with pytest.raises(IntegrityError, match="role"), engine.begin() as connection:
        connection.execute(statement, row | {"at": str(row["at"])} if engine.dialect.name == "sqlite" else row)
