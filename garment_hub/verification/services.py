"""Verbs of checking: ask for it, write a check down, renew by a light one, hide from the public and show again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.notifications import notify
from garment_hub.verification import queries
from garment_hub.verification.rule import steps_for, verified_on
from models.audit import AuditAction
from models.base import utc_now
from models.capacity import SEOUL
from models.designer import Designer
from models.errors import Conflict, Invalid
from models.factory import Factory, VerificationMethod
from models.moderation import Moderation
from models.pulse import Pulse
from models.user import User
from models.verification import CheckStep, FactoryCheck, TaxState

METHODS = {
    CheckStep.DOCUMENT: VerificationMethod.DOCUMENT,
    CheckStep.CALL: VerificationMethod.PHONE,
    CheckStep.VISIT: VerificationMethod.VISIT,
}
LONGEST_BACK = timedelta(days=60)  # a check is written down soon after it was made


def apply(session: Session, factory: Factory, owner: User, today: date) -> None:
    """The owner asks to be checked; asking again while that waits changes nothing."""
    session.refresh(factory, with_for_update=True)
    waiting = next((check for check in queries.checks_of(session, factory) if check.step is CheckStep.APPLIED), None)
    if waiting and (factory.verified_on is None or waiting.checked_on > factory.verified_on):
        return
    session.add(_check(factory, owner, CheckStep.APPLIED, today, has_passed=True))
    session.flush()


def record_check(
    session: Session,
    factory: Factory,
    officer: User,
    step: CheckStep,
    on: date,
    today: date,
    *,
    has_passed: bool,
    tax_state: TaxState | None = None,
    note: str | None = None,
) -> FactoryCheck:
    """Write down what was looked at, and work out anew whether the factory counts as checked."""
    if step is CheckStep.APPLIED:
        raise Invalid("check_is_the_owners", field="step")
    if not today - LONGEST_BACK <= on <= today:
        raise Invalid("check_day_wrong", field="checked_on", days=LONGEST_BACK.days)
    if not has_passed and not note:
        raise Invalid("check_needs_note", field="note")
    session.refresh(factory, with_for_update=True)
    check = _check(factory, officer, step, on, has_passed=has_passed, note=note)
    check.tax_state = tax_state if step is CheckStep.DOCUMENT else None
    session.add(check)
    session.flush()
    renew(session, factory, today)
    if factory.verified_on is not None and has_passed:
        factory.verification_method = METHODS[step]
    audit.record(session, officer, AuditAction.FACTORY_VERIFIED, factory, step=step, has_passed=int(has_passed))
    return check


def _check(
    factory: Factory, by: User, step: CheckStep, on: date, *, has_passed: bool, note: str | None = None
) -> FactoryCheck:
    return FactoryCheck(
        factory=factory,
        district_id=factory.district_id,
        step=step,
        has_passed=has_passed,
        checked_on=on,
        checked_by_id=by.id,
        note=note,
    )


def renew(session: Session, factory: Factory, today: date) -> None:
    """Set the day from which the twelve months run. A factory without any check keeps the day it came with."""
    checks = [check for check in queries.checks_of(session, factory) if check.step is not CheckStep.APPLIED]
    if not checks:
        return
    firm = queries.firm_of(session, factory, checks, today)
    passed = queries.passed_steps(checks)
    lights = queries.pulse_days(session, factory, min(check.checked_on for check in checks))
    lights += [check.checked_on for check in checks if check.step is CheckStep.CALL and check.has_passed]
    factory.verified_on = verified_on(steps_for(firm), passed, lights, has_risk=bool(firm.risks))
    if factory.verified_on is None:
        factory.verification_method = None


def renew_by_pulses(session: Session, now: datetime) -> int:
    """An owner who answers the weekly question is still there: a light re-check of what was looked at before."""
    since = now - timedelta(days=1)
    answered = exists().where(Pulse.factory_id == Factory.id, Pulse.answered_at >= since)
    looked_at = exists().where(FactoryCheck.factory_id == Factory.id, FactoryCheck.step != CheckStep.APPLIED)
    factories = session.scalars(select(Factory).where(answered, looked_at, Factory.verified_on.is_not(None))).all()
    before = {factory.id: factory.verified_on for factory in factories}
    for factory in factories:
        renew(session, factory, now.astimezone(SEOUL).date())
    return sum(before[factory.id] != factory.verified_on for factory in factories)


def check_designer(session: Session, designer: Designer, officer: User, today: date) -> None:
    """Staff saw that there is such a brand."""
    designer.checked_on = today
    audit.record(session, officer, AuditAction.DESIGNER_CHECKED, designer)


def hide(session: Session, thing: Factory | Designer, officer: User, reason: str) -> None:
    """Off the public pages, lists and maps at once; whose it is hears why and whom to call."""
    hidden = update(type(thing)).where(type(thing).id == thing.id, type(thing).is_hidden.is_(False))
    if not session.execute(hidden.values(is_hidden=True)).rowcount:  # type: ignore[attr-defined]
        raise Conflict("already_hidden")
    session.refresh(thing)
    standing = Moderation(district_id=thing.district_id, reason=reason, hidden_by_id=officer.id)
    if isinstance(thing, Factory):
        standing.factory, person, name = thing, thing.owner, thing.name
    else:
        standing.designer, person, name = thing, thing.user, thing.brand
    session.add(standing)
    audit.record(session, officer, AuditAction.MODERATED, thing, is_hidden=1)
    if person is not None:
        notify(session, person, "page_hidden", link="/account", name=name, reason=reason)


def show_again(session: Session, thing: Factory | Designer, officer: User) -> None:
    """Back to where it was; showing what is shown changes nothing."""
    column = Moderation.factory_id if isinstance(thing, Factory) else Moderation.designer_id
    standing = session.scalar(select(Moderation).where(column == thing.id, Moderation.lifted_at.is_(None)))
    if standing is None:
        return
    standing.lifted_at, standing.lifted_by_id = utc_now(), officer.id
    thing.is_hidden = False
    audit.record(session, officer, AuditAction.MODERATED, thing, is_hidden=0)


SWEEPS = {"light re-checks": renew_by_pulses}
