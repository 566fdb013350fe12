"""The integer programme of a team: a yes or no for each place, factory and way to join steps, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

#: How far from a whole number the solver's yes and no may be.
ROUNDING = 1e-6
#: Stretch, first step, and the one behind the last.
Span = tuple[int, int, int]


class Programme:
    """Yes-or-no columns (options, spans, factories, then those of cuts) and rows over them.

    ``gap`` is how much dearer than the cheapest an answer may be, as a share.
    """

    def __init__(
        self, options: Sequence[float], factories: Mapping[str, float], spans: Sequence[Span], gap: float
    ) -> None:
        self._gap = gap
        self._options = len(options)
        self._span = {span: self._options + number for number, span in enumerate(spans)}
        self._factory = {name: self._options + len(spans) + number for number, name in enumerate(factories)}
        self._costs = [*options, *(0.0 for _span in spans), *factories.values()]
        self._high = [1.0] * len(self._costs)
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._values: list[float] = []
        self._limits: list[tuple[float, float]] = []

    def span(self, span: Span) -> int:
        return self._span[span]

    def factory(self, name: str) -> int:
        return self._factory[name]

    def column(self) -> int:
        self._costs.append(0.0)
        self._high.append(1.0)
        return len(self._costs) - 1

    def close(self, column: int) -> None:
        self._high[column] = 0.0

    def add(self, terms: Iterable[tuple[int, float]], low: float = -np.inf, high: float = np.inf) -> None:
        for column, value in terms:
            if value == 0.0:
                continue
            self._rows.append(len(self._limits))
            self._columns.append(column)
            self._values.append(value)
        self._limits.append((low, high))

    def solve(self) -> tuple[float, list[int]] | None:
        """What the cheapest answer costs, and its options."""
        # Without whole numbers it takes a tenth of the time, and the answer is often whole.
        return self._solved(is_whole=False) or self._solved(is_whole=True)

    def _solved(self, *, is_whole: bool) -> tuple[float, list[int]] | None:
        shape = len(self._limits), len(self._costs)
        matrix = coo_array((self._values, (self._rows, self._columns)), shape=shape).tocsr()
        low, high = zip(*self._limits, strict=True)
        answer = milp(
            np.array(self._costs),
            integrality=np.full(len(self._costs), int(is_whole)),
            bounds=Bounds(0.0, np.array(self._high)),
            constraints=LinearConstraint(matrix, np.array(low), np.array(high)),
            options={"mip_rel_gap": self._gap},
        )
        if answer.x is None or np.abs(answer.x - np.rint(answer.x)).max() > ROUNDING:
            return None
        return float(answer.fun), np.flatnonzero(answer.x[: self._options] > 0.5).tolist()
