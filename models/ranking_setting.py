"""What the parts of the score weigh in a district: versions that stay as they were made, one of them in use."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.user import User


class SettingOrigin(StrEnum):
    """Where a version comes from: the recommender as delivered, a person of the district, or past choices."""

    DEFAULT = "default"
    STAFF = "staff"
    LEARNT = "learnt"


class RankingSetting(Base):
    """One version: ``weights`` are shares of the parts and add up to 1; ``fair_turn`` is the strength of the turn.

    Which version was in use from when, by whose word, stands in the audit record.
    """

    __tablename__ = "ranking_setting"
    __table_args__ = (
        UniqueConstraint("district_id", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("fair_turn >= 0", name="fair_turn_not_negative"),
        Index(
            "ix_ranking_setting_one_in_use",
            "district_id",
            unique=True,
            sqlite_where=text("is_in_use"),
            postgresql_where=text("is_in_use"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    version: Mapped[int]
    weights: Mapped[dict[str, float]] = mapped_column(Json)
    fair_turn: Mapped[float]
    has_labelled_place: Mapped[bool]
    origin: Mapped[SettingOrigin] = mapped_column(code_column(SettingOrigin))
    reason: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    is_in_use: Mapped[bool] = mapped_column(default=False)

    made_by: Mapped[User | None] = relationship()
