"""One import of a register, row by row, so that it can be reported, resumed and undone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.district import District
from models.factory import Factory


class ImportStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class RowAction(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class RegistryImport(Base):
    __tablename__ = "registry_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    source: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    encoding: Mapped[str]
    status: Mapped[ImportStatus] = mapped_column(code_column(ImportStatus), default=ImportStatus.RUNNING)
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)  # field -> header
    unmapped: Mapped[list[str]] = mapped_column(Json, default=list)
    row_count: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    district: Mapped[District] = relationship()
    rows: Mapped[list[RegistryRow]] = relationship(cascade="all, delete-orphan", order_by="RegistryRow.number")


class RegistryRow(Base):
    """What became of one data row. ``before`` restores an updated factory."""

    __tablename__ = "registry_row"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("registry_import.id", ondelete="CASCADE"))
    number: Mapped[int]  # line of the table as a person counts it, the header's row included
    action: Mapped[RowAction] = mapped_column(code_column(RowAction))
    factory_id: Mapped[int | None] = mapped_column(ForeignKey("factory.id", ondelete="SET NULL"), index=True)
    raw: Mapped[dict[str, Any]] = mapped_column(Json)  # header -> text as it stood
    errors: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)

    factory: Mapped[Factory | None] = relationship()


class FactoryIdentity(Base):
    """By which key a source knows a factory."""

    __tablename__ = "factory_identity"
    __table_args__ = (UniqueConstraint("district_id", "source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    source: Mapped[str]
    key: Mapped[str]
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    content_hash: Mapped[str]  # of the values last imported: equal means nothing to do

    factory: Mapped[Factory] = relationship()


class DuplicateVerdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"


class DuplicateProposal(Base):
    """Two factories that may be one; a person decides, until then both stand."""

    __tablename__ = "duplicate_proposal"
    __table_args__ = (
        UniqueConstraint("factory_id", "other_id"),
        CheckConstraint("factory_id < other_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    score: Mapped[float]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("registry_import.id", ondelete="SET NULL"), index=True)
    verdict: Mapped[DuplicateVerdict | None] = mapped_column(code_column(DuplicateVerdict))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    factory: Mapped[Factory] = relationship(foreign_keys=[factory_id])
    other: Mapped[Factory] = relationship(foreign_keys=[other_id])
