"""Statuses: which may follow which, and that nothing else is let through."""

from __future__ import annotations

from itertools import product

import pytest

from models.brief import ALLOWED_MOVES as BRIEF_MOVES
from models.brief import Brief, BriefStatus
from models.errors import Conflict
from models.quote import ALLOWED_MOVES as REQUEST_MOVES
from models.quote import QuoteRequest, RequestStatus

# Written down again on purpose: a move that becomes possible by a slip shows here.
BRIEF = {("draft", "open"), ("draft", "withdrawn"), ("open", "closed"), ("open", "withdrawn")}
REQUEST = {("open", "answered"), ("open", "declined"), ("open", "withdrawn")} | {
    ("answered", end) for end in ("chosen", "not_chosen", "withdrawn")
}


@pytest.mark.parametrize(("start", "end"), [*product(BriefStatus, BriefStatus)])
def test_a_brief_moves_as_written(start: BriefStatus, end: BriefStatus) -> None:
    brief = Brief(status=start)
    if (start.value, end.value) in BRIEF:
        brief.move_to(end)
        assert brief.status is end
    else:
        with pytest.raises(Conflict):
            brief.move_to(end)
        assert brief.status is start


@pytest.mark.parametrize(("start", "end"), [*product(RequestStatus, RequestStatus)])
def test_a_request_moves_as_written(start: RequestStatus, end: RequestStatus) -> None:
    request = QuoteRequest(status=start)
    if (start.value, end.value) in REQUEST:
        request.move_to(end)
        assert request.status is end
    else:
        with pytest.raises(Conflict):
            request.move_to(end)
        assert request.status is start


def test_every_status_has_its_moves() -> None:
    assert set(BRIEF_MOVES) == set(BriefStatus) and set(REQUEST_MOVES) == set(RequestStatus)
