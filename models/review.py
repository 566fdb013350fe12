"""What each side says of the other after the hand-over: three plain answers, no stars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, and_, exists, or_, text
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.order import OrderLine, Party
from models.user import User

HIDDEN_FOR = timedelta(days=14)
FEWEST_SHOWN = 3  # below, counts would tell who said what


class SelfDealing(StrEnum):
    """Why a review may come from the reviewed: what both sides share."""

    BUSINESS_NUMBER = "business_number"
    PHONE = "phone"
    ADDRESS = "address"
    DEVICE = "device"


_SUSPICIOUS = text("suspicion IS NOT NULL AND cleared_at IS NULL")


class Review(Base):
    """Of the factory by the designer, or of the designer by the factory, once per line.

    ``was_good`` is quality when the designer writes and payment when the factory writes. With ``suspicion`` it
    weighs nothing until staff clear it; dismissed, it never will.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("line_id", "party"),
        CheckConstraint("party IN ('designer', 'factory')", name="by_a_side"),
        CheckConstraint("cleared_at IS NULL OR suspicion IS NOT NULL", name="only_suspects_are_cleared"),
        Index("ix_review_suspicious", "line_id", sqlite_where=_SUSPICIOUS, postgresql_where=_SUSPICIOUS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"))
    party: Mapped[Party] = mapped_column(code_column(Party))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    kept_the_date: Mapped[bool]
    was_good: Mapped[bool]
    would_again: Mapped[bool]
    word: Mapped[str | None]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    suspicion: Mapped[SelfDealing | None] = mapped_column(code_column(SelfDealing))
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    dismissed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by whom, the record says

    line: Mapped[OrderLine] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])

    @property
    def weighs(self) -> bool:
        return self.suspicion is None or self.cleared_at is not None

    def is_open(self, *, other_has_written: bool, now: datetime) -> bool:
        """Whether the other side may read it yet."""
        return other_has_written or now >= self.written_at + HIDDEN_FOR


def is_counted(now: datetime) -> ColumnElement[bool]:
    """Reviews that weigh and that both sides may read: the only ones in figures others see."""
    other = aliased(Review)
    has_answer = exists().where(other.line_id == Review.line_id, other.party != Review.party, other.written_at <= now)
    return and_(
        Review.written_at <= now,
        or_(Review.suspicion.is_(None), Review.cleared_at.is_not(None)),
        or_(Review.written_at <= now - HIDDEN_FOR, has_answer),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """How often a promise was kept, of the counted reviews."""

    good: int
    of: int

    @property
    def is_few(self) -> bool:
        return self.of < FEWEST_SHOWN
