"""Figures from outside the platform, each with its year and source; a correction is a new row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, utc_now
from models.user import User


class Statistic(Base):
    """``first`` and ``last`` bound the period it is about. ``replaced_at`` is set when a later row corrects it."""

    __tablename__ = "statistic"
    __table_args__ = (
        Index("ix_statistic_district_id_code", "district_id", "code"),
        CheckConstraint("length(source) > 0", name="has_source"),
        CheckConstraint("first_on <= last_on", name="period_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    code: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    value: Mapped[float]
    scope: Mapped[str]
    source: Mapped[str]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    added_by: Mapped[User | None] = relationship()
