"""What an owner was asked, in the order in which it has to be answered, with what decides at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from garment_hub.briefs import facts
from garment_hub.factories.bookings import days_needed
from garment_hub.quotes import wording
from garment_hub.quotes.standing import can_answer, is_lapsed, needs_price
from models.quote import QuoteRequest, RequestStatus

SAID_YES = frozenset({RequestStatus.ANSWERED, RequestStatus.CHOSEN})


@dataclass(frozen=True, slots=True)
class Row:
    """``left`` and ``work`` are known of what waits; ``phone`` once the factory has said yes."""

    asked: QuoteRequest
    headline: str
    waits: bool
    is_lapsed: bool
    left: str | None
    is_last_day: bool
    work: str | None
    phone: str | None


def rows_of(requests: Iterable[QuoteRequest], today: date) -> list[Row]:
    """What waits first, the most pressing on top; then the rest in the order given."""
    rows = [_row(asked, today) for asked in requests]
    waiting = sorted((row for row in rows if row.waits), key=lambda row: (row.left is None, row.asked.answer_by))
    return [*waiting, *(row for row in rows if not row.waits)]


def _row(asked: QuoteRequest, today: date) -> Row:
    is_open = can_answer(asked, today)
    waits = is_open or needs_price(asked, today)
    return Row(
        asked=asked,
        headline=facts.headline(asked.brief),
        waits=waits,
        is_lapsed=is_lapsed(asked, today),
        left=wording.days_left((asked.answer_by - today).days) if is_open else None,
        is_last_day=is_open and asked.answer_by == today,
        work=_work(asked) if waits else None,
        phone=asked.brief.designer.user.phone if asked.quote and asked.status in SAID_YES else None,
    )


def _work(asked: QuoteRequest) -> str | None:
    """Days of work at the factory's own rate; None while it has not stated one."""
    brief, member = asked.brief, asked.team_member
    pieces, work = (member.quantity, member.processes) if member else (brief.quantity, [])
    needed = days_needed(asked.factory, brief.item, work, pieces) if pieces else None
    return None if needed is None else wording.days_of_work(needed)
