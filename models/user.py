"""People who sign in: their role, their sessions, their consents, and failed tries."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, code_column, utc_now
from models.district import District


class Role(StrEnum):
    DESIGNER = "designer"
    FACTORY_OWNER = "factory_owner"
    COORDINATOR = "coordinator"
    DISTRICT_OFFICER = "district_officer"
    ADMINISTRATOR = "administrator"


STAFF = frozenset({Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
ANSWER_FOR_RANKING = frozenset({Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})
CENTRE = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})  # of the staff, those who act for others


class User(Base):
    """``email`` is lower case, ``phone`` is digits only; a person has at least one of the two."""

    __tablename__ = "user"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="can_be_reached"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(code_column(Role))
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    phone_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a link sent there was used
    # Links made before are dead: the telephone was lost, or its number changed.
    links_valid_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locale: Mapped[str | None]  # in which we write to this person; None: the site's own
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    district: Mapped[District] = relationship()
    consents: Mapped[list[Consent]] = relationship(back_populates="user", cascade="all, delete-orphan")

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF

    @property
    def display_name(self) -> str:
        return self.name


class UserSession(Base):
    """One signed-in browser. The cookie holds the token, the row only its hash."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str | None]  # what it said it is, in a word or two, so that its owner knows it again

    user: Mapped[User] = relationship()


class ConsentPurpose(StrEnum):
    SERVICE = "service"
    DISTRICT_OFFICE = "district_office"
    PUBLIC_DISPLAY = "public_display"


class Consent(Base):
    """What a person agreed to, when, to which wording, and since when no longer."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(code_column(ConsentPurpose))
    wording_version: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(back_populates="consents")


class SignInFailure(Base):
    """One refused sign-in, counted per account and per network; holds hashes, no names."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
