"""What a designer wants made: a brief, its allowed moves, and its files."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.designer import Designer
from models.district import District, Neighbourhood
from models.errors import Conflict


class BriefStatus(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


ALLOWED_MOVES: dict[BriefStatus, frozenset[BriefStatus]] = {
    BriefStatus.DRAFT: frozenset({BriefStatus.OPEN, BriefStatus.WITHDRAWN}),
    BriefStatus.OPEN: frozenset({BriefStatus.CLOSED, BriefStatus.WITHDRAWN}),
    BriefStatus.CLOSED: frozenset(),
    BriefStatus.WITHDRAWN: frozenset(),
}


class Supplier(StrEnum):
    """Who brings fabric or trims."""

    DESIGNER = "designer"
    FACTORY = "factory"


class Brief(Base):
    """A draft may miss anything but its item; ``missing_for_publishing`` says what an open one still needs."""

    __tablename__ = "brief"
    __table_args__ = (
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_positive"),
        CheckConstraint("styles > 0 AND colours > 0 AND sizes > 0", name="splits_positive"),
        CheckConstraint("budget_per_piece_krw IS NULL OR budget_per_piece_krw > 0", name="budget_positive"),
        Index("ix_brief_designer_id_created_at", "designer_id", "created_at"),
        Index("ix_brief_district_id_published_at", "district_id", "published_at"),
        Index("ix_brief_district_id_status_needed_by", "district_id", "status", "needed_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    designer_id: Mapped[int] = mapped_column(ForeignKey("designer.id", ondelete="CASCADE"))
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    status: Mapped[BriefStatus] = mapped_column(code_column(BriefStatus), default=BriefStatus.DRAFT)
    item: Mapped[str]
    category: Mapped[str | None]
    fabrics: Mapped[list[str]] = mapped_column(Json, default=list)
    processes: Mapped[list[str]] = mapped_column(Json, default=list)
    quantity: Mapped[int | None]
    styles: Mapped[int] = mapped_column(default=1)
    colours: Mapped[int] = mapped_column(default=1)
    sizes: Mapped[int] = mapped_column(default=1)
    needed_by: Mapped[date | None]
    materials_on: Mapped[date | None]
    has_flexible_dates: Mapped[bool] = mapped_column(default=True)
    fabric_by: Mapped[Supplier | None] = mapped_column(code_column(Supplier, "fabric_by"))
    trims_by: Mapped[Supplier | None] = mapped_column(code_column(Supplier, "trims_by"))
    budget_per_piece_krw: Mapped[int | None]
    is_vat_included: Mapped[bool] = mapped_column(default=False)
    price_includes: Mapped[list[str]] = mapped_column(Json, default=list)
    is_pattern_ready: Mapped[bool | None]
    is_sample_ready: Mapped[bool | None]
    is_sample_wanted: Mapped[bool] = mapped_column(default=True)
    market: Mapped[str | None]
    difficulty: Mapped[str | None]
    certificates: Mapped[list[str]] = mapped_column(Json, default=list)
    is_verified_only: Mapped[bool] = mapped_column(default=False)
    deliver_to_id: Mapped[int | None] = mapped_column(ForeignKey("neighbourhood.id"))
    deliver_to_lat: Mapped[float | None]
    deliver_to_lon: Mapped[float | None]
    note: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    designer: Mapped[Designer] = relationship()
    district: Mapped[District] = relationship()
    deliver_to: Mapped[Neighbourhood | None] = relationship()
    files: Mapped[list[BriefFile]] = relationship(cascade="all, delete-orphan", order_by="BriefFile.id")

    def move_to(self, status: BriefStatus) -> None:
        if status not in ALLOWED_MOVES[self.status]:
            raise Conflict("brief_move_not_allowed", status=self.status.value, wanted=status.value)
        self.status = status

    @property
    def missing_for_publishing(self) -> list[str]:
        """Names of the fields without which no factory could name a price."""
        needed = {"quantity": self.quantity, "needed_by": self.needed_by, "processes": self.processes}
        return [name for name, value in needed.items() if not value]


class BriefFile(Base):
    """A drawing or photo, seen only by its designer, the factories asked, and staff on the case."""

    __tablename__ = "brief_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
