"""Checks of a factory, one row each: what was looked at, by whom, what came of it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.factory import Factory
from models.user import User


class CheckStep(StrEnum):
    """The steps in their order, and the light one that repeats what is known."""

    APPLIED = "applied"  # 신청
    DOCUMENT = "document"  # 서류 확인
    VISIT = "visit"  # 방문 확인
    CALL = "call"  # still there, still right: a light re-check


class TaxState(StrEnum):
    """What the tax office says of a business number."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # it knows no such number


class FactoryCheck(Base):
    """``note`` is the officer's own word; ``tax_state`` stands only with papers."""

    __tablename__ = "factory_check"
    __table_args__ = (
        Index("ix_factory_check_district_id_checked_on", "district_id", "checked_on"),
        CheckConstraint("tax_state IS NULL OR step = 'document'", name="tax_with_papers"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    step: Mapped[CheckStep] = mapped_column(code_column(CheckStep))
    has_passed: Mapped[bool]
    tax_state: Mapped[TaxState | None] = mapped_column(code_column(TaxState))
    checked_on: Mapped[date]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    note: Mapped[str | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    factory: Mapped[Factory] = relationship()
    checked_by: Mapped[User | None] = relationship()
