"""Commands of this room."""

from __future__ import annotations

from typing import Any


def register(calls: Any) -> None:
    pass
