"""The order of a day's stops: everybody once, from the first on, always to the nearest that is left."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from garment_hub.visits.walk import Stop, km, nearest_next

SEOUL = st.tuples(st.floats(37.4, 37.7), st.floats(126.8, 127.2))


@st.composite
def days(draw: st.DrawFn) -> list[Stop]:
    places = draw(st.lists(st.none() | SEOUL, max_size=9))
    return [Stop(number, *(place or ())) for number, place in enumerate(places)]


@given(days())
def test_each_leg_goes_to_the_nearest_that_is_left(stops: list[Stop]) -> None:
    way = nearest_next(stops)
    assert sorted(way, key=lambda stop: stop.id) == stops
    placed = [stop for stop in way if stop.lat is not None]
    assert way[: len(placed)] == placed  # who lies nowhere comes last, as listed
    assert way[len(placed) :] == [stop for stop in stops if stop.lat is None]
    assert placed[:1] == [stop for stop in stops if stop.lat is not None][:1]
    for at, (here, there) in enumerate(pairwise(placed)):
        assert km(here, there) == min(km(here, other) for other in placed[at + 1 :])


@given(days())
def test_walking_an_order_that_is_walked_changes_nothing(stops: list[Stop]) -> None:
    way = nearest_next(stops)
    assert nearest_next(way) == way


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert math.isclose(km(Stop(1, 37.0, 127.0), Stop(2, 38.0, 127.0)), 111.2, rel_tol=0.001)
    # Oracle: the spherical law of cosines.
    one, other = (37.5744, 127.0396), (37.5838, 127.0508)
    a, b = (math.radians(one[0]), math.radians(other[0]))
    angle = math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(math.radians(0.0112)))
    assert math.isclose(km(Stop(1, *one), Stop(2, *other)), 6371 * angle, rel_tol=1e-6)
