"""A photo of a business registration, sent so that the centre keys its number in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, utc_now
from models.factory import Factory


class RegistrationPhoto(Base):
    """Waits until the number is keyed in; then photo and row go, since nobody needs them any more."""

    __tablename__ = "registration_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    factory: Mapped[Factory] = relationship()
