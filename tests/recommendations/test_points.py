"""Shown points have one decimal each, and add up to the shown score."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from garment_hub.recommendations.points import FAIR_TURN, GROUPS, points_of
from recommender import DEFAULT_WEIGHTS

PARTS = st.fixed_dictionaries(
    {name: st.floats(0.0, weight) for name, weight in DEFAULT_WEIGHTS.items()},
    optional={FAIR_TURN: st.floats(-0.1, 0.0)},
)


def tenths(value: float) -> int:
    assert round(value * 10) == round(value * 10, 6)  # one decimal
    return round(value * 10)


@given(PARTS)
def test_shown_numbers_add_up_to_the_shown_score(parts: dict[str, float]) -> None:
    points = points_of(parts)
    assert abs(points.score - 100 * sum(parts.values())) <= 0.05 + 1e-9
    assert sum(map(tenths, points.parts.values())) == tenths(points.score)
    assert sum(map(tenths, points.groups.values())) + tenths(points.turn) == tenths(points.score)
    assert points.turn <= 0 and min(points.groups.values()) >= 0
    for group, members in GROUPS.items():
        assert tenths(points.groups[group]) == sum(tenths(points.parts[part]) for part in members)


@given(PARTS)
def test_no_part_is_moved_by_a_whole_tenth(parts: dict[str, float]) -> None:
    points = points_of(parts)
    assert all(abs(points.parts[name] - 100 * part) < 0.1 + 1e-9 for name, part in parts.items())
    assert all(points.parts[name] == 0.0 for name, part in parts.items() if part == 0.0)


@given(PARTS, st.randoms(use_true_random=False))
def test_the_order_of_the_parts_plays_no_role(parts: dict[str, float], random: Random) -> None:
    """PostgreSQL gives back the keys of an object in an order of its own."""
    names = list(parts)
    random.shuffle(names)
    shuffled = points_of({name: parts[name] for name in names})
    assert shuffled == points_of(parts)
    assert list(shuffled.parts) == list(points_of(parts).parts)


def test_every_part_belongs_to_one_of_the_four_groups() -> None:
    members = [part for group in GROUPS.values() for part in group]
    assert sorted(members) == sorted(DEFAULT_WEIGHTS)


def test_a_list_by_labels_has_one_group_of_its_own() -> None:
    points = points_of({"label_count": 0.4567})
    assert (points.score, points.groups, points.parts) == (45.7, {"label_count": 45.7}, {"label_count": 45.7})
