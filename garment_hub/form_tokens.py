"""Forms of which a repeat would do harm: the same token again leads to the same place."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.base import utc_now
from models.errors import Conflict
from models.form_token import FormToken
from models.user import User

_LINK = "<link>"  # no address has these signs


def new_token() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class SentForm:
    """One sending of a form: who sent which token with which content.

    ``link`` is the part of the form's own address that opens a door; where the form led is kept without it.
    """

    token: str
    user: User
    body_hash: str
    link: str = ""

    @classmethod
    def of(cls, token: str | None, user: User, body: Mapping[str, list[str]], *, link: str = "") -> SentForm:
        """``body`` is the posted form without its tokens; a form without a token is never a repeat."""
        content = {name: values for name, values in body.items() if name not in ("csrf_token", "form_token")}
        text = json.dumps(content, sort_keys=True)
        return cls(token or new_token(), user, hashlib.sha256(text.encode()).hexdigest(), link)

    def earlier_location(self, session: Session) -> str | None:
        """Where the same form led before; None for a first sending, whose token is taken from then on.

        The same form arriving at the same moment waits here and is led to where the first one went. Another content
        under the same token is refused.
        """
        if self._take(session):
            return None
        sent = session.scalars(select(FormToken).where(FormToken.token == self.token)).one()
        if sent.body_hash != self.body_hash or sent.user_id != self.user.id:
            raise Conflict("form_changed")
        return sent.location.replace(_LINK, self.link)

    def was_sent(self, session: Session) -> bool:
        """Only looks: for pages that change nothing."""
        return session.scalar(select(FormToken.id).where(FormToken.token == self.token)) is not None

    def _take(self, session: Session) -> bool:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        values = {"token": self.token, "user_id": self.user.id, "body_hash": self.body_hash, "location": ""}
        statement = insert(FormToken).values(used_at=utc_now(), **values).on_conflict_do_nothing()
        return session.scalar(statement.returning(FormToken.id)) is not None

    def remember(self, session: Session, location: str) -> None:
        """Keep where this form led, in the same transaction as what it did."""
        kept = location.replace(self.link, _LINK) if self.link else location
        session.execute(update(FormToken).where(FormToken.token == self.token).values(location=kept))
