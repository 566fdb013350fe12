"""The second factor of staff: a code of the minute (RFC 6238) from a telephone, or a recovery code from paper."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub.accounts.services import end_all_sessions
from models.district import Installation
from models.second_factor import RecoveryCode, SecondFactor
from models.user import User

ISSUER = "Garment Hub"
STEP_SECONDS = 30
DRIFT_STEPS = 1  # clocks of telephones differ
CODES = 10
GROUPS, LETTERS = 4, 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another


def is_asked(session: Session, person: User) -> bool:
    """Of staff, everywhere but in a demo database."""
    return person.is_staff and not session.scalar(select(Installation.is_demo))


def factor_of(session: Session, person: User) -> SecondFactor | None:
    return session.get(SecondFactor, person.id, populate_existing=True)


def prepare(session: Session, person: User) -> SecondFactor:
    """What the person has, or a new secret, which counts once a code of it was shown."""
    import pyotp

    if found := factor_of(session, person):
        return found
    try:
        with session.begin_nested():
            session.add(SecondFactor(user_id=person.id, secret=pyotp.random_base32()))
    except IntegrityError:
        pass  # prepared at this very moment by another browser of the same person
    return session.get_one(SecondFactor, person.id)


def address_for(factor: SecondFactor, name: str) -> str:
    """What the QR code says to the program on the telephone."""
    import pyotp

    return pyotp.TOTP(factor.secret).provisioning_uri(name=name, issuer_name=ISSUER)


def opens(session: Session, person: User, code: str, now: datetime) -> bool:
    """Whether this code opens the door; each opens it once, also when two come at the same moment."""
    factor, typed = factor_of(session, person), _plain(code)
    if factor is None:
        return False
    step = _step(factor.secret, typed, now)
    if step is None:
        return factor.confirmed_at is not None and _spend(session, person, typed, now)
    taken = update(SecondFactor).where(SecondFactor.user_id == person.id, SecondFactor.last_step < step)
    values = {"last_step": step, "confirmed_at": func.coalesce(SecondFactor.confirmed_at, now)}
    return bool(session.execute(taken.values(values)).rowcount)  # type: ignore[attr-defined]


def _step(secret: str, typed: str, now: datetime) -> int | None:
    """The step of which this is the code, by RFC 6238 section 4.2; every candidate is compared in full."""
    import pyotp

    at, totp = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret, interval=STEP_SECONDS)
    steps = range(at - DRIFT_STEPS, at + DRIFT_STEPS + 1)
    matching = [step for step in steps if secrets.compare_digest(totp.generate_otp(step).encode(), typed.encode())]
    return max(matching, default=None)


def _spend(session: Session, person: User, typed: str, now: datetime) -> bool:
    unused = update(RecoveryCode).where(RecoveryCode.user_id == person.id, RecoveryCode.used_at.is_(None))
    spent = session.execute(unused.where(RecoveryCode.code_hash == _hash(person, typed)).values(used_at=now))
    return bool(spent.rowcount)  # type: ignore[attr-defined]


def new_recovery_codes(session: Session, person: User) -> list[str]:
    """Ten new codes, in groups as they are printed; earlier ones open nothing from now on."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == person.id))
    codes = ["".join(secrets.choice(ALPHABET) for _letter in range(GROUPS * LETTERS)) for _code in range(CODES)]
    session.add_all(RecoveryCode(user_id=person.id, code_hash=_hash(person, code)) for code in codes)
    session.flush()
    return ["-".join(code[at : at + LETTERS] for at in range(0, len(code), LETTERS)) for code in codes]


def codes_left(session: Session, person: User) -> int:
    unused = select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == person.id)
    return session.scalar(unused.where(RecoveryCode.used_at.is_(None))) or 0


def reset(session: Session, person: User) -> None:
    """As if it had never been set up: every browser is signed out, and the next sign-in sets it up anew."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == person.id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == person.id))
    end_all_sessions(session, person)


def _plain(code: str) -> str:
    """As it was drawn: people put spaces and hyphens where they like, and capitals."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", code).lower() if letter.isalnum())


def _hash(person: User, code: str) -> str:
    """79 random bits need no slow hash."""
    return hashlib.sha256(f"{person.id}:{code}".encode()).hexdigest()
