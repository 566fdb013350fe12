"""What can be worked out from published figures: between which bounds the parts of their sums must lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TOTAL = ""  # the row or the column that sums up the others
STAYED, CAME, WENT = "stayed", "came", "went"

Place = tuple[str, str]
Group = tuple[str, str, str]  # row, column, and whether its firms were there in both months


class Knowledge:
    """Sums over groups of firms, as somebody knows them who has read the published tables."""

    def __init__(self, groups: Mapping[Group, int]) -> None:
        import numpy as np

        self._groups = list(groups)
        self._true = np.array([groups[one] for one in self._groups], dtype=float)
        self._lines: list[np.ndarray] = []
        self._worlds = [self._true]  # as things are, and as they could be

    def learn(self, places: Iterable[Place], states: tuple[str, ...]) -> None:
        """Read what is published at these places of a month in which groups of those states were there."""
        self._lines += [line for place in places if (line := self._sum_of(place, states)).any()]

    def is_pinned(self, place: Place, states: tuple[str, ...], width: float) -> bool:
        """Whether the least and the most that this sum can be lie less than that apart; nothing is below nothing."""
        aim = self._sum_of(place, states)
        if not self._lines:
            return False
        for sign in (0, 1, -1):  # first by the worlds that were found for other sums: mostly they are enough
            if sign and not self._find_world(sign * aim):
                return False
            values = [float(aim @ world) for world in self._worlds]
            if max(values) - min(values) >= width:
                return False
        return True

    def _find_world(self, aim: np.ndarray) -> bool:
        """One more way how things could be, given what is known: the one with the least of ``aim``."""
        import numpy as np
        from scipy.optimize import linprog

        lines = np.array(self._lines)
        found = linprog(aim, A_eq=lines, b_eq=lines @ self._true, bounds=(0, None), method="highs")
        if found.status == 0:
            self._worlds.append(found.x)
        return bool(found.status == 0)  # else there is no end to it

    def _sum_of(self, place: Place, states: tuple[str, ...]) -> np.ndarray:
        import numpy as np

        row, column = place
        return np.array(
            [
                float(row in (one, TOTAL) and column in (other, TOTAL) and state in states)
                for one, other, state in self._groups
            ]
        )
