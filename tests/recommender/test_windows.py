"""Past orders cut by time and by site: nothing from behind the cut is on the side that is learnt from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender import FactoryFeatures, Outcome, Place, rolling_windows, site_windows
from recommender.link_evaluation import site_of
from recommender.linking import Facility
from recommender.windows import FEWEST_CASES, answered, window_of
from tests.recommender.worlds import ITEMS, TODAY, a_factory, days, has, logs, registers

FIRST = TODAY - timedelta(days=10)
UNTIL = TODAY + timedelta(days=10)
long_logs = st.lists(
    st.builds(
        Outcome,
        buyer=st.sampled_from(["d1", "d2", "d3"]),
        factory=st.sampled_from("12345"),
        ordered_on=st.none() | days,
        item=st.sampled_from(ITEMS),
        delivered_on=st.none() | days,
        accepted=st.none() | st.booleans(),
        is_order=st.booleans(),
    ),
    max_size=120,
)


def _is_later(row: Outcome, day: date) -> bool:
    return row.ordered_on is None or row.ordered_on > day


@pytest.mark.slow
@given(registers, logs, logs)
def test_what_is_learnt_does_not_know_what_comes(
    register: list[FactoryFeatures], log: list[Outcome], other: list[Outcome]
) -> None:
    """Everything behind the cut is replaced, and how running orders ended is turned round."""
    first = window_of(register, log, FIRST, UNTIL)
    rewritten = [
        replace(row, on_time=not row.on_time, passed_first_inspection=not row.passed_first_inspection)
        if row.delivered_on and row.delivered_on > first.as_of
        else row
        for row in log
        if not _is_later(row, first.as_of)
    ]
    checked = [replace(one, verified_on=TODAY + timedelta(days=1), exposure=9.0) for one in register]
    unchecked = [replace(one, verified_on=None) for one in register]
    again = window_of(checked, rewritten + [row for row in other if _is_later(row, first.as_of)], FIRST, UNTIL)
    assert (again.learnt, again.factories) == (first.learnt, window_of(unchecked, log, FIRST, UNTIL).factories)
    assert all(row.ordered_on and row.ordered_on <= first.as_of for row in first.learnt)


@given(long_logs, st.integers(1, 5))
def test_windows_follow_one_another_to_the_end(log: list[Outcome], n_windows: int) -> None:
    register = [a_factory(identity) for identity in "123"]
    windows = rolling_windows(register, log, n_windows)
    placed = [row.ordered_on for row in log if row.is_order and row.accepted is not False and row.ordered_on]
    assert len(windows) <= n_windows and (bool(windows) or len(placed) < FEWEST_CASES or len(set(placed)) < 3)
    for one, following in pairwise(windows):
        assert one.until == following.as_of
    for window in windows:
        assert window.until <= windows[-1].until == max(placed)
        for case in window.cases:
            assert window.as_of < case.brief.as_of <= window.until
            assert case.chosen and case.chosen <= set("123") and not case.left_out


def _orders(count: int, **changes: Any) -> list[Outcome]:
    rows = [Outcome(f"d{n % 5}", str(n % 3), TODAY + timedelta(days=n), 50, "coat") for n in range(count)]
    return [replace(row, **changes) for row in rows]


def test_the_first_half_is_learnt_and_the_rest_foretold() -> None:
    windows = rolling_windows([a_factory(identity) for identity in "012"], _orders(40))
    assert [(len(one.learnt), len(one.cases)) for one in windows] == [(20, 5), (25, 5), (30, 5), (35, 5)]
    assert [len(one.cases) for one in rolling_windows([a_factory("0")], _orders(40), most_cases=4)] == [1, 1, 1, 1]
    answers = _orders(40, accepted=False, is_order=False)
    assert [len(one.requests) for one in rolling_windows([a_factory("0")], answers, rows=answered)] == [2, 1, 2, 2]


def test_orders_of_one_brief_are_one_case() -> None:
    log = [Outcome("d1", "1", TODAY, 30, "coat"), Outcome("d1", "2", TODAY, 70, "coat"), Outcome("d1", "1", TODAY)]
    cases = window_of([a_factory("1"), a_factory("2")], log, TODAY, TODAY).cases
    assert [(case.brief.item, case.brief.quantity, case.chosen) for case in cases] == [
        ("", 100, frozenset("1")),
        ("coat", 70, frozenset("12")),
    ]


@pytest.mark.parametrize("cut", [lambda log: rolling_windows([], log), lambda log: rolling_windows([a_factory()], [])])
def test_too_little_is_no_window_or_an_empty_one(cut: Callable[[list[Outcome]], list[object]]) -> None:
    assert cut(_orders(FEWEST_CASES - 1)) == []


places = st.sampled_from([None, Place(37.5, 127.0), Place(37.6, 127.0), Place(37.7, 127.0)])
pairs = st.lists(st.tuples(st.sampled_from(["b1", "b2", "b3"]), st.integers(0, 7).map(str)), max_size=30)


@given(st.lists(places, min_size=8, max_size=8), pairs)
def test_sister_factories_stay_on_one_side(where: list[Place | None], linked: list[tuple[str, str]]) -> None:
    register = [FactoryFeatures(str(number), place=place) for number, place in enumerate(where)]
    log = [Outcome(buyer, factory) for buyer, factory in linked]
    facilities = [Facility(one.id, one.place.lat, one.place.lon) if one.place else Facility(one.id) for one in register]
    sites = site_of(facilities, linked)
    for window in site_windows(register, log, TODAY):
        learnt = {(row.buyer, sites[row.factory]) for row in window.learnt}
        for case in window.cases:
            hidden = {(case.brief.designer, sites[factory]) for factory in case.chosen}
            assert hidden and not hidden & learnt
            assert {(case.brief.designer, sites[factory]) for factory in case.left_out} <= learnt


def test_the_brief_of_a_buyer_is_what_its_factories_have_in_common() -> None:
    kinds = {"a": has("coat"), "b": has("coat", "dress"), "c": has("dress"), "d": has("coat")}
    register = [a_factory(name, items=items, fabrics=has("woven"), place=None) for name, items in kinds.items()]
    windows = site_windows(register, [Outcome("b1", name) for name in kinds], TODAY)
    cases = [case for window in windows for case in window.cases]
    assert cases and all(case.brief.fabrics == {"woven"} for case in cases)
    assert all(case.chosen | case.left_out <= set(kinds) for case in cases)
    assert all(case.brief.item == "coat" for case in cases if case.left_out == {"a", "b", "d"})
