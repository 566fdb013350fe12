"""A listing that somebody has begun on a phone and not yet finished: kept on the server, found by its address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now
from models.district import District
from models.factory import Factory


class ListingDraft(Base):
    """The address holds the token, the row only its hash. ``answers`` go once the factory is registered."""

    __tablename__ = "listing_draft"
    __table_args__ = (Index("ix_listing_draft_updated_at", "updated_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    factory_id: Mapped[int | None] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    district: Mapped[District] = relationship()
    factory: Mapped[Factory | None] = relationship()
