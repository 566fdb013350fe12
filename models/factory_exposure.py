"""How much a factory was shown to designers, in units that need no rewriting as days pass."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class FactoryExposure(Base):
    """``amount`` is the sum over all places it was given, each weighed by day: see ``recommender/exposure.py``."""

    __tablename__ = "factory_exposure"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_not_negative"),)

    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), primary_key=True)
    amount: Mapped[float]
