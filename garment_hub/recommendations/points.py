"""From parts of a score to the points that are shown: one decimal each, and they add up to the score shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor

# The four threads of the parts bar, in their fixed order.
GROUPS: dict[str, tuple[str, ...]] = {
    "specialty": ("specialty",),
    "capacity": ("capacity_fit",),
    "history": ("history", "continuity", "reliability", "quality", "acceptance"),
    "place_and_price": ("nearness", "price_fit"),
}
TENTHS_OF_WHOLE = 1000  # a score of 1 is 100.0 points


@dataclass(frozen=True, slots=True)
class Points:
    """What is shown of one score."""

    score: float
    groups: dict[str, float]
    parts: dict[str, float]


def points_of(parts: Mapping[str, float]) -> Points:
    """Parts on the scale 0 to 1 as points; a part outside the four groups stands as a group of its own.

    In the order of the groups, whatever order the database gave the parts back in.
    """
    known = [part for members in GROUPS.values() for part in members if part in parts]
    tenths = _rounded({part: parts[part] for part in [*known, *sorted(parts.keys() - set(known))]})
    grouped = {part for members in GROUPS.values() for part in members}
    own = {part: (part,) for part in parts if part not in grouped}
    groups = {name: members for name, members in GROUPS.items() if any(part in parts for part in members)} | own
    return Points(
        score=sum(tenths.values()) / 10,
        groups={name: sum(tenths.get(part, 0) for part in members) / 10 for name, members in groups.items()},
        parts={part: value / 10 for part, value in tenths.items()},
    )


def _rounded(parts: Mapping[str, float]) -> dict[str, int]:
    """Whole tenths by the largest remainder, so that they add up to the rounded sum."""
    exact = {name: part * TENTHS_OF_WHOLE for name, part in parts.items()}
    tenths = {name: floor(value) for name, value in exact.items()}
    left = floor(sum(exact.values()) + 0.5) - sum(tenths.values())
    by_remainder = sorted(exact, key=lambda name: tenths[name] - exact[name])
    return tenths | {name: tenths[name] + 1 for name in by_remainder[:left]}
