"""What the sides of a case write to each other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.case import Case
from models.order import Party
from models.user import User


class Message(Base):
    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("text IS NOT NULL OR picture_key IS NOT NULL", name="says_something"),
        Index("ix_message_case_id_sent_at", "case_id", "sent_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    party: Mapped[Party] = mapped_column(code_column(Party))
    text: Mapped[str | None]
    picture_key: Mapped[str | None]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by the other side

    case: Mapped[Case] = relationship()
    author: Mapped[User] = relationship()
