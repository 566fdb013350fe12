"""Long lists a page at a time: which page is asked for, and how many there are."""

from __future__ import annotations

from flask import request

FURTHEST = 10**6  # beyond it no list reaches, and an offset would no longer fit a database


def page_wanted() -> int:
    """The page the address names, counted from 1."""
    return max(1, min(request.args.get("page", 1, type=int), FURTHEST))


def page_count(total: int, size: int) -> int:
    """How many pages so many rows fill; an empty list has one."""
    return max(1, -(-total // size))
