"""The same work once more: the brief copied, the same factory or team asked, the earlier price at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import accumulate, pairwise

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from garment_hub.quotes.services import Offer, ask_one, askable, prepare_asking
from garment_hub.quotes.teams import Place, build_team, request_team
from models.base import utc_now
from models.brief import Brief, BriefFile, BriefStatus
from models.errors import Forbidden, Invalid
from models.order import Order, OrderLine
from models.quote import QuoteAnswer, QuoteRequest
from models.user import User

# What belongs to the earlier time, not to the work.
NOT_COPIED = frozenset({"id", "status", "quantity", "needed_by", "materials_on", "created_at", "published_at"})
# What an earlier quote says about its price; its days are over.
KEPT_TERMS = (
    "is_vat_included", "price_includes", "extras", "sample_fee_krw", "is_sample_fee_deducted", "tolerance_pieces",
    "defects", "deposit_percent", "balance", "balance_days",
)  # fmt: skip


def repeat_order(
    session: Session,
    order: Order,
    quantity: int,
    needed_by: date,
    actor: User,
    today: date,
    *,
    copy_picture: Callable[[str], str],
) -> list[QuoteRequest]:
    """Ask the same factory, or every member of the same team, for the same work with a new number and day.

    ``copy_picture`` makes a stored picture's twin and returns its key; it is called when everything else went well.
    """
    if order.designer.user_id != actor.id:
        raise Forbidden
    if needed_by <= today:
        raise Invalid("brief_day_over", field="needed_by")
    brief = copy_brief(order.brief, quantity, needed_by)
    session.add(brief)
    session.flush()
    lines = order.active_lines
    if len(lines) > 1:
        team = build_team(session, brief, _places(lines, quantity, needed_by, today), today)
        requests = request_team(session, team, today, repeats=order)
    else:
        prepare_asking(session, brief, today)
        (factory,) = askable(session, brief, [order.lead.factory_id], have_worked_before=True)
        requests = [ask_one(session, brief, factory, today, repeats=order)]
    brief.files = [BriefFile(key=copy_picture(file.key), title=file.title) for file in order.brief.files]
    session.flush()
    return requests


def copy_brief(brief: Brief, quantity: int, needed_by: date) -> Brief:
    """The same brief as a new, published one for so many pieces by another day; its pictures are not in it."""
    columns = set(inspect(Brief).column_attrs.keys()) - NOT_COPIED
    values = {name: getattr(brief, name) for name in columns}
    values |= {name: list(value) for name, value in values.items() if isinstance(value, list)}
    return Brief(**values, status=BriefStatus.OPEN, quantity=quantity, needed_by=needed_by, published_at=utc_now())


def _places(lines: Sequence[OrderLine], quantity: int, needed_by: date, today: date) -> list[Place]:
    """The chain as it was, moved so that it ends on the new day; lots keep their shares."""
    later = needed_by - max(line.due_on for line in lines)
    if min(line.starts_on for line in lines) + later < today:
        raise Invalid("repeat_too_soon", field="needed_by")
    found: list[Place] = []
    for position in sorted({line.position for line in lines}):
        step = [line for line in lines if line.position == position]
        pieces = shares(quantity, [line.quantity for line in step])
        found += [
            Place(
                position, line.factory_id, tuple(line.processes), share, line.starts_on + later, line.due_on + later,
                line.id == lines[0].order.lead.id,
            )
            for line, share in zip(step, pieces, strict=True)
        ]  # fmt: skip
    return found


def shares(quantity: int, before: Sequence[int]) -> list[int]:
    """``quantity`` divided as ``before`` was, at least one for each."""
    if quantity < len(before):
        raise Invalid("repeat_too_few", field="quantity")
    found = _divided(quantity, before)
    return found if all(found) else [1 + share for share in _divided(quantity - len(before), before)]


def _divided(quantity: int, before: Sequence[int]) -> list[int]:
    """In proportion; rounding moves the borders between neighbours and loses nothing."""
    borders = [quantity * sofar // sum(before) for sofar in accumulate(before, initial=0)]
    return [end - start for start, end in pairwise(borders)]


def earlier_line(session: Session, request: QuoteRequest) -> OrderLine | None:
    """What this factory did in the order that is repeated."""
    if request.repeats_order_id is None:
        return None
    which = OrderLine.order_id == request.repeats_order_id, OrderLine.factory_id == request.factory_id
    lines = list(session.scalars(select(OrderLine).where(*which).order_by(OrderLine.position, OrderLine.id)))
    work = request.team_member.processes if request.team_member else None
    return next((line for line in lines if work in (None, line.processes)), None)


def earlier_offer(line: OrderLine) -> Offer:
    """The price and the words of last time; days and validity are new."""
    kept = {name: getattr(line.quote, name) for name in KEPT_TERMS}
    return Offer(QuoteAnswer.POSSIBLE, line.unit_price_krw, **kept)
