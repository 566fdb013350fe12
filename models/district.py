"""A city district, its neighbourhoods with their dates, and what kind of installation this is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now

DEFAULT_DISTRICT = "11230"


class Installation(Base):
    """One row for the whole database: whether its content is made up."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    is_demo: Mapped[bool] = mapped_column(default=False)
    # Kept only in a demo database, so that a later start can print the sign-ins again.
    demo_password: Mapped[str | None]


class District(Base):
    __tablename__ = "district"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_ko: Mapped[str]
    name_en: Mapped[str]
    country: Mapped[str] = mapped_column(default="KR")
    # Loaded where the map is drawn: it is large, and every page asks for its district.
    borders: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    neighbourhoods: Mapped[list[Neighbourhood]] = relationship(
        back_populates="district", order_by="Neighbourhood.name_ko", cascade="all, delete-orphan"
    )


class Neighbourhood(Base):
    """A dong (or its like elsewhere), valid from ``valid_from`` until the day before ``valid_to``."""

    __tablename__ = "neighbourhood"
    __table_args__ = (UniqueConstraint("district_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    code: Mapped[str]
    name_ko: Mapped[str]
    name_en: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str | None]
    is_point_approximate: Mapped[bool] = mapped_column(default=False)

    district: Mapped[District] = relationship(back_populates="neighbourhoods")

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


def current_neighbourhoods(session: Session, district_id: int, day: date) -> list[Neighbourhood]:
    """The neighbourhoods that exist on ``day``, by their Korean name."""
    query = (
        select(Neighbourhood)
        .where(Neighbourhood.district_id == district_id)
        .where(or_(Neighbourhood.valid_from.is_(None), Neighbourhood.valid_from <= day))
        .where(or_(Neighbourhood.valid_to.is_(None), Neighbourhood.valid_to > day))
        .order_by(Neighbourhood.name_ko)
    )
    return list(session.scalars(query))
