"""What every ranker promises, baselines included."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from recommender import (
    Answer,
    BriefFeatures,
    FactoryFeatures,
    LabelCount,
    Nearest,
    Outcome,
    PartnerRanker,
    Place,
    Popularity,
    RandomFeasible,
    SignalRanker,
    is_equal,
    recompute,
    stored_list,
)
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, has, logs, registers

RANKERS: list[SignalRanker] = [
    PartnerRanker(stage_of=STAGE_OF),
    RandomFeasible(stage_of=STAGE_OF),
    Popularity(stage_of=STAGE_OF),
    Nearest(stage_of=STAGE_OF),
    LabelCount(stage_of=STAGE_OF),
]
every_ranker = pytest.mark.parametrize("ranker", RANKERS, ids=lambda ranker: type(ranker).__name__)
AGO = TODAY - timedelta(days=40)


@pytest.mark.slow
@every_ranker
@settings(max_examples=10)
@given(brief=briefs(), register=registers, log=logs, data=st.data())
def test_the_order_of_the_input_does_not_matter(
    ranker: SignalRanker,
    brief: BriefFeatures,
    register: list[FactoryFeatures],
    log: list[Outcome],
    data: st.DataObject,
) -> None:
    shuffled = data.draw(st.permutations(register)), data.draw(st.permutations(log))
    one = clone(ranker).fit(register, log, TODAY).recommend(brief, k=4)
    assert clone(ranker).fit(*shuffled, TODAY).recommend(brief, k=4) == one


@pytest.mark.slow
@every_ranker
@settings(max_examples=10)
@given(brief=briefs(), register=registers, log=logs)
def test_exactly_the_factories_that_pass_are_ranked(
    ranker: SignalRanker, brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    answer = ranker.fit(register, log, TODAY).recommend(brief, k=1_000)
    passing = {factory.id for factory in register if ranker.answer(brief, factory) is not Answer.NO}
    assert {one.factory for one in answer.ranked} == passing and len(answer.ranked) == len(passing)
    assert answer.feasible + answer.unknown == len(passing)
    assert answer.infeasible == len(register) - len(passing)
    scores = [one.score for one in answer.ranked]
    assert scores == sorted(scores, reverse=True)
    assert [one.factory for one in ranker.recommend(brief, k=2).ranked] == [one.factory for one in answer.ranked[:2]]


@pytest.mark.slow
@every_ranker
@settings(max_examples=10)
@given(brief=briefs(), register=registers, log=logs)
def test_a_stored_list_is_recomputed_to_the_digit(
    ranker: SignalRanker, brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    answer = ranker.fit(register, log, TODAY).recommend(brief, k=1_000)
    stored = json.loads(json.dumps(stored_list(answer), allow_nan=False))
    assert is_equal(stored)
    assert recompute(stored) == [(one.factory, one.score, dict(one.parts)) for one in answer.ranked]


@every_ranker
def test_nobody_feasible_is_an_empty_list(ranker: SignalRanker) -> None:
    answer = ranker.fit([a_factory(is_active=False)], [], TODAY).recommend(a_brief())
    assert answer.ranked == () and answer.infeasible == 1
    assert ranker.fit([], [], TODAY).recommend(a_brief()).ranked == ()


@every_ranker
@pytest.mark.parametrize("designer", ["d1", "new", None])
def test_new_designers_and_new_factories_get_an_answer(ranker: SignalRanker, designer: str | None) -> None:
    log = [Outcome("d1", "1", AGO, on_time=True, accepted=True), Outcome("d1", "gone", AGO)]
    answer = ranker.fit([a_factory("1"), a_factory("new")], log, TODAY).recommend(a_brief(designer=designer))
    assert len(answer.ranked) == 2


@pytest.mark.parametrize("ranker", [one for one in RANKERS if not isinstance(one, RandomFeasible)])
def test_ties_go_to_the_lower_id(ranker: SignalRanker) -> None:
    register = [a_factory(identity) for identity in ("12", "9", "100")]
    ranked = ranker.fit(register, [], TODAY).recommend(a_brief()).ranked
    assert [one.factory for one in ranked] == ["9", "12", "100"]


@every_ranker
def test_what_cannot_be_done_is_refused(ranker: SignalRanker) -> None:
    with pytest.raises(NotFittedError):
        clone(ranker).recommend(a_brief())
    ranker.fit([a_factory()], [], TODAY)
    with pytest.raises(ValueError, match="k: "):
        ranker.recommend(a_brief(), k=0)
    with pytest.raises(ValueError, match="quantity: "):
        ranker.recommend(a_brief(quantity=0))
    with pytest.raises(ValueError, match="factories: two have the id 1"):
        ranker.fit([a_factory("1"), a_factory("1")], [], TODAY)


def test_popularity_counts_orders_and_no_refusals() -> None:
    log = [Outcome("a", "1", AGO, accepted=False)] * 9 + [Outcome("a", "2", AGO)] * 2 + [Outcome("a", "3", AGO)]
    register = [a_factory("1"), a_factory("2"), a_factory("3")]
    ranked = Popularity(STAGE_OF).fit(register, log, TODAY).recommend(a_brief()).ranked
    assert [(one.factory, one.score) for one in ranked] == [("2", 1.0), ("3", 0.5), ("1", 0.0)]


def test_nearest_goes_by_distance_however_far() -> None:
    register = [a_factory(str(km), place=Place(37.57 + km / 100, 127.04)) for km in (90, 3, 40)]
    brief = a_brief(deliver_to=Place(37.57, 127.04))
    ranked = Nearest(STAGE_OF).fit(register, [], TODAY).recommend(brief).ranked
    assert [one.factory for one in ranked] == ["3", "40", "90"]


def test_the_draw_depends_on_seed_and_brief() -> None:
    register = [a_factory(str(number)) for number in range(30)]

    def drawn(seed: int, brief: BriefFeatures) -> list[str]:
        ranker = RandomFeasible(seed, STAGE_OF).fit(register, [], TODAY)
        return [one.factory for one in ranker.recommend(brief, k=30).ranked]

    assert drawn(0, a_brief()) == drawn(0, a_brief())
    assert drawn(0, a_brief()) != drawn(1, a_brief()) != drawn(1, a_brief(quantity=61))


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({}, 1.0),
        ({"items": has("dress")}, (30 + 15 + 3) / 58),
        ({"fabrics": has("knit_jersey")}, (30 + 15 + 10 + 3) / 83),
        ({"fabrics": has("woven", "denim"), "place": Place(37.57, 127.5)}, (30 + 25 + 15 + 10 + 3) / 103),
        ({"minimum_order_quantity": None, "stages": has("pattern")}, 1.0),
    ],
)
def test_the_label_count_rule(changes: dict[str, Any], score: float) -> None:
    asked = a_brief(
        processes=frozenset({"lockstitch", "ironing_finishing"}),
        fabrics=frozenset({"woven"}) if "fabrics" in changes else frozenset(),
        deliver_to=Place(37.57, 127.04) if "place" in changes else None,
    )
    answer = LabelCount(STAGE_OF).fit([a_factory(**changes)], [], TODAY).recommend(asked)
    assert answer.ranked[0].score == pytest.approx(score, abs=1e-9)


def test_the_label_count_rule_gives_three() -> None:
    register = [replace(a_factory(), id=str(number)) for number in range(9)]
    assert len(LabelCount(STAGE_OF).fit(register, [], TODAY).recommend(a_brief()).ranked) == 3
