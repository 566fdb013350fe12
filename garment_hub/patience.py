"""How long a page waits for the database before it gives up, whatever the server or the net does."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import current_app, has_request_context, request

P = ParamSpec("P")
R = TypeVar("R")

# Together less than the five seconds in which a page answers. Jobs and commands wait as long as it takes.
CONNECT_SECONDS = 2
SECONDS = 2.5  # of one request, over all its statements
SECONDS_OF_RECKONING = 60.0


def reckons(view: Callable[P, R]) -> Callable[P, R]:
    """This view goes through all orders or the whole register, so its reader is made to wait longer."""
    view.reckons = True  # type: ignore[attr-defined]
    return view


def seconds_to_wait() -> float | None:
    """What a whole request may wait; None outside of one."""
    if not has_request_context():
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    return SECONDS_OF_RECKONING if getattr(view, "reckons", False) else SECONDS
