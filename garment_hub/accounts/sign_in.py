"""Who is at the other end: a random token in the signed cookie, its hash in a row that can be ended."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import flask
from flask import Flask, Response, after_this_request, current_app, g, request, url_for
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from garment_hub.accounts import known_device, second_factor
from garment_hub.accounts.devices import device_of
from garment_hub.accounts.identifiers import identifier_of
from garment_hub.accounts.services import (
    LINK_SESSION,
    end_session,
    find_person,
    is_password,
    open_session,
    token_hash,
)
from garment_hub.accounts.throttle import Counter, Throttle, take_back
from garment_hub.db import engine_of, get_session, reading, unit_of_work
from models.base import utc_now
from models.district import Installation
from models.user import Role, User, UserSession

STAFF_IDLE = timedelta(minutes=30)
LAST_SEEN_EVERY = timedelta(minutes=1)
COOKIE_FIELD = "_user_id"  # where Flask-Login keeps what get_id answers
WAITING_FIELD = "waits_for_code"  # who showed a password and still has to show a code; signed in is nobody yet
WAITS_SECONDS = 600
LANDINGS = {Role.DESIGNER: "briefs.mine", Role.FACTORY_OWNER: "quotes.inbox"}
DESK = "dashboard.overview"


class SignedIn:
    """The person as Flask-Login and the templates see them: read before the request's session opened, never written."""

    is_authenticated = True
    is_anonymous = False

    def __init__(self, person: User, session_id: int, token: str) -> None:
        self.person = person
        self.session_id = session_id
        self._token = token

    def get_id(self) -> str:
        return self._token

    def __getattr__(self, name: str) -> Any:
        return getattr(self.person, name)


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones change their network all day
    manager.user_loader(_load)
    # The row says when a session ends; its cookie lasts as long as the longest.
    app.config.update(SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=LINK_SESSION)
    app.before_request(_identify)


def _identify() -> None:
    """Find out who asks before the request's session opens, so that no write lock waits for it."""
    try:
        current_user.is_authenticated  # noqa: B018  (asking loads the person)
    except Exception:
        g._login_user = AnonymousUserMixin()  # the page that reports the failure must not fail in the same way
        raise


def _load(token: str) -> SignedIn | None:
    now = utc_now()
    with reading(_engine()) as session:
        row = session.scalar(select(UserSession).where(UserSession.token_hash == token_hash(token)))
        person = session.get(User, row.user_id) if row else None
    if row is None or person is None or row.ended_at is not None or not person.is_active:
        return None
    if row.expires_at <= now or (person.is_staff and now - row.last_seen_at > STAFF_IDLE):
        g.session_has_lapsed = True
        return None
    if person.is_staff and now - row.last_seen_at >= LAST_SEEN_EVERY:
        _note_last_seen(row.id, now)
    return SignedIn(person, row.id, token)


def _note_last_seen(session_id: int, now: datetime) -> None:
    """Staff only, once a minute. A database that cannot write now (full, busy) must not stop reading."""
    try:
        with unit_of_work(_engine()) as session:
            session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))
    except OperationalError:
        current_app.logger.warning("last_seen was not written", exc_info=True)


def _engine() -> Any:
    return engine_of(current_app._get_current_object())  # type: ignore[attr-defined]


def has_lapsed() -> bool:
    """Whether this browser was signed in and stayed away too long."""
    return bool(g.get("session_has_lapsed"))


def attempt(identifier: str, password: str) -> User | None:
    """The person when the password is theirs. Raises TooMany; wrong and unknown answer alike, in the same time."""
    with reading(_engine()) as session:
        person = find_person(session, identifier)
    tries = _count(_counters(identifier, person))
    if not is_password(person.password_hash if person else None, password) or person is None:
        return None
    session = get_session()
    take_back(session, tries)
    found = session.get(User, person.id)
    is_same = found is not None and found.is_active and found.password_hash == person.password_hash
    return found if is_same else None


def confirms(password: str) -> bool:
    """Whether the person who is signed in knows the password; tries count, as at the door."""
    me: User = current_user.person
    tries = _count([_throttle().account(f"#{me.id}")])
    if not is_password(me.password_hash, password):
        return False
    with unit_of_work(_engine()) as session:  # not the request's: a hash may still have to be made
        take_back(session, tries)
    return True


def wait_for_code(session: Session, person: User) -> None:
    """The password was right. Nobody is signed in before the second factor: the signed cookie only says who comes."""
    second_factor.prepare(session, person)
    flask.session[WAITING_FIELD] = [person.id, _stamp(person), int(time.time())]


def who_waits() -> User | None:
    """Who showed a password in this browser within ten minutes, unless it was changed since."""
    person_id, stamp, since = flask.session.get(WAITING_FIELD) or (None, None, 0)
    if person_id is None or not 0 <= time.time() - since <= WAITS_SECONDS:
        return None
    with reading(_engine()) as session:
        person = session.get(User, person_id)
    return person if person and person.is_active and _stamp(person) == stamp else None


def _stamp(person: User) -> str:
    return hashlib.sha256((person.password_hash or "").encode()).hexdigest()[:16]


def shows_code(person: User, code: str) -> User | None:
    """The person when the code opens the door; tries count, as with a password. Raises TooMany."""
    tries = _count([_throttle().account(f"code of #{person.id}")])
    session = get_session()
    found = session.get(User, person.id)
    if found is None or not second_factor.opens(session, found, code, utc_now()):
        return None
    take_back(session, tries)
    return found


def count_asking_for_link(identifier: str, person: User | None) -> None:
    """Count that a link is sent to somebody, or would be. Raises TooMany; to be called before the session opens.

    The person's own browser counts for itself, so that strangers who ask again and again never stop it.
    """
    device, throttle = known_device.of_request(), _throttle()
    if person and person.id in device.people:
        _count([throttle.links_to(f"device {device.key}")])
    else:
        _count([throttle.links_to(identifier), throttle.links_from(request.remote_addr)])


def count_beginning_a_listing() -> None:
    """Count a listing begun by a stranger. Raises TooMany; to be called before the session opens."""
    _count([_throttle().listings_from(request.remote_addr)])


def _counters(identifier: str, person: User | None) -> list[Counter]:
    device = known_device.of_request()
    if person and person.id in device.people:
        return [_throttle().device(device.key)]
    return [_throttle().account(identifier_of(identifier)), _throttle().network(request.remote_addr)]


def _count(counters: list[Counter]) -> list[int]:
    if not current_app.config["RATE_LIMITS"] and _is_demo():
        return []
    return _throttle().count(counters)


def _is_demo() -> bool:
    with reading(_engine()) as session:
        return bool(session.scalar(select(Installation.is_demo)))


def _throttle() -> Throttle:
    return Throttle(_engine(), current_app.config["SECRET_KEY"])


def start(session: Session, user: User, *, by_link: bool = False) -> None:
    """Sign this browser in; it is known to the account from now on."""
    if earlier := flask.session.get(COOKIE_FIELD):
        end_session(session, earlier)
    device = device_of(request.user_agent.string)
    row, token = open_session(session, user, utc_now(), device=device, by_link=by_link)
    flask.session.clear()  # nothing set before, by whomever, is carried over
    flask.session.permanent = not user.is_staff
    login_user(SignedIn(user, row.id, token))
    known_device.remember(user.id)


def stop(session: Session) -> None:
    """Sign this browser out; what its cache holds goes too."""
    if token := flask.session.get(COOKIE_FIELD):
        end_session(session, token)
    logout_user()
    flask.session.clear()

    @after_this_request
    def forget_pages(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def landing(person: User) -> str:
    """Where a person's work waits."""
    return url_for(LANDINGS.get(person.role, DESK))


def safe_next(target: str | None) -> str | None:
    """The address when it is a path of this site; browsers read backslashes and skip control characters."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(letter) <= 0x20 for letter in target):
        return None
    parts = urlsplit(target)
    return None if target.startswith("//") or parts.scheme or parts.netloc else target
