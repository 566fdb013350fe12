"""The chain over the audit record: one seal for each entry, each hash over the one before."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditSeal(Base):
    """``reason_hash`` stands for the free text in the chain; without ``salt`` nobody can guess what the text was.

    No foreign key leads to the entry: a seal outlives what was torn out.
    """

    __tablename__ = "audit_seal"
    __table_args__ = (CheckConstraint("position > 0", name="position_positive"),)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[str]
    reason_hash: Mapped[str | None]
    salt: Mapped[str | None]
