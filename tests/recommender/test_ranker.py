"""The ranker: parts that are the score, an order that moves the right way, reasons and questions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    DEFAULT_WEIGHTS,
    REASON_CODES,
    REASON_KINDS,
    WEIGHTS_VERSION,
    BriefFeatures,
    FactoryFeatures,
    Outcome,
    PartnerRanker,
    Place,
    RankedFactory,
    Reason,
    reason,
)
from recommender.exposure import FAIR_TURN, units
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, has, logs, registers, weeks

THERE = Place(37.57, 127.04)
AGO = TODAY - timedelta(days=40)


def fitted(register: list[FactoryFeatures], log: list[Outcome] | None = None) -> PartnerRanker:
    return PartnerRanker(stage_of=STAGE_OF).fit(register, log or [], TODAY)


@settings(max_examples=15)
@given(briefs(), registers, logs)
def test_the_score_is_the_sum_of_its_parts(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    answer = fitted(register, log).recommend(brief, k=10)
    for one in answer.ranked:
        assert sum(one.parts.values()) == pytest.approx(one.score, abs=1e-12)
        assert list(one.parts) == [*DEFAULT_WEIGHTS, "fair_turn"]
        assert all(0.0 <= one.parts[name] <= weight + 1e-12 for name, weight in DEFAULT_WEIGHTS.items())
        assert 0.0 <= one.score <= 1.0 + 1e-12


@settings(max_examples=15)
@given(briefs(), registers, logs)
def test_every_reason_is_in_the_table_with_its_numbers(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    ranker = fitted(register, log)
    answer = ranker.recommend(brief, k=10)
    said = [("why", one) for ranked in answer.ranked for one in ranked.reasons]
    said += [("question", one) for ranked in answer.ranked for one in ranked.questions]
    said += [("why_not", one) for factory in register for one in ranker.why_not(brief, factory)]
    said += [("for_factory", one) for factory in register for one in ranker.for_factory(brief, factory.id)]
    said += [("relax", answer.relax)] if answer.relax else []
    for kind, one in said:
        assert one.code in REASON_KINDS[kind]
        assert set(one.values) == set(REASON_CODES[one.code])
        assert all(value is None or type(value) in (str, int, float) for value in one.values.values())


def _nearer(factory: FactoryFeatures) -> FactoryFeatures:
    assert factory.place is not None
    return replace(factory, place=Place((factory.place.lat + THERE.lat) / 2, factory.place.lon))


def _cheaper(factory: FactoryFeatures) -> FactoryFeatures:
    return replace(factory, price_floor_krw=(factory.price_floor_krw or 0) * 9 // 10)


def _freer(factory: FactoryFeatures) -> FactoryFeatures:
    return replace(factory, free_weeks=weeks(300, 300, 300, 0, 0))


@pytest.mark.slow
@settings(max_examples=15)
@pytest.mark.parametrize("better", [_nearer, _cheaper, _freer])
@given(km=st.floats(0.0, 14.0), floor=st.integers(5_000, 12_000), others=registers)
def test_nearer_cheaper_and_freer_never_score_lower(
    better: Callable[[FactoryFeatures], FactoryFeatures], km: float, floor: int, others: list[FactoryFeatures]
) -> None:
    place = Place(THERE.lat + km / 111.2, THERE.lon)
    before = a_factory("77", place=place, price_floor_krw=floor, free_weeks=weeks(120, 120, 120, 0, 0))
    brief = a_brief(deliver_to=THERE, budget_per_piece_krw=12_000)
    after = replace(better(before), id="78")
    scores = {one.factory: one.score for one in fitted([*others, before, after]).recommend(brief, k=99).ranked}
    assert scores["78"] >= scores["77"]


@settings(max_examples=15)
@given(late=st.integers(1, 6), on_time=st.integers(0, 6))
def test_more_punctual_never_scores_lower(late: int, on_time: int) -> None:
    others = [Outcome("b", "2", AGO, on_time=True), Outcome("b", "3", AGO, on_time=False)]
    rows = [Outcome("a", "77", AGO, on_time=number < on_time) for number in range(on_time + late)]
    better = [*rows[:on_time], replace(rows[on_time], on_time=True), *rows[on_time + 1 :]]
    register = [a_factory("77"), a_factory("2"), a_factory("3")]
    before, after = (
        {one.factory: one.score for one in fitted(register, [*others, *log]).recommend(a_brief(), k=3).ranked}
        for log in (rows, better)
    )
    assert after["77"] >= before["77"]


def test_certificates_nobody_asked_for_change_nothing() -> None:
    register = [a_factory("1"), a_factory("2", certificates_until={"gots": None})]
    first, second = fitted(register).recommend(a_brief(), k=2).ranked
    assert first.parts == second.parts


def test_what_is_known_stands_before_what_is_unknown_on_a_tie_then_the_lower_number() -> None:
    silent = a_factory("1", lead_time_days=None)
    register = [a_factory("10"), a_factory("9"), silent, a_factory("x")]
    ranked = fitted(register).recommend(a_brief(), k=9).ranked
    assert [one.factory for one in ranked] == ["9", "10", "x", "1"]
    assert len({one.score for one in ranked}) == 1
    assert [one.rank for one in ranked] == [1, 2, 3, 4]


def test_counts_reasons_and_questions() -> None:
    register = [a_factory("1"), a_factory("2", lead_time_days=None), a_factory("3", items=has("dress")), a_factory("4")]
    register[2] = replace(register[2], items=replace(register[2].items, is_complete=True))
    ranker = fitted(register, [Outcome("d1", "1", AGO, on_time=True), Outcome("d1", "1", AGO, on_time=True)])
    answer = ranker.recommend(a_brief(designer="d1", deliver_to=THERE, budget_per_piece_krw=9_000))
    assert (answer.feasible, answer.unknown, answer.infeasible) == (2, 1, 1)
    assert answer.relax is None and answer.ranked[0].factory == "1"
    assert ranker.why_not(answer.brief, register[2]) == (reason("item_not_made", item="coat"),)
    assert _questions(answer.ranked, "2") == (reason("ask_lead_time", days=21),)
    assert _questions(answer.ranked, "1") == ()
    said = {one.code: dict(one.values) for one in answer.ranked[0].reasons}
    assert said["same_buyer_before"] == {"orders": 2, "months": 1}
    assert said["on_time_record"] == {"on_time": 2, "of": 2}
    assert said["has_processes"] == {"processes": "ironing_finishing sewing_assembly"}
    assert said["has_free_days"] == {"needed_hundredths": 300, "free_hundredths": 942, "needed_by": "2026-03-25"}
    assert said["near"] == {"km": 0.0}
    owner = {one.code: dict(one.values) for one in ranker.for_factory(answer.brief, "1")}
    assert owner["days_at_your_rate"] == {"needed_hundredths": 300, "quantity": 60, "pieces_per_day": 20.0}
    assert owner["buyer_came_before"] == {"orders": 2, "months": 1}


def test_only_a_record_no_worse_than_the_mean_speaks_for_a_factory() -> None:
    log = [Outcome("a", "1", AGO, on_time=True)] * 3 + [Outcome("a", "2", AGO, on_time=False)] * 3
    ranked = fitted([a_factory("1"), a_factory("2")], log).recommend(a_brief()).ranked
    praised = {one.factory for one in ranked for said in one.reasons if said.code == "on_time_record"}
    assert praised == {"1"}


def _questions(ranked: tuple[RankedFactory, ...], factory: str) -> tuple[Reason, ...]:
    return next(one.questions for one in ranked if one.factory == factory)


def test_when_nothing_fits_one_condition_is_named() -> None:
    answer = fitted([a_factory("1", minimum_order_quantity=80)]).recommend(a_brief())
    assert answer.ranked == () and (answer.feasible, answer.unknown, answer.infeasible) == (0, 0, 1)
    assert answer.relax == reason("larger_quantity", quantity=80, factories=1)


def test_facts_of_now_are_seen_without_learning_again() -> None:
    ranker = fitted([a_factory("1")], [Outcome("d1", "1", AGO, on_time=True)])
    assert ranker.refresh([a_factory("1", is_active=False)]).recommend(a_brief()).infeasible == 1
    assert ranker.refresh([a_factory("2")]).recommend(a_brief()).ranked[0].factory == "2"


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({**DEFAULT_WEIGHTS, "specialty": 0.3}, "add up to 1"),
        ({**DEFAULT_WEIGHTS, "specialty": 0.36, "capacity_fit": 0.08, "luck": 0.0}, "luck"),
        ({"specialty": 1.0}, "wrong"),
        ({**DEFAULT_WEIGHTS, "specialty": 0.46, "history": -0.1}, "between 0 and 1"),
    ],
)
def test_wrong_weights_are_refused(weights: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=f"weights: .*{said}"):
        PartnerRanker(weights).fit([], [], TODAY)


def test_weights_decide_and_are_named_with_the_list() -> None:
    register = [a_factory("1", place=Place(37.60, 127.04)), a_factory("2", items=has("coat", "dress"), place=THERE)]
    nearest = {name: float(name == "nearness") for name in DEFAULT_WEIGHTS}
    ranker = PartnerRanker(nearest, STAGE_OF).fit(register, [], TODAY)
    answer = ranker.recommend(a_brief(deliver_to=THERE))
    assert answer.ranked[0].factory == "2" and answer.ranked[0].score == 1.0
    assert (answer.weights, answer.weights_version) == ({**nearest, "fair_turn": FAIR_TURN}, "own")
    assert fitted(register).recommend(a_brief()).weights_version == WEIGHTS_VERSION
    assert sum(DEFAULT_WEIGHTS.values()) == pytest.approx(1.0)


@pytest.mark.slow
@settings(max_examples=15)
@given(briefs(), registers, logs, st.lists(st.floats(0.0, 9.0), min_size=8, max_size=8))
def test_without_a_fair_turn_and_a_labelled_place_exposure_changes_nothing(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome], shown: list[float]
) -> None:
    def listed(factories: list[FactoryFeatures], **settings: Any) -> list[tuple[str, float]]:
        answer = PartnerRanker(stage_of=STAGE_OF, **settings).fit(factories, log, TODAY).recommend(brief, k=9)
        return [(one.factory, one.score) for one in answer.ranked]

    exposed = [replace(one, exposure=amount) for one, amount in zip(register, cycle(shown), strict=False)]
    without = {"fair_turn": 0.0, "labelled_place": False}
    assert listed(exposed, **without) == listed(register, **without) == listed(register)


def test_who_was_shown_lately_stands_behind_its_equals() -> None:
    register = [a_factory("1", exposure=10 * units(TODAY)), a_factory("2"), a_factory("3", exposure=5 * units(TODAY))]
    ranked = fitted(register).recommend(a_brief()).ranked
    assert [one.factory for one in ranked] == ["2", "3", "1"]
    assert ranked[2].parts["fair_turn"] == pytest.approx(-10 * FAIR_TURN)


def test_the_labelled_place_stands_beside_the_order() -> None:
    register = [a_factory(str(number), exposure=float(number != 9)) for number in range(1, 13)]
    ranker = fitted(register)
    answer = ranker.recommend(a_brief(), k=5, seed=3)
    assert answer.turn is not None and set(answer.turn.candidates) <= {str(number) for number in range(1, 13)}
    assert answer.turn.place.factory in answer.turn.candidates and answer.turn.probability == 1 / 2
    everybody = ranker.recommend(a_brief(), k=12, seed=3)
    assert [one.factory for one in everybody.ranked][:5] == [one.factory for one in answer.ranked]
    assert everybody.turn == answer.turn and everybody.ranked[answer.turn.place.rank - 1] == answer.turn.place
    silent = PartnerRanker(stage_of=STAGE_OF, labelled_place=False).fit(register, [], TODAY)
    assert silent.recommend(a_brief()).turn is None
