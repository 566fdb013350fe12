"""The parts of the score: their formulas, and that the future does not leak."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import exp, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import BriefFeatures, FactoryFeatures, Outcome, PartnerRanker, Place, Rate
from recommender.catalogue import Catalogue
from recommender.signals import (
    Acceptance,
    CapacityFit,
    Continuity,
    History,
    Nearness,
    PriceFit,
    Quality,
    Reliability,
    Signal,
    kilometres,
)
from recommender.survey import Columns
from tests.recommender.worlds import (
    STAGE_OF,
    TODAY,
    a_brief,
    a_factory,
    briefs,
    factories,
    logs,
    outcomes,
    registers,
    weeks,
)

LEARNING: list[type[Signal]] = [History, Continuity, Reliability, Quality, Acceptance]
AGO = TODAY - timedelta(days=30)


def _score(
    signal: type[Signal], brief: BriefFeatures, register: list[FactoryFeatures], rows: Sequence[Outcome] = ()
) -> list[float]:
    learnt, catalogue = signal(STAGE_OF).fit(rows, TODAY), Catalogue(STAGE_OF)
    learnt.write(catalogue, catalogue.write(register), register)
    columns = Columns(brief, catalogue, STAGE_OF, np.arange(len(register)))
    values = learnt.value(columns, learnt.evidence(columns))
    assert values.shape == (len(register),)
    return [float(one) for one in values]


later = st.dates(TODAY + timedelta(days=1), TODAY + timedelta(days=99))
rows_of_the_future = st.builds(
    lambda row, day: replace(row, ordered_on=day, delivered_on=None), outcomes, later
) | st.builds(lambda row, day: replace(row, ordered_on=None, delivered_on=day), outcomes, later)


@pytest.mark.slow
@pytest.mark.parametrize("signal", LEARNING)
@settings(max_examples=12)
@given(brief=briefs(), register=registers, log=logs, future=st.lists(rows_of_the_future, max_size=10))
def test_no_row_later_than_as_of_changes_anything(
    signal: type[Signal],
    brief: BriefFeatures,
    register: list[FactoryFeatures],
    log: list[Outcome],
    future: list[Outcome],
) -> None:
    assert _score(signal, brief, register, log + future) == _score(signal, brief, register, log)


@pytest.mark.parametrize("signal", [Reliability, Quality, Continuity])
@given(on_time=st.booleans(), passed=st.booleans())
def test_how_an_order_went_is_not_known_before_its_delivery(signal: type[Signal], on_time: bool, passed: bool) -> None:
    running = Outcome("d1", "1", AGO, delivered_on=TODAY + timedelta(days=1))
    known = [Outcome("d2", "2", AGO, on_time=True, passed_first_inspection=False)]
    brief, register = a_brief(designer="d1"), [a_factory("1"), a_factory("2")]
    told = replace(running, on_time=on_time, passed_first_inspection=passed)
    assert _score(signal, brief, register, [*known, told]) == _score(signal, brief, register, [*known, running])


@pytest.mark.slow
@settings(max_examples=30)
@given(briefs(), registers, logs)
def test_every_value_lies_between_0_and_1(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    signals: list[type[Signal]] = [*LEARNING, CapacityFit, Nearness, PriceFit]
    for signal in signals:
        assert all(0.0 <= value <= 1.0 for value in _score(signal, brief, register, log)), signal.name


@pytest.mark.parametrize(
    ("free", "value"),
    [(299, 0.0), (300, 1.0), (900, 1.0), (1_050, 1 - 0.2 * log(3.5 / 3)), (1_500, 1 - 0.2 * log(5 / 3)), (60_000, 0.4)],
)
def test_capacity_fit(free: int, value: float) -> None:
    factory = a_factory(free_weeks=weeks(0, free))
    brief = a_brief(needed_by=TODAY + timedelta(days=30))
    assert _score(CapacityFit, brief, [factory]) == pytest.approx([value])


@pytest.mark.parametrize("changes", [{"rates": ()}, {"free_weeks": None}, {"rates": (Rate(1.0, stage="pattern"),)}])
def test_unknown_capacity_earns_nothing(changes: dict[str, Any]) -> None:
    assert _score(CapacityFit, a_brief(), [a_factory(**changes)]) == [0.0]


def test_continuity_grows_with_good_orders_and_fades_with_months() -> None:
    last = TODAY - timedelta(days=365)
    log = [Outcome("d1", "1", day, on_time=True) for day in (last, last - timedelta(days=200))]
    log += [
        Outcome("d1", "1", TODAY, on_time=False),
        Outcome("d1", "1", TODAY, accepted=False),
        Outcome("d2", "1", TODAY),
    ]
    months = 365 / (365.25 / 12)
    expected = (1 - exp(-1.4)) * 0.5 ** (months / 18)
    assert _score(Continuity, a_brief(designer="d1"), [a_factory("1")], log) == pytest.approx([expected])
    assert _score(Continuity, a_brief(designer=None), [a_factory("1")], log) == [0.0]
    assert _score(Continuity, a_brief(designer="d1"), [a_factory("1")], [Outcome("d1", "1")]) == [0.0]


@pytest.mark.parametrize(("signal", "name"), [(Reliability, "on_time"), (Quality, "passed_first_inspection")])
def test_records_are_shrunk_to_the_mean_with_five_orders(signal: type[Signal], name: str) -> None:
    order = Outcome("a", "2", AGO)
    good: dict[str, Any] = {"factory": "1", name: True}
    bad: dict[str, Any] = {name: False}
    log = [replace(order, **good)] * 3 + [replace(order, **bad), order]
    register = [a_factory("1"), a_factory("2"), a_factory("3")]
    assert _score(signal, a_brief(), register, log) == pytest.approx([(3 + 3.75) / 8, 3.75 / 6, 0.75])
    assert _score(signal, a_brief(), register, []) == [0.0, 0.0, 0.0]


def test_acceptance_reads_requests_for_the_item_first() -> None:
    log = [Outcome("a", "1", AGO, item="coat", accepted=True)] * 4 + [
        Outcome("a", "1", AGO, item="dress", accepted=False)
    ] * 4
    own = (4 + 5 * 0.5) / 13
    for item, good in (("coat", 4), ("dress", 0)):
        expected = (good + 5 * own) / 9
        assert _score(Acceptance, a_brief(item=item), [a_factory("1")], log) == pytest.approx([expected])


def test_an_answered_request_is_no_order() -> None:
    brief, register = a_brief(designer="a"), [a_factory("1"), a_factory("2")]
    order = Outcome("a", "1", AGO, item="coat", accepted=True)
    answer = replace(order, is_order=False)
    for signal in (History, Continuity):
        assert _score(signal, brief, register, [answer]) == [0.0, 0.0]
    assert _score(Acceptance, brief, register, [answer]) == _score(Acceptance, brief, register, [order])


@pytest.mark.slow
@given(briefs(), registers, logs, logs)
def test_what_does_not_count_for_others_changes_nothing_for_them(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome], told: list[Outcome]
) -> None:
    """Friends of a factory, however many, are heard by nobody but themselves."""
    friends = [replace(row, buyer=f"friend {row.buyer}", counts_for_others=False) for row in told]
    for signal in LEARNING:
        assert _score(signal, brief, register, log + friends) == _score(signal, brief, register, log)


def test_what_counts_for_nobody_else_still_tells_what_its_buyer_knows() -> None:
    register = [a_factory("1"), a_factory("2")]
    log = [Outcome(buyer, factory, AGO) for buyer in "ab" for factory in "12"]
    own = Outcome("new", "1", AGO, counts_for_others=False)
    brief = a_brief(designer="new")
    assert _score(Continuity, brief, register, [*log, own])[0] > 0.0
    assert _score(History, brief, register, [*log, own])[1] == 1.0
    assert _score(History, brief, register, log) == [0.0, 0.0]


def test_history_is_the_percentile_among_the_factories_in_question() -> None:
    log = [Outcome(buyer, factory, AGO) for buyer, factory in [*zip("aabbccd", "1212131", strict=True)]]
    register = [a_factory("1"), a_factory("2"), a_factory("3"), a_factory("9")]
    values = _score(History, a_brief(designer="d"), register, log)
    assert values[1] == 1.0 and 0.0 < values[2] < 1.0 and values[3] == 0.0
    assert _score(History, a_brief(designer="stranger"), register, log) == [0.0] * 4
    assert _score(History, a_brief(designer=None), register, log) == [0.0] * 4


def test_an_affinity_below_nothing_does_not_lift_the_factories_without_any() -> None:
    log = [Outcome(buyer, factory, AGO) for buyer, factory in zip("aabbccd", "1212132", strict=True)]
    register = [a_factory("1"), a_factory("3"), a_factory("9")]
    learnt = History(STAGE_OF).fit(log, TODAY).affinity
    liked, avoided = learnt.of("d", np.array([learnt.column_of("1"), learnt.column_of("3")]))
    assert liked > 0.0 > avoided
    assert _score(History, a_brief(designer="d"), register, log) == [1.0, 0.0, 0.0]


def test_distances_are_those_of_a_globe() -> None:
    seoul, busan = Place(37.5665, 126.9780), Place(35.1796, 129.0756)
    assert kilometres(seoul, busan) == pytest.approx(325, abs=1)
    assert kilometres(seoul, seoul) == 0.0


@given(factories(), st.floats(0.0, 0.2))
def test_nearness_falls_to_nothing_at_ten_kilometres(factory: FactoryFeatures, degrees: float) -> None:
    there = Place(37.5, 127.0)
    factory = replace(factory, place=Place(37.5 + degrees, 127.0))
    km = degrees * np.pi / 180 * 6371.0088
    assert _score(Nearness, a_brief(deliver_to=there), [factory]) == pytest.approx([max(0.0, 1 - km / 10)])
    assert _score(Nearness, a_brief(), [factory]) == [0.0]


@pytest.mark.parametrize(
    ("budget", "value"), [(10_000, 1.0), (9_000, 1.0), (7_200, 0.5), (6_000, 0.0), (3_000, 0.0), (None, 0.0)]
)
def test_price_fit_falls_to_nothing_at_one_and_a_half_times_the_budget(budget: int | None, value: float) -> None:
    assert _score(PriceFit, a_brief(budget_per_piece_krw=budget), [a_factory()]) == pytest.approx([value])


def test_a_price_that_may_be_higher_earns_only_what_is_certain() -> None:
    brief = a_brief(budget_per_piece_krw=9_000)
    untaxed = a_factory(price_vat_included=False)
    unsaid = a_factory("2", price_vat_included=None, price_floor_krw=8_500)
    partial = a_factory("3", price_includes=frozenset({"lockstitch"}))
    assert _score(PriceFit, brief, [untaxed, unsaid, partial]) == pytest.approx([1.0, 1.0, 0.0])
    taxed = a_brief(budget_per_piece_krw=9_000, vat_included=True)
    assert _score(PriceFit, taxed, [unsaid]) == pytest.approx([3 - 2 * 9_350 / 9_000])


@pytest.mark.slow
@settings(max_examples=25)
@given(briefs(), registers, logs, st.lists(rows_of_the_future, max_size=10))
def test_the_whole_list_does_not_know_the_future(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome], future: list[Outcome]
) -> None:
    now, later = (PartnerRanker(stage_of=STAGE_OF).fit(register, rows, TODAY) for rows in (log, log + future))
    assert now.recommend(brief) == later.recommend(brief)
