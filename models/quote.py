"""A question to one factory and its answer."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.brief import Brief
from models.errors import Conflict
from models.factory import Factory
from models.user import User

MAXIMUM_ASKED = 5


class RequestStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ALLOWED_MOVES: dict[RequestStatus, frozenset[RequestStatus]] = {
    RequestStatus.OPEN: frozenset({RequestStatus.ANSWERED, RequestStatus.DECLINED, RequestStatus.WITHDRAWN}),
    RequestStatus.ANSWERED: frozenset(),
    RequestStatus.DECLINED: frozenset(),
    RequestStatus.WITHDRAWN: frozenset(),
}


class QuoteAnswer(StrEnum):
    POSSIBLE = "possible"
    CONDITIONAL = "conditional"


class DeclineReason(StrEnum):
    PRICE = "price"
    DATE = "date"
    FULL = "full"
    MACHINE = "machine"
    OTHER = "other"


class QuoteRequest(Base):
    """One brief put to one factory. ``questions`` are the unknown facts, as reason codes."""

    __tablename__ = "quote_request"
    __table_args__ = (UniqueConstraint("brief_id", "factory_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"), index=True)
    status: Mapped[RequestStatus] = mapped_column(code_column(RequestStatus), default=RequestStatus.OPEN)
    questions: Mapped[list[dict[str, object]]] = mapped_column(Json, default=list)
    message: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    answer_by: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decline_reason: Mapped[DeclineReason | None] = mapped_column(code_column(DeclineReason))

    brief: Mapped[Brief] = relationship()
    factory: Mapped[Factory] = relationship()
    quote: Mapped[Quote | None] = relationship(back_populates="request", cascade="all, delete-orphan")

    def move_to(self, status: RequestStatus) -> None:
        if status not in ALLOWED_MOVES[self.status]:
            raise Conflict("request_already_answered", status=self.status.value)
        self.status = status


class Quote(Base):
    """A yes, or a yes under conditions, with price and date. A yes always names its price."""

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("unit_price_krw > 0", name="price_positive"),
        CheckConstraint("answer <> 'conditional' OR condition IS NOT NULL", name="condition_stated"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("quote_request.id", ondelete="CASCADE"), unique=True)
    answer: Mapped[QuoteAnswer] = mapped_column(code_column(QuoteAnswer))
    unit_price_krw: Mapped[int]
    is_vat_included: Mapped[bool] = mapped_column(default=False)
    price_includes: Mapped[list[str]] = mapped_column(Json, default=list)
    ready_on: Mapped[date]
    condition: Mapped[str | None]
    remark: Mapped[str | None]  # what the factory adds, for instance answers to the questions
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    request: Mapped[QuoteRequest] = relationship(back_populates="quote")
    answered_by: Mapped[User | None] = relationship()
