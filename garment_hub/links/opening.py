"""A link that was opened: whose it is, what it is about, and whether it is still good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, token_of
from models.capacity import SEOUL
from models.errors import Forbidden, Gone
from models.user import User


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What the page of a purpose is handed. ``user`` is None where whoever holds the paper may act (CLAIM)."""

    link: Link
    session: Session
    user: User | None
    now: datetime

    @property
    def subject_id(self) -> int:
        return self.link.subject_id

    @property
    def owner(self) -> User:
        """The person of the link, where its purpose always has one."""
        if self.user is None:
            raise Gone("link_closed")
        return self.user

    @property
    def today(self) -> date:
        return self.now.astimezone(SEOUL).date()

    def address(self, do: str | None = None, **query: Any) -> str:
        """Where the page stands, or where one of its forms is sent, named by what it does."""
        return url_for("links.page", token=token_of(self.link), do=do, **query)


def open_link(session: Session, link: Link, now: datetime) -> OpenLink:
    """The link with its person. Raises Gone when it is dead, Forbidden when somebody else is signed in here."""
    if is_somebody_elses(link):
        raise Forbidden("link_of_another")
    user = None
    if link.user_id is not None:
        user = session.get(User, link.user_id)
        if user is None or not user.is_active:
            raise Gone("link_closed")
        if user.links_valid_from is not None and link.made_at < user.links_valid_from:
            raise Gone("link_revoked")
    if now >= link.ends_at:
        raise Gone("link_over")
    return OpenLink(link, session, user, now)


def is_somebody_elses(link: Link) -> bool:
    """Whether this browser is signed in for another person than the link's."""
    return link.user_id is not None and current_user.is_authenticated and current_user.id != link.user_id
