"""What every table shares: the declarative base, constraint names, and the column types of this schema."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Named constraints, because SQLite's batch migrations can only drop what has a name.
NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; refuses naive times, which would silently mean the server's clock."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# JSONB where the engine has it, JSON elsewhere; None is SQL NULL on both.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def code_column(codes: type[StrEnum], check: str | None = None) -> Enum:
    """A column that stores a StrEnum's value and checks it in the database too.

    ``check`` names the constraint where a table has two columns of one kind: PostgreSQL wants each name once.
    """

    def values(enum: type[Any]) -> list[str]:
        return [member.value for member in enum]

    return Enum(
        codes,
        values_callable=values,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=check or codes.__name__.lower(),
    )


def utc_now() -> datetime:
    return datetime.now(UTC)
