"""Teams: the search against plain enumeration, and what every proposed plan keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender import (
    Answer,
    BriefFeatures,
    FactoryFeatures,
    Rate,
    Stated,
    free_hundredths,
    needed_hundredths,
)
from recommender.feasibility import all_of
from recommender.teams import MOST_PLACES, propose_teams
from recommender.types import Team, TeamPlace
from tests.recommender.enumerated import ORDER, RULES, Enumeration, Way
from tests.recommender.worlds import STAGE_OF, TODAY, a_brief, a_factory, weeks

WORK = ("cutting", "sewing_assembly", "ironing_finishing")
BRIEF = a_brief(quantity=12, processes=frozenset(WORK), needed_by=TODAY + timedelta(days=11))


def maker(identity: str, *processes: str, rate: float | None = 6.0, **changes: Any) -> FactoryFeatures:
    """A specialist: it does these processes and, as it says, no others."""
    stated = Stated(frozenset(processes), is_complete=True)
    known = {"processes": stated, "rates": (Rate(rate),) if rate else (), "minimum_order_quantity": None}
    return a_factory(identity, **{**known, **changes})


CREW = (
    maker("cutter", "cutting", rate=12.0),
    maker("sewer", "lockstitch"),
    maker("helper", "lockstitch", rate=3.0),
    maker("finisher", "ironing_finishing", rate=12.0),
)


def teams(brief: BriefFeatures, factories: Sequence[FactoryFeatures], **options: Any) -> tuple[Team, ...]:
    return propose_teams(brief, factories, STAGE_OF, ORDER, **options)


def names(team: Team) -> list[str]:
    return [place.factory for place in team.places]


# -- what every plan keeps ---------------------------------------------------------------------------------------------


def steps_of(team: Team) -> list[list[TeamPlace]]:
    return [list(step) for _position, step in groupby(team.places, key=lambda place: place.position)]


def part(brief: BriefFeatures, place: TeamPlace) -> BriefFeatures:
    """The work and the days of one place as a brief of its own."""
    mine = replace(brief, processes=place.processes, quantity=place.quantity)
    return replace(mine, materials_on=place.starts_on, needed_by=place.due_on)


def check(brief: BriefFeatures, factories: Sequence[FactoryFeatures], team: Team) -> None:
    known = {factory.id: factory for factory in factories}
    steps = steps_of(team)
    assert [step[0].position for step in steps] == list(range(1, len(steps) + 1))
    done = [process for step in steps for process in step[0].processes]
    assert sorted(done) == sorted(brief.processes)
    for step in steps:
        assert {place.processes for place in step} == {step[0].processes}
        assert sum(place.quantity for place in step) == brief.quantity
        assert len({place.factory for place in step}) == len(step)
    ranks = [[ORDER.index(STAGE_OF[process]) for process in step[0].processes] for step in steps]
    assert all(max(before) <= min(after) for before, after in pairwise(ranks))
    for before, after in pairwise(steps):
        assert max(place.due_on for place in before) < min(place.starts_on for place in after)
    for place in team.places:
        check_place(brief, known[place.factory], place)
    lead = [place for place in team.places if place.is_lead]
    assert len(lead) == 1
    assert not known[lead[0].factory].is_shared_room
    assert len(team.factories) >= 2
    assert len(team.places) <= MOST_PLACES


def check_place(brief: BriefFeatures, factory: FactoryFeatures, place: TeamPlace) -> None:
    mine = part(brief, place)
    assert brief.starts_on <= place.starts_on <= place.due_on <= brief.needed_by
    assert all_of([rule(STAGE_OF).answer(mine, factory) for rule in RULES]) is not Answer.NO
    assert place.quantity >= (factory.minimum_order_quantity or 1)
    assert place.needed_hundredths == needed_hundredths(mine, factory, STAGE_OF)
    if place.needed_hundredths is not None and factory.free_weeks is not None:
        free, unknown_days = free_hundredths(mine, factory)
        assert place.needed_hundredths <= free + 100 * unknown_days


# -- against plain enumeration ----------------------------------------------------------------------------------------


@st.composite
def small_factories(draw: st.DrawFn, identity: str) -> FactoryFeatures:
    """Most of what can be known is; a few days, few pieces a day."""
    stages = draw(st.sampled_from([None, "cutting_stage", "sewing", "finishing"]))
    rates = [Rate(float(draw(st.integers(1, 9))), stage=stage) for stage in dict.fromkeys((None, stages))]
    seldom = draw(st.integers(0, 9))
    changes: dict[int, dict[str, Any]] = {
        0: {"items": Stated()},
        1: {"items": Stated(has_not=frozenset({"coat"}))},
        2: {"rates": ()},
        3: {"free_weeks": None},
    }
    does = {WORK[int(identity) % len(WORK)]} | draw(st.frozensets(st.sampled_from(WORK), max_size=2))
    known = {
        "processes": Stated(frozenset(does), is_complete=seldom != 4),
        "minimum_order_quantity": draw(st.sampled_from([None, None, 3, 7])),
        "rates": tuple(rates),
        "free_weeks": weeks(*draw(st.lists(st.sampled_from([0, 100, 150, 300, 700]), min_size=2, max_size=4))),
        "is_shared_room": seldom == 5,
    }
    return a_factory(identity, **{**known, **changes.get(seldom, {})})


small_crews = st.integers(2, 4).flatmap(lambda size: st.tuples(*(small_factories(str(n)) for n in range(size))))
small_scores = st.fixed_dictionaries({str(n): st.sampled_from([0.0, 0.25, 0.5, 0.9]) for n in range(4)})
windows = st.integers(5, 18).map(lambda days: replace(BRIEF, needed_by=TODAY + timedelta(days=days)))


def value_of(every: Enumeration, team: Team) -> tuple[float, ...] | None:
    """The value of a proposed plan."""
    numbers = {factory.id: number for number, factory in enumerate(every.factories)}

    def way(place: TeamPlace) -> Way:
        number = numbers[place.factory]
        most = every.pieces(number, True, place.processes, place.starts_on, place.due_on)
        return number, every.doubts((number, True), place.processes) < 99 and most >= place.quantity

    return every.value([(numbers[one.factory], every.doubts(way(one), one.processes)) for one in team.places])


@pytest.mark.slow
@settings(max_examples=120)
@given(windows, small_crews, small_scores)
def test_the_first_plan_is_as_good_as_the_best_of_all(
    brief: BriefFeatures, factories: tuple[FactoryFeatures, ...], scores: dict[str, float]
) -> None:
    found = teams(brief, factories, scores=scores)
    every = Enumeration(brief, factories, scores)
    best = every.best(most_doubts=0) or every.best(most_doubts=len(WORK))
    assert (value_of(every, found[0]) if found else None) == best
    for team in found:
        check(brief, factories, team)


@given(windows, small_crews)
def test_no_step_could_be_done_a_day_sooner(brief: BriefFeatures, factories: tuple[FactoryFeatures, ...]) -> None:
    every = Enumeration(brief, factories, {})
    numbers = {factory.id: number for number, factory in enumerate(every.factories)}
    for team in teams(brief, factories):
        first = brief.starts_on
        for step in steps_of(team):
            group = tuple((numbers[place.factory], True) for place in step)
            if not any(every.doubts(way, step[0].processes) for way in group):
                assert every.done_on(group, step[0].processes, first) in (step[0].due_on, None)
            assert {place.starts_on for place in step} == {first}
            first = step[0].due_on + timedelta(days=1)


# -- large and tight ---------------------------------------------------------------------------------------------------


@st.composite
def districts(draw: st.DrawFn) -> tuple[FactoryFeatures, ...]:
    """Up to forty workshops with one to three stages in a row."""
    made = []
    for number in range(draw(st.integers(6, 40))):
        begin = draw(st.integers(0, len(ORDER) - 1))
        does = LONG_WORK[begin : begin + draw(st.integers(1, 3))]
        changes = {
            "minimum_order_quantity": draw(st.sampled_from([None, 50, 200])),
            "free_weeks": weeks(*draw(st.lists(st.integers(0, 700), min_size=4, max_size=6))),
        }
        made.append(maker(f"{number:02}", *does, rate=float(draw(st.integers(20, 300))), **changes))
    return tuple(made)


LONG_WORK = ["pattern_making", "cutting", "embroidery", "lockstitch", "pleating", "ironing_finishing"]
LARGE = a_brief(quantity=900, processes=frozenset(LONG_WORK), needed_by=TODAY + timedelta(days=36))


@pytest.mark.slow
@given(districts())
def test_plans_of_a_district_keep_every_rule_and_differ(factories: tuple[FactoryFeatures, ...]) -> None:
    found = teams(LARGE, factories)
    for team in found:
        check(LARGE, factories, team)
    for number, team in enumerate(found):
        assert not any(earlier.factories <= team.factories for earlier in found[:number])
    assert teams(LARGE, factories[::-1]) == found


def test_more_than_the_search_takes_are_thinned_out_and_every_step_stays_covered() -> None:
    crowd = [maker(f"s{number:03}", "lockstitch") for number in range(150)]
    found = teams(BRIEF, [*crowd, *CREW], scores={"s149": 1.0})
    assert "s149" in names(found[0])
    check(BRIEF, [*crowd, *CREW], found[0])


# -- one by one --------------------------------------------------------------------------------------------------------


def test_a_chain_is_cutter_sewer_finisher_and_the_sewer_leads() -> None:
    team = teams(BRIEF, CREW)[0]
    assert names(team) == ["cutter", "sewer", "finisher"]
    assert [place.is_lead for place in team.places] == [False, True, False]
    assert [(place.starts_on, place.due_on) for place in team.places] == [
        (TODAY, TODAY + timedelta(days=2)),
        (TODAY + timedelta(days=3), TODAY + timedelta(days=7)),
        (TODAY + timedelta(days=8), TODAY + timedelta(days=10)),
    ]


def test_a_lot_too_large_for_one_is_split_and_no_lot_is_below_a_minimum() -> None:
    brief = replace(BRIEF, quantity=24, needed_by=TODAY + timedelta(days=18))
    busy = weeks(250, 150, 250)
    slow = [
        maker("one", "lockstitch", free_weeks=busy),
        maker("two", "lockstitch", free_weeks=busy, minimum_order_quantity=9),
    ]
    team = teams(brief, [CREW[0], *slow, CREW[3]])[0]
    lots = {place.factory: place.quantity for place in team.places if "sewing_assembly" in place.processes}
    assert lots.keys() == {"one", "two"}
    assert sum(lots.values()) == 24
    assert lots["two"] >= 9
    check(brief, [CREW[0], *slow, CREW[3]], team)


def test_the_higher_score_wins_then_the_lower_id() -> None:
    twin = replace(CREW[1], id="twin")
    assert "sewer" in names(teams(BRIEF, [*CREW, twin])[0])
    assert "twin" in names(teams(BRIEF, [*CREW, twin], scores={"twin": 0.6, "sewer": 0.5})[0])


def test_nobody_can() -> None:
    assert teams(BRIEF, []) == ()
    assert teams(BRIEF, CREW[:3]) == ()
    assert teams(replace(BRIEF, needed_by=TODAY - timedelta(days=1)), CREW) == ()
    assert teams(replace(BRIEF, quantity=5_000), CREW) == ()


@pytest.mark.parametrize(
    "no",
    [
        {"is_active": False},
        {"items": Stated(has_not=frozenset({"coat"}))},
        {"minimum_order_quantity": 13},
        {"certificates_until": {"gots": TODAY - timedelta(days=1)}},
        {"verified_on": None},
        {"free_weeks": weeks(0, 0, 0)},
    ],
)
def test_only_a_known_no_excludes(no: dict[str, Any]) -> None:
    asks = no.keys() & {"certificates_until", "verified_on"}
    brief = replace(BRIEF, certificates=frozenset({"gots"} if asks else ()), verified_only="verified_on" in no)
    certified = [replace(one, certificates_until={"gots": None}, verified_on=TODAY) for one in CREW]
    assert "sewer" in names(teams(brief, certified)[0])
    assert all(
        "sewer" not in names(team)
        for team in teams(brief, [replace(certified[1], **no), *certified[:1], *certified[2:]])
    )


def test_an_unknown_rate_stands_in_only_where_nobody_known_can() -> None:
    silent = maker("silent", "lockstitch", rate=None)
    assert all("silent" not in names(team) for team in teams(BRIEF, [*CREW, silent], scores={"silent": 1.0}))
    place = teams(BRIEF, [CREW[0], CREW[3], silent])[0].places[1]
    assert (place.factory, place.needed_hundredths) == ("silent", None)
    assert (place.due_on - place.starts_on).days + 1 == 4  # a third of twelve


def test_a_shared_room_takes_part_and_never_leads() -> None:
    room = replace(CREW[0], is_shared_room=True)
    team = teams(BRIEF, [room, *CREW[1:]])[0]
    assert names(team)[0] == "cutter"
    sewing_room = [replace(CREW[1], is_shared_room=True), CREW[0], CREW[3]]
    assert [place.factory for place in teams(BRIEF, sewing_room)[0].places if place.is_lead] != ["sewer"]
    assert teams(BRIEF, [replace(one, is_shared_room=True) for one in CREW]) == ()


@pytest.mark.parametrize("gone", range(4))
def test_after_a_dropout_the_others_stay_and_the_gap_is_filled(gone: int) -> None:
    spare = [replace(one, id=f"spare {one.id}") for one in CREW]
    brief = replace(BRIEF, quantity=20, needed_by=TODAY + timedelta(days=26))
    agreed = teams(brief, [replace(one, free_weeks=weeks(200, 150, 200, 200)) for one in CREW])[0]
    kept = [place for place in agreed.places if place.factory != CREW[gone].id]
    found = teams(brief, [*CREW, *spare], keep=kept, without=frozenset({CREW[gone].id}))
    if len(kept) == len(agreed.places):
        assert found == ()
        return
    team = found[0]
    check(brief, [*CREW, *spare], team)
    assert CREW[gone].id not in names(team)
    stay = [replace(place, position=0, is_lead=False) for place in kept]
    assert all(place in [replace(one, position=0, is_lead=False) for one in team.places] for place in stay)


def test_a_lot_that_fell_out_goes_to_others_beside_those_who_stay() -> None:
    first = TODAY + timedelta(days=3)
    kept = [
        TeamPlace("cutter", 1, frozenset({"cutting"}), 12, TODAY, TODAY + timedelta(days=2), 100),
        TeamPlace("sewer", 2, frozenset({"sewing_assembly"}), 8, first, first + timedelta(days=4), 134, is_lead=True),
        TeamPlace("finisher", 3, frozenset({"ironing_finishing"}), 12, first + timedelta(days=5), BRIEF.needed_by, 100),
    ]
    team = teams(BRIEF, CREW, keep=kept)[0]
    assert [(place.factory, place.quantity) for place in steps_of(team)[1]] == [("sewer", 8), ("helper", 4)]
    assert teams(BRIEF, CREW, keep=kept, without=frozenset({"helper"})) == ()
