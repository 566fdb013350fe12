"""What was acknowledged survives a kill -9; the doctor warns of settings that a power cut would punish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from garment_hub.db import engine_of
from garment_hub.server import diagnosis
from tests.crashing import Site, crash

KILLS = 5


@pytest.fixture
def site(either_engine_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path, either_engine_url)
    site.start()
    yield site
    site.kill()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_doubled_by_kills(site: Site) -> None:
    tally = crash(site, kills=KILLS)
    assert len(tally.back_in) == KILLS and len(tally.addresses) > KILLS
    assert tally.unanswered > 0, "no kill came in the middle of a form"
    assert (tally.lost, tally.doubles, tally.elsewhere) == (0, 0, 0)


def test_the_doctor_sees_that_writes_reach_the_disk(app: Flask) -> None:
    assert diagnosis(app)["durable"]


@pytest.mark.slow
def test_the_doctor_sees_a_server_that_answers_before_the_disk_has_it(
    make_app: Callable[..., Flask], postgresql_url: str
) -> None:
    app = make_app(DATABASE_URL=postgresql_url)
    with engine_of(app).begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine_of(app).dispose()
    assert not diagnosis(app)["durable"]
