"""Values through JSON and back, and lists that replay."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import (
    BriefFeatures,
    FactoryFeatures,
    Outcome,
    PartnerRanker,
    Place,
    Reason,
    brief_from_json,
    brief_to_json,
    factory_from_json,
    factory_to_json,
    is_equal,
    outcome_from_json,
    outcome_to_json,
    reason_from_json,
    reason_to_json,
    recompute,
    stored_list,
)
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, any_factory, briefs, outcomes


def through_text(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False))


@given(briefs())
def test_a_brief_comes_back(brief: BriefFeatures) -> None:
    assert brief_from_json(through_text(brief_to_json(brief))) == brief


@given(any_factory)
def test_a_factory_comes_back(factory: FactoryFeatures) -> None:
    assert factory_from_json(through_text(factory_to_json(factory))) == factory


@given(outcomes)
def test_an_outcome_comes_back(outcome: Outcome) -> None:
    assert outcome_from_json(through_text(outcome_to_json(outcome))) == outcome


@given(
    st.text(),
    st.dictionaries(
        st.text(), st.none() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
    ),
)
def test_a_reason_comes_back(code: str, values: dict[str, Any]) -> None:
    assert reason_from_json(through_text(reason_to_json(Reason(code, values)))) == Reason(code, values)


def _stored() -> dict[str, Any]:
    register = [
        a_factory("1", text="김사장님 010-0000-0000", place=Place(37.123456, 127.04)),
        a_factory("2", lead_time_days=None),
        a_factory("3", minimum_order_quantity=55),
    ]
    log = [Outcome("d1", "2", TODAY - timedelta(days=30), on_time=True)]
    brief = a_brief(designer="d1", text="급해요 홍길동", deliver_to=Place(37.654321, 127.0), budget_per_piece_krw=9_000)
    stored: dict[str, Any] = through_text(
        stored_list(PartnerRanker(stage_of=STAGE_OF).fit(register, log, TODAY).recommend(brief))
    )
    return stored


def test_no_personal_value_is_stored() -> None:
    text = json.dumps(_stored(), ensure_ascii=False)
    for personal in ("김사장님", "홍길동", "37.123456", "37.654321", "d1"):
        assert personal not in text


def _in_counts(stored: dict[str, Any]) -> None:
    stored["facts"][0]["lead_time_days"] = None


def _in_facts(stored: dict[str, Any]) -> None:
    stored["facts"][0]["price_floor_krw"] = 30_000


def _in_evidence(stored: dict[str, Any]) -> None:
    stored["evidence"]["good_orders"][0] += 1


def _in_weights(stored: dict[str, Any]) -> None:
    stored["weights"].update(specialty=0.2, capacity_fit=0.24)


def _in_order(stored: dict[str, Any]) -> None:
    stored["ranked"].reverse()


def _in_score(stored: dict[str, Any]) -> None:
    stored["ranked"][0][1] += 1e-6


@pytest.mark.parametrize("change", [_in_counts, _in_facts, _in_evidence, _in_weights, _in_order, _in_score])
def test_a_stored_list_that_was_changed_is_not_equal(change: Any) -> None:
    stored = _stored()
    assert is_equal(stored)
    stored["evidence"]["months"][0] = 1.0  # a date without an order earns nothing
    assert is_equal(stored)
    change(stored)
    assert not is_equal(stored)


def test_lists_of_another_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="format: "):
        recompute({**_stored(), "format": 99})
    with pytest.raises(ValueError, match=r"weights: .*luck"):
        recompute({**_stored(), "weights": {"luck": 1.0}})


def test_defaults_take_no_room() -> None:
    assert factory_to_json(FactoryFeatures("7")) == {"id": "7"}
    assert replace(FactoryFeatures("7"), free_weeks=()) == factory_from_json({"id": "7", "free_weeks": []})
