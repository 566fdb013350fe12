"""All rankers on the same windows: an oracle reaches one, nothing of the future leaks, list statistics are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    DEFAULT_WEIGHTS,
    BriefFeatures,
    Case,
    FactoryFeatures,
    Outcome,
    PartnerRanker,
    RandomFeasible,
    Recommendation,
    SignalRanker,
    Window,
    evaluate_rankers,
    rankers_to_compare,
)
from recommender.backtesting import HISTORY_PARTS, exposures_in_turn, gini, lorenz
from recommender.windows import rolling_windows, window_of
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, has, logs, outcomes, registers

pytestmark = pytest.mark.slow

RANKERS = rankers_to_compare(STAGE_OF)
every_ranker = pytest.mark.parametrize("name", RANKERS)
AGO = TODAY - timedelta(days=40)
rows_of_the_future = st.builds(
    lambda row, days: replace(row, ordered_on=TODAY + timedelta(days=days)), outcomes, st.integers(1, 99)
)


class Told(RandomFeasible):
    """Puts the factories it was told of first, each brief its own, named by the designer."""

    def __init__(self, told: dict[str | None, list[str]] | None = None, stage_of: Any = None) -> None:
        super().__init__(0, stage_of)
        self.told = told

    def recommend(self, brief: BriefFeatures, k: int = 5, seed: int = 0) -> Recommendation:
        answer = super().recommend(brief, k=1_000)
        first = (self.told or {}).get(brief.designer, [])
        ranked = sorted(answer.ranked, key=lambda one: first.index(one.factory) if one.factory in first else len(first))
        return replace(answer, ranked=tuple(ranked[:k]))


def _window(cases: list[Case], register: list[FactoryFeatures], learnt: tuple[Outcome, ...] = ()) -> Window:
    return Window(TODAY, TODAY + timedelta(days=10), tuple(register), learnt, tuple(cases))


REGISTER = [a_factory(str(number)) for number in range(1, 15)]


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(1, 14).map(str), min_size=1), min_size=1))
def test_an_oracle_reaches_one(wanted: dict[str, set[str]]) -> None:
    cases = [Case(a_brief(designer=name), frozenset(chosen)) for name, chosen in wanted.items()]
    oracle = Told({name: sorted(chosen) for name, chosen in wanted.items()})
    found = evaluate_rankers({"oracle": oracle}, [_window(cases, REGISTER)])["rankers"]["oracle"]
    assert {found[name]["mean"] for name in ("ndcg_at_10", "hit_at_3", "recall_at_10", "mrr")} == {1.0}
    assert found["new_factories"]["mrr"]["mean"] == found["new_designers"]["ndcg_at_10"]["mean"] == 1.0


def test_new_factories_and_new_designers_stand_apart() -> None:
    learnt = (Outcome("known", "1", AGO),)
    cases = [Case(a_brief(designer="known"), frozenset({"1", "2"})), Case(a_brief(designer="new"), frozenset({"1"}))]
    ranker = Told({"known": ["1", "3", "2"], "new": ["4", "1"]})
    found = evaluate_rankers({"told": ranker}, [_window(cases, REGISTER, learnt)])["rankers"]["told"]
    assert found["mrr"]["mean"] == 0.75
    assert (found["new_factories"]["cases"], found["new_factories"]["mrr"]["mean"]) == (1, pytest.approx(1 / 3))
    assert (found["new_designers"]["cases"], found["new_designers"]["mrr"]["mean"]) == (1, 0.5)
    everybody = [Outcome(name, str(number), AGO) for name in ("known", "new") for number in range(1, 15)]
    nothing_new = evaluate_rankers({"told": ranker}, [_window(cases, REGISTER, tuple(everybody))])["rankers"]["told"]
    assert nothing_new["new_factories"] is nothing_new["new_designers"] is None


def test_what_lists_do_has_known_answers() -> None:
    """Five lists of ten of fourteen factories, one brief for nobody; 60 pieces at 20 a day are 3 days of 10."""
    order = [str(number) for number in range(1, 11)]
    cases = [Case(a_brief(designer=name), frozenset({"1"})) for name in "abcde"]
    cases.append(Case(a_brief(designer="f", verified_only=True, quantity=1), frozenset({"1"})))
    register = [*REGISTER, a_factory("15", items=has("dress"), is_active=False)]
    learnt = tuple(Outcome("x", str(number), AGO) for number in range(1, 10))
    ranker = Told(dict.fromkeys("abcde", order))
    lists = evaluate_rankers({"told": ranker}, [_window(cases, register, learnt)])["rankers"]["told"]["lists"]
    weights = [5 / np.log2(place + 1) for place in range(1, 11)]
    assert lists == {
        "lists": 5,
        "coverage": pytest.approx(10 / 15),
        "never_shown_share": pytest.approx(4 / 14),
        "exposure_gini": pytest.approx(gini([0.0] * 4 + weights)),
        "new_factory_share": 1.0,
        "overflow": pytest.approx(5 / 15),
        "empty_answers": pytest.approx(1 / 6),
    }


@pytest.mark.parametrize("fair_turn", [0.0, 0.02])
def test_every_list_counts_for_the_ones_after_it(fair_turn: float) -> None:
    log = [Outcome("d1", "1", TODAY + timedelta(days=number), 40, "coat") for number in range(40)]
    ranker = PartnerRanker(stage_of=STAGE_OF, fair_turn=fair_turn, labelled_place=False)
    windows = rolling_windows([replace(one, exposure=5.0) for one in REGISTER], log)
    seen = exposures_in_turn(ranker, windows)
    weights = [1.0 / np.log2(place + 1) for place in range(1, 11)]
    assert sum(seen) == pytest.approx(20 * sum(weights)) and len(seen) == len(REGISTER)
    if fair_turn:
        assert min(seen) > 0.0 and seen[REGISTER.index(a_factory("1"))] < 20.0
    else:  # the same list twenty times
        assert sorted(seen) == pytest.approx([0.0] * 4 + sorted(20 * weight for weight in weights))


def test_a_choice_that_the_facts_of_now_exclude_is_not_looked_for() -> None:
    register = [a_factory("1"), a_factory("2", is_active=False)]
    cases = [Case(a_brief(designer=name), frozenset(chosen)) for name, chosen in (("a", "12"), ("b", "2"), ("c", "1"))]
    found = evaluate_rankers({"told": Told()}, [_window(cases, register)])
    assert (found["cases"], found["left_out"], found["rankers"]["told"]["mrr"]["mean"]) == (2, 1, 1.0)
    with pytest.raises(ValueError, match="windows: "):
        evaluate_rankers({"told": Told()}, [_window(cases[1:2], register)])


def test_what_was_known_before_is_not_repeated() -> None:
    ranker = Told({"a": ["1", "2", "3"]})
    case = Case(a_brief(designer="a"), frozenset({"3"}), frozenset({"1", "2"}))
    assert evaluate_rankers({"told": ranker}, [_window([case], REGISTER)])["rankers"]["told"]["mrr"]["mean"] == 1.0


@every_ranker
@settings(max_examples=10)
@given(brief=briefs(), register=registers, log=logs, future=st.lists(rows_of_the_future, max_size=10))
def test_no_row_of_the_future_moves_a_list(
    name: str, brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome], future: list[Outcome]
) -> None:
    ranker: SignalRanker = RANKERS[name]
    one = ranker.fit(register, log, TODAY).recommend(brief, k=9)
    other = ranker.fit(register, [*future, *log], TODAY).recommend(brief, k=9)
    assert [(place.factory, place.score, place.parts) for place in one.ranked] == [
        (place.factory, place.score, place.parts) for place in other.ranked
    ]


def _loyal(count: int, first: date) -> list[Outcome]:
    return [
        Outcome(f"d{n % 7}", str(1 + n % 7), first + timedelta(days=n), 40, "coat", accepted=True) for n in range(count)
    ]


def test_what_comes_after_a_window_changes_nothing_in_it() -> None:
    log = _loyal(60, AGO)
    first = rolling_windows(REGISTER, log)[0]
    end = first.until
    rewritten = [
        replace(row, factory="14", on_time=False) if row.ordered_on and row.ordered_on > end else row for row in log
    ]
    again = window_of(REGISTER, rewritten, first.as_of + timedelta(days=1), end)
    assert evaluate_rankers(RANKERS, [again]) == evaluate_rankers(RANKERS, [first])


def test_rankers_that_read_history_foretell_loyal_buyers() -> None:
    found = evaluate_rankers(RANKERS, rolling_windows(REGISTER, _loyal(80, AGO)))
    means = {name: one["ndcg_at_10"]["mean"] for name, one in found["rankers"].items()}
    assert means["partner"] == means["history_only"] == 1.0 > max(means["content_only"], means["label_count"])
    assert found == evaluate_rankers(RANKERS, rolling_windows(REGISTER, _loyal(80, AGO)))


def test_halves_of_the_ranker_weigh_only_their_own_parts() -> None:
    names = "partner", "content_only", "history_only"
    fitted = {name: RANKERS[name].fit(REGISTER, [], TODAY) for name in names}
    weights = {name: {part: one.weights_[part] for part in DEFAULT_WEIGHTS} for name, one in fitted.items()}
    assert all(sum(one.values()) == pytest.approx(1.0) for one in weights.values())
    counting = {name: {part for part, weight in one.items() if weight} for name, one in weights.items()}
    assert counting["history_only"] == HISTORY_PARTS
    assert counting["content_only"] == weights["partner"].keys() - HISTORY_PARTS


@pytest.mark.parametrize(
    ("values", "expected"), [([], 0.0), ([0.0, 0.0], 0.0), ([3.0, 3.0], 0.0), ([0.0, 4.0], 0.5), ([1.0, 3.0], 0.25)]
)
def test_gini_of_known_shares(values: list[float], expected: float) -> None:
    assert gini(values) == pytest.approx(expected)


@given(st.lists(st.floats(0.0, 1e6), min_size=1).filter(lambda values: sum(values) > 1e-3))
def test_gini_is_twice_the_area_above_the_lorenz_curve(values: list[float]) -> None:
    x, y = np.array(lorenz(values)).T
    assert (x[0], y[0], x[-1], y[-1]) == (0.0, 0.0, 1.0, pytest.approx(1.0))
    assert gini(values) == pytest.approx(1.0 - 2.0 * np.trapezoid(y, x), abs=1e-9)
    assert (np.diff(y) >= -1e-12).all() and (y <= x + 1e-9).all()
