"""Imported order history: what a ranker may learn from, never part of the platform's own figures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.designer import Designer
from models.factory import Factory


class PastOrder(Base):
    """``source_key`` names the row in its file, so that the same file twice changes nothing."""

    __tablename__ = "past_order"
    __table_args__ = (
        UniqueConstraint("district_id", "source_key"),
        Index("ix_past_order_district_id_ordered_on", "district_id", "ordered_on"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    source_key: Mapped[str]
    buyer_key: Mapped[str]
    buyer_name: Mapped[str]
    designer_id: Mapped[int | None] = mapped_column(ForeignKey("designer.id", ondelete="SET NULL"), index=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    ordered_on: Mapped[date | None]
    quantity: Mapped[int | None]
    item: Mapped[str | None]
    delivered_on: Mapped[date | None]
    is_on_time: Mapped[bool | None]
    passed_first_inspection: Mapped[bool | None]

    designer: Mapped[Designer | None] = relationship()
    factory: Mapped[Factory] = relationship()
