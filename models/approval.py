"""What one person asked for and only a second one may allow: deleting data, new weights, contacts by the hundred."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.district import District
from models.user import User

GRANT_LASTS = timedelta(days=7)
WAITING = text("decided_at IS NULL")


class ApprovalKind(StrEnum):
    DELETION = "deletion"
    WEIGHTS = "weights"
    BULK_EXPORT = "bulk_export"


class Approval(Base):
    """One request. ``subject`` and ``subject_id`` name the thing as in the audit record; a grant serves once."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_is_said"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("used_at IS NULL OR is_granted", name="only_grants_are_used"),
        Index("ix_approval_one_waiting", "kind", "subject", "subject_id", unique=True,
              sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_approval_district_id_asked_at", "district_id", "asked_at"),
        Index("ix_approval_subject_subject_id", "subject", "subject_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    kind: Mapped[ApprovalKind] = mapped_column(code_column(ApprovalKind))
    subject: Mapped[str]
    subject_id: Mapped[int]
    reason: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    is_granted: Mapped[bool | None]
    answer: Mapped[str | None]
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    district: Mapped[District] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
