"""Figures of closed months: written once, never rewritten; what changes later is a revision beside the first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, UtcDateTime, utc_now


class IndicatorSnapshot(Base):
    """``month`` is its first day. ``revision`` 0 is what was first published. ``breakdown`` may hold cells by group."""

    __tablename__ = "indicator_snapshot"
    __table_args__ = (
        UniqueConstraint("district_id", "code", "month", "revision"),
        CheckConstraint("revision >= 0", name="revision_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    code: Mapped[str]
    month: Mapped[date]
    revision: Mapped[int] = mapped_column(default=0)
    value: Mapped[float | None]
    out_of: Mapped[float | None]
    breakdown: Mapped[dict[str, Any] | None] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
