"""A form that was sent: the same token again leads to the same place, with other content it is refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime, utc_now


class FormToken(Base):
    __tablename__ = "form_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    body_hash: Mapped[str]
    location: Mapped[str]
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
