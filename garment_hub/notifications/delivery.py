"""Send what waits: claim a row, send it outside any transaction, record what became of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, and_, case, literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from garment_hub.db import reading, unit_of_work
from garment_hub.notifications.catalogue import URGENT
from garment_hub.notifications.channels import DeliveryError, Letter, Sender, ServiceGone
from garment_hub.notifications.quiet_hours import after_quiet_hours
from models.base import UtcDateTime, utc_now
from models.notification import Channel, Notification

LEASE = timedelta(minutes=5)  # longer than any try; then the row is free again, whoever died over it
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
# An outage says nothing about the message: it is tried again soon after, and never given up.
LONGEST_PAUSE_WHEN_GONE = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(days=7)
RECORD_TRIES, RECORD_PAUSE_SECONDS = 20, 0.5

log = logging.getLogger(__name__)
_WAITS = and_(Notification.sent_at.is_(None), Notification.failed_at.is_(None))


@dataclass(slots=True)
class Delivery:
    """What one run did. ``left`` counts what is due with nobody to take it; ``troubles`` says why, by channel."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0
    left: int = 0
    troubles: dict[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        return not (self.postponed or self.given_up or self.left)


def deliver(
    engine: Engine,
    senders: Mapping[Channel, Sender],
    compose: Callable[[Notification], Letter],
    clock: Callable[[], datetime] = utc_now,
) -> Delivery:
    """Try every row that is due once. Several may deliver at the same time; each row is sent by one of them."""
    run = Delivery()
    gone: set[Channel] = set()
    for row_id, channel in _due(engine, senders.keys(), clock()):
        # Behind a closed door the others stay as they are: due, and not charged with a try.
        row = _claim(engine, row_id, clock()) if channel not in gone else None
        if row is None:
            continue
        try:
            senders[channel].send(compose(row))
        except DeliveryError as error:
            run.troubles[channel] = error.code
            if isinstance(error, ServiceGone):
                gone.add(channel)
            _put_off(engine, row, error, clock(), run)
        else:
            _record(engine, row, sent_at=clock(), last_error=None)
            run.sent += 1
    run.left = len(_due(engine, set(Channel), clock()))
    return run


def _due(engine: Engine, channels: Collection[Channel], now: datetime) -> list[tuple[int, Channel]]:
    due = _WAITS, Notification.not_before <= now, Notification.channel.in_(channels)
    with reading(engine) as session:
        rows = session.execute(select(Notification.id, Notification.channel).where(*due).order_by(Notification.id))
        return [(row.id, row.channel) for row in rows]


def _claim(engine: Engine, row_id: int, now: datetime) -> Notification | None:
    """Take a row for the length of a lease; None when another has it. One statement decides."""
    is_free = Notification.id == row_id, _WAITS, Notification.not_before <= now
    free_again = case(
        (Notification.template.in_(URGENT), literal(now + LEASE, UtcDateTime)),
        else_=literal(after_quiet_hours(now + LEASE), UtcDateTime),
    )
    claim = update(Notification).where(*is_free).values(not_before=free_again, attempts=Notification.attempts + 1)
    with unit_of_work(engine) as session:
        if session.scalar(claim.returning(Notification.id)) is None:
            return None
        whole = select(Notification).options(joinedload(Notification.user)).where(Notification.id == row_id)
        return session.scalars(whole).one()


def _put_off(engine: Engine, row: Notification, error: DeliveryError, now: datetime, run: Delivery) -> None:
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    if isinstance(error, ServiceGone):
        pause = min(pause, LONGEST_PAUSE_WHEN_GONE)
    elif now - row.created_at > GIVE_UP_AFTER:
        log.warning("notification %s given up after %s tries: %s", row.id, row.attempts, error.code)
        _record(engine, row, failed_at=now, last_error=error.code)
        run.given_up += 1
        return
    not_before = now + pause if row.template in URGENT else after_quiet_hours(now + pause)
    _record(engine, row, not_before=not_before, last_error=error.code)
    run.postponed += 1


def _record(engine: Engine, row: Notification, **became: Any) -> None:
    """Store what became of a row. Insists while the database is busy: forgotten, a sent row would be sent again."""
    for tries_left in reversed(range(RECORD_TRIES)):
        try:
            with unit_of_work(engine) as session:
                session.execute(update(Notification).where(Notification.id == row.id, _WAITS).values(**became))
                return
        except OperationalError:
            if not tries_left:
                raise
            time.sleep(RECORD_PAUSE_SECONDS)
