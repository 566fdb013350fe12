"""The last days of a factory, contested by many at once: told yes equals stored, and no last place is left empty.

The engine pauses between looking at the weeks and writing, so that whatever can go wrong has time to. The long form
of the same contests is ``make bench``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from garment_hub import schema
from garment_hub.db import make_engine
from tests.orders.contests import award_contest, cancel_contest, hold_contest, lowering_contest, same_form_contest

pytestmark = pytest.mark.slow
ROUNDS = 15


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url, race_ms=20)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def test_eight_want_three_days(engine: Engine) -> None:
    assert [award_contest(engine, contenders=8, free_days=3)[0] for _round in range(ROUNDS)] == [0] * ROUNDS


def test_a_day_is_cancelled_while_others_want_it(engine: Engine) -> None:
    assert [cancel_contest(engine) for _round in range(ROUNDS)] == [0] * ROUNDS


def test_the_owner_takes_a_day_back_while_it_is_taken(engine: Engine) -> None:
    assert [lowering_contest(engine) for _round in range(ROUNDS)] == [0] * ROUNDS


def test_a_hold_runs_out_while_others_want_its_day(engine: Engine) -> None:
    assert [hold_contest(engine, contenders=4) for _round in range(ROUNDS)] == [0] * ROUNDS


def test_the_same_form_eight_times_at_once_makes_one_order(engine: Engine) -> None:
    assert [same_form_contest(engine, senders=8) for _round in range(ROUNDS)] == [0] * ROUNDS
