"""The figures of a district that take long to count, as they were when they were last counted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, UtcDateTime, utc_now


class DistrictState(Base):
    """One row per district. ``figures`` are counts and codes, never anything about one firm."""

    __tablename__ = "district_state"

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id", ondelete="CASCADE"), primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
