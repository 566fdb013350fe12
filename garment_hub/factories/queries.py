"""Reads of this room that others share: one factory with the access wanted, its weeks, its history in figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from garment_hub.permissions import Access
from models.capacity import CapacityWeek, week_of
from models.errors import Forbidden, NotFound
from models.factory import Factory
from models.order import OrderLine, Party
from models.past_order import PastOrder
from models.review import Kept, Review, is_counted
from models.user import CENTRE, Role, User


class MandateMissing(Forbidden):
    """The centre may write for this owner once the owner has said so; the page that records it is the next step."""

    def __init__(self, factory: Factory) -> None:
        super().__init__("mandate_missing")
        self.factory_id = factory.id


def get_factory(session: Session, factory_id: int, user: User | None, access: Access) -> Factory:
    """The factory, if this person may see it; for WRITE, if this person may change it now.

    Raises MandateMissing where the centre may, once the owner has agreed.
    """
    if access is Access.WRITE:
        return _for_writing(get_kept_factory(session, factory_id, user), user)
    factory = session.get(Factory, factory_id)
    if factory is None or not (factory.is_listed or _is_theirs(factory, user)):
        raise NotFound
    return factory


def get_kept_factory(session: Session, factory_id: int, user: User | None) -> Factory:
    """The factory, for those who keep its listing: its owner, and the centre whether or not a mandate runs."""
    factory = get_factory(session, factory_id, user, Access.READ)
    if not may_edit(factory, user):
        raise Forbidden
    return factory


def stands_for(session: Session, factory_id: int) -> int | None:
    """The row into which this one was merged, if it was."""
    return session.scalar(select(Factory.merged_into_id).where(Factory.id == factory_id))


def _for_writing(factory: Factory, user: User | None) -> Factory:
    if user is not None and user.role in CENTRE and factory.mandate is None:
        raise MandateMissing(factory)
    return factory


def may_edit(factory: Factory, user: User | None) -> bool:
    """The owner may, and for the owner, with a mandate, the people of the centre; officers read."""
    if user is None:
        return False
    if user.role in CENTRE:
        return user.district_id == factory.district_id
    return user.role == Role.FACTORY_OWNER and factory.owner_id == user.id


def _is_theirs(factory: Factory, user: User | None) -> bool:
    """Whether the person sees it although strangers do not."""
    if user is None:
        return False
    return factory.owner_id == user.id or (user.is_staff and user.district_id == factory.district_id)


def sees_contacts(factory: Factory, user: User | None) -> bool:
    """Telephone and full address: the owner's and the staff's; others get them once the factory has said yes."""
    return _is_theirs(factory, user)


def factory_of(session: Session, owner: User) -> Factory | None:
    """The owner's own factory; of several the one registered first."""
    return session.scalar(select(Factory).where(Factory.owner_id == owner.id).order_by(Factory.id).limit(1))


def weeks_from(session: Session, factory: Factory, first_day: date, count: int) -> dict[date, CapacityWeek | None]:
    """``count`` weeks from the one that holds ``first_day``; None where nothing was said about a week."""
    mondays = [week_of(first_day) + timedelta(weeks=number) for number in range(count)]
    query = select(CapacityWeek).where(CapacityWeek.factory_id == factory.id, CapacityWeek.starts_on.in_(mondays))
    stated = {week.starts_on: week for week in session.scalars(query)}
    return {monday: stated.get(monday) for monday in mondays}


def last_week(session: Session, factory: Factory, today: date) -> CapacityWeek | None:
    return session.scalar(
        select(CapacityWeek).where(
            CapacityWeek.factory_id == factory.id, CapacityWeek.starts_on == week_of(today) - timedelta(weeks=1)
        )
    )


@dataclass(frozen=True, slots=True)
class History:
    """A factory's imported past in figures; each pair is (good ones, ones of which it is known)."""

    orders: int
    buyers: int
    on_time: tuple[int, int]
    passed: tuple[int, int]
    first_on: date | None
    last_on: date | None


def history_of(session: Session, factory: Factory) -> History:
    def good(column: ColumnElement[bool | None] | InstrumentedAttribute[bool | None]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((column.is_(True), 1), else_=0)), 0)

    row = session.execute(
        select(
            func.count(),
            func.count(PastOrder.buyer_key.distinct()),
            good(PastOrder.is_on_time),
            func.count(PastOrder.is_on_time),
            good(PastOrder.passed_first_inspection),
            func.count(PastOrder.passed_first_inspection),
            func.min(PastOrder.ordered_on),
            func.max(PastOrder.ordered_on),
        ).where(PastOrder.factory_id == factory.id)
    ).one()
    orders, buyers, on_time, of_time, passed, of_inspected, first_on, last_on = row
    return History(orders, buyers, (on_time, of_time), (passed, of_inspected), first_on, last_on)


def track_record(session: Session, factory: Factory, now: datetime) -> Kept:
    """How often designers said that the date was kept, of the orders made here."""
    row = session.execute(
        select(func.count().filter(Review.kept_the_date), func.count())
        .select_from(Review)
        .join(OrderLine, OrderLine.id == Review.line_id)
        .where(OrderLine.factory_id == factory.id, Review.party == Party.DESIGNER, is_counted(now))
    ).one()
    return Kept(*row)


def speaks_for(factory: Factory, user: User) -> bool:
    """The owner speaks for the own factory; the centre of the district for one without, or whose owner lets it."""
    if user.role in CENTRE and user.district_id == factory.district_id:
        return factory.owner_id is None or factory.mandate is not None
    return factory.owner_id is not None and user.id == factory.owner_id


def speakers_of(session: Session, factories: Iterable[Factory]) -> list[User]:
    """Who is told about these factories: their owners; for those without one, the coordinators of the district."""
    found: dict[int, User] = {}
    for factory in factories:
        people = [factory.owner] if factory.owner else coordinators_of(session, factory.district_id)
        found.update((person.id, person) for person in people)
    return list(found.values())


def coordinators_of(session: Session, district_id: int) -> list[User]:
    which = User.role == Role.COORDINATOR, User.district_id == district_id, User.is_active
    return list(session.scalars(select(User).where(*which).order_by(User.id)))
