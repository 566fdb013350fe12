"""Links of buyers and facilities on made-up registers."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import Facility, LinkPopularity, LinkRanker, RankedLink, evaluate_links
from recommender.link_evaluation import link_rankers, site_of
from recommender.linking import LinkScorer, facility_similarity

RANKERS = link_rankers()
every_scorer = pytest.mark.parametrize("scorer", RANKERS.values(), ids=RANKERS)
COUNTRIES = ["DE", "FR", "US", "JP"]

facilities = st.lists(
    st.builds(
        Facility,
        id=st.integers(1, 30).map("f{}".format),
        workers=st.none() | st.integers(1, 5_000),
        capacity=st.none() | st.integers(100, 900_000),
        products=st.frozensets(st.sampled_from(["shirts", "jeans"])),
        processings=st.frozensets(st.sampled_from(["knit", "woven"])),
        markets=st.frozensets(st.sampled_from(COUNTRIES)),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda facility: facility.id,
)


@st.composite
def linked(draw: st.DrawFn) -> tuple[list[Facility], list[tuple[str, str]]]:
    register = draw(facilities)
    pair = st.tuples(st.sampled_from(["b1", "b2", "b3"]), st.sampled_from([one.id for one in register]))
    return register, draw(st.lists(pair, max_size=20))


@every_scorer
@settings(max_examples=25)
@given(data=linked(), shuffle=st.randoms(use_true_random=False))
def test_every_buyer_gets_all_unknown_facilities_once(
    scorer: LinkScorer, data: tuple[list[Facility], list[tuple[str, str]]], shuffle: "np.random.Generator"
) -> None:
    register, links = data
    found = scorer.fit(register, links).rank(["b1", "stranger"], k=99)
    for buyer in ("b1", "stranger"):
        own = [one for one in found if one.buyer == buyer]
        known = {facility for who, facility in links if who == buyer}
        assert sorted(one.facility for one in own) == sorted({one.id for one in register} - known)
        assert [one.rank for one in own] == list(range(1, len(own) + 1))
        assert all(one.score >= other.score for one, other in pairwise(own))
    shuffle.shuffle(register)
    shuffle.shuffle(links)
    assert scorer.fit(register, links + links).rank(["b1", "stranger"], k=99) == found


def _two_worlds() -> tuple[list[Facility], list[tuple[str, str]]]:
    """Big knitters for Europe and small weavers for Japan; buyers stay in their world."""
    big = Facility(
        "", workers=2_000, capacity=500_000, processings=frozenset({"knit"}), markets=frozenset({"DE", "FR"})
    )
    small = Facility("", workers=90, capacity=9_000, processings=frozenset({"woven"}), markets=frozenset({"JP"}))
    register = [replace(kind, id=f"{name}{n}") for name, kind in (("big", big), ("small", small)) for n in range(8)]
    draws = np.random.default_rng(1)
    links = [
        (f"{name}-buyer{buyer}", f"{name}{n}")
        for name in ("big", "small")
        for buyer in range(12)
        for n in draws.choice(8, size=4, replace=False)
    ]
    return register, links


def test_a_buyer_is_led_to_facilities_of_the_own_kind() -> None:
    register, links = _two_worlds()
    found = LinkRanker().fit(register, links).rank(["small-buyer3"], k=4)
    assert {one.facility[:5] for one in found} == {"small"}


def test_a_facility_nobody_has_named_yet_is_found_by_what_it_is() -> None:
    register, links = _two_worlds()
    new = [replace(register[0], id="big-new"), replace(register[-1], id="small-new")]
    ranked = [one.facility for one in LinkRanker().fit([*register, *new], links).rank(["small-buyer3"], k=99)]
    assert ranked.index("small-new") < min(ranked.index(one) for one in ranked if one.startswith("big"))


def test_a_stranger_gets_what_is_popular() -> None:
    register, links = _two_worlds()
    links += [(f"more{n}", "big7") for n in range(20)]
    assert LinkRanker().fit(register, links).rank(["stranger"], k=1)[0].facility == "big7"
    assert LinkPopularity().fit(register, links).rank(["stranger"], k=1) == [
        RankedLink("stranger", 1, "big7", float(sum(facility == "big7" for _, facility in links)))
    ]


def test_unseen_is_not_unwanted() -> None:
    register, links = _two_worlds()
    links += [(f"more{n}-{one.id}", one.id) for n in range(9) for one in register if one.id.startswith("big")]
    new = [replace(register[-1], id="a-small-new"), replace(register[0], id="z-big-new")]
    ranked = [one.facility for one in LinkRanker().fit([*register, *new], links).rank(["stranger"], k=99)]
    assert ranked.index("z-big-new") < ranked.index("small0")


@given(facilities)
def test_likeness_is_symmetric_and_between_0_and_1(register: list[Facility]) -> None:
    alike = facility_similarity(register)
    assert np.allclose(alike, alike.T) and alike.min() >= 0.0 and alike.max() <= 1.0 + 1e-9


@every_scorer
def test_wrong_input_is_refused(scorer: LinkScorer) -> None:
    with pytest.raises(ValueError, match="links: 1 unknown facilities, the first is f9"):
        scorer.fit([Facility("f1")], [("b", "f9")])
    with pytest.raises(ValueError, match="facilities: "):
        scorer.fit([Facility("f1"), Facility("f1")], [])


def test_sisters_share_an_address_or_a_list_of_buyers() -> None:
    register = [
        Facility("a", 23.70041, 90.4),
        Facility("b", 23.70039, 90.4),
        Facility("c", 24.0, 90.4),
        Facility("d"),
        Facility("e"),
    ]
    links = [("x", "b"), ("y", "b"), ("x", "c"), ("y", "c"), ("x", "d"), ("x", "e")]
    sites = site_of(register, links)
    assert sites["a"] == sites["b"] == sites["c"]
    assert len({sites["a"], sites["d"], sites["e"]}) == 3


def test_the_hybrid_beats_popularity_where_buyers_have_a_taste() -> None:
    register, links = _two_worlds()
    judged = evaluate_links(register, links, n_splits=4)
    assert judged["splits"] == 4
    assert judged["rankers"].keys() == RANKERS.keys()
    hybrid, popular, random = (judged["rankers"][name] for name in ("hybrid", "popularity", "random"))
    assert hybrid["ndcg_at_10"]["mean"] > popular["ndcg_at_10"]["mean"]
    assert hybrid["splits_above_popularity"] == 4 and popular["splits_above_popularity"] == 0
    assert hybrid["cases"] == popular["cases"] == random["cases"] and len(hybrid["by_split"]) == 4
    assert hybrid["new_facilities"]["ndcg_at_10"]["low"] > random["new_facilities"]["ndcg_at_10"]["high"]
    assert evaluate_links(register, links, n_splits=4) == judged


def test_new_facilities_are_hidden_from_everybody() -> None:
    """Nobody's links name them, so that popularity can only put them last."""
    register, links = _two_worlds()
    popular = evaluate_links(register, links, n_splits=4)["rankers"]["popularity"]["new_facilities"]
    assert popular["mrr"]["high"] <= 0.5 and popular["hit_at_3"]["mean"] < 0.2


def test_nothing_to_hide_is_refused() -> None:
    with pytest.raises(ValueError, match="no buyer has two sites"):
        evaluate_links([Facility("f1")], [("b", "f1")])
