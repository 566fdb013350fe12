"""Hand-overs: pieces that go to the next factory or to the designer, and the receiver's count."""

from __future__ import annotations

from garment_hub.orders.moves import Step, waiting_delivery
from models.errors import Invalid
from models.order import Delivery, OrderLine, OrderStatus


def hand_over(step: Step, line: OrderLine) -> Delivery:
    """Write down so many pieces on their way; rework is not counted a second time."""
    pieces = _pieces(step)
    is_rework = step.before is OrderStatus.REWORK
    delivery = Delivery(number=len(line.deliveries) + 1, pieces=pieces, handed_over_at=step.now, is_rework=is_rework)
    delivery.to_line = _next(line)
    line.deliveries.append(delivery)
    step.session.flush()
    return delivery


def _pieces(step: Step) -> int:
    if step.pieces is None or step.pieces < 1:
        raise Invalid("pieces_needed", field="pieces")
    return step.pieces


def _next(line: OrderLine) -> OrderLine | None:
    """The first line of the next place in the chain; None: the designer."""
    after = [each for each in line.order.active_lines if each.position > line.position]
    return min(after, key=lambda each: (each.position, each.id), default=None)


def count(step: Step) -> None:
    """The receiver says how many really came."""
    if step.pieces is None or step.pieces < 0:
        raise Invalid("pieces_needed", field="pieces")
    if delivery := waiting_delivery(step.order, step.party, step.line):
        delivery.counted_pieces, delivery.counted_at = step.pieces, step.now
