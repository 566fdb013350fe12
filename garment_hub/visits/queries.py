"""Reads of visits: a day's stops in order, one visit, and a place to go to."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from garment_hub.visits.walk import Stop
from models.errors import NotFound
from models.factory import Factory, Sector
from models.user import User
from models.visit import Visit


def day_plan(session: Session, district_id: int, on: date) -> list[Visit]:
    """As it stands in the database now, whatever was read before."""
    query = select(Visit).where(Visit.district_id == district_id, Visit.planned_on == on)
    whole = joinedload(Visit.factory).joinedload(Factory.neighbourhood), joinedload(Visit.coordinator)
    fresh = query.order_by(Visit.place, Visit.id).options(*whole).execution_options(populate_existing=True)
    return list(session.scalars(fresh))


def get_visit(session: Session, visit_id: int, person: User) -> Visit:
    """A visit of this person's district, or NotFound."""
    visit = session.get(Visit, visit_id)
    if visit is None or visit.district_id != person.district_id:
        raise NotFound
    return visit


def get_place_to_visit(session: Session, factory_id: int, person: User) -> Factory:
    """A garment maker of this person's district, listed or not."""
    factory = session.get(Factory, factory_id)
    if factory is None or factory.district_id != person.district_id or factory.sector is not Sector.GARMENT:
        raise NotFound
    return factory


def stop_of(visit: Visit) -> Stop:
    """Where the factory lies, as exactly as is known: itself, else its dong."""
    factory, dong = visit.factory, visit.factory.neighbourhood
    if factory.lat is not None and factory.lon is not None:
        return Stop(visit.id, factory.lat, factory.lon)
    return Stop(visit.id, dong.lat, dong.lon) if dong else Stop(visit.id)
