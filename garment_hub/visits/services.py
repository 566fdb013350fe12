"""What the centre does with a day of visits: put a factory on it, order it, and say what came of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from garment_hub.factories.bookings import pause
from garment_hub.visits.queries import day_plan, stop_of
from garment_hub.visits.walk import nearest_next
from models.district import District
from models.errors import Conflict, Invalid, NotFound
from models.factory import Factory
from models.user import User
from models.visit import Visit

LONGEST_AHEAD = timedelta(days=365)


def plan_visit(session: Session, factory: Factory, on: date, purpose: str | None, actor: User, today: date) -> Visit:
    """Put the factory on that day. There already: only a purpose that was not written yet is added.

    A day that goes from each stop to the nearest is ordered so again; where somebody ordered it, or is on the way,
    the new stop comes last. Raises Invalid for a day that is over or too far ahead.
    """
    if not today <= on <= today + LONGEST_AHEAD:
        raise Invalid("visit_day_out_of_range", field="on")
    visits = _locked_day(session, factory.district_id, on)
    for visit in visits:
        if visit.factory_id == factory.id:
            visit.purpose = visit.purpose or purpose
            return visit
    new = Visit(
        district_id=factory.district_id, factory=factory, coordinator=actor, planned_on=on, purpose=purpose,
        place=len(visits) + 1,
    )  # fmt: skip
    session.add(new)
    session.flush()
    is_walked = visits == _by_way(visits) and not any(visit.done_at for visit in visits)
    _number(session, _by_way([*visits, new]) if is_walked else [*visits, new])
    return new


def arrange(session: Session, district_id: int, on: date) -> None:
    """From the first stop on, always to the nearest that is left."""
    _number(session, _by_way(_locked_day(session, district_id, on)))


def move(session: Session, visit: Visit, by: int) -> None:
    """One place up (-1) or down (1); at the ends nothing changes."""
    visits = _locked_with(session, visit)
    at = visits.index(visit)
    visits.insert(min(max(at + by, 0), len(visits) - 1), visits.pop(at))
    _number(session, visits)


def remove(session: Session, visit: Visit) -> None:
    """Off the day; what was done stays on record. Raises Conflict."""
    visits = _locked_with(session, visit)
    if visit.done_at is not None:
        raise Conflict("visit_done")
    session.delete(visit)
    session.flush()
    _number(session, [left for left in visits if left is not visit])


def mark_done(session: Session, visit: Visit, note: str | None, actor: User, now: datetime) -> None:
    """Somebody was there. A second word changes the note, not the time; of the factory it says nothing by itself."""
    _locked_with(session, visit)
    visit.done_at = visit.done_at or now
    visit.coordinator, visit.note = actor, note or visit.note
    session.flush()


def _locked_day(session: Session, district_id: int, on: date) -> list[Visit]:
    """The day as it stands; two people who order one day do it one after the other."""
    session.get_one(District, district_id, with_for_update=True)
    visits = day_plan(session, district_id, on)
    pause(session)
    return visits


def _locked_with(session: Session, visit: Visit) -> list[Visit]:
    visits = _locked_day(session, visit.district_id, visit.planned_on)
    if visit not in visits:
        raise NotFound  # taken off by somebody else meanwhile
    return visits


def _by_way(visits: Sequence[Visit]) -> list[Visit]:
    by_id = {visit.id: visit for visit in visits}
    return [by_id[stop.id] for stop in nearest_next([stop_of(visit) for visit in visits])]


def _number(session: Session, visits: Sequence[Visit]) -> None:
    for place, visit in enumerate(visits, 1):
        visit.place = place
    session.flush()
