"""A question to one factory and its answer."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.brief import Brief
from models.errors import Conflict
from models.factory import Factory
from models.team import TeamMember
from models.user import User

MAXIMUM_ASKED = 5
MAXIMUM_PER_FACTORY_AND_WEEK = 10


class RequestStatus(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CHOSEN = "chosen"
    NOT_CHOSEN = "not_chosen"


# Every request ends with an answer to the factory: chosen, not chosen with a reason, or withdrawn.
ALLOWED_MOVES: dict[RequestStatus, frozenset[RequestStatus]] = {
    RequestStatus.OPEN: frozenset({RequestStatus.ANSWERED, RequestStatus.DECLINED, RequestStatus.WITHDRAWN}),
    RequestStatus.ANSWERED: frozenset({RequestStatus.CHOSEN, RequestStatus.NOT_CHOSEN, RequestStatus.WITHDRAWN}),
    RequestStatus.DECLINED: frozenset(),
    RequestStatus.WITHDRAWN: frozenset(),
    RequestStatus.CHOSEN: frozenset(),
    RequestStatus.NOT_CHOSEN: frozenset(),
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


class NotChosenReason(StrEnum):
    """Why another factory was taken, as the designer says it to those not taken."""

    PRICE = "price"
    DATE = "date"
    INCLUDED = "included"
    NEARER = "nearer"
    KNOWN = "known"
    OTHER = "other"


class DefectRule(StrEnum):
    REMAKE = "remake"
    DEDUCT = "deduct"
    REMAKE_OR_DEDUCT = "remake_or_deduct"


class BalanceRule(StrEnum):
    """When what is left after the deposit is paid."""

    BEFORE_SHIPPING = "before_shipping"
    AFTER_HANDOVER = "after_handover"


LONGEST_PAYMENT_DAYS = 60  # a ceiling of Korean and Italian law on late payment; never a default


class QuoteRequest(Base):
    """One brief put to one factory, alone or for its part of a team.

    ``questions`` are the unknown facts, as reason codes. A refusal may say at which price or from which day it could.
    """

    __tablename__ = "quote_request"
    __table_args__ = (
        Index(
            "uq_quote_request_brief_id_factory_id_alone",
            "brief_id",
            "factory_id",
            unique=True,
            sqlite_where=text("team_member_id IS NULL"),
            postgresql_where=text("team_member_id IS NULL"),
        ),
        Index("ix_quote_request_factory_id_asked_at_answered_at", "factory_id", "asked_at", "answered_at"),
        Index("ix_quote_request_status_factory_id", "status", "factory_id"),
        Index("ix_quote_request_answered_at", "answered_at"),
        CheckConstraint("deposit_offered_percent BETWEEN 1 AND 100", name="deposit_is_percent"),
        CheckConstraint("could_at_krw > 0", name="could_at_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    factory_id: Mapped[int] = mapped_column(ForeignKey("factory.id", ondelete="CASCADE"))
    team_member_id: Mapped[int | None] = mapped_column(ForeignKey("team_member.id", ondelete="CASCADE"), unique=True)
    repeats_order_id: Mapped[int | None] = mapped_column(
        ForeignKey("order.id", ondelete="SET NULL", use_alter=True, name="fk_quote_request_repeats_order_id")
    )
    status: Mapped[RequestStatus] = mapped_column(code_column(RequestStatus), default=RequestStatus.OPEN)
    questions: Mapped[list[dict[str, object]]] = mapped_column(Json, default=list)
    message: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    answer_by: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decline_reason: Mapped[DeclineReason | None] = mapped_column(code_column(DeclineReason))
    could_at_krw: Mapped[int | None]
    could_from_on: Mapped[date | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    deposit_offered_percent: Mapped[int | None]
    not_chosen_reason: Mapped[NotChosenReason | None] = mapped_column(code_column(NotChosenReason))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    brief: Mapped[Brief] = relationship()
    factory: Mapped[Factory] = relationship()
    team_member: Mapped[TeamMember | None] = relationship()
    answered_by: Mapped[User | None] = relationship()
    quote: Mapped[Quote | None] = relationship(back_populates="request", cascade="all, delete-orphan")

    def move_to(self, status: RequestStatus) -> None:
        if status not in ALLOWED_MOVES[self.status]:
            raise Conflict("request_already_answered", status=self.status.value)
        self.status = status


class Quote(Base):
    """A yes, or a yes under conditions. Without a price it binds nothing and cannot be awarded.

    ``extras`` are won per piece for work outside the price, by process code. ``work_hundredths`` are the
    factory-days the owner counts with; None lets the award reckon them from the factory's rate.
    """

    __tablename__ = "quote"
    __table_args__ = (
        CheckConstraint("unit_price_krw > 0", name="price_positive"),
        CheckConstraint("answer <> 'conditional' OR condition IS NOT NULL", name="condition_stated"),
        CheckConstraint("deposit_percent BETWEEN 0 AND 100", name="deposit_is_percent"),
        CheckConstraint(f"balance_days BETWEEN 0 AND {LONGEST_PAYMENT_DAYS}", name="balance_within_ceiling"),
        CheckConstraint("sample_fee_krw >= 0", name="sample_fee_not_negative"),
        CheckConstraint("tolerance_pieces >= 0", name="tolerance_not_negative"),
        CheckConstraint("work_hundredths > 0", name="work_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("quote_request.id", ondelete="CASCADE"), unique=True)
    answer: Mapped[QuoteAnswer] = mapped_column(code_column(QuoteAnswer))
    unit_price_krw: Mapped[int | None]
    is_vat_included: Mapped[bool] = mapped_column(default=False)
    price_includes: Mapped[list[str]] = mapped_column(Json, default=list)
    extras: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    ready_on: Mapped[date | None]
    sample_fee_krw: Mapped[int | None]
    is_sample_fee_deducted: Mapped[bool] = mapped_column(default=False)
    sample_on: Mapped[date | None]
    work_hundredths: Mapped[int | None]
    tolerance_pieces: Mapped[int | None]
    defects: Mapped[DefectRule | None] = mapped_column(code_column(DefectRule))
    deposit_percent: Mapped[int | None]
    balance: Mapped[BalanceRule | None] = mapped_column(code_column(BalanceRule))
    balance_days: Mapped[int | None]
    valid_until: Mapped[date]
    condition: Mapped[str | None]
    remark: Mapped[str | None]  # what the factory adds, for instance answers to the questions
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    request: Mapped[QuoteRequest] = relationship(back_populates="quote")
    answered_by: Mapped[User | None] = relationship()

    @property
    def is_binding(self) -> bool:
        """A yes binds once it names its price and its day."""
        return self.unit_price_krw is not None and self.ready_on is not None
