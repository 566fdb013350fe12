"""Free days of which nobody has heard for long count less: never more than fresh ones, and never against anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    BriefFeatures,
    FactoryFeatures,
    Feasibility,
    Outcome,
    PartnerRanker,
    RankedFactory,
    is_equal,
    stored_list,
)
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, briefs, logs, registers

ages = st.none() | st.integers(-20, 400)


def ranked(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome] | None = None
) -> dict[str, RankedFactory]:
    ranker = PartnerRanker(stage_of=STAGE_OF).fit(register, log or [], as_of=TODAY)
    return {one.factory: one for one in ranker.recommend(brief, k=len(register) or 1).ranked}


def aged(factory: FactoryFeatures, days: int | None) -> FactoryFeatures:
    return replace(factory, confirmed_on=None if days is None else TODAY - timedelta(days=days))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(briefs(), registers, logs, st.lists(ages, min_size=8, max_size=8), st.integers(0, 400))
def test_staler_never_scores_higher_and_is_never_hidden(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome], known: list[int | None], later: int
) -> None:
    fresh = [aged(one, days) for one, days in zip(register, known, strict=False)]
    stale = [replace(one, confirmed_on=one.confirmed_on and one.confirmed_on - timedelta(days=later)) for one in fresh]
    before, after = ranked(brief, fresh, log), ranked(brief, stale, log)
    assert before.keys() == after.keys()
    for name, one in after.items():
        assert one.score <= before[name].score
        assert one.score == pytest.approx(sum(one.parts.values()))
        assert one.is_known_feasible == before[name].is_known_feasible
        assert one.questions == before[name].questions
        others = [part for part in one.parts if part != "capacity_fit"]
        assert [one.parts[part] for part in others] == [before[name].parts[part] for part in others]
    rule = Feasibility(STAGE_OF)
    assert [rule.answer(brief, one) for one in stale] == [rule.answer(brief, one) for one in register]


@given(st.integers(0, 400))
def test_the_value_is_a_plain_formula(days: int) -> None:
    fresh, stale = (ranked(a_brief(), [aged(a_factory(), age)])["1"].parts["capacity_fit"] for age in (0, days))
    weeks = 0
    while 7 * (weeks + 2) <= days:  # the first whole week is nobody's fault
        weeks += 1
    assert stale == pytest.approx(fresh * 0.5 ** (weeks / 4), abs=1e-8)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=6, unique=True))
def test_equal_factories_stand_in_the_order_of_their_freshness(weeks: list[int]) -> None:
    register = [aged(a_factory(str(number)), 7 * age + 7) for number, age in enumerate(weeks)]
    assert list(ranked(a_brief(), register)) == [
        str(number) for number in sorted(range(len(weeks)), key=weeks.__getitem__)
    ]


@given(st.sampled_from([None, 0, 6, 13]))
def test_who_answers_each_week_or_was_never_asked_loses_nothing(days: int | None) -> None:
    assert ranked(a_brief(), [aged(a_factory(), days)]) == ranked(a_brief(), [a_factory()])


@pytest.mark.parametrize(("days", "code"), [(13, "has_free_days"), (14, "had_free_days"), (60, "had_free_days")])
def test_the_reason_names_the_day_when_it_is_old(days: int, code: str) -> None:
    reasons = {one.code: one.values for one in ranked(a_brief(), [aged(a_factory(), days)])["1"].reasons}
    assert {"has_free_days", "had_free_days"} & reasons.keys() == {code}
    assert reasons[code].get("confirmed_on") in (None, (TODAY - timedelta(days=days)).isoformat())


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(briefs(), registers, logs)
def test_a_list_replays_on_its_own_day(
    brief: BriefFeatures, register: list[FactoryFeatures], log: list[Outcome]
) -> None:
    ranker = PartnerRanker(stage_of=STAGE_OF).fit(register, log, as_of=TODAY)
    assert is_equal(json.loads(json.dumps(stored_list(ranker.recommend(brief)))))


def test_a_list_of_before_there_was_freshness_replays() -> None:
    ranker = PartnerRanker(stage_of=STAGE_OF).fit([a_factory("1"), a_factory("2")], [], as_of=TODAY)
    stored = json.loads(json.dumps(stored_list(ranker.recommend(a_brief()))))
    assert stored["format"] == 2
    assert not any("confirmed_on" in facts for facts in stored["facts"])
    assert is_equal(stored)
    stale = {**stored, "facts": [{**facts, "confirmed_on": date.min.isoformat()} for facts in stored["facts"]]}
    assert not is_equal(stale)
