"""A designer: the brand, what they make, and the pictures they show."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now
from models.district import District
from models.user import User


class Designer(Base):
    __tablename__ = "designer"
    __table_args__ = (
        CheckConstraint(
            "usual_quantity_min IS NULL OR usual_quantity_max IS NULL OR usual_quantity_min <= usual_quantity_max",
            name="usual_quantity_in_order",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    brand: Mapped[str]
    introduction: Mapped[str | None]
    items: Mapped[list[str]] = mapped_column(Json, default=list)  # item codes
    market: Mapped[str | None]
    usual_quantity_min: Mapped[int | None]
    usual_quantity_max: Mapped[int | None]
    business_number: Mapped[str | None]
    website: Mapped[str | None]
    is_public: Mapped[bool] = mapped_column(default=False)
    is_hidden: Mapped[bool] = mapped_column(default=False)  # staff took it off the public pages; see moderation
    checked_on: Mapped[date | None]  # staff saw that there is such a brand
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    user: Mapped[User] = relationship()
    district: Mapped[District] = relationship()
    pictures: Mapped[list[PortfolioPicture]] = relationship(
        cascade="all, delete-orphan", order_by="PortfolioPicture.id"
    )


class PortfolioPicture(Base):
    """``key`` names the stored file; the name it had on the sender's machine is never used."""

    __tablename__ = "portfolio_picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    designer_id: Mapped[int] = mapped_column(ForeignKey("designer.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    caption: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
