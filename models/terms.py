"""What both sides promise each other: versions of the terms, their hash, and who confirmed which."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.order import Order, OrderLine, Party
from models.user import User


def terms_hash(body: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of the terms: the same promise has the same hash on page and PDF."""
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Terms(Base):
    """One version. ``body`` never changes: a change is a new version that every side confirms again."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("order_id", "version"), CheckConstraint("version > 0", name="version_positive"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    body_hash: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    order: Mapped[Order] = relationship()
    made_by: Mapped[User | None] = relationship()
    confirmations: Mapped[list[TermsConfirmation]] = relationship(
        back_populates="terms", cascade="all, delete-orphan", order_by="TermsConfirmation.id"
    )


class TermsConfirmation(Base):
    """One side's yes to one version: the designer's, or a factory's for its line."""

    __tablename__ = "terms_confirmation"
    __table_args__ = (
        CheckConstraint("(party = 'factory') = (line_id IS NOT NULL)", name="factory_names_line"),
        UniqueConstraint("terms_id", "line_id"),
        Index("uq_terms_confirmation_designer", "terms_id", unique=True, sqlite_where=text("line_id IS NULL"),
              postgresql_where=text("line_id IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id", ondelete="CASCADE"))
    party: Mapped[Party] = mapped_column(code_column(Party))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("order_line.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    terms: Mapped[Terms] = relationship(back_populates="confirmations")
    line: Mapped[OrderLine | None] = relationship()
    user: Mapped[User] = relationship()
