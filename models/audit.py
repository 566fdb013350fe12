"""Who did or saw what that others must be able to check: never changed, never deleted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.user import User


class AuditAction(StrEnum):
    DRAWING_SEEN = "drawing_seen"
    CASE_READ = "case_read"
    ANSWERED_FOR_OWNER = "answered_for_owner"
    SAMPLE_WAIVED = "sample_waived"
    DISPUTE_ENDED = "dispute_ended"
    ASKING_ALLOWED = "asking_allowed"
    REVIEW_CLEARED = "review_cleared"
    RANKING_CHANGED = "ranking_changed"
    RANKING_PROPOSED = "ranking_proposed"
    SIGN_IN_SHOWN = "sign_in_shown"
    MANDATE_GIVEN = "mandate_given"
    MANDATE_ENDED = "mandate_ended"
    CHANGED_FOR_OWNER = "changed_for_owner"
    CLAIM_DECIDED = "claim_decided"
    REGISTRATION_SEEN = "registration_seen"
    FACTORIES_MERGED = "factories_merged"
    MERGE_UNDONE = "merge_undone"
    FACTORY_VERIFIED = "factory_verified"
    DESIGNER_CHECKED = "designer_checked"
    IMPORT_STARTED = "import_started"
    IMPORT_UNDONE = "import_undone"
    CONTACTS_EXPORTED = "contacts_exported"
    FIGURES_READ = "figures_read"
    STATISTICS_ADDED = "statistics_added"
    SNAPSHOT_MADE = "snapshot_made"
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    DELETED = "deleted"
    LOG_REVIEWED = "log_reviewed"
    ENTRIES_SEARCHED = "entries_searched"
    CASE_HANDED_BACK = "case_handed_back"
    CASE_NOTED = "case_noted"
    MODERATED = "moderated"


class AuditEntry(Base):
    """``subject`` is a table's name and ``subject_id`` its row; personal values stand in neither."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_subject_id", "subject", "subject_id"),
        Index("ix_audit_entry_district_id_at", "district_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    action: Mapped[AuditAction] = mapped_column(code_column(AuditAction))
    subject: Mapped[str]
    subject_id: Mapped[int]
    reason: Mapped[str | None]
    values: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    actor: Mapped[User | None] = relationship()
