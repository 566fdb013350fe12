"""Choices from lists: which count, what they were made from, and the weights they teach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.recommendations.choices import (
    FEWEST_DESIGNERS,
    FEWEST_LISTS,
    MOST_PER_CLIENT,
    ChoiceSet,
    learn_weights,
    load_choice_sets,
)
from garment_hub.recommendations.services import recommend_for_brief
from models.base import utc_now
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.order import Order
from models.quote import RequestStatus
from models.recommendation import Recommendation
from recommender import DEFAULT_WEIGHTS
from recommender.exposure import FAIR_TURN
from tests.builders import make_brief, make_designer, make_district, make_order, make_quote
from tests.recommendations.shops import able_factory
from tests.recommendations.test_features import counted

pytestmark = pytest.mark.slow

TODAY = today_in_seoul()
NAMES = list(DEFAULT_WEIGHTS)
DEFAULTS = np.array(list(DEFAULT_WEIGHTS.values()))


@pytest.fixture
def district(session: Session) -> District:
    """Four factories that can make the usual brief."""
    made = make_district(session)
    for number in range(4):
        able_factory(session, made, minimum_order_quantity=20 + number, lat=37.5 + number / 50, lon=127.0)
    return made


def a_list(session: Session, designer: Designer, **values: Any) -> Recommendation:
    return recommend_for_brief(session, make_brief(session, designer, fabrics=["woven"], **values))


def choose(session: Session, made: Recommendation, place: int = 0, **values: Any) -> Order:
    """The factory on this place is asked, answers, and gets the order."""
    factory = made.entries[place].factory
    asked = {"status": RequestStatus.CHOSEN} | values.pop("asked", {})
    assert made.brief is not None
    return make_order(session, make_quote(session, made.brief, factory, asked=asked), **values)


def test_a_choice_is_a_list_with_its_values_and_who_got_the_order(session: Session, district: District) -> None:
    made = a_list(session, make_designer(session, district))
    choose(session, made, place=2)
    [found] = load_choice_sets(session, district.id, TODAY)
    assert found.values.min() >= 0.0 and found.values.max() <= 1.0
    scores = found.values @ DEFAULTS + FAIR_TURN * found.turns
    assert scores[list(found.shown)] == pytest.approx([entry.score for entry in made.entries])
    assert found.chosen == {found.shown[2]}


def test_what_comes_later_is_not_known_yet(session: Session, district: District) -> None:
    designer = make_designer(session, district)
    choose(session, a_list(session, designer), placed_at=utc_now() + timedelta(days=2))
    assert load_choice_sets(session, district.id, TODAY) == []
    assert len(load_choice_sets(session, district.id, TODAY + timedelta(days=3))) == 1


def test_the_list_is_the_newest_before_the_factory_was_asked(session: Session, district: District) -> None:
    first = a_list(session, make_designer(session, district))
    assert first.brief is not None
    seen, later = (recommend_for_brief(session, first.brief) for _ in range(2))
    for made, days, length in ((first, 3, 2), (seen, 2, 3), (later, -1, 4)):
        made.made_at = utc_now() - timedelta(days=days)
        made.stored = made.stored | {"ranked": made.stored["ranked"][:length], "turn": None}
    choose(session, seen)
    [found] = load_choice_sets(session, district.id, TODAY)
    assert len(found.shown) == 3


def test_what_is_no_choice_from_a_list(session: Session, district: District) -> None:
    designer = make_designer(session, district)
    unfinished, elsewhere, repeated, by_labels = (a_list(session, designer) for _ in range(4))
    assert unfinished.brief is not None and elsewhere.brief is not None
    make_quote(session, unfinished.brief, unfinished.entries[0].factory)
    stranger = able_factory(session, district)
    make_order(session, make_quote(session, elsewhere.brief, stranger))
    before = choose(session, a_list(session, designer))
    choose(session, repeated, asked={"repeats_order_id": before.id})
    by_labels.stored = by_labels.stored | {"weights": {"label_count": 1.0}}
    choose(session, by_labels)
    assert len(load_choice_sets(session, district.id, TODAY)) == 1


def test_one_and_the_same_business_on_both_sides_teaches_nothing(session: Session, district: District) -> None:
    made = a_list(session, make_designer(session, district, business_number="111-11-11111"))
    made.entries[0].factory.business_number = "1111111111"
    choose(session, made)
    assert load_choice_sets(session, district.id, TODAY) == []


def test_a_request_that_was_chosen_counts_where_its_order_is_gone(session: Session, district: District) -> None:
    made = a_list(session, make_designer(session, district))
    assert made.brief is not None
    asked = {"status": RequestStatus.CHOSEN, "closed_at": utc_now()}
    make_quote(session, made.brief, made.entries[1].factory, asked=asked)
    [found] = load_choice_sets(session, district.id, TODAY)
    assert found.chosen == {found.shown[1]}


def test_of_one_business_the_newest_lists_count(session: Session, district: District) -> None:
    designers = [make_designer(session, district, business_number="222-22-22222") for _ in range(2)]
    for number in range(MOST_PER_CLIENT + 2):
        choose(session, a_list(session, designers[number % 2]))
    assert len(load_choice_sets(session, district.id, TODAY)) == MOST_PER_CLIENT


def test_the_number_of_queries_does_not_grow_with_the_lists(app: Flask, session: Session, district: District) -> None:
    queries = []
    for _ in range(2):
        for _designer in range(2):
            choose(session, a_list(session, make_designer(session, district)))
        with counted(app) as asked:
            load_choice_sets(session, district.id, TODAY)
        queries.append(len(asked))
    assert queries == [3, 3]


def choices(lists: int, designers: int, true: dict[str, float], seed: int = 0) -> list[ChoiceSet]:
    """Made-up lists of ten among twenty-five, chosen from by known weights; the better half was shown often."""
    random, strengths = np.random.default_rng(seed), 12.0 * np.array([true.get(name, 0.0) for name in NAMES])
    found = []
    for number in range(lists):
        values = random.random((25, len(NAMES)))
        shown = tuple(np.argsort(-values @ DEFAULTS)[:10].tolist())
        liked = values[list(shown)] @ strengths + random.gumbel(size=10)
        turns = -np.where(values @ DEFAULTS > np.median(values @ DEFAULTS), 5.0, 0.0)
        found.append(
            ChoiceSet(
                f"designer {number % designers}",
                values,
                np.zeros(len(values)),
                turns,
                shown,
                frozenset({shown[int(np.argmax(liked))]}),
            )
        )
    return found


def test_too_few_lists_or_designers_teach_nothing() -> None:
    enough = choices(FEWEST_LISTS, FEWEST_DESIGNERS, {"nearness": 1.0})
    assert learn_weights(enough, DEFAULT_WEIGHTS, FAIR_TURN) is not None
    assert learn_weights(enough[1:], DEFAULT_WEIGHTS, FAIR_TURN) is None
    few_designers = [replace(one, client=str(number % (FEWEST_DESIGNERS - 1))) for number, one in enumerate(enough)]
    assert learn_weights(few_designers, DEFAULT_WEIGHTS, FAIR_TURN) is None


def test_weights_follow_what_designers_choose_by() -> None:
    learnt = learn_weights(choices(400, 40, {"nearness": 0.6, "price_fit": 0.4}), DEFAULT_WEIGHTS, FAIR_TURN)
    assert learnt is not None
    assert learnt.weights["nearness"] == pytest.approx(0.6, abs=0.08)
    assert learnt.weights["price_fit"] == pytest.approx(0.4, abs=0.08)
    assert sum(learnt.weights.values()) == pytest.approx(1.0, abs=1e-12)
    assert all(weight == round(weight, 3) >= 0.0 for weight in learnt.weights.values())
    assert learnt.is_better_held_out and learnt.differs_from(DEFAULT_WEIGHTS)
    assert 0.0 < learnt.fair_turn < 0.02


def test_choices_by_the_weights_in_use_change_little() -> None:
    learnt = learn_weights(choices(400, 40, DEFAULT_WEIGHTS), DEFAULT_WEIGHTS, FAIR_TURN)
    assert learnt is not None
    assert all(learnt.weights[name] == pytest.approx(DEFAULT_WEIGHTS[name], abs=0.06) for name in NAMES)


def test_lambda_stays_where_nothing_had_been_shown_before() -> None:
    sets = [replace(one, turns=0.0 * one.turns) for one in choices(100, 25, DEFAULT_WEIGHTS)]
    learnt = learn_weights(sets, DEFAULT_WEIGHTS, 0.007)
    assert learnt is not None
    assert learnt.fair_turn == 0.007
