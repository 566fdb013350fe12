"""Factories that make one brief together, one of them the lead."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, utc_now
from models.brief import Brief
from models.factory import Factory


class Team(Base):
    """A plan for one brief; what became of it stands in the requests of its members and in the order."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    brief: Mapped[Brief] = relationship()
    members: Mapped[list[TeamMember]] = relationship(
        back_populates="team", cascade="all, delete-orphan", order_by="TeamMember.position"
    )


class TeamMember(Base):
    """One place of the chain: processes, pieces and days. Members of equal ``position`` work side by side."""

    __tablename__ = "team_member"
    __table_args__ = (
        UniqueConstraint("team_id", "position", "factory_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("starts_on <= due_on", name="days_in_order"),
        Index(
            "ix_team_member_one_lead",
            "team_id",
            unique=True,
            sqlite_where=text("is_lead"),
            postgresql_where=text("is_lead"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    processes: Mapped[list[str]] = mapped_column(Json)
    quantity: Mapped[int]
    starts_on: Mapped[date]
    due_on: Mapped[date]
    is_lead: Mapped[bool] = mapped_column(default=False)

    team: Mapped[Team] = relationship(back_populates="members")
    factory: Mapped[Factory] = relationship()
