"""Tell somebody something, in the transaction of what happened; and keep what they do not want to be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from garment_hub.notifications.catalogue import CATALOGUE, URGENT, templates_for
from garment_hub.notifications.quiet_hours import after_quiet_hours
from models.base import utc_now
from models.capacity import SEOUL
from models.notification import Channel, Notification, NotificationOptOut
from models.user import Role, User


def notify(
    session: Session,
    user: User,
    template: str,
    *,
    link: str | None = None,
    dedupe_key: str | None = None,
    now: datetime | None = None,
    zone: ZoneInfo = SEOUL,
    channel: Channel | None = None,
    **values: Any,
) -> Notification | None:
    """Write a row that is sent after the commit.

    None when there is nothing to send: the person cannot be reached, does not want it, or a row with this
    ``dedupe_key`` is there already. ``link`` is a path of this site; ``values`` are raw, made into words on sending.
    ``channel`` is named where the person chose it by what they typed.
    """
    if missing := CATALOGUE[template].values - values.keys():
        raise TypeError(f"{template} needs {', '.join(sorted(missing))}")
    if link is not None and (not link.startswith("/") or link.startswith("//")):
        raise ValueError(f"{link!r} is no path of this site")
    channel = (channel or _channel_of(user)) if user.is_active else None
    if channel is None or not _is_wanted(session, user, template):
        return None
    moment = now or utc_now()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Notification).values(
        user_id=user.id,
        channel=channel,
        template=template,
        values=values,
        link=link,
        created_at=moment,
        not_before=moment if template in URGENT else after_quiet_hours(moment, zone),
        dedupe_key=dedupe_key,
    )
    return session.scalar(statement.on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(Notification))


def _channel_of(user: User) -> Channel | None:
    """Mail goes before messages, save to owners without a password: their links belong on their telephone."""
    lives_on_phone = user.role is Role.FACTORY_OWNER and user.password_hash is None
    if user.email and not (lives_on_phone and user.phone):
        return Channel.EMAIL
    return Channel.MESSAGE if user.phone else None


def _is_wanted(session: Session, user: User, template: str) -> bool:
    return not (CATALOGUE[template].is_optional and template in opt_outs(session, user))


def opt_outs(session: Session, user: User) -> set[str]:
    """Codes of what this person does not want."""
    return set(session.scalars(select(NotificationOptOut.template).where(NotificationOptOut.user_id == user.id)))


def choose(session: Session, user: User, wanted: Collection[str], locale: str | None = None) -> None:
    """Of what this person could get and may switch off, only ``wanted`` is sent from now on."""
    own = NotificationOptOut.user_id == user.id
    session.execute(delete(NotificationOptOut).where(own, NotificationOptOut.template.in_(wanted)))
    kept = opt_outs(session, user)
    session.add_all(
        NotificationOptOut(user_id=user.id, template=template.code)
        for template in templates_for(user.role)
        if template.is_optional and template.code not in {*wanted, *kept}
    )
    user.locale = locale or user.locale
    session.flush()
