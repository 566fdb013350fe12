"""Indicators of what somebody looked at: checked firms, checked suppliers, green certificates, new ones."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import Indicator, Period, measured, share, working
from garment_hub.dashboard.indicators.orders import Firm, jobs
from models.factory import VERIFIED_FOR, Factory, FactoryCertificate
from models.verification import CheckStep, FactoryCheck

GREEN = ("gots", "grs", "oeko_tex_100")


def is_checked(day: date) -> list[ColumnElement[bool]]:
    """Within the twelve months before that day, or since."""
    return [Factory.verified_on >= day - VERIFIED_FOR]


def verified_firm_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * firms checked within 12 months / firms. Unit: percent. Scope: the register as it stands."""
    checked = func.count().filter(*is_checked(period.last))
    part, whole = session.execute(select(checked, func.count()).where(*working(district_id))).one()
    return share("verified_firm_share", part, whole)


def audited_supplier_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * suppliers checked in the year / suppliers with work in the year. Unit: percent. Scope: twelve months."""
    year = Period.ending(period.last, VERIFIED_FOR.days)
    looked_at = (
        select(FactoryCheck.id)
        .where(
            FactoryCheck.factory_id == Firm.id,
            FactoryCheck.step != CheckStep.APPLIED,
            FactoryCheck.checked_on.between(year.first, year.last),
        )
        .correlate(Firm)
    )
    suppliers = jobs(district_id, year, Firm.id, looked_at.exists().label("checked")).distinct().subquery()
    query = select(func.count().filter(suppliers.c.checked), func.count()).select_from(suppliers)
    part, whole = session.execute(query).one()
    return share("audited_supplier_share", part, whole)


def green_certified_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * checked firms with a valid GOTS, GRS or OEKO-TEX / checked firms. Unit: percent. Scope: at the end."""
    valid = select(FactoryCertificate.id).where(
        FactoryCertificate.factory_id == Factory.id,
        FactoryCertificate.code.in_(GREEN),
        FactoryCertificate.valid_until >= period.last,
    )
    query = select(func.count().filter(valid.exists()), func.count()).select_from(Factory)
    part, whole = session.execute(query.where(*working(district_id), *is_checked(period.last))).one()
    return share("green_certified_share", part, whole)


def new_registrations(session: Session, district_id: int, period: Period) -> Indicator:
    """count(firms first checked in the period). Unit: firms. Scope: garment firms that work today."""
    first = (
        select(func.min(FactoryCheck.checked_on))
        .where(FactoryCheck.factory_id == Factory.id, FactoryCheck.has_passed, FactoryCheck.step != CheckStep.APPLIED)
        .scalar_subquery()
    )
    since = func.coalesce(first, Factory.verified_on)
    query = select(func.count()).select_from(Factory).where(*working(district_id), Factory.verified_on.is_not(None))
    return measured("new_registrations", session.scalar(query.where(since.between(period.first, period.last))))
