"""Two rows of the register that turned out to be one firm: which stays, which went into it, and how to part them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now
from models.factory import Factory
from models.user import User

STANDING = text("undone_at IS NULL")


class Merge(Base):
    """``before`` lists, step by step, what was moved and what stood there; a merge taken back stays as history."""

    __tablename__ = "merge"
    __table_args__ = (
        Index("ix_merge_one_standing", "gone_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
        CheckConstraint("kept_id <> gone_id", name="two_rows"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    before: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, deferred=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    kept: Mapped[Factory] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Factory] = relationship(foreign_keys=[gone_id])
    merged_by: Mapped[User | None] = relationship(foreign_keys=[merged_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class DuplicateSearch(Base):
    """Somebody asked to have the whole register looked through; the figures stand once it is done."""

    __tablename__ = "duplicate_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    figures: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
