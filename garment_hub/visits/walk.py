"""The order of a day's stops: always on to the nearest that is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to go to; without coordinates it is unknown where it lies."""

    id: int
    lat: float | None = None
    lon: float | None = None


def km(one: Stop, other: Stop) -> float:
    """As the crow flies; both must have coordinates."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        raise ValueError("a stop without coordinates is nowhere")
    north, east = radians(other.lat - one.lat) / 2, radians(other.lon - one.lon) / 2
    chord = sin(north) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(east) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))


def nearest_next(stops: Sequence[Stop]) -> list[Stop]:
    """From the first stop on; of two at the same distance the one named first. Those placed nowhere come last."""
    left = [stop for stop in stops if stop.lat is not None and stop.lon is not None]
    nowhere = [stop for stop in stops if stop.lat is None or stop.lon is None]
    way, left = left[:1], left[1:]
    while left:
        near = min(left, key=lambda stop: km(way[-1], stop))
        left.remove(near)
        way.append(near)
    return [*way, *nowhere]
