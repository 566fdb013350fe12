"""Keys of people's own programs: made once, shown once, found by their hash, ended by their owner."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.accounts.services import token_hash
from models.api_token import ApiToken
from models.base import utc_now
from models.errors import Invalid, NotFound
from models.user import User

MOST_KEYS = 10


def make_key(session: Session, user: User, name: str) -> tuple[ApiToken, str]:
    """A new key, and its token in the clear, which nobody can read afterwards."""
    session.refresh(user, with_for_update=True)
    count = select(func.count()).select_from(ApiToken).where(ApiToken.user_id == user.id, ApiToken.ended_at.is_(None))
    if (session.scalar(count) or 0) >= MOST_KEYS:
        raise Invalid("api_keys_too_many", field="name", most=MOST_KEYS)
    token = secrets.token_urlsafe(32)
    key = ApiToken(user=user, name=name, token_hash=token_hash(token))
    session.add(key)
    session.flush()
    return key, token


def keys_of(session: Session, user: User) -> Sequence[ApiToken]:
    """The keys that still open, the newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.ended_at.is_(None))
    return session.scalars(query.order_by(ApiToken.id.desc())).all()


def end_key(session: Session, user: User, key_id: int) -> None:
    """From now on it opens nothing; ending what has ended changes nothing."""
    key = session.get(ApiToken, key_id)
    if key is None or key.user_id != user.id:
        raise NotFound
    key.ended_at = key.ended_at or utc_now()


def person_with(session: Session, token: str) -> User | None:
    """Whose program calls; None for a token that opens nothing or no longer."""
    key = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash(token), ApiToken.ended_at.is_(None)))
    return key.user if key and key.user.is_active else None
