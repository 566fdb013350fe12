"""How often factories were shown: counted from stored lists, against a plain count."""

from __future__ import annotations

from datetime import timedelta
from math import log2
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub.recommendations.showings import gini, most_taken_for_turns, showings, size_of
from models.base import utc_now
from models.brief import Brief
from models.district import District
from models.factory import Factory
from models.quote import QuoteRequest
from models.recommendation import Recommendation, RecommendationEntry
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_order, make_quote


def entry(factory: Factory, rank: int, taken: float = 0.0) -> RecommendationEntry:
    return RecommendationEntry(
        factory_id=factory.id, rank=rank, score=0.5, is_known_feasible=True, reasons=[], questions=[], facts_hash="",
        parts={"specialty": 0.5 + taken, "fair_turn": -taken},
    )  # fmt: skip


def shown_list(session: Session, brief: Brief | None, factories: list[Factory], **values: Any) -> Recommendation:
    district_id = factories[0].district_id
    made = Recommendation(
        **{
            "brief_id": brief.id if brief else None,
            "district_id": district_id,
            "as_of": in_days(0),
            "ranker_version": "partner-1",
            "feasible_count": len(factories),
            "unknown_count": 0,
            "infeasible_count": 0,
            "stored": {},
            "entries": [entry(factory, rank) for rank, factory in enumerate(factories, start=1)],
        }
        | values
    )
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def district(session: Session) -> District:
    return make_district(session)


def test_lists_of_designers_in_the_period_are_counted(session: Session, district: District) -> None:
    first, second, never = (make_factory(session, district, people=people) for people in (3, 30, None))
    brief = make_brief(session, make_designer(session, district))
    for _time in range(3):
        shown_list(session, brief, [first, second])
    shown_list(session, brief, [second], made_at=utc_now() - timedelta(days=40))
    shown_list(session, None, [never])  # made by command: nobody saw it

    month, quarter = (showings(session, district.id, days) for days in (30, 90))
    assert (month.lists, quarter.lists) == (3, 4)
    assert (month.factories, month.never_shown, month.shown) == (3, 1, 2)
    assert [(factory.id, one.times) for factory, one in month.most] == [(first.id, 3), (second.id, 3)]
    assert [factory.id for factory, _one in quarter.most] == [first.id, second.id]
    assert [factory.id for factory, _one in month.least] == [never.id, second.id, first.id]
    assert month.most[1][1].weight == pytest.approx(3 / log2(3))
    assert month.gini == pytest.approx(gini([3, 3 / log2(3), 0]))
    assert {group.key: (group.factories, group.shown, group.times) for group in month.by_size} == {
        4: (1, 1, 3), 49: (1, 1, 3), None: (1, 0, 0)
    }  # fmt: skip
    assert sum(group.factories for group in month.by_neighbourhood) == 3


def test_another_district_is_not_counted(session: Session, district: District) -> None:
    elsewhere = make_district(session)
    theirs = make_factory(session, elsewhere)
    shown_list(session, make_brief(session, make_designer(session, elsewhere)), [theirs])
    figures = showings(session, district.id, 30)
    assert (figures.lists, figures.factories, figures.gini) == (0, 0, None)


def test_shown_without_an_order(session: Session, district: District) -> None:
    busy, idle = make_factory(session, district), make_factory(session, district)
    brief = make_brief(session, make_designer(session, district))
    make_order(session, make_quote(session, brief, busy))
    shown_list(session, brief, [busy, idle])
    assert showings(session, district.id, 30).shown_without_order == 1


def test_the_labelled_place_counts_and_whether_it_was_asked(session: Session, district: District) -> None:
    best, turn = make_factory(session, district), make_factory(session, district)
    briefs = [make_brief(session, make_designer(session, district)) for _brief in range(2)]
    for brief in briefs:
        shown_list(session, brief, [best], turn={"factory": turn.id, "rank": 12})
        shown_list(session, brief, [best], turn={"factory": best.id, "rank": 1})
    session.add(QuoteRequest(brief=briefs[0], factory=turn, answer_by=in_days(5)))
    figures = showings(session, district.id, 30)
    assert (figures.lists, figures.labelled_place.lists, figures.labelled_place.asked) == (4, 4, 1)
    assert {factory.id: one.times for factory, one in figures.most} == {best.id: 4, turn.id: 2}


def test_the_most_that_a_turn_cost(session: Session, district: District) -> None:
    one, other = make_factory(session, district), make_factory(session, district)
    brief = make_brief(session, make_designer(session, district))
    assert most_taken_for_turns(session, district.id) is None
    shown_list(session, brief, [one], entries=[entry(one, 1, 0.013), entry(other, 2, 0.002)])
    shown_list(session, brief, [one], entries=[entry(one, 1, 0.5)], made_at=utc_now() - timedelta(days=31))
    assert most_taken_for_turns(session, district.id) == pytest.approx(0.013)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=30))
def test_gini_is_the_mean_difference_over_twice_the_mean(amounts: list[float]) -> None:
    if sum(amounts) < 1e-6:
        return
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    assert gini(amounts) == pytest.approx(differences / (2 * len(amounts) * sum(amounts)), abs=1e-9)


def test_gini_of_nothing_is_nothing() -> None:
    assert gini([]) is None and gini([0, 0]) is None
    assert gini([1, 1, 1]) == pytest.approx(0)


def test_sizes_have_bounds() -> None:
    assert [size_of(people) for people in (None, 1, 4, 5, 9, 10, 49, 50)] == [None, 4, 4, 9, 9, 49, 49, 0]
