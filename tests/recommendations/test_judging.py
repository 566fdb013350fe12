"""A ranker is judged on what it could not know, and a district without factories or orders breaks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from garment_hub.recommendations import judging
from garment_hub.recommendations.rankers import unfitted_ranker
from recommender import FactoryFeatures, Outcome, SignalRanker, Stated, Window

AS_OF = date(2027, 3, 1)


def factory(name: str) -> FactoryFeatures:
    return FactoryFeatures(id=name, items=Stated(frozenset({"dress"})))


def orders(count: int) -> list[Outcome]:
    """Ten buyers, each loyal to one of ten factories."""
    return [
        Outcome(f"buyer:{number % 10}", str(number % 10), AS_OF - timedelta(days=2 * (count - number)), 50, "dress")
        for number in range(count)
    ]


def figures(factories: Sequence[FactoryFeatures], log: Sequence[Outcome]) -> dict[str, Any]:
    """Of the ranker as it is delivered."""

    def rankers_for(window: Window) -> dict[str, SignalRanker]:
        return {"partner": unfitted_ranker().fit(window.factories, window.learnt, window.as_of)}

    return judging.figures(factories, log, AS_OF, rankers_for)


def test_loyal_buyers_are_foretold_and_labels_alone_do_not_tell_them_apart() -> None:
    found = figures([factory(str(number)) for number in range(10)], orders(200))
    assert (found["split"], found["cases"]) == ("time", 40)
    assert found["partner"]["hit_at_3"]["mean"] == 1.0
    assert found["label_count"]["hit_at_3"]["mean"] < 0.5


def test_too_few_orders_are_not_judged() -> None:
    factories = [factory(str(number)) for number in range(10)]
    assert figures(factories, orders(12))["split"] == "none"
    assert figures(factories, []) == {"split": "none", "cases": 0}
    assert figures([], orders(200)) == {"split": "none", "cases": 0}


def test_answers_to_requests_are_learnt_from_and_never_foretold() -> None:
    factories, past = [factory(str(number)) for number in range(10)], orders(200)
    answers = [replace(row, buyer="buyer:new", accepted=True, is_order=False) for row in past]
    assert figures(factories, past + answers)["cases"] == figures(factories, past)["cases"]
    assert figures(factories, answers) == {"split": "none", "cases": 0}
