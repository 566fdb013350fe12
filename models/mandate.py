"""An owner lets the centre write and answer in their name: who agreed to what, when, and how it was said."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.factory import Factory
from models.user import User


class MandateChannel(StrEnum):
    """How the owner said so."""

    PHONE = "phone"
    VISIT = "visit"
    PAPER = "paper"


class Mandate(Base):
    """Runs until the owner or the centre ends it. ``purposes`` are the codes of ``ConsentPurpose`` agreed to."""

    __tablename__ = "mandate"
    __table_args__ = (
        Index("ix_mandate_one_running", "factory_id", unique=True, sqlite_where=text("ended_at IS NULL"),
              postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("length(given_by) > 0", name="says_who_agreed"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    given_by: Mapped[str]  # the name of the person who agreed
    channel: Mapped[MandateChannel] = mapped_column(code_column(MandateChannel))
    purposes: Mapped[list[str]] = mapped_column(Json)
    wording_version: Mapped[str]
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    factory: Mapped[Factory] = relationship(back_populates="mandates")
    coordinator: Mapped[User | None] = relationship(foreign_keys=coordinator_id)
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
