"""Whose turn it is to be checked, what was checked before, and how much of it one officer can do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from garment_hub.permissions import Access
from garment_hub.verification.rule import SOON, STALE_FOR, Firm, Risk, steps_for
from models.capacity import SEOUL
from models.errors import Forbidden, NotFound
from models.factory import VERIFIED_FOR, Factory, LegalForm, OperatingStatus, Sector
from models.order import EventKind, OrderEvent, OrderLine
from models.pulse import Pulse
from models.user import User
from models.verification import CheckStep, FactoryCheck, TaxState

PAGE_SIZE = 50
WORKING_DAYS_A_YEAR = 242  # so that 1,600 firms are 6.6 a working day


class Due(StrEnum):
    """Why a firm waits for a check; the first that applies names it."""

    APPLIED = "applied"
    RISK = "risk"
    EXPIRED = "expired"
    SOON = "soon"
    NEVER = "never"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class Pace:
    """``due_a_day``: firms to check on each working day so that every one is looked at within a year."""

    firms: int
    due_a_day: float
    done: list[tuple[str, int]]  # officer and number of checks in the last seven days


def working(district_id: int) -> ColumnElement[bool]:
    return and_(
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.status != OperatingStatus.CLOSED,
    )


def _applied() -> ColumnElement[bool]:
    """Asked to be checked after the last check, or without one."""
    return exists().where(
        FactoryCheck.factory_id == Factory.id,
        FactoryCheck.step == CheckStep.APPLIED,
        or_(Factory.verified_on.is_(None), FactoryCheck.checked_on > Factory.verified_on),
    )


def conditions(today: date) -> dict[Due, ColumnElement[bool]]:
    """Every reason to be checked, as a condition on a factory; they may overlap."""
    number, other = Factory.business_number, aliased(Factory)
    shared = exists().where(
        other.business_number == number, other.id != Factory.id, other.district_id == Factory.district_id
    )
    failed = exists().where(FactoryCheck.factory_id == Factory.id, ~FactoryCheck.has_passed,
                            FactoryCheck.checked_on > today - VERIFIED_FOR)  # fmt: skip
    risky = or_(and_(number.is_not(None), shared), Factory.has_no_business_number, failed)
    runs_from = today - VERIFIED_FOR
    return {
        Due.APPLIED: _applied(),
        Due.RISK: risky,
        Due.EXPIRED: Factory.verified_on < runs_from,
        Due.SOON: Factory.verified_on.between(runs_from, runs_from + SOON),
        Due.NEVER: Factory.verified_on.is_(None),
        Due.CHECKED: Factory.verified_on > runs_from + SOON,
    }


def due_of(session: Session, district_id: int, due: Due, today: date, page: int) -> tuple[int, Sequence[Factory]]:
    """How many wait for this reason, and one page of them: those nobody ever looked at first, then the oldest check."""
    query = select(Factory).where(working(district_id), conditions(today)[due])
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = Factory.verified_on.is_not(None), Factory.verified_on, Factory.id
    start = (page - 1) * PAGE_SIZE
    found = session.scalars(
        query.order_by(*order).offset(start).limit(PAGE_SIZE).options(joinedload(Factory.neighbourhood))
    )
    return total, found.all()


def counts(session: Session, district_id: int, today: date) -> dict[Due, int]:
    numbers = [func.count().filter(condition) for condition in conditions(today).values()]
    row = session.execute(select(*numbers).select_from(Factory).where(working(district_id))).one()
    return dict(zip(conditions(today), row, strict=True))


def pace(session: Session, district_id: int, today: date) -> Pace:
    firms = session.scalar(select(func.count()).select_from(Factory).where(working(district_id))) or 0
    recent = FactoryCheck.district_id == district_id, FactoryCheck.checked_on > today - timedelta(days=7)
    done = (
        select(User.name, func.count())
        .join(FactoryCheck, FactoryCheck.checked_by_id == User.id)
        .where(*recent, FactoryCheck.step != CheckStep.APPLIED)
        .group_by(User.id, User.name)
        .order_by(func.count().desc(), User.name)
    )
    return Pace(
        firms, round(firms / WORKING_DAYS_A_YEAR, 1), [(name, number) for name, number in session.execute(done)]
    )


def get_checked(session: Session, factory_id: int, user: User, access: Access) -> Factory:
    """A factory of the person's own district, for staff; administrators and all staff may write a check down."""
    factory = session.get(Factory, factory_id)
    if factory is None or not user.is_staff or factory.district_id != user.district_id:
        raise NotFound
    if access is Access.WRITE and factory.status is OperatingStatus.CLOSED:
        raise Forbidden("factory_closed")
    return factory


def checks_of(session: Session, factory: Factory) -> Sequence[FactoryCheck]:
    """The newest first."""
    query = (
        select(FactoryCheck).where(FactoryCheck.factory_id == factory.id).options(joinedload(FactoryCheck.checked_by))
    )
    return session.scalars(query.order_by(FactoryCheck.checked_on.desc(), FactoryCheck.id.desc())).all()


def firm_of(session: Session, factory: Factory, checks: Iterable[FactoryCheck], today: date) -> Firm:
    is_company = factory.legal_form is LegalForm.COMPANY
    return Firm(factory.people, is_company, frozenset(_risks(session, factory, list(checks), today)))


def _risks(session: Session, factory: Factory, checks: list[FactoryCheck], today: date) -> Iterable[Risk]:
    papers = next((check for check in checks if check.step is CheckStep.DOCUMENT), None)
    if papers and papers.tax_state not in (None, TaxState.ACTIVE):
        yield Risk.TAX_NOT_ACTIVE
    if factory.has_no_business_number:
        yield Risk.NO_NUMBER
    elif factory.business_number and _shares_number(session, factory):
        yield Risk.NUMBER_SHARED
    if session.scalar(_disputes(factory, today)):
        yield Risk.DISPUTE
    if any(not check.has_passed and check.checked_on > today - VERIFIED_FOR for check in _last_by_step(checks)):
        yield Risk.CHECK_FAILED
    if factory.owner_id is not None and (factory.confirmed_on is None or factory.confirmed_on < today - STALE_FOR):
        yield Risk.NOT_HEARD_OF


def _last_by_step(checks: Iterable[FactoryCheck]) -> Collection[FactoryCheck]:
    """``checks`` come newest first."""
    last: dict[CheckStep, FactoryCheck] = {}
    for check in checks:
        last.setdefault(check.step, check)
    return last.values()


def _shares_number(session: Session, factory: Factory) -> bool:
    same = Factory.business_number == factory.business_number, Factory.district_id == factory.district_id
    return session.scalar(select(Factory.id).where(*same, Factory.id != factory.id).limit(1)) is not None


def _disputes(factory: Factory, today: date) -> Select[int]:
    since = datetime.combine(today - VERIFIED_FOR, time(), SEOUL)
    of_factory = select(OrderLine.order_id).where(OrderLine.factory_id == factory.id)
    disputed = OrderEvent.kind == EventKind.DISPUTED, OrderEvent.order_id.in_(of_factory), OrderEvent.at > since
    return select(func.count()).select_from(OrderEvent).where(*disputed)


def passed_steps(checks: Iterable[FactoryCheck]) -> dict[CheckStep, date]:
    """By step the day on which it was last looked at, where that went well."""
    return {check.step: check.checked_on for check in _last_by_step(checks) if check.has_passed}


def pulse_days(session: Session, factory: Factory, since: date) -> list[date]:
    """Days on which the weekly question was answered, by the owner or on the telephone."""
    start = datetime.combine(since, time(), SEOUL)
    moments = session.scalars(
        select(Pulse.answered_at).where(Pulse.factory_id == factory.id, Pulse.answered_at >= start)
    )
    return [moment.astimezone(SEOUL).date() for moment in moments]


def wanted_steps(firm: Firm, passed: Collection[CheckStep]) -> list[tuple[CheckStep, bool]]:
    """The steps asked of this firm, each with whether it is done."""
    return [
        (step, step in passed or (step is CheckStep.CALL and CheckStep.VISIT in passed)) for step in steps_for(firm)
    ]
