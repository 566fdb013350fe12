"""Somebody says that a factory is theirs: on what grounds, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.factory import Factory
from models.user import User


class ClaimStatus(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ClaimGround(StrEnum):
    """What speaks for it; only the first two are enough without somebody of the centre looking."""

    CODE = "code"  # of the sheet or the screen that the centre showed
    PHONE = "phone"  # the confirmed telephone is the one in the register
    BUSINESS_NUMBER = "business_number"
    WORD = "word"  # nothing but their word


class Claim(Base):
    __tablename__ = "claim"
    __table_args__ = (
        Index("ix_claim_one_waiting", "factory_id", "user_id", unique=True,
              sqlite_where=text("status = 'waiting'"), postgresql_where=text("status = 'waiting'")),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided_or_waiting"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    status: Mapped[ClaimStatus] = mapped_column(code_column(ClaimStatus), default=ClaimStatus.WAITING)
    ground: Mapped[ClaimGround] = mapped_column(code_column(ClaimGround))
    note: Mapped[str | None]  # what the person wrote
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    reason: Mapped[str | None]

    factory: Mapped[Factory] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
