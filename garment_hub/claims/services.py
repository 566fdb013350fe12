"""Taking over a factory that the register or the centre wrote down: saying so, the check, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.accounts.identifiers import phone_of
from garment_hub.accounts.services import current_consents, register_person
from garment_hub.claims.queries import waiting_claim
from garment_hub.factories.bookings import pause
from garment_hub.factories.queries import coordinators_of, factory_of
from garment_hub.notifications import notify
from models.audit import AuditAction
from models.business_number import digits_of, written
from models.claim import Claim, ClaimGround, ClaimStatus
from models.errors import Conflict, Forbidden, Invalid
from models.factory import Factory
from models.notification import Channel
from models.user import ConsentPurpose, Role, User, UserSession

UNUSED_LIFE = timedelta(days=7)  # of an account made for a claim that no telephone confirmed


@dataclass(frozen=True, slots=True)
class Stranger:
    """What somebody without an account says of themselves."""

    name: str
    phone: str
    consents: frozenset[ConsentPurpose]
    locale: str


def begin(session: Session, factory: Factory, person: User | None, stranger: Stranger, *, has_code: bool) -> User:
    """Send a link to the telephone somebody typed; until it is used nothing is theirs and the centre hears nothing.

    The person whose telephone it is, known before or not.
    """
    if person is None:
        person = register_person(
            session, role=Role.FACTORY_OWNER, name=stranger.name, district_id=factory.district_id, password_hash=None,
            phone=stranger.phone, consents=stranger.consents, locale=stranger.locale,
        )  # fmt: skip
    _free(session, factory)
    if has_code and factory_of(session, person) is None and waiting_claim(session, factory, person) is None:
        session.add(Claim(factory=factory, user=person, ground=ClaimGround.CODE))
    send_link(session, factory, person)
    return person


def send_link(session: Session, factory: Factory, person: User) -> None:
    """To the telephone, which whoever taps it then holds."""
    path = f"/factories/{factory.id}/claim"
    notify(session, person, "claim_link", link=path, channel=Channel.MESSAGE, factory=factory.name)


def proof_of(session: Session, factory: Factory, user: User) -> ClaimGround | None:
    """What is enough without the centre looking. Who has a factory already waits for the centre in any case."""
    if user.phone_confirmed_at is None or factory_of(session, user) is not None:
        return None
    made = waiting_claim(session, factory, user)
    if made is not None and made.ground is ClaimGround.CODE:
        return ClaimGround.CODE
    return ClaimGround.PHONE if user.phone and user.phone == _registered_phone(factory) else None


def _registered_phone(factory: Factory) -> str | None:
    try:
        return phone_of(factory.phone or "")
    except Invalid:
        return None


def claim(
    session: Session,
    factory: Factory,
    user: User,
    now: datetime,
    *,
    number: str | None = None,
    note: str | None = None,
) -> Claim:
    """``user``, whose telephone is confirmed, says that the factory is theirs. With proof it is; else the centre looks.

    Said again, it changes what speaks for it and not since when it waits. Raises Conflict when it is somebody's.
    """
    if user.role is not Role.FACTORY_OWNER or user.phone_confirmed_at is None:
        raise Forbidden
    _free(session, factory)
    if proof := proof_of(session, factory, user):
        return _take(session, factory, user, proof, now)
    made = waiting_claim(session, factory, user)
    if made is None:
        made = Claim(factory=factory, user=user, ground=ClaimGround.WORD, made_at=now)
        session.add(made)
    if number and number == digits_of(factory.business_number or ""):
        made.ground = ClaimGround.BUSINESS_NUMBER
    elif made.ground is not ClaimGround.BUSINESS_NUMBER:
        made.ground = ClaimGround.WORD
        # A number that nobody knows is a word like others, for the centre to check.
        note = "\n".join(filter(None, [number and written(number), note]))
    made.note = note or made.note
    session.flush()
    _tell_centre(session, made, now)
    return made


def _tell_centre(session: Session, made: Claim, now: datetime) -> None:
    for person in coordinators_of(session, made.factory.district_id):
        key = f"claim-{made.id}-{person.id}"
        link = "/district/claims"
        notify(session, person, "claim_waiting", link=link, dedupe_key=key, now=now, factory=made.factory.name)


def take_over(session: Session, factory: Factory, person: User, ground: ClaimGround, now: datetime) -> Claim:
    """The factory becomes this person's at once; of two at the same moment, the first one's.

    A mandate goes on until its owner ends it.
    """
    _free(session, factory)
    return _take(session, factory, person, ground, now)


def _take(session: Session, factory: Factory, person: User, ground: ClaimGround, now: datetime) -> Claim:
    made = waiting_claim(session, factory, person) or Claim(factory=factory, user=person)
    made.ground = ground
    session.add(made)
    _close(session, made, ClaimStatus.ACCEPTED, person, None, now)
    return made


def accept(session: Session, made: Claim, actor: User, reason: str, now: datetime) -> None:
    """The centre has looked: it is theirs."""
    _free(session, made.factory)
    _refuse_decided(session, made)
    _close(session, made, ClaimStatus.ACCEPTED, actor, reason, now)
    link = f"/factories/{made.factory_id}/done-for-you"
    notify(session, made.user, "claim_accepted", link=link, now=now, factory=made.factory.name)


def refuse(session: Session, made: Claim, actor: User, reason: str, now: datetime) -> None:
    """Not theirs, as far as the centre can see; they are told why, and may say it again."""
    _lock(session, made.factory)
    _refuse_decided(session, made)
    _close(session, made, ClaimStatus.REFUSED, actor, reason, now)
    link = f"/factories/{made.factory_id}/claim"
    notify(session, made.user, "claim_refused", link=link, now=now, factory=made.factory.name, reason=reason)


def _lock(session: Session, factory: Factory) -> None:
    """The factory as it stands; of several who want it the others wait here."""
    session.refresh(factory, with_for_update=True)


def _free(session: Session, factory: Factory) -> None:
    """The same, of one that is nobody's yet. Raises Conflict."""
    _lock(session, factory)
    if factory.owner_id is not None or factory.merged_into_id is not None:
        raise Conflict("factory_has_owner")
    pause(session)


def _refuse_decided(session: Session, made: Claim) -> None:
    session.refresh(made)
    if made.status is not ClaimStatus.WAITING:
        raise Conflict("claim_decided")


def _close(session: Session, made: Claim, status: ClaimStatus, actor: User, reason: str | None, now: datetime) -> None:
    made.status, made.decided_at, made.decided_by, made.reason = status, now, actor, reason
    factory = made.factory
    if status is ClaimStatus.ACCEPTED:
        factory.owner = made.user
        factory.is_display_refused = ConsentPurpose.PUBLIC_DISPLAY not in current_consents(made.user)
    values = {"ground": made.ground, "status": status}
    audit.record(session, actor, AuditAction.CLAIM_DECIDED, factory, reason=reason, **values)


def sweep_unused(session: Session, now: datetime) -> int:
    """An account made for a claim goes after a week in which nobody used the link to its telephone."""
    has_session = select(UserSession.id).where(UserSession.user_id == User.id).exists()
    owns = select(Factory.id).where(Factory.owner_id == User.id).exists()
    unused = select(User).where(
        User.role == Role.FACTORY_OWNER, User.phone_confirmed_at.is_(None), User.password_hash.is_(None),
        User.email.is_(None), User.created_at < now - UNUSED_LIFE, ~owns, ~has_session,
    )  # fmt: skip
    people = session.scalars(unused.with_for_update(skip_locked=True)).all()
    for person in people:
        session.delete(person)
    session.flush()
    return len(people)


SWEEPS = {"accounts never confirmed": sweep_unused}
