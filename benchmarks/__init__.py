"""Long runs of what is promised, and rivals: ``python -m benchmarks [NAME ...] [--write]``. Only in a checkout."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table: what is promised, with its goal; what was measured; how to measure it again."""

    promise: str
    figure: str
    command: str
