"""What can be done to a factory: register it, state facts about it, and say how much work it can take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.factories import bookings
from garment_hub.factories.search import search_text
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import DAYS_PER_WEEK, HUNDREDTHS_PER_DAY, CapacityWeek
from models.district import Neighbourhood
from models.errors import Conflict, Invalid
from models.factory import (
    CapabilityKind,
    Factory,
    FactoryCertificate,
    FactoryRate,
    FactSource,
)
from models.user import ConsentPurpose, User

# Facts that are neither a column nor a capability kind.
RATES, CERTIFICATES, CAPACITY = "rates", "certificates", "capacity"


@dataclass(frozen=True, slots=True)
class Statement:
    """Who says it and on which day."""

    source: FactSource
    on: date
    source_name: str | None = None


def statement_of(user: User, factory: Factory, on: date) -> Statement:
    """The owner speaks for the own factory, people of the centre speak as staff."""
    if factory.owner_id == user.id:
        return Statement(FactSource.OWNER, on)
    return Statement(FactSource.STAFF, on, user.name)


class Written(StrEnum):
    """What the centre wrote for an owner: one part of the listing, the weeks, the registration, or all of it."""

    FABRICS = "fabrics"
    ITEMS = "items"
    RATES = "rates"
    STAGES = "stages"
    PROCESSES = "processes"
    MACHINES = "machines"
    SIZE = "size"
    PRICE = "price"
    MARKETS = "markets"
    CERTIFICATES = "certificates"
    ABOUT = "about"
    WEEKS = "weeks"
    REGISTRATION = "registration"
    LISTING = "listing"


def note_stand_in(session: Session, factory: Factory, said: Statement, actor: User, what: StrEnum) -> None:
    """The owner sees later what was written in their name, and by whom; what they write themselves is not noted."""
    if said.source is FactSource.STAFF:
        audit.record(session, actor, AuditAction.CHANGED_FOR_OWNER, factory, what=what)


def register_factory(
    session: Session, owner: User, *, name: str, neighbourhood: Neighbourhood, stages: Collection[str], on: date
) -> Factory:
    """A new listing with the three facts that cannot be missing; its phone is the owner's."""
    factory = Factory(
        district_id=owner.district_id,
        owner=owner,
        name=name,
        neighbourhood=neighbourhood,
        phone=owner.phone,
        is_display_refused=not _agrees_to_display(owner),
    )
    session.add(factory)
    session.flush()
    said = Statement(FactSource.OWNER, on)
    for fact in ("name", "neighbourhood_id", "phone"):
        _note(factory, fact, said, is_known=getattr(factory, fact) is not None)
    state_codes(factory, CapabilityKind.STAGE, stages, said)
    confirm(session, factory, said)
    return factory


def _agrees_to_display(owner: User) -> bool:
    return any(
        consent.purpose is ConsentPurpose.PUBLIC_DISPLAY and consent.withdrawn_at is None for consent in owner.consents
    )


def refresh_search_text(factory: Factory) -> None:
    """Bring the search column up to date; call it wherever name, neighbourhood or introduction are written."""
    factory.search_text = search_text(factory)


def confirm(session: Session, factory: Factory, said: Statement) -> None:
    """Close a change to a listing: it holds as of today and can be found."""
    factory.confirmed_on = said.on
    session.flush()
    refresh_search_text(factory)
    session.flush()


def state_columns(factory: Factory, values: Mapping[str, object], said: Statement) -> None:
    """Facts that are columns; None takes a fact back, it is then unknown again."""
    for name, value in values.items():
        setattr(factory, name, value)
        _note(factory, name, said, is_known=value is not None)


def state_codes(
    factory: Factory, kind: CapabilityKind, codes: Collection[str], said: Statement, *, is_complete: bool = False
) -> None:
    """All codes of one kind. An empty list says nothing: it never means "none of all"."""
    factory.set_capabilities(kind, dict.fromkeys(codes))
    _note(factory, kind.value, said, is_known=bool(codes), is_complete=is_complete and bool(codes))


def state_machines(factory: Factory, counts: Mapping[str, int], said: Statement) -> None:
    """Machines by number; zero is a known no, a machine not named stays unknown."""
    there: dict[str, int | None] = {code: count for code, count in counts.items() if count}
    absent = tuple(code for code, count in counts.items() if not count)
    factory.set_capabilities(CapabilityKind.MACHINE, there, absent)
    _note(factory, CapabilityKind.MACHINE.value, said, is_known=bool(counts))


def state_rates(factory: Factory, pieces: Mapping[tuple[str | None, str | None], int], said: Statement) -> None:
    """Pieces a day by (item or any, stage or the whole garment)."""
    known = {(rate.item, rate.stage): rate for rate in factory.rates}
    for (item, stage), number in pieces.items():
        rate = known.get((item, stage)) or FactoryRate(item=item, stage=stage)
        rate.pieces_per_day = number
        known[item, stage] = rate
    factory.rates[:] = [known[key] for key in pieces]
    _note(factory, RATES, said, is_known=bool(pieces))


@dataclass(frozen=True, slots=True)
class CertificateHeld:
    code: str
    number: str | None
    valid_until: date | None


def state_certificates(factory: Factory, held: Collection[CertificateHeld], said: Statement) -> None:
    known = {certificate.code: certificate for certificate in factory.certificates}
    for one in held:
        certificate = known.setdefault(one.code, FactoryCertificate(code=one.code))
        certificate.number, certificate.valid_until = one.number, one.valid_until
    factory.certificates[:] = [known[one.code] for one in held]
    _note(factory, CERTIFICATES, said, is_known=bool(held))


def _note(factory: Factory, name: str, said: Statement, *, is_known: bool, is_complete: bool = False) -> None:
    if is_known:
        factory.record_fact(name, said.source, said.on, source_name=said.source_name, is_complete=is_complete)
    else:
        factory.facts[:] = [fact for fact in factory.facts if fact.name != name]


def list_capacity(session: Session, factory: Factory, weeks: Mapping[date, int], said: Statement) -> None:
    """Set the days offered, in hundredths by Monday; the same again changes nothing.

    Raises Invalid for a week that is no Monday or days outside the week, and Conflict when work already
    taken needs more days than offered.
    """
    bookings.lock_weeks(session, [(factory.id, weeks)], utc_now())
    for monday, offered in sorted(weeks.items()):
        if monday.weekday() != 0 or not 0 <= offered <= DAYS_PER_WEEK * HUNDREDTHS_PER_DAY:
            raise Invalid("capacity_out_of_range", field=monday.isoformat())
        if not _set_open(session, factory, monday, offered):
            raise Conflict("capacity_below_taken", field=monday.isoformat())
    bookings.place_waiting(session, factory, said.on, utc_now())
    _note(factory, CAPACITY, said, is_known=True)
    factory.confirmed_on = said.on
    session.flush()


def _set_open(session: Session, factory: Factory, monday: date, offered: int) -> bool:
    """Change the week, or begin it; a row that somebody else began in between is changed at the second try."""
    return (
        _offer(session, factory, monday, offered)
        or _first_offer(session, factory, monday, offered)
        or _offer(session, factory, monday, offered)
    )


def _offer(session: Session, factory: Factory, monday: date, offered: int) -> bool:
    """The one statement that decides: never less than what is booked and held at that very moment."""
    taken = CapacityWeek.booked_hundredths + CapacityWeek.held_hundredths
    result = session.execute(
        update(CapacityWeek)
        .where(CapacityWeek.factory_id == factory.id, CapacityWeek.starts_on == monday, taken <= offered)
        .values(open_hundredths=offered, confirmed_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _first_offer(session: Session, factory: Factory, monday: date, offered: int) -> bool:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(CapacityWeek).values(
        factory_id=factory.id, starts_on=monday, open_hundredths=offered, booked_hundredths=0, held_hundredths=0,
        confirmed_at=utc_now(),
    )  # fmt: skip
    # The id, since PostgreSQL's driver counts no rows for an insert that met an existing one.
    return session.scalar(statement.on_conflict_do_nothing().returning(CapacityWeek.id)) is not None
