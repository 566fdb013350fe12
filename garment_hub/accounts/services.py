"""People: registering them, their passwords, their sessions and their consents."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub.accounts.identifiers import identifier_of
from models.base import utc_now
from models.designer import Designer
from models.errors import Invalid, NotFound
from models.factory import Factory
from models.mandate import Mandate
from models.user import Consent, ConsentPurpose, Role, User, UserSession

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# Raise it with every change of the words in garment_hub.forms.ConsentFields.
WORDING_VERSION = "1"
STAFF_SESSION = timedelta(hours=8)
SESSION = timedelta(days=30)
LINK_SESSION = timedelta(days=365)  # of who came by a link: an owner's telephone is remembered
# OWASP's Argon2id set for servers whose threads hash at once: 19 MiB, two passes, one lane.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
# A hash with these parameters of a password nobody has; unknown accounts are checked against it, so that
# their answer takes as long as a known one's.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(text: str) -> str:
    """Argon2id hash; call it before the session's first statement, it takes its time."""
    return _hasher().hash(_bytes(text))


def is_password(password_hash: str | None, text: str) -> bool:
    """Whether ``text`` made the hash; takes as long when there is no hash to compare with."""
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(password_hash or NOBODY, _bytes(text))
    except VerifyMismatchError:
        return False


def _bytes(text: str) -> bytes:
    """One spelling for each text: keyboards compose Korean letters differently."""
    return unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")


def register_person(
    session: Session,
    *,
    role: Role,
    name: str,
    district_id: int,
    password_hash: str | None,
    email: str | None = None,
    phone: str | None = None,
    consents: frozenset[ConsentPurpose] = frozenset(),
    locale: str | None = None,
) -> User:
    """A new person with the consents given, written to in the language they signed up in.

    Refuses an e-mail or a telephone number that is in use.
    """
    person = User(role=role, name=name, district_id=district_id, password_hash=password_hash, locale=locale)
    person.is_active = True
    person.consents = [Consent(purpose=purpose, wording_version=WORDING_VERSION) for purpose in sorted(consents)]
    _give_identifiers(session, person, email, phone)
    return person


def change_details(session: Session, person: User, *, name: str, email: str | None, phone: str | None) -> None:
    """Another name, e-mail or telephone number. Links on their way to the old number are worth nothing from now on."""
    is_new_number = phone != person.phone
    person.name = name
    _give_identifiers(session, person, email, phone)
    if is_new_number:
        person.phone_confirmed_at = None
        revoke_links(person, utc_now())


def _give_identifiers(session: Session, person: User, email: str | None, phone: str | None) -> None:
    if not (email or phone):
        raise Invalid("cannot_be_reached", field="email")
    _refuse_taken(session, person, email, phone)
    try:
        with session.begin_nested():
            person.email, person.phone = email, phone
            session.add(person)
    except IntegrityError as error:  # somebody else took it since we looked
        _refuse_taken(session, person, email, phone)
        raise Invalid("email_taken", field="email") from error


def _refuse_taken(session: Session, person: User, email: str | None, phone: str | None) -> None:
    with session.no_autoflush:
        for field, column, value in (("email", User.email, email), ("phone", User.phone, phone)):
            owner = session.scalar(select(User.id).where(column == value)) if value else None
            if owner is not None and owner != person.id:
                raise Invalid(f"{field}_taken", field=field)


def find_person(session: Session, identifier: str) -> User | None:
    """The active person with this e-mail or telephone number, in any spelling."""
    wanted = identifier_of(identifier)
    query = select(User).where(or_(User.email == wanted, User.phone == wanted), User.is_active)
    return session.scalar(query)


def change_password(session: Session, person: User, password_hash: str, keep: int | None) -> None:
    """Another password; every browser is signed out, save the session to keep."""
    person.password_hash = password_hash
    end_all_sessions(session, person, keep)


def disable(session: Session, person: User) -> None:
    """Nobody signs in with this account any more; open sessions end now."""
    person.is_active = False
    end_all_sessions(session, person)


def token_hash(token: str) -> str:
    """What the row keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(
    session: Session, person: User, now: datetime, *, device: str | None = None, by_link: bool = False
) -> tuple[UserSession, str]:
    """A row for one browser, and the token that only this browser gets to know."""
    token = secrets.token_urlsafe(32)
    life = STAFF_SESSION if person.is_staff else LINK_SESSION if by_link else SESSION
    row = UserSession(token_hash=token_hash(token), user_id=person.id, created_at=now, last_seen_at=now, device=device)
    row.expires_at = now + life
    session.add(row)
    session.flush()
    return row, token


def open_sessions(session: Session, person: User, now: datetime) -> list[UserSession]:
    """Browsers signed in now, the newest first."""
    query = (
        select(UserSession)
        .where(UserSession.user_id == person.id, UserSession.ended_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.created_at.desc())
    )
    return list(session.scalars(query))


def end_session(session: Session, token: str) -> None:
    """The browser with this token is signed out; its cookie is worth nothing from now on."""
    session.execute(
        update(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.ended_at.is_(None))
        .values(ended_at=utc_now())
    )


def end_session_of(session: Session, person: User, session_id: int) -> None:
    """One of this person's own browsers is signed out; NotFound for another's."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != person.id:
        raise NotFound
    row.ended_at = row.ended_at or utc_now()
    session.flush()


def revoke_links(person: User, now: datetime) -> None:
    """Links made before are worth nothing; those of this very moment hold, for a link keeps milliseconds."""
    person.links_valid_from = now.replace(microsecond=now.microsecond // 1000 * 1000)


def report_lost_phone(session: Session, person: User, keep: int | None, now: datetime) -> None:
    """Whoever found the telephone gets in nowhere: neither where it is signed in nor by a link that lies on it."""
    revoke_links(person, now)
    person.phone_confirmed_at = None
    end_all_sessions(session, person, keep)


def end_all_sessions(session: Session, person: User, keep: int | None = None) -> None:
    """Every browser of this person is signed out, save the session to keep."""
    query = update(UserSession).where(UserSession.user_id == person.id, UserSession.ended_at.is_(None))
    if keep is not None:
        query = query.where(UserSession.id != keep)
    session.execute(query.values(ended_at=utc_now()))
    session.flush()


def current_consents(person: User) -> dict[ConsentPurpose, Consent]:
    """What the person agrees to now."""
    return {consent.purpose: consent for consent in person.consents if consent.withdrawn_at is None}


def mandates_of(session: Session, person: User) -> list[Mandate]:
    """What lets the centre act for this person's factories now."""
    running = select(Mandate).join(Factory).where(Factory.owner_id == person.id, Mandate.ended_at.is_(None))
    return list(session.scalars(running.order_by(Mandate.id)))


def grant_consent(session: Session, person: User, purpose: ConsentPurpose) -> None:
    """The person agrees, from now; agreeing twice changes nothing."""
    if purpose not in current_consents(person):
        person.consents.append(Consent(purpose=purpose, wording_version=WORDING_VERSION))
    if purpose is ConsentPurpose.PUBLIC_DISPLAY:
        _show_publicly(session, person, True)
    session.flush()


def withdraw_consent(session: Session, person: User, purpose: ConsentPurpose) -> None:
    """The person agrees no longer. The service itself needs an account, so that consent ends with the account only."""
    if purpose is ConsentPurpose.SERVICE:
        raise Invalid("consent_needed")
    consent = current_consents(person).get(purpose)
    if consent is None:
        return
    consent.withdrawn_at = utc_now()
    if purpose is ConsentPurpose.PUBLIC_DISPLAY:
        _show_publicly(session, person, False)
    session.flush()


def _show_publicly(session: Session, person: User, is_public: bool) -> None:
    session.execute(update(Designer).where(Designer.user_id == person.id).values(is_public=is_public))
    session.execute(update(Factory).where(Factory.owner_id == person.id).values(is_display_refused=not is_public))
