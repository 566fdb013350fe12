"""A list of partners as it was made: what was shown, in which order, why, and by which ranker."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now
from models.brief import Brief
from models.factory import Factory
from models.ranking_setting import RankingSetting


class Recommendation(Base):
    """``stored`` holds everything a replay needs: brief, facts, evidence and weights, without personal values.

    ``turn`` is the draw of the labelled place; the factory drawn has an entry at its own rank, mostly below the list.
    ``teams`` are plans for when no factory can do it alone. Without a ``setting`` the weights were the defaults.
    """

    __tablename__ = "recommendation"
    __table_args__ = (
        Index("ix_recommendation_brief_id_made_at", "brief_id", "made_at"),
        Index("ix_recommendation_district_id_made_at", "district_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int | None] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    as_of: Mapped[date]
    ranker_version: Mapped[str]
    artifact_sha256: Mapped[str | None]
    feasible_count: Mapped[int]
    unknown_count: Mapped[int]
    infeasible_count: Mapped[int]
    why_not: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # reason code -> number of factories
    relax: Mapped[dict[str, Any] | None] = mapped_column(Json)
    stored: Mapped[dict[str, Any]] = mapped_column(Json)
    turn: Mapped[dict[str, Any] | None] = mapped_column(Json)
    teams: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    setting_id: Mapped[int | None] = mapped_column(ForeignKey("ranking_setting.id"))

    brief: Mapped[Brief | None] = relationship()
    setting: Mapped[RankingSetting | None] = relationship()
    entries: Mapped[list[RecommendationEntry]] = relationship(
        cascade="all, delete-orphan", order_by="RecommendationEntry.rank"
    )

    @property
    def turn_entry(self) -> RecommendationEntry | None:
        """The labelled place, unless its factory is gone from the register."""
        drawn = self.turn["factory"] if self.turn else None
        return next((entry for entry in self.entries if entry.factory_id == drawn), None)


class RecommendationEntry(Base):
    """One place of the list; ``parts`` add up to ``score``."""

    __tablename__ = "recommendation_entry"
    __table_args__ = (
        UniqueConstraint("recommendation_id", "factory_id"),
        UniqueConstraint("recommendation_id", "rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id", ondelete="CASCADE"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    score: Mapped[float]
    is_known_feasible: Mapped[bool]
    parts: Mapped[dict[str, float]] = mapped_column(Json)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    facts_hash: Mapped[str]  # of the facts used, so that a changed fact can be marked later

    factory: Mapped[Factory] = relationship()


class RankerArtifact(Base):
    """A trained ranker on disk: only the file with this hash is ever loaded."""

    __tablename__ = "ranker_artifact"

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    key: Mapped[str]
    sha256: Mapped[str]
    trained_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    is_in_use: Mapped[bool] = mapped_column(default=False)
