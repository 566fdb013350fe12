"""An order: who may make which move, its lines (one per factory), its events, and its hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.brief import Brief
from models.capacity import SEOUL
from models.designer import Designer
from models.factory import Factory
from models.quote import Quote
from models.user import User

INSPECTION_DAYS = 10  # from the hand-over; silence counts as accepted


class OrderStatus(StrEnum):
    SAMPLING = "sampling"
    SAMPLE_APPROVED = "sample_approved"
    CONFIRMED = "confirmed"
    IN_PRODUCTION = "in_production"
    DELIVERED = "delivered"
    INSPECTING = "inspecting"
    REWORK = "rework"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"


class Party(StrEnum):
    """On which side of an order somebody acts. The system acts when a clock runs out."""

    DESIGNER = "designer"
    FACTORY = "factory"
    CENTRE = "centre"
    SYSTEM = "system"


class EventKind(StrEnum):
    """What can happen to an order; most are moves, the rest are remarks on the way."""

    PLACED = "placed"
    SAMPLE_SENT = "sample_sent"
    SAMPLE_REJECTED = "sample_rejected"
    SAMPLE_APPROVED = "sample_approved"
    TERMS_PROPOSED = "terms_proposed"
    TERMS_CONFIRMED = "terms_confirmed"
    CONFIRMED = "confirmed"
    STARTED = "started"
    STAGE_HANDED_OVER = "stage_handed_over"
    PIECES_COUNTED = "pieces_counted"
    DELAY_REPORTED = "delay_reported"
    PART_DELIVERED = "part_delivered"
    DELIVERED = "delivered"
    INSPECTION_STARTED = "inspection_started"
    REWORK_ASKED = "rework_asked"
    ACCEPTED = "accepted"
    PAYMENT_REPORTED = "payment_reported"
    PAYMENT_RECEIVED = "payment_received"
    SETTLED = "settled"
    LINE_DROPPED = "line_dropped"
    LINE_REPLACED = "line_replaced"
    NOTED = "noted"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"
    DISPUTE_ENDED = "dispute_ended"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table move × actor × condition. ``to`` None leaves the status as it is.

    ``condition`` names a check of the orders room; ``needs_note`` asks for words that the other side understands.
    """

    kind: EventKind
    sources: frozenset[OrderStatus]
    to: OrderStatus | None
    actors: frozenset[Party]
    condition: str | None = None
    needs_note: bool = False


S, P, E = OrderStatus, Party, EventKind
ENDED = frozenset({S.SETTLED, S.CANCELLED})
ACTIVE = frozenset(S) - ENDED
OWING = frozenset(S) - {S.SETTLED}  # a sum that was due before an order was cancelled is still owed
BEFORE_WORK = frozenset({S.SAMPLING, S.SAMPLE_APPROVED, S.CONFIRMED})
AT_WORK = frozenset({S.IN_PRODUCTION, S.REWORK})
HANDED_OVER = frozenset({S.DELIVERED, S.INSPECTING})
EITHER = frozenset({P.DESIGNER, P.FACTORY})


def _move(
    kind: EventKind,
    sources: frozenset[OrderStatus] | OrderStatus,
    to: OrderStatus | None,
    *actors: Party,
    condition: str | None = None,
    needs_note: bool = False,
) -> Move:
    known = frozenset({sources}) if isinstance(sources, OrderStatus) else sources
    return Move(kind, known, to, frozenset(actors), condition, needs_note)


# The one table of who may do what when. Of lots side by side, the last one moves the order to delivered;
# a dispute ends where the centre says; settling follows the last payment.
MOVES: Mapping[EventKind, Move] = {
    move.kind: move
    for move in (
        _move(E.SAMPLE_SENT, S.SAMPLING, None, P.FACTORY),
        _move(E.SAMPLE_REJECTED, S.SAMPLING, None, P.DESIGNER, condition="sample_waits", needs_note=True),
        _move(E.SAMPLE_APPROVED, S.SAMPLING, S.SAMPLE_APPROVED, P.DESIGNER, condition="sample_waits"),
        _move(E.CONFIRMED, S.SAMPLE_APPROVED, S.CONFIRMED, *EITHER, condition="terms_agreed"),
        _move(E.STARTED, frozenset({S.CONFIRMED, S.IN_PRODUCTION}), S.IN_PRODUCTION, P.FACTORY, condition="may_start"),
        _move(E.STAGE_HANDED_OVER, AT_WORK, None, P.FACTORY, condition="stage_at_work"),
        _move(E.PIECES_COUNTED, ACTIVE, None, *EITHER, condition="delivery_waits"),
        _move(E.DELAY_REPORTED, BEFORE_WORK | AT_WORK, None, P.FACTORY, needs_note=True),
        _move(E.PART_DELIVERED, AT_WORK, None, P.FACTORY, condition="last_at_work"),
        _move(E.DELIVERED, AT_WORK, S.DELIVERED, P.FACTORY, condition="last_at_work"),
        _move(E.INSPECTION_STARTED, S.DELIVERED, S.INSPECTING, P.DESIGNER),
        _move(E.REWORK_ASKED, HANDED_OVER, S.REWORK, P.DESIGNER, condition="inspection_runs", needs_note=True),
        _move(E.ACCEPTED, HANDED_OVER, S.ACCEPTED, P.DESIGNER, P.SYSTEM),
        _move(E.PAYMENT_REPORTED, OWING, None, P.DESIGNER, condition="payment_waits"),
        _move(E.PAYMENT_RECEIVED, OWING, None, P.FACTORY, condition="payment_waits"),
        _move(E.SETTLED, S.ACCEPTED, S.SETTLED, P.FACTORY, P.SYSTEM, condition="all_paid"),
        _move(E.LINE_DROPPED, BEFORE_WORK | AT_WORK, None, P.FACTORY, P.CENTRE, condition="is_team", needs_note=True),
        _move(E.NOTED, ACTIVE, None, *Party, needs_note=True),
        _move(E.CANCELLED, BEFORE_WORK, S.CANCELLED, *EITHER, P.CENTRE, needs_note=True),
        _move(E.DISPUTED, ACTIVE - {S.DISPUTED}, S.DISPUTED, *EITHER, needs_note=True),
        _move(E.DISPUTE_ENDED, S.DISPUTED, None, P.CENTRE, needs_note=True),
    )
}


def moves_for(status: OrderStatus, party: Party) -> list[Move]:
    """What this side may do next, in the order of the table; conditions are not looked at."""
    return [move for move in MOVES.values() if status in move.sources and party in move.actors]


class Order(Base):
    """``number`` is what people read out; ``inspect_by`` and payment days count from ``delivered_at``."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("status <> 'disputed' OR disputed_from IS NOT NULL", name="dispute_remembers"),
        CheckConstraint("NOT is_sample_waived OR sample_waived_reason IS NOT NULL", name="waiver_has_reason"),
        Index("ix_order_district_id_placed_at", "district_id", "placed_at"),
        Index("ix_order_district_id_confirmed_at", "district_id", "confirmed_at"),
        Index("ix_order_district_id_delivered_at", "district_id", "delivered_at"),
        Index("ix_order_status", "status"),
        Index("ix_order_district_id_status_due_on", "district_id", "status", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"), index=True)
    designer_id: Mapped[int] = mapped_column(ForeignKey("designer.id"), index=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"))
    status: Mapped[OrderStatus] = mapped_column(code_column(OrderStatus))
    disputed_from: Mapped[OrderStatus | None] = mapped_column(code_column(OrderStatus, "disputed_from"))
    item: Mapped[str]
    quantity: Mapped[int]
    is_sample_waived: Mapped[bool] = mapped_column(default=False)
    sample_waived_reason: Mapped[str | None]
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    due_on: Mapped[date]
    expected_on: Mapped[date | None]  # a delay the factory reported; the promise stays due_on
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last hand-over to the designer
    inspect_by: Mapped[date | None]
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepted_quantity: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    brief: Mapped[Brief] = relationship()
    designer: Mapped[Designer] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="OrderLine.position, OrderLine.id"
    )
    events: Mapped[list[OrderEvent]] = relationship(back_populates="order", order_by="OrderEvent.id")

    @property
    def number(self) -> str:
        """As people read it out: year and a running number."""
        return f"{self.placed_at.astimezone(SEOUL).year}-{self.id:05d}"

    @property
    def dispute_ends(self) -> list[OrderStatus]:
        """Where the centre may let a dispute end: where it began, one step back or on, or not at all."""
        began = [self.disputed_from] if self.disputed_from else []
        after = [OrderStatus.REWORK, OrderStatus.ACCEPTED] if self.delivered_at else []
        return list(dict.fromkeys([*began, *after, OrderStatus.CANCELLED]))

    @property
    def has_sample_waiting(self) -> bool:
        """Whether a sample was sent that nobody has judged yet."""
        judged = EventKind.SAMPLE_SENT, EventKind.SAMPLE_REJECTED, EventKind.SAMPLE_APPROVED
        last = next((event.kind for event in reversed(self.events) if event.kind in judged), None)
        return last is EventKind.SAMPLE_SENT

    @property
    def active_lines(self) -> list[OrderLine]:
        return [line for line in self.lines if line.status is not LineStatus.DROPPED]

    @property
    def last_lines(self) -> list[OrderLine]:
        """Those that hand over to the designer."""
        last = max((line.position for line in self.active_lines), default=0)
        return [line for line in self.active_lines if line.position == last]

    @property
    def lead(self) -> OrderLine:
        """The factory that speaks for all; of a team with a dropped lead, the last one in the chain."""
        return next((line for line in self.active_lines if line.is_lead), self.lines[-1])

    @property
    def is_team(self) -> bool:
        return len(self.lines) > 1


class LineStatus(StrEnum):
    PLANNED = "planned"
    WORKING = "working"
    HANDED_OVER = "handed_over"
    DROPPED = "dropped"


class OrderLine(Base):
    """One factory's part. Days it takes that fit into no stated week wait in ``unplaced_hundredths``."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price_krw > 0", name="price_positive"),
        CheckConstraint("work_hundredths > 0", name="work_positive"),
        CheckConstraint("unplaced_hundredths >= 0", name="unplaced_not_negative"),
        Index("ix_order_line_factory_id_status", "factory_id", "status"),
        # One quote makes one order: whoever comes second is told so.
        Index("uq_order_line_quote_id", "quote_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id"))
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    position: Mapped[int] = mapped_column(default=0)
    is_lead: Mapped[bool] = mapped_column(default=True)
    status: Mapped[LineStatus] = mapped_column(code_column(LineStatus), default=LineStatus.PLANNED)
    processes: Mapped[list[str]] = mapped_column(Json)
    quantity: Mapped[int]
    unit_price_krw: Mapped[int]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    work_hundredths: Mapped[int | None]
    unplaced_hundredths: Mapped[int] = mapped_column(default=0)

    order: Mapped[Order] = relationship(back_populates="lines")
    factory: Mapped[Factory] = relationship()
    quote: Mapped[Quote] = relationship()
    deliveries: Mapped[list[Delivery]] = relationship(
        back_populates="line",
        cascade="all, delete-orphan",
        order_by="Delivery.id",
        foreign_keys="Delivery.line_id",
    )

    @property
    def handed_over_pieces(self) -> int:
        return sum(delivery.pieces for delivery in self.deliveries if not delivery.is_rework)

    @property
    def counted_pieces(self) -> int:
        """As the receivers counted, or as handed over where nobody has."""
        counts = [
            delivery.pieces if delivery.counted_pieces is None else delivery.counted_pieces
            for delivery in self.deliveries
            if not delivery.is_rework
        ]
        return sum(counts)


class LineReopening(Base):
    """A brief of its own that looks for another factory in the place of one that dropped out."""

    __tablename__ = "line_reopening"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"), unique=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"), unique=True)

    line: Mapped[OrderLine] = relationship()
    brief: Mapped[Brief] = relationship()


class OrderEvent(Base):
    """What happened, by whom and when; never changed and never deleted (a trigger refuses both)."""

    __tablename__ = "order_event"
    __table_args__ = (
        Index("uq_order_event_placed", "order_id", unique=True, sqlite_where=text("kind = 'placed'"),
              postgresql_where=text("kind = 'placed'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))
    kind: Mapped[EventKind] = mapped_column(code_column(EventKind))
    status: Mapped[OrderStatus] = mapped_column(code_column(OrderStatus))  # after the event
    party: Mapped[Party] = mapped_column(code_column(Party))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    note: Mapped[str | None]
    picture_key: Mapped[str | None]
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    order: Mapped[Order] = relationship(back_populates="events")
    line: Mapped[OrderLine | None] = relationship()
    actor: Mapped[User | None] = relationship()


class Delivery(Base):
    """Pieces that change hands: to the next factory of a team, or to the designer. The receiver counts them."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("pieces > 0", name="pieces_positive"),
        CheckConstraint("counted_pieces >= 0", name="counted_not_negative"),
        UniqueConstraint("line_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"))
    number: Mapped[int]
    pieces: Mapped[int]
    to_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))  # None: to the designer
    is_rework: Mapped[bool] = mapped_column(default=False)  # pieces that were handed over before
    handed_over_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    counted_pieces: Mapped[int | None]
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    line: Mapped[OrderLine] = relationship(back_populates="deliveries", foreign_keys=[line_id])
    to_line: Mapped[OrderLine | None] = relationship(foreign_keys=[to_line_id])
