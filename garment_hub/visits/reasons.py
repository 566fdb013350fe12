"""Why a factory is worth a visit, from what is on record; and who of a district needs one most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from garment_hub.factories.weeks import missed_weeks
from models.claim import Claim, ClaimGround, ClaimStatus
from models.factory import Factory, OperatingStatus, Sector
from models.quote import QuoteRequest, RequestStatus
from models.registration_photo import RegistrationPhoto
from models.visit import Visit

SILENT_WEEKS = 4  # from then on somebody should look in
CHECK_DAYS = 365  # how long a check of the centre's holds
MOST_PROPOSED = 12


class Why(StrEnum):
    """What there is to do at a factory, the most pressing first."""

    REQUESTS = "requests"  # somebody asks, and nobody has taken the factory over
    CLAIM = "claim"
    SILENT = "silent"
    NEVER = "never"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Reason:
    """``number`` is how many, or how many weeks."""

    why: Why
    number: int = 1


def reasons_for(session: Session, factories: Collection[Factory], on: date) -> dict[int, list[Reason]]:
    """For each of these factories, the most pressing reason first."""
    ids = [factory.id for factory in factories]
    asked = _counts(session, QuoteRequest, ids, QuoteRequest.status == RequestStatus.OPEN)
    claimed = _counts(session, Claim, ids, Claim.status == ClaimStatus.WAITING, Claim.ground != ClaimGround.CODE)
    photos = _counts(session, RegistrationPhoto, ids)
    found = {}
    for factory in factories:
        numbers = {
            Why.REQUESTS: asked.get(factory.id, 0) if factory.owner_id is None else 0,
            Why.CLAIM: claimed.get(factory.id, 0),
            Why.SILENT: missed_weeks(factory.confirmed_on),
            Why.NEVER: int(factory.confirmed_on is None),
            Why.CHECK: int(_is_check_due(factory, on) or factory.id in photos),
        }
        found[factory.id] = [Reason(why, number) for why, number in numbers.items() if number]
    return found


def _is_check_due(factory: Factory, on: date) -> bool:
    """A check that is older than a year, or a word without a number that nobody has looked at."""
    if factory.verified_on is None:
        return factory.has_no_business_number
    return (on - factory.verified_on).days > CHECK_DAYS


def _counts(session: Session, table: Any, ids: Collection[int], *which: ColumnElement[bool]) -> dict[int, int]:
    query = select(table.factory_id, func.count()).where(table.factory_id.in_(ids), *which).group_by(table.factory_id)
    return dict(session.execute(query).all())


def proposals(session: Session, district_id: int, on: date) -> list[tuple[Factory, list[Reason]]]:
    """Whom else to see: who has a pressing reason and is not on the day yet, the most needy first."""
    query = select(Factory).where(
        Factory.district_id == district_id,
        Factory.sector == Sector.GARMENT,
        Factory.status != OperatingStatus.CLOSED,
        Factory.id.not_in(select(Visit.factory_id).where(Visit.planned_on == on)),
    )
    factories = session.scalars(query.options(joinedload(Factory.neighbourhood))).all()
    reasons = reasons_for(session, factories, on)
    needy = [factory for factory in factories if any(map(_is_pressing, reasons[factory.id]))]
    needy.sort(key=lambda factory: (*_need(reasons[factory.id]), factory.id))
    return [(factory, reasons[factory.id]) for factory in needy[:MOST_PROPOSED]]


def _is_pressing(reason: Reason) -> bool:
    return reason.why is not Why.SILENT or reason.number >= SILENT_WEEKS


def _need(reasons: Collection[Reason]) -> tuple[int, ...]:
    """To sort by: more of the more pressing comes first."""
    numbers = {reason.why: reason.number for reason in reasons}
    return tuple(-numbers.get(why, 0) for why in Why)
