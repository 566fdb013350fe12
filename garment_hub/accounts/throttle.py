"""Counts tries to sign in, so that nobody can guess passwords, and no stranger can lock anybody out.

A try from an unknown browser counts against the account and against the network. A browser that signed in to this
account before shows a signed cookie and counts for itself alone, so guesses of strangers never stop it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, select
from sqlalchemy.orm import Session

from garment_hub.db import reading
from models.base import utc_now
from models.errors import TooMany
from models.user import SignInFailure

WINDOW = timedelta(minutes=15)
# Clocks of several machines differ a little; what is later than that was written before a clock was set back.
SKEW = timedelta(minutes=5)
PER_ACCOUNT = 10
PER_DEVICE = 10
# An office or a mobile carrier puts many people behind one address.
PER_NETWORK = 30
# Messages are paid for and ring on somebody's telephone. Who is refused has a link that still opens.
LINKS_PER_PERSON = 3
LINKS_PER_NETWORK = 20
LISTINGS_PER_NETWORK = 30


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing tries are counted for. The key is a hash: the table names neither people nor networks."""

    key: str
    limit: int


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts in rows, shared by all workers; commits by itself, because a refusal must not undo the count."""

    engine: Engine
    secret: str

    def account(self, identifier: str) -> Counter:
        return Counter(self._key("account", identifier), PER_ACCOUNT)

    def device(self, device: str) -> Counter:
        return Counter(self._key("device", device), PER_DEVICE)

    def network(self, address: str | None) -> Counter:
        return Counter(self._key("network", _network(address)), PER_NETWORK)

    def links_to(self, person: str) -> Counter:
        return Counter(self._key("links to", person), LINKS_PER_PERSON)

    def links_from(self, address: str | None) -> Counter:
        return Counter(self._key("links from", _network(address)), LINKS_PER_NETWORK)

    def listings_from(self, address: str | None) -> Counter:
        return Counter(self._key("listings from", _network(address)), LISTINGS_PER_NETWORK)

    def _key(self, kind: str, value: str) -> str:
        return hmac.new(self.secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def count(self, counters: list[Counter], now: datetime | None = None) -> list[int]:
        """Count a try before it is checked; raises TooMany, without counting it, when there were too many.

        Returns the ids of the rows, to be taken back when the try was right. Each try is written before it looks at
        the others, so that of many at once no more get through than one after the other, on any database.
        """
        now = now or utc_now()
        with reading(self.engine) as session:
            _refuse(session, counters, now, written=0)
        ids = self._write(counters, now)
        try:
            with reading(self.engine) as session:
                _refuse(session, counters, now, written=1)
        except TooMany:
            with Session(self.engine) as session:
                take_back(session, ids)
                session.commit()
            raise
        return ids

    def _write(self, counters: list[Counter], now: datetime) -> list[int]:
        rows = [SignInFailure(key=counter.key, at=now) for counter in counters]
        with Session(self.engine, expire_on_commit=False) as session:
            session.execute(delete(SignInFailure).where(~_counts(now)))
            session.add_all(rows)
            session.commit()
        return [row.id for row in rows]


def leave_a_trace(session: Session) -> None:
    """One row that counts for nobody: where something is written for known people, something is for unknown ones."""
    session.add(SignInFailure(key=secrets.token_hex(32)))
    session.flush()


def take_back(session: Session, ids: list[int]) -> None:
    """The try was right, so it does not count."""
    session.execute(delete(SignInFailure).where(SignInFailure.id.in_(ids)))


def _refuse(session: Session, counters: list[Counter], now: datetime, *, written: int) -> None:
    """Raise TooMany when a counter is full; ``written`` of its rows are the try's own."""
    waits = [wait for counter in counters if (wait := _wait(session, counter, now, written))]
    if waits:
        raise TooMany("too_many_tries", retry_after=max(waits))


def _counts(now: datetime) -> ColumnElement[bool]:
    return (SignInFailure.at > now - WINDOW) & (SignInFailure.at <= now + SKEW)


def _wait(session: Session, counter: Counter, now: datetime, written: int) -> int:
    """Seconds until the next try may be made."""
    recent = (
        select(SignInFailure.at)
        .where(SignInFailure.key == counter.key, _counts(now))
        .order_by(SignInFailure.at.desc())
        .offset(counter.limit - 1 + written)
        .limit(1)
    )
    at = session.scalar(recent)
    return max(1, math.ceil((at + WINDOW - now).total_seconds())) if at else 0


def _network(address: str | None) -> str:
    """An IPv4 address, or the /64 of an IPv6 one, within which a single machine changes at will."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
