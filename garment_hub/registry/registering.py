"""The centre registers a factory for its owner: what they said by telephone, in person or on the sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories import services as factories
from garment_hub.factories.services import Statement, Written
from garment_hub.listings.shop_kinds import Pair
from garment_hub.mandates import services as mandates
from garment_hub.registry.duplicates import WORTH_A_LOOK, Firm, score
from models.capacity import SEOUL
from models.district import Neighbourhood
from models.factory import CapabilityKind, Factory, FactSource
from models.user import User

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SheetAnswers:
    """The sheet as it was filled in; None and empty are unknown."""

    name: str
    phone: str
    neighbourhood: Neighbourhood
    address: str | None
    people: int | None
    minimum: int | None
    business_number: str | None
    has_no_business_number: bool
    fabrics: Collection[str]
    stages: Collection[str]
    processes: Collection[str]
    items: Collection[str]
    pieces: Mapping[Pair, int]


def register(session: Session, said: SheetAnswers, consent: Mapping[str, Any], actor: User, now: datetime) -> Factory:
    """A factory without an owner, every fact of it from the centre. ``consent``: what ``mandates.services.give`` takes.

    Raises Invalid where the owner did not agree to the service itself.
    """
    statement = Statement(FactSource.STAFF, now.astimezone(SEOUL).date(), actor.name)
    factory = Factory(district_id=actor.district_id, name=said.name, has_no_business_number=said.has_no_business_number)
    session.add(factory)
    session.flush()
    _state(factory, said, statement)
    session.flush()
    session.refresh(factory, ["neighbourhood"])
    factories.confirm(session, factory, statement)
    mandates.give(session, factory, actor, **consent, now=now)
    factories.note_stand_in(session, factory, statement, actor, Written.LISTING)
    return factory


def _state(factory: Factory, said: SheetAnswers, statement: Statement) -> None:
    columns = {
        "name": said.name,
        "phone": said.phone,
        "neighbourhood_id": said.neighbourhood.id,
        "address": said.address,
        "people": said.people,
        "minimum_order_quantity": said.minimum,
        "business_number": said.business_number,
    }
    codes = {
        CapabilityKind.FABRIC: said.fabrics,
        CapabilityKind.STAGE: said.stages,
        CapabilityKind.PROCESS: said.processes,
        CapabilityKind.ITEM: said.items,
    }
    factories.state_columns(factory, columns, statement)
    for kind, stated in codes.items():
        factories.state_codes(factory, kind, stated, statement)
    factories.state_rates(factory, said.pieces, statement)


class Alike(StrEnum):
    """Why it may be the same factory."""

    BUSINESS_NUMBER = "business_number"
    PHONE = "phone"
    NAME = "name"


def already_there(session: Session, said: SheetAnswers, district_id: int) -> list[tuple[Factory, Alike]]:
    """Factories of the district that this may be, and why; the likeliest first.

    Unlike in an import, where thousands of pairs are weighed, one shared sign is enough to be shown: a person looks.
    """
    columns = Factory.id, Factory.name, Factory.phone, Factory.business_number
    found: list[tuple[int, float, int, Alike]] = []
    for factory_id, name, phone, business_number in session.execute(
        select(*columns).where(Factory.district_id == district_id)
    ):
        likeness = score(Firm(0, said.name), Firm(factory_id, name))
        if said.business_number and business_number == said.business_number:
            found.append((0, -likeness, factory_id, Alike.BUSINESS_NUMBER))
        elif phone == said.phone:
            found.append((1, -likeness, factory_id, Alike.PHONE))
        elif likeness >= WORTH_A_LOOK:
            found.append((2, -likeness, factory_id, Alike.NAME))
    likeliest = sorted(found)[:MOST_SHOWN]
    return [(session.get_one(Factory, factory_id), why) for _rank, _likeness, factory_id, why in likeliest]
