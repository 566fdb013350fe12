"""Which factory changed in what, so that what is kept in memory for ranking can be kept true."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, code_column


class ChangedPart(StrEnum):
    """What has to be read again: the factory with all its lists, its weeks, or how often it was shown."""

    FACTS = "facts"
    CAPACITY = "capacity"
    EXPOSURE = "exposure"


class FactoryChange(Base):
    """Written by triggers on the tables themselves, so that no statement is missed; nobody else writes here.

    On SQLite ids come in the order of commits, and the newest row is never taken away, so that no id comes back. On
    PostgreSQL they do not: there the transaction is kept. The factory may be gone by now.
    """

    __tablename__ = "factory_change"
    __table_args__ = (
        Index("ix_factory_change_factory_id_part_transaction_id", "factory_id", "part", "transaction_id"),
        Index("ix_factory_change_transaction_id", "transaction_id", sqlite_where=text("transaction_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int]
    factory_id: Mapped[int]
    part: Mapped[ChangedPart] = mapped_column(code_column(ChangedPart))
    transaction_id: Mapped[int | None] = mapped_column(BigInteger)
