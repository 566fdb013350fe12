"""What a browser would send from a page of this room, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from models.quote import QuoteRequest, RequestStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import (
    in_days,
)

ClientAs = Callable[[Role | User], Browser]
OWNER_PHONE, DESIGNER_PHONE = "01000001111", "01000002222"
OWNER_SPOKEN, DESIGNER_SPOKEN = "010-0000-1111", "010-0000-2222"

# All that a factory can say.
DETAILS = {
    "answer": "conditional",
    "condition": "한 주 늦게",
    "unit_price_krw": "13500",
    "ready_on": in_days(20).isoformat(),
    "work_cutting": "in",
    "work_packing": "apart",
    "extra_packing": "300",
    "sample_fee_krw": "80,000",
    "sample_on": in_days(6).isoformat(),
    "is_sample_fee_deducted": "y",
    "work_days": "3.5",
    "tolerance_pieces": "3",
    "defects": "remake",
    "deposit_percent": "30",
    "balance": "after_handover",
    "balance_days": "7",
    "valid_until": in_days(10).isoformat(),
    "remark": "나나인치도 해요",
}


def form_on(page: str, action: str, at: int = 0) -> dict[str, Any]:
    """What the browser would send from the ``at``-th form to this address: hidden inputs as they stand."""
    forms = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[at])
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def status_of(session: Session, request: QuoteRequest) -> RequestStatus:
    session.refresh(request)
    session.commit()
    return request.status


def answer(client_as: ClientAs, owner: User, asked: QuoteRequest, **values: str) -> None:
    sent = {"answer": "possible", "unit_price_krw": "12000", "ready_on": in_days(20).isoformat()} | values
    assert client_as(owner).send(f"/quote-requests/{asked.id}/quote", sent).status_code == 303
