"""What an owner decides about questions, and the message of the month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, selectinload

from garment_hub.notifications import notify
from garment_hub.recommendations.worth import Worth, recent_briefs, worths_of
from garment_hub.tips.months import Month
from garment_hub.tips.queries import seen_in, shown_by_factory
from models.capacity import SEOUL
from models.factory import Factory, OperatingStatus, Sector
from models.tip import Tip
from models.user import User

PUT_OFF = timedelta(days=7)
TOLD_FROM_DAY, TOLD_FROM_HOUR = 2, 10
TEMPLATE = "monthly_tip"


def put_off(session: Session, factory: Factory, part: str, today: date) -> None:
    """Ask for this part again in a week, not sooner."""
    tip = session.get(Tip, factory.id) or Tip(factory_id=factory.id, put_off={})
    tip.put_off = {**tip.put_off, part: (today + PUT_OFF).isoformat()}
    session.add(tip)
    session.flush()


def tell_of_month(session: Session, now: datetime) -> int:
    """From the second of a month on, once to each owner: the month that is over, if there is anything to tell."""
    here = now.astimezone(SEOUL)
    if (here.day, here.hour) < (TOLD_FROM_DAY, TOLD_FROM_HOUR):
        return 0
    today, month = here.date(), Month.before(here.date())
    factories = _not_looked_at(session, month)
    shown = shown_by_factory(session, [factory.id for factory in factories], month)
    # All that is read before the first word: a session that has written is slower to read in.
    questions = _questions(session, factories, today)
    sent = [
        _tell(session, factory, month, questions.get(factory.id), now)
        for factory in factories
        if shown.get(factory.id) or questions.get(factory.id)
    ]
    _note_month(session, factories, month)
    return sum(sent)


def _not_looked_at(session: Session, month: Month) -> list[Factory]:
    """Working factories whose owner was here in that month, by district."""
    query = select(Factory).join(User, User.id == Factory.owner_id).outerjoin(Tip, Tip.factory_id == Factory.id)
    working = Factory.sector == Sector.GARMENT, Factory.status != OperatingStatus.CLOSED, User.is_active
    start_of_next = datetime.combine(month.next_first, time(), SEOUL)
    was_here = Factory.created_at < start_of_next, User.created_at < start_of_next
    is_new = Tip.month.is_(None) | (Tip.month < month.first)
    beside = selectinload(Factory.facts), selectinload(Factory.rates), selectinload(Factory.capabilities)
    query = query.where(*working, *was_here, is_new).options(*beside)
    return list(session.scalars(query.order_by(Factory.district_id, Factory.id)))


def _questions(session: Session, factories: Iterable[Factory], today: date) -> dict[int, Worth]:
    found: dict[int, Worth] = {}
    for district_id, group in groupby(factories, key=lambda factory: factory.district_id):
        worths = worths_of(session, list(group), recent_briefs(session, district_id, today), today)
        found |= {factory: own[0] for factory, own in worths.items() if own}
    return found


def _tell(session: Session, factory: Factory, month: Month, question: Worth | None, now: datetime) -> bool:
    seen = seen_in(session, factory, month)
    owner = session.get_one(User, factory.owner_id)
    sent = notify(
        session,
        owner,
        TEMPLATE,
        link=f"/factories/{factory.id}/tip",
        dedupe_key=f"{TEMPLATE}-{factory.id}-{month.first:%Y-%m}",
        now=now,
        month=month.first.isoformat(),
        shown=seen.shown,
        asked=seen.asked,
        chosen=seen.chosen,
        waiting=question.briefs if question else 0,
    )
    return sent is not None


def _note_month(session: Session, factories: Iterable[Factory], month: Month) -> None:
    """Looked at, told or not, so that the next sweep has nothing to do; two sweeps at once note the same."""
    rows = [{"factory_id": factory.id, "month": month.first, "put_off": {}} for factory in factories]
    if not rows:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Tip).values(rows)
    session.execute(
        statement.on_conflict_do_update(index_elements=["factory_id"], set_={"month": statement.excluded.month})
    )


SWEEPS = {"months": tell_of_month}
