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
#: The part that takes points away: who was shown often makes room. It stands beside the four.
FAIR_TURN = "fair_turn"
WHOLE_POINTS = 100  # a score of 1
TENTHS_OF_WHOLE = 10 * WHOLE_POINTS


@dataclass(frozen=True, slots=True)
class Points:
    """What is shown of one score: the groups and the turn add up to it, and so do the parts."""

    score: float
    groups: dict[str, float]
    parts: dict[str, float]

    @property
    def turn(self) -> float:
        """Taken off for having been shown often: 0 or less."""
        return self.parts.get(FAIR_TURN, 0.0)


def points_of(parts: Mapping[str, float]) -> Points:
    """Parts on the scale 0 to 1 as points; a part outside the four groups stands as a group of its own.

    In the order of the groups, whatever order the database gave the parts back in; the turn last.
    """
    known = [part for members in GROUPS.values() for part in members if part in parts]
    others = sorted(parts.keys() - set(known), key=lambda part: (part == FAIR_TURN, part))
    tenths = _rounded({part: parts[part] for part in [*known, *others]}, TENTHS_OF_WHOLE)
    own = {part: (part,) for part in others if part != FAIR_TURN}
    groups = {name: members for name, members in GROUPS.items() if any(part in parts for part in members)} | own
    return Points(
        score=sum(tenths.values()) / 10,
        groups={name: sum(tenths.get(part, 0) for part in members) / 10 for name, members in groups.items()},
        parts={part: value / 10 for part, value in tenths.items()},
    )


def whole_points(weights: Mapping[str, float]) -> dict[str, int]:
    """Weights as whole points that add up to 100."""
    return _rounded(weights, WHOLE_POINTS)


def _rounded(parts: Mapping[str, float], scale: int) -> dict[str, int]:
    """Whole numbers by the largest remainder, so that they add up to the rounded sum; the turn may be below 0."""
    exact = {name: part * scale for name, part in parts.items()}
    whole = {name: floor(value) for name, value in exact.items()}
    left = floor(sum(exact.values()) + 0.5) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda name: whole[name] - exact[name])
    return whole | {name: whole[name] + 1 for name in by_remainder[:left]}
