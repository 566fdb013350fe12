"""The owner's word that the centre acts for them: written down, seen by the owner, ended by either."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.factories.queries import speaks_for
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.factory import Factory
from models.user import Role
from tests.browsing import Browser
from tests.builders import make_factory, make_user

WORDS = {"given_by": "박순자", "channel": "phone", "purposes": ["service", "public_display"]}


def test_the_centre_records_it_and_the_owner_ends_it(session: Session, client_as: Callable[..., Browser]) -> None:
    district = session.get_one(District, 1)
    owner, coordinator = (make_user(session, role, district) for role in (Role.FACTORY_OWNER, Role.COORDINATOR))
    factory = make_factory(session, district, owner=owner)
    centre, own = client_as(coordinator), client_as(owner)
    address = f"/factories/{factory.id}/mandate"
    assert not speaks_for(factory, coordinator)
    sent = centre.send(address, {**WORDS, "next": f"/factories/{factory.id}/edit"})
    assert (sent.status_code, sent.location) == (303, f"/factories/{factory.id}/edit")
    session.rollback()
    kept = session.get_one(Factory, factory.id)
    assert kept.mandate and kept.mandate.purposes == ["public_display", "service"]
    assert speaks_for(kept, coordinator)
    assert "박순자" in own.get(address).text
    assert centre.send(address, WORDS).status_code == 409
    assert own.send(f"{address}/end").status_code == 303
    session.rollback()
    assert not speaks_for(session.get_one(Factory, factory.id), coordinator)
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == [AuditAction.MANDATE_GIVEN, AuditAction.MANDATE_ENDED]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(session: Session, client_as: Callable[..., Browser]) -> None:
    factory = make_factory(session, session.get_one(District, 1))
    centre = client_as(Role.COORDINATOR)
    for fields in (
        {"given_by": "박순자"},
        {**WORDS, "purposes": ["public_display"]},
        {**WORDS, "next": "//evil.example"},
    ):
        answer = centre.send(f"/factories/{factory.id}/mandate", fields)
        if "next" in fields:
            assert answer.location == f"/factories/{factory.id}/mandate"
        else:
            assert answer.status_code == 422
            assert "박순자" in answer.text
