"""A district in which two rows of the register are one firm, each with a history of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories.services import refresh_search_text
from models.base import Base, utc_now
from models.capacity import BookingKind, CapacityBooking, CapacityWeek, today_in_seoul, week_of
from models.claim import Claim, ClaimGround
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryCertificate, FactSource
from models.factory_exposure import FactoryExposure
from models.order import Party
from models.past_order import PastOrder
from models.pulse import Pulse, PulseAnswer
from models.quote import RequestStatus
from models.registry_import import DuplicateProposal, FactoryIdentity
from models.review import Review
from models.user import Role, User
from models.visit import Visit
from tests.builders import in_days, make_brief, make_designer, make_factory, make_order, make_quote, make_user

# What says when something happened, not what is: the record of acts, the noting of changes, the merges themselves.
UNCOUNTED = {"audit_entry", "factory_change", "merge"}
DAY = 100


@dataclass(frozen=True, slots=True)
class Pair:
    kept: Factory
    gone: Factory
    officer: User


def make_pair(session: Session, district: District | None = None, *, with_history: bool = True) -> Pair:
    district = district or session.get_one(District, 1)
    officer = make_user(session, Role.DISTRICT_OFFICER, district)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    items = {CapabilityKind.ITEM: ["coat"], CapabilityKind.PROCESS: ["cutting"]}
    kept = make_factory(session, district, name="가온봉제", owner=owner, address="장안동 1", codes=items)
    gone = make_factory(session, district, name="㈜가온 봉제", phone="021234567", people=7, codes={
        CapabilityKind.ITEM: ["shirt_blouse"], CapabilityKind.FABRIC: ["woven"]})  # fmt: skip
    for name in ("people", "phone", "name"):
        gone.record_fact(name, FactSource.IMPORT, today_in_seoul(), source_name="구청")
    gone.certificates.append(FactoryCertificate(code="kc", number="1"))
    if with_history:
        _history(session, kept, gone)
    session.add(DuplicateProposal(factory_id=kept.id, other_id=gone.id, score=0.9))
    session.add_all(
        FactoryIdentity(district_id=district.id, source="구청", key=f"id:{one.id}", factory_id=one.id, content_hash="x")
        for one in (kept, gone)
    )
    for one in (kept, gone):
        refresh_search_text(one)
    session.flush()
    return Pair(kept, gone, officer)


def _history(session: Session, kept: Factory, gone: Factory) -> None:
    designer = make_designer(session, kept.district)
    this_week = week_of(today_in_seoul())
    for number, factory in enumerate((kept, gone)):
        order = make_order(session, make_quote(session, make_brief(session, designer), factory))
        session.add(Review(line_id=order.lines[0].id, party=Party.DESIGNER, author_id=designer.user_id,
                           kept_the_date=True, was_good=True, would_again=True))  # fmt: skip
        for weeks in range(number, 2):
            week = CapacityWeek(factory=factory, starts_on=this_week + timedelta(weeks=weeks), open_hundredths=5 * DAY,
                                booked_hundredths=2 * DAY)  # fmt: skip
            booking = CapacityBooking(order_line_id=order.lines[0].id, kind=BookingKind.BOOKED, hundredths=2 * DAY)
            week.bookings.append(booking)
            session.add(week)
        session.add(FactoryExposure(factory_id=factory.id, amount=1.5 + number))
        session.add(Pulse(factory=factory, answer=PulseAnswer.OPEN, week_on=this_week, source=FactSource.STAFF))
        session.add(Visit(factory=factory, district_id=kept.district_id, planned_on=in_days(3), place=1))
        session.add(Visit(factory=factory, district_id=kept.district_id, planned_on=in_days(4 + number), place=1))
        session.add(PastOrder(factory=factory, district_id=kept.district_id, source_key=f"{factory.id}",
                              buyer_key="b", buyer_name="가게"))  # fmt: skip
    both = make_brief(session, designer)
    for factory, status in ((kept, RequestStatus.ANSWERED), (gone, RequestStatus.WITHDRAWN)):
        make_quote(session, both, factory, asked={"status": status})
    claimant = make_user(session, Role.FACTORY_OWNER, kept.district)
    session.add(Claim(factory=gone, user=claimant, ground=ClaimGround.WORD, made_at=utc_now()))


def everything(session: Session) -> dict[str, Any]:
    """Every row of every table that says what is."""
    session.flush()
    return {
        table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
        for table in Base.metadata.sorted_tables
        if table.name not in UNCOUNTED
    }
