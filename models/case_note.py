"""What the centre writes down about the cases of its queue, and who has which of them in hand."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.user import User


class CaseKind(StrEnum):
    """What can be the matter, in the order in which the queue shows it."""

    UNCLAIMED = "unclaimed"
    UNANSWERED = "unanswered"
    EXPIRING = "expiring"
    TIGHT_BRIEF = "tight_brief"
    TIGHT_ORDER = "tight_order"
    LATE_DELIVERY = "late_delivery"
    LATE_PAYMENT = "late_payment"
    DISPUTE = "dispute"
    STOPPED = "stopped"
    SUSPICIOUS = "suspicious"


class CaseNote(Base):
    """One note on one case: ``kind`` tells the table of which ``subject_id`` is a row."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_district_id_kind_subject_id", "district_id", "kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    kind: Mapped[CaseKind] = mapped_column(code_column(CaseKind))
    subject_id: Mapped[int]
    text: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    author: Mapped[User | None] = relationship()


class CaseHold(Base):
    """Somebody has a case in hand; the row goes when it is handed back, and of two who take it one inserts it."""

    __tablename__ = "case_hold"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    kind: Mapped[CaseKind] = mapped_column(code_column(CaseKind))
    subject_id: Mapped[int]
    holder_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    holder: Mapped[User] = relationship()
