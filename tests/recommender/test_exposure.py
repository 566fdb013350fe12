"""Fair turns and the labelled place: what is shown fades, costs little, and chances add up."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from math import isnan, log2, sqrt
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import BriefFeatures, FactoryFeatures, PartnerRanker
from recommender.exposure import (
    HALF_LIFE_DAYS,
    REFERENCE_DAY,
    ExposureLedger,
    draw_turn,
    fair_turns,
    place_weight,
    turn_candidates,
    units,
)
from tests.recommender.worlds import STAGE_OF, TODAY, briefs, registers

DAY = date(2026, 5, 4)
names = st.integers(1, 30).map(str)
shown_lists = st.lists(
    st.tuples(st.lists(names, max_size=14, unique=True), st.dates(date(2024, 1, 1), date(2031, 1, 1))), max_size=8
)
amounts = st.floats(0.0, 50.0)
capacities = st.floats(0.5, 500.0) | st.just(float("nan"))
sides = st.lists(st.tuples(amounts, capacities), min_size=1, max_size=40)
exposed = st.lists(st.sampled_from([0.0, 1.0, 2.5]), max_size=40)


def columns(pairs: list[tuple[float, float]]) -> tuple[Any, Any]:
    return np.array([one for one, _ in pairs]), np.array([other for _, other in pairs])


def test_the_worth_of_places_is_the_discount_of_ndcg_for_the_ten_that_are_seen() -> None:
    assert [place_weight(rank) for rank in (1, 3, 10, 11, 400)] == [1.0, 0.5, 1 / log2(11), 0.0, 0.0]


def test_a_showing_is_worth_half_after_thirty_days() -> None:
    ledger = ExposureLedger()
    ledger.show(["a", "b"], DAY)
    later = DAY + timedelta(days=HALF_LIFE_DAYS)
    assert ledger.of(["a", "b", "c"], DAY) == pytest.approx([1.0, 1 / log2(3), 0.0])
    assert ledger.of(["a", "b", "c"], later) == pytest.approx([0.5, 0.5 / log2(3), 0.0])
    assert units(REFERENCE_DAY) == 1.0


@given(shown_lists, st.lists(names, max_size=6), st.dates(date(2025, 1, 1), date(2031, 1, 1)))
def test_the_ledger_is_the_sum_of_all_showings(
    lists: list[tuple[list[str], date]], asked: list[str], day: date
) -> None:
    ledger = ExposureLedger()
    for factories, on in lists:
        ledger.show(factories, on)
    expected = [
        sum(
            0.5 ** ((day - on).days / HALF_LIFE_DAYS) / log2(factories.index(one) + 2)
            for factories, on in lists
            if one in factories[:10]
        )
        for one in asked
    ]
    assert ledger.of(asked, day) == pytest.approx(expected)


@given(shown_lists)
def test_a_ledger_made_from_its_amounts_is_the_same_whatever_the_order_of_showing(
    lists: list[tuple[list[str], date]],
) -> None:
    one, other = ExposureLedger(), ExposureLedger()
    for factories, on in lists:
        one.show(factories, on)
    for factories, on in reversed(lists):
        other.show(factories, on)
    assert one.amounts() == pytest.approx(other.amounts())
    assert ExposureLedger(one.amounts()).amounts() == one.amounts()


@given(sides)
def test_a_fair_turn_is_the_formula_and_never_a_gift(pairs: list[tuple[float, float]]) -> None:
    known = [capacity for _, capacity in pairs if not isnan(capacity)]
    mean = fmean(known) if known else 1.0
    expected = [-shown / sqrt((mean if isnan(capacity) else capacity) / mean) for shown, capacity in pairs]
    turns = fair_turns(*columns(pairs))
    assert turns == pytest.approx(expected)
    assert (turns <= 0.0).all()
    assert not np.signbit(turns[turns == 0.0]).any()


@st.composite
def rankings(draw: st.DrawFn) -> tuple[list[str], list[float]]:
    """Factories best first, and how often each was shown."""
    exposures = draw(exposed)
    return draw(st.permutations([str(number) for number in range(len(exposures))])), exposures


@given(rankings(), st.integers(0, 2**63))
def test_chances_add_up_to_the_places_given(ranking: tuple[list[str], list[float]], seed: int) -> None:
    ids, _ = ranking
    drawn = draw_turn(*ranking, seed)
    places = int(len(ids) > 5)
    assert (sum(drawn.probability for _ in drawn.candidates) if drawn else 0) == pytest.approx(places)
    assert drawn is None or drawn.factory in drawn.candidates


@given(rankings())
def test_candidates_are_the_least_shown_quarter_behind_the_best_five(ranking: tuple[list[str], list[float]]) -> None:
    ids, exposures = ranking
    shown = dict(zip(ids, exposures, strict=True))
    behind = sorted(ids[5:25], key=lambda factory: (shown[factory], int(factory)))
    expected = [factory for place, factory in enumerate(behind) if 4 * place < len(behind)]
    assert turn_candidates(ids, exposures) == tuple(sorted(expected, key=int))


def test_every_candidate_is_drawn_as_often_as_the_others() -> None:
    ids = [str(number) for number in range(25)]
    drawn = [draw_turn(ids, [0.0] * 25, seed) for seed in range(5_000)]
    counts = Counter(one.factory for one in drawn if one)
    assert sorted(counts) == sorted(["5", "6", "7", "8", "9"])
    assert all(count == pytest.approx(1_000, abs=120) for count in counts.values())  # four standard deviations
    assert draw_turn(ids, [0.0] * 25, 77) == drawn[77]


@settings(max_examples=20)
@given(brief=briefs(), register=registers, exposures=st.lists(amounts, min_size=8, max_size=8))
def test_without_lambda_and_place_exposure_changes_nothing(
    brief: BriefFeatures, register: list[FactoryFeatures], exposures: list[float]
) -> None:
    shown = [replace(factory, exposure=amount) for factory, amount in zip(register, exposures, strict=False)]
    ranker = PartnerRanker(stage_of=STAGE_OF, fair_turn=0.0, labelled_place=False).fit(register, [], TODAY)
    before = ranker.recommend(brief, k=8)
    after = ranker.refresh(shown).recommend(brief, k=8)
    assert after.turn is before.turn is None
    assert after.ranked == before.ranked
