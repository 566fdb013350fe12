"""The frozen market: what it promises about itself, and what the judging on it promises."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recommender import Answer, Feasibility
from recommender.fair_run import POLICIES, fair_run
from recommender.market import STAGE_OF, Market, draw_briefs, monday, stream
from recommender.simulation import Played, gates_of, play, register, simulate, success_of_models, unfitted
from recommender.trading import Trading, Truth

pytestmark = pytest.mark.slow

SMALL = Market(factories=300, designers=60, months=6)


@pytest.fixture(scope="module")
def played() -> Played:
    return play(SMALL, test_briefs=120)


def a_trading(market: Market = SMALL, **hidden: Any) -> Trading:
    """The months of a market, with hidden columns of its factories replaced."""
    truth = Truth.draw(market)
    return Trading(replace(truth, shops=replace(truth.shops, **hidden))).run()


def chances(trading: Trading) -> list[list[float]]:
    """True success of some briefs after the months at all factories."""
    market, buyers = trading.truth.market, trading.truth.buyers
    who = np.arange(20) % len(buyers.activity)
    asked = draw_briefs(market, buyers, stream(market, 9), who, np.full(20, market.weeks))
    return [trading.success(one, np.arange(market.factories)).tolist() for one in asked]


def test_a_market_is_read_from_any_subset_of_its_fields() -> None:
    assert Market.from_json({}) == Market()
    assert Market.from_json({"a": 2, "seed": 7, "orders": None}) == Market(a=2, seed=7)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"factorys": 10}, "factorys: .*factories"),
        ({"popularity": 0.5}, "popularity: .*popularity_bias"),
        ({"months": "24"}, "months: must be a whole number"),
        ({"months": 0}, "months: must be a whole number"),
        ({"designers": 400.5}, "designers: must be a whole number"),
        ({"seed": True}, "seed: must be a whole number"),
        ({"a": "1"}, "a: must be a number"),
        ({"b": float("nan")}, "b: must be a number"),
        ({"c": -1}, "c: must be a number"),
        ([], "market: must be an object"),
    ],
)
def test_what_is_no_market_is_refused_by_name(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Market.from_json(given)


def test_the_same_seed_gives_the_same_market() -> None:
    one, again, other = a_trading(), a_trading(), a_trading(replace(SMALL, seed=1))
    assert one.log == again.log and chances(one) == chances(again)
    assert one.log != other.log


def test_capacity_is_never_overbooked() -> None:
    trading = a_trading(replace(SMALL, orders=4_000))
    assert (trading.booked >= 0).all() and (trading.booked <= trading.offered).all()
    assert any(row.accepted is False for row in trading.log)
    booked = trading.booked.sum()
    rates = trading.truth.shops.rate
    taken = [row for row in trading.log if row.is_order]
    assert booked == sum(-(-100 * (row.quantity or 0) // int(rates[int(row.factory) - 1])) for row in taken)


def test_the_market_and_the_hard_limits_agree_on_who_can(played: Played) -> None:
    limits = Feasibility(STAGE_OF)
    for test in played.tests[:30]:
        passing = {one.id for one in played.factories if limits.answer(test.brief, one) is not Answer.NO}
        assert passing == test.success.keys()


@pytest.mark.parametrize("column", ["taste", "skill"])
def test_what_is_hidden_does_not_count_where_only_content_does(column: str) -> None:
    world = SMALL.worlds()["content"]
    other = np.flip(getattr(Truth.draw(world).shops, column), axis=-1)
    one, mutated = a_trading(world), a_trading(world, **{column: other})
    assert one.log == mutated.log and chances(one) == chances(mutated)
    assert a_trading(SMALL).log != a_trading(SMALL, **{column: other}).log


def test_content_does_not_count_where_only_history_does() -> None:
    world = SMALL.worlds()["history"]
    other = {kind: np.flip(one, axis=1) for kind, one in Truth.draw(world).shops.depth.items()}
    one, mutated = a_trading(world), a_trading(world, depth=other)
    assert one.log == mutated.log and chances(one) == chances(mutated)
    assert a_trading(SMALL).log != a_trading(SMALL, depth=other).log


def test_far_and_dear_never_help() -> None:
    assert chances(a_trading(replace(SMALL, d=-0.3, e=-0.2))) == chances(a_trading(replace(SMALL, d=0.3, e=0.2)))
    near = a_trading(replace(SMALL, d=1.0))
    asked = draw_briefs(SMALL, near.truth.buyers, stream(SMALL, 9), np.array([0]), np.array([0]))[0]
    here = replace(
        near.truth,
        shops=replace(
            near.truth.shops,
            lat=np.full(SMALL.factories, near.truth.buyers.lat[0]),
            lon=np.full(SMALL.factories, near.truth.buyers.lon[0]),
        ),
    )
    rows = np.arange(SMALL.factories)
    assert (here.odds(asked, rows) > near.truth.odds(asked, rows)).all()


def test_no_model_beats_the_oracle_and_chance_is_what_it_should_be(played: Played) -> None:
    found = success_of_models(played)
    oracle = np.array(found["oracle"])
    for name, values in found.items():
        assert (np.array(values) <= oracle + 1e-9).all(), name
    gap = np.array(found["random_feasible"]) - np.array(found["random"])
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))
    assert np.mean(found["oracle"]) > np.mean(found["ours"]) > np.mean(found["random"])


def test_new_designers_are_among_the_tests(played: Played) -> None:
    is_new = [test.designer >= SMALL.designers for test in played.tests]
    assert any(is_new) and not all(is_new)
    assert not {row.buyer for row in played.trading.log} & {
        test.brief.designer for test, new in zip(played.tests, is_new, strict=True) if new
    }


def test_learnt_weights_are_weights(played: Played) -> None:
    assert sum(played.learnt.values()) == pytest.approx(1.0)
    assert min(played.learnt.values()) >= 0.0


def test_a_fair_run_leaves_its_start_alone_and_shows_more_factories(played: Played) -> None:
    booked, log = played.trading.booked.copy(), list(played.trading.log)
    ranker = unfitted().fit(played.factories, log, monday(SMALL.weeks))
    found = {name: fair_run(played.trading, ranker, played.factories, policy) for name, policy in POLICIES.items()}
    assert (played.trading.booked == booked).all() and played.trading.log == log
    assert found["fair_turn"].exposure_gini < found["no_turn"].exposure_gini
    assert found["labelled_place"].new_factory_share > found["fair_turn"].new_factory_share
    again = fair_run(played.trading, ranker, played.factories, POLICIES["no_turn"])
    assert again == found["no_turn"]


def test_free_time_in_the_register_is_what_is_left(played: Played) -> None:
    trading, first = played.trading, SMALL.weeks
    for one in register(trading, first)[:20]:
        row = int(one.id) - 1
        left = (trading.offered - trading.booked)[first:, row].tolist()
        assert one.free_weeks is None or [week.free_hundredths for week in one.free_weeks] == left


def figures(**changes: float) -> dict[str, float]:
    return {"content_only": 0.4, "history_only": 0.5, "label_count": 0.4, "ours": 0.51, **changes}


def test_gates_know_what_they_want() -> None:
    kept = {"success": 0.5, "overflow": 0.2, "exposure_gini": 0.6, "new_factory_share": 0.2}
    fairness = {
        "no_turn": kept,
        "fair_turn": {**kept, "overflow": 0.13, "exposure_gini": 0.52},
        "labelled_place": {**kept, "new_factory_share": 0.29},
    }
    success = {"content": figures(ours=0.391), "history": figures(ours=0.5), "mixed": figures(ours=0.52)}
    gates = {gate["name"]: gate for gate in gates_of(success, fairness)}
    assert {name for name, gate in gates.items() if not gate["held"]} == {"content_over_specialist"}
    assert gates["mixed_over_best_half"]["value"] == pytest.approx(1.04)
    assert gates["fair_turn_gini_change"]["value"] == pytest.approx(-0.08)
    fairness["fair_turn"]["overflow"] = 0.15
    assert not next(one for one in gates_of(success, fairness) if one["name"] == "fair_turn_overflow")["held"]


def test_a_small_market_from_end_to_end() -> None:
    told: list[float] = []
    market = replace(SMALL, months=4)
    answer = simulate(market, seeds=[3], progress=lambda done, _what: told.append(done))
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert told == sorted(told) and told[0] == 0.0 and told[-1] < 1.0
    assert answer["models"].keys() == {"content", "history", "mixed"}
    for models in answer["models"].values():
        assert all(one["low"] <= one["mean"] <= one["high"] <= 1.0 for one in models.values())
        assert models["oracle"]["mean"] == max(one["mean"] for one in models.values())
    assert answer["passed"] == all(gate["held"] for gate in answer["gates"])
    assert answer == simulate(market, seeds=[3])
    with pytest.raises(ValueError, match="seeds"):
        simulate(market, seeds=[])


@pytest.mark.parametrize("world", ["content", "history", "mixed"])
def test_the_default_market_is_as_large_as_it_is_said_to_be(world: str) -> None:
    trading = Trading(Truth.draw(Market().worlds()[world])).run()
    assert 8_000 <= sum(row.is_order for row in trading.log) <= 9_500
    assert 0.4 <= (trading.orders == 0).mean() <= 0.6
    full = trading.booked[20:104].sum(axis=0) / trading.offered[20:104].sum(axis=0)
    assert (full > 0.8).sum() >= 20
