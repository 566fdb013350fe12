"""What staff took off the public pages, why, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, utc_now
from models.designer import Designer
from models.factory import Factory
from models.user import User

_STANDING = text("lifted_at IS NULL")


class Moderation(Base):
    """One factory or one designer hidden from strangers, lists and maps; its owner is told the reason."""

    __tablename__ = "moderation"
    __table_args__ = (
        CheckConstraint("(factory_id IS NULL) <> (designer_id IS NULL)", name="hides_one"),
        Index("ix_moderation_one_factory", "factory_id", unique=True, sqlite_where=_STANDING,
              postgresql_where=_STANDING),
        Index("ix_moderation_one_designer", "designer_id", unique=True, sqlite_where=_STANDING,
              postgresql_where=_STANDING),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    factory_id: Mapped[int | None] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    designer_id: Mapped[int | None] = mapped_column(ForeignKey("designer.id", ondelete="CASCADE"))
    reason: Mapped[str]
    hidden_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    factory: Mapped[Factory | None] = relationship()
    designer: Mapped[Designer | None] = relationship()
    hidden_by: Mapped[User | None] = relationship(foreign_keys=hidden_by_id)
