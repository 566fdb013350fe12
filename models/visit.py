"""A visit that the centre plans to a factory, and what came of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, utc_now
from models.factory import Factory
from models.user import User


class Visit(Base):
    """``purpose`` and ``note`` are the coordinator's own words; ``place`` is the stop's number on that day."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("factory_id", "planned_on"),
        Index("ix_visit_district_id_planned_on", "district_id", "planned_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    planned_on: Mapped[date]
    place: Mapped[int]
    purpose: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None]

    factory: Mapped[Factory] = relationship()
    coordinator: Mapped[User | None] = relationship()
