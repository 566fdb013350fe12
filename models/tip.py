"""What was said to an owner about the own factory: the last month told, and questions put off."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json
from models.factory import Factory


class Tip(Base):
    """One row a factory. ``month`` is the first day of the month last looked at, also where nothing was worth telling.

    ``put_off`` holds, by part of the listing, the day from which its question may be asked again.
    """

    __tablename__ = "tip"

    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date | None]
    put_off: Mapped[dict[str, str]] = mapped_column(Json, default=dict)

    factory: Mapped[Factory] = relationship()
