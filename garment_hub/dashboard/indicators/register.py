"""Indicators of the register: how many firms and people there are, how many are shown, how many were confirmed.

The register knows today only: of a past month these figures are those that were counted when it was closed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from garment_hub.dashboard.indicators.basis import (
    FRESH_DAYS,
    PLACES,
    Indicator,
    Period,
    count,
    measured,
    share,
    working,
)
from garment_hub.dashboard.indicators.checks import is_checked
from garment_hub.dashboard.indicators.outside import known_firms
from models.designer import Designer
from models.factory import Factory, OperatingStatus, Sector

MICRO = 4
YEAR_DAYS = 365


def factories_registered(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Factories on the register"),
        count(session, Factory, *working(district_id)),
        PLACES,
        lazy_gettext("Garment factories that have not closed. Rows of other trades are not counted."),
    )


def factories_listed(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Shown to the public"),
        count(session, Factory, Factory.district_id == district_id, Factory.is_listed),
        PLACES,
        lazy_gettext("Claimed by their owner, a company, or shown on a basis that staff recorded."),
        out_of=count(session, Factory, *working(district_id)),
    )


def factories_fresh(session: Session, district_id: int, period: Period) -> Indicator:
    since = period.last - timedelta(days=FRESH_DAYS)
    return Indicator(
        lazy_gettext("Confirmed within four weeks"),
        count(session, Factory, *working(district_id), Factory.confirmed_on >= since),
        PLACES,
        lazy_gettext("Owner or staff said within 28 days that the listing is still right."),
        out_of=count(session, Factory, *working(district_id)),
    )


def designers_registered(session: Session, district_id: int, period: Period) -> Indicator:
    return Indicator(
        lazy_gettext("Designers"),
        count(session, Designer, Designer.district_id == district_id),
        lazy_gettext("people"),
        lazy_gettext("Designers and small brands with an account."),
    )


def firms_manufacturing(session: Session, district_id: int, period: Period) -> Indicator:
    """count(working garment firms). Unit: firms. Scope: on the register, merged rows once."""
    return measured("firms_manufacturing", count(session, Factory, *working(district_id)))


def firms_in_cluster_dong(session: Session, district_id: int, period: Period) -> Indicator:
    """max over neighbourhoods of count(firms). Unit: firms. Scope: the register."""
    numbers = _by_place(session, district_id)
    return measured("firms_in_cluster_dong", max(numbers, default=None), sum(numbers))


def cluster_dong_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * firms of the largest neighbourhood / firms. Unit: percent. Scope: firms whose neighbourhood is known."""
    numbers = _by_place(session, district_id)
    return share("cluster_dong_share", max(numbers, default=0), sum(numbers))


def _by_place(session: Session, district_id: int) -> list[int]:
    conditions = [*working(district_id), Factory.neighbourhood_id.is_not(None)]
    return list(session.scalars(select(func.count()).where(*conditions).group_by(Factory.neighbourhood_id)))


def _people(session: Session, district_id: int) -> tuple[int, int, int]:
    """People, firms that state how many they are, and those of up to four."""
    micro = func.count().filter(Factory.people <= MICRO)
    query = select(func.coalesce(func.sum(Factory.people), 0), func.count(Factory.people), micro)
    people, firms, small = session.execute(query.where(*working(district_id))).one()
    return people or 0, firms, small


def employees(session: Session, district_id: int, period: Period) -> Indicator:
    """sum(people). Unit: persons. Scope: firms that state it; owners and family are in it."""
    people, firms, _small = _people(session, district_id)
    return measured("employees", people if firms else None)


def average_firm_size(session: Session, district_id: int, period: Period) -> Indicator:
    """people / firms. Unit: persons per firm. Scope: firms that state it."""
    people, firms, _small = _people(session, district_id)
    return measured("average_firm_size", people / firms if firms else None, firms)


def micro_firm_share(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * firms of up to four people / firms. Unit: percent. Scope: firms that state it."""
    _sum, firms, small = _people(session, district_id)
    return share("micro_firm_share", small, firms)


def registration_coverage(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * checked firms / known firms. Unit: percent. Scope: known from outside; without a source there is none."""
    known = known_firms(session, district_id, period)
    checked = count(session, Factory, *working(district_id), *is_checked(period.last))
    return share("registration_coverage", checked, known)


def _births_and_deaths(session: Session, district_id: int, period: Period) -> tuple[int, int, int, int]:
    """Firms there before the year that ends with the period; opened in it; of the former closed; there at its end."""
    year = Period.ending(period.last, YEAR_DAYS)
    columns = (
        _is_open(Factory.opened_on < year.first, Factory.closed_on >= year.first),
        Factory.opened_on.between(year.first, year.last),
        and_(Factory.opened_on < year.first, Factory.closed_on.between(year.first, year.last)),
        _is_open(Factory.opened_on <= year.last, Factory.closed_on > year.last),
    )
    dated = (
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.merged_into_id.is_(None),
        Factory.opened_on.is_not(None),
        or_(Factory.status != OperatingStatus.CLOSED, Factory.closed_on.is_not(None)),
    )
    counts: list[Any] = [func.count().filter(column) for column in columns]
    query: Select[Any] = select(*counts).select_from(Factory).where(*dated)
    before, born, dead, after = session.execute(query).one()
    return before, born, dead, after


def _is_open(was_open: ColumnElement[bool], closes_later: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(was_open, or_(Factory.closed_on.is_(None), closes_later))


def firm_birth_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * firms opened in the year / firms there before it. Unit: percent. Scope: firms whose days are known."""
    before, born, _dead, _after = _births_and_deaths(session, district_id, period)
    return share("firm_birth_rate", born, before)


def firm_death_rate(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * firms there before the year that closed in it / these. Unit: percent. Scope: firms whose days are known."""
    before, _born, dead, _after = _births_and_deaths(session, district_id, period)
    return share("firm_death_rate", dead, before)


def net_firm_growth(session: Session, district_id: int, period: Period) -> Indicator:
    """100 * (firms at its end - a year before) / a year before. Unit: percent. Scope: firms whose days are known."""
    before, _born, _dead, after = _births_and_deaths(session, district_id, period)
    return share("net_firm_growth", after - before, before)
