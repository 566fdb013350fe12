"""Small things that tests of the weekly question share."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.capacity import CapacityWeek, today_in_seoul, week_of
from models.district import District
from models.factory import Factory
from models.user import Role
from tests.builders import make_factory, make_user


def this_week(number: int = 0) -> date:
    return week_of(today_in_seoul()) + timedelta(weeks=number)


def owned_factory(session: Session, *offered: int) -> Factory:
    """A factory of an owner without e-mail or password; ``offered`` are hundredths from this week on."""
    district = session.scalars(select(District)).one()
    owner = make_user(session, Role.FACTORY_OWNER, district, email=None, phone="01000000007")
    factory = make_factory(session, district, owner=owner, phone=owner.phone)
    for number, days in enumerate(offered):
        session.add(CapacityWeek(factory=factory, starts_on=this_week(number), open_hundredths=days))
    session.flush()
    return factory


def offered(session: Session, factory: Factory) -> list[int | None]:
    """Hundredths offered in the four coming weeks, as committed."""
    query = select(CapacityWeek.starts_on, CapacityWeek.open_hundredths).where(CapacityWeek.factory_id == factory.id)
    with Session(session.get_bind().execution_options(writes=False)) as reader:
        stated = dict(reader.execute(query).all())
    return [stated.get(this_week(number)) for number in range(4)]
