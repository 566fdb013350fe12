"""Who owes what by when, and who was stopped from asking because it was not paid. No money is held here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.designer import Designer
from models.order import OrderLine
from models.user import User

FIRST_REMINDER_DAYS, LAST_REMINDER_DAYS = 1, 7
DAYS_TO_PAY = 3  # ours: for the sample's fee and the deposit, of which terms name no day


class PaymentKind(StrEnum):
    SAMPLE_FEE = "sample_fee"
    DEPOSIT = "deposit"
    BALANCE = "balance"


class PaymentPart(Base):
    """One sum to one factory, VAT in it. ``due_on`` is unknown until the day it counts from has come."""

    __tablename__ = "payment_part"
    __table_args__ = (
        UniqueConstraint("line_id", "kind"),
        CheckConstraint("amount_krw >= 0", name="amount_not_negative"),
        Index("ix_payment_part_due_on", "due_on"),
        Index("ix_payment_part_not_received", "due_on", sqlite_where=text("received_at IS NULL"),
              postgresql_where=text("received_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"))
    kind: Mapped[PaymentKind] = mapped_column(code_column(PaymentKind))
    amount_krw: Mapped[int]
    due_on: Mapped[date | None]
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the designer says it was sent
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the owner says it came

    line: Mapped[OrderLine] = relationship()

    def days_late(self, today: date) -> int:
        """0 while it is not due, unknown when, or received."""
        if self.received_at is not None or self.due_on is None:
            return 0
        return max(0, (today - self.due_on).days)


class AskingStop(Base):
    """A client who is a week late cannot ask new factories until staff lift it, with a reason."""

    __tablename__ = "asking_stop"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_reason IS NULL)", name="lifting_has_reason"),
        Index("uq_asking_stop_running", "designer_id", unique=True, sqlite_where=text("lifted_at IS NULL"),
              postgresql_where=text("lifted_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    designer_id: Mapped[int] = mapped_column(ForeignKey("designer.id", ondelete="CASCADE"))
    payment_part_id: Mapped[int] = mapped_column(ForeignKey("payment_part.id", ondelete="CASCADE"))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    lifted_reason: Mapped[str | None]

    designer: Mapped[Designer] = relationship()
    payment_part: Mapped[PaymentPart] = relationship()
    lifted_by: Mapped[User | None] = relationship()
