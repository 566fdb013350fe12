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
from models.user import User


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
    work: Mapped[ImportWork | None] = relationship(
        back_populates="imported", cascade="all, delete-orphan", passive_deletes=True
    )


class ImportState(StrEnum):
    """Where the work on an import stands; what it came to is its status."""

    MAPPING = "mapping"  # a person looks at the columns first
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDOING = "undoing"
    ENDED = "ended"


class ImportPhase(StrEnum):
    READING = "reading"
    STORING = "storing"
    COMPARING = "comparing"


IN_HAND = frozenset({ImportState.RUNNING, ImportState.UNDOING})  # a worker holds it, or held it when it was killed
# From where a person may bring it to which state.
STEERED: dict[ImportState, frozenset[ImportState]] = {
    ImportState.WAITING: frozenset({ImportState.MAPPING, ImportState.PAUSED, ImportState.FAILED}),
    ImportState.PAUSED: frozenset({ImportState.WAITING, ImportState.RUNNING}),
    ImportState.CANCELLED: frozenset(
        {ImportState.MAPPING, ImportState.WAITING, ImportState.RUNNING, ImportState.PAUSED, ImportState.FAILED}
    ),
    ImportState.UNDOING: frozenset({ImportState.ENDED, ImportState.CANCELLED}),
}


class ImportWork(Base):
    """Who has an import in hand and how far it is. Small, because every 500 rows it is written anew.

    ``worker`` and ``heartbeat_at`` decide by a conditional UPDATE that no two workers hold it.
    """

    __tablename__ = "import_work"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("registry_import.id", ondelete="CASCADE"), unique=True)
    state: Mapped[ImportState] = mapped_column(code_column(ImportState), default=ImportState.WAITING)
    phase: Mapped[ImportPhase] = mapped_column(code_column(ImportPhase), default=ImportPhase.READING)
    is_kept: Mapped[bool] = mapped_column(default=False)  # the file waits in the data folder
    worker: Mapped[str | None]
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_up_rows: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    header_row: Mapped[int | None]  # chosen by hand, counted from 1
    preview: Mapped[list[list[str]] | None] = mapped_column(Json)  # first rows, until the columns are settled
    notes: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)  # about the file as a whole
    told: Mapped[dict[str, int]] = mapped_column(Json, default=dict)  # things said about its rows, by what was done
    failure: Mapped[dict[str, Any] | None] = mapped_column(Json)  # code and values of the sentence

    imported: Mapped[RegistryImport] = relationship(back_populates="work")


class RegistryMapping(Base):
    """Which heading holds which field in the files of a source, as somebody settled it last."""

    __tablename__ = "registry_mapping"
    __table_args__ = (UniqueConstraint("district_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    source: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(Json, default=dict)  # field -> heading
    ignored: Mapped[list[str]] = mapped_column(Json, default=list)  # headings that hold none
    settled_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


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
    put_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody looked and could not say yet
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    factory: Mapped[Factory] = relationship(foreign_keys=[factory_id])
    other: Mapped[Factory] = relationship(foreign_keys=[other_id])
    decided_by: Mapped[User | None] = relationship()
