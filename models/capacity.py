"""A factory's weeks: factory-days offered, booked and held, in hundredths."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.factory import Factory

HUNDREDTHS_PER_DAY = 100
DAYS_PER_WEEK = 7
SEOUL = ZoneInfo("Asia/Seoul")


def today_in_seoul() -> date:
    return utc_now().astimezone(SEOUL).date()


def week_of(day: date) -> date:
    """The Monday of the week that holds ``day``."""
    return day - timedelta(days=day.weekday())


class CapacityWeek(Base):
    """What one week offers. Never more than seven days, never less than what is booked and held."""

    __tablename__ = "capacity_week"
    __table_args__ = (
        UniqueConstraint("factory_id", "starts_on"),
        CheckConstraint(f"open_hundredths BETWEEN 0 AND {DAYS_PER_WEEK * HUNDREDTHS_PER_DAY}", name="open_within_week"),
        CheckConstraint("booked_hundredths >= 0 AND held_hundredths >= 0", name="taken_not_negative"),
        CheckConstraint("booked_hundredths + held_hundredths <= open_hundredths", name="not_over_booked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    starts_on: Mapped[date]
    open_hundredths: Mapped[int]
    booked_hundredths: Mapped[int] = mapped_column(default=0)
    held_hundredths: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    factory: Mapped[Factory] = relationship()
    bookings: Mapped[list[CapacityBooking]] = relationship(back_populates="week")

    @property
    def free_hundredths(self) -> int:
        return self.open_hundredths - self.booked_hundredths - self.held_hundredths


class BookingKind(StrEnum):
    """Held is basting, booked is lockstitch; both count."""

    HELD = "held"
    BOOKED = "booked"


class CapacityBooking(Base):
    """Days of one week taken by an order's line, or held for a quote until ``expires_at``.

    The sums of a week's bookings are its ``booked_hundredths`` and ``held_hundredths``; a release deletes the row.
    """

    __tablename__ = "capacity_booking"
    __table_args__ = (
        CheckConstraint("hundredths > 0", name="days_positive"),
        CheckConstraint("(order_line_id IS NULL) <> (quote_id IS NULL)", name="for_one_thing"),
        CheckConstraint("(expires_at IS NULL) OR (kind = 'held')", name="only_holds_expire"),
        UniqueConstraint("week_id", "order_line_id"),
        UniqueConstraint("week_id", "quote_id"),
        Index("ix_capacity_booking_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    week_id: Mapped[int] = mapped_column(ForeignKey("capacity_week.id", ondelete="CASCADE"))
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"), index=True)
    quote_id: Mapped[int | None] = mapped_column(ForeignKey("quote.id", ondelete="CASCADE"), index=True)
    kind: Mapped[BookingKind] = mapped_column(code_column(BookingKind))
    hundredths: Mapped[int]
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    week: Mapped[CapacityWeek] = relationship(back_populates="bookings")
