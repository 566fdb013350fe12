"""What an owner said to the weekly question, and which days it moved."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.factory import Factory, FactSource
from models.user import User


class PulseAnswer(StrEnum):
    OPEN = "open"
    SOME = "some"
    FULL = "full"
    WEEK_CLOSED = "week_closed"  # other work came in: this week alone


class Pulse(Base):
    """``weeks`` holds, by Monday, the hundredths offered before (None: nothing was said) and after."""

    __tablename__ = "pulse"
    __table_args__ = (Index("ix_pulse_factory_id_answered_at", "factory_id", "answered_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    answer: Mapped[PulseAnswer] = mapped_column(code_column(PulseAnswer))
    week_on: Mapped[date]  # the Monday of the week in which it was said
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    source: Mapped[FactSource] = mapped_column(code_column(FactSource))
    weeks: Mapped[dict[str, list[int | None]]] = mapped_column(Json, default=dict)

    factory: Mapped[Factory] = relationship()
    answered_by: Mapped[User | None] = relationship()
