"""What people are told outside the pages: rows written with what they tell, sent afterwards; and who wants what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Json, UtcDateTime, code_column, utc_now
from models.user import User


class Channel(StrEnum):
    EMAIL = "email"
    MESSAGE = "message"  # to a telephone: KakaoTalk or SMS, whatever the provider makes of it


def _new_message_id() -> str:
    return uuid4().hex


_WAITING = text("sent_at IS NULL AND failed_at IS NULL")


class Notification(Base):
    """``values`` are raw (codes, ISO days, numbers) and become words when it is sent.

    Before ``not_before`` nobody tries: because of quiet hours, because the last try failed a moment ago, or because
    somebody is sending it right now. ``message_id`` is the same for every try, so a double can be told from a new one.
    """

    __tablename__ = "notification"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="sent_or_failed"),
        Index("ix_notification_waiting", "not_before", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    channel: Mapped[Channel] = mapped_column(code_column(Channel))
    template: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    link: Mapped[str | None]  # a path of this site
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None]  # a short code, nothing about the person
    message_id: Mapped[str] = mapped_column(unique=True, default=_new_message_id)
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)  # a sweep that runs twice writes one

    user: Mapped[User] = relationship()


class NotificationOptOut(Base):
    """A kind of message that somebody does not want."""

    __tablename__ = "notification_opt_out"
    __table_args__ = (UniqueConstraint("user_id", "template"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    template: Mapped[str]
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
