"""One conversation between a designer and a factory, from the first question to the last payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, utc_now
from models.quote import QuoteRequest


class Case(Base):
    """Opened with the request; the order that comes of it is talked about in the same place."""

    __tablename__ = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("quote_request.id", ondelete="CASCADE"), unique=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    request: Mapped[QuoteRequest] = relationship()
