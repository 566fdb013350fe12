"""What is usual among others, said only where nobody can be made out behind it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

FEWEST_OTHERS = 5
MOST_OF_ONE_PERCENT = 80


def usual(others: Sequence[int]) -> int | None:
    """The whole number in the middle of what others have; None with too few of them, or with one above all the rest.

    The reader's own number must not be among them: whoever knows it could take it out again.
    """
    if len(others) < FEWEST_OTHERS or max(others) * 100 > sum(others) * MOST_OF_ONE_PERCENT:
        return None
    return int(median(others) + 0.5)
