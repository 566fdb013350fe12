"""Nobody of the centre writes for a factory before its owner's word is on record, whatever the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from garment_hub.factories.listing import BY_KEY
from garment_hub.factories.services import Written
from garment_hub.permissions import audience_of
from garment_hub.pulses.services import Told
from models.audit import AuditAction, AuditEntry
from models.capacity import today_in_seoul, week_of
from models.district import District
from models.factory import Factory, FactSource, LegalForm
from models.pulse import PulseAnswer
from models.user import CENTRE, Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_mandate, make_user

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
# The pages about the owner's word itself, and the one that only tells what was done.
OPEN = {"mandates.mandate", "mandates.record", "mandates.end", "claims.done_for_you"}
# What the centre can send, with what stands on record of it afterwards.
ACTS: list[tuple[str, dict[str, Any], str]] = [
    ("edit/size", {"people": "3"}, Written.SIZE),
    ("capacity", {week_of(today_in_seoul()).isoformat(): "2.5"}, Written.WEEKS),
    ("pulse", {"answer": "some"}, PulseAnswer.SOME),
    ("outside-work", {"percent": "25"}, Told.OUTSIDE_WORK),
    ("registration", {"do": "none"}, Written.REGISTRATION),
]


def writing_rules(app: Flask) -> list[Rule]:
    """Every address of one factory that the centre may open, but for those that are open without a mandate."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/factories/<int:factory_id>")
        and CENTRE & (audience_of(app, rule.endpoint) or frozenset())
        and rule.endpoint not in OPEN
    ]


def addresses(app: Flask, factory: Factory) -> list[tuple[str, str]]:
    """Method and address, with each part of the listing where the rule takes one."""
    found = []
    for rule in writing_rules(app):
        for part in BY_KEY if "part" in rule.arguments else [None]:
            path = rule.rule.replace("<int:factory_id>", str(factory.id)).replace("<part>", str(part))
            found += [(method, path) for method in sorted({"GET", "POST"} & (rule.methods or set()))]
    return found


@pytest.fixture(params=["owned", "unclaimed", "company"])
def factory(request: pytest.FixtureRequest, session: Session) -> Factory:
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district) if request.param == "owned" else None
    legal_form = LegalForm.COMPANY if request.param == "company" else LegalForm.SOLE_TRADER
    return make_factory(session, district, owner=owner, legal_form=legal_form)


def test_the_walk_sees_the_pages_that_are_known_to_write(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in writing_rules(app)}
    assert endpoints >= {
        "factories.edit", "factories.capacity", "pulses.ask", "pulses.outside_work", "tips.next_part", "tips.later",
        "listings.registration",
    }  # fmt: skip


@pytest.mark.parametrize("role", sorted(CENTRE))
def test_no_page_that_writes_is_reached_without_a_mandate(
    app: Flask, client_as: ClientAs, factory: Factory, role: Role
) -> None:
    centre = client_as(role)
    for method, path in addresses(app, factory):
        answer = centre.get(path) if method == "GET" else centre.send(path)
        assert answer.status_code == 303, (method, path)
        assert answer.location.startswith(f"/factories/{factory.id}/mandate?next="), (method, path)


def test_an_ended_mandate_opens_nothing(app: Flask, session: Session, client_as: ClientAs, factory: Factory) -> None:
    mandate = make_mandate(session, factory)
    centre, page = client_as(Role.COORDINATOR), f"/factories/{factory.id}/edit"
    assert centre.get(page).status_code == 200
    assert centre.send(f"/factories/{factory.id}/mandate/end").status_code == 303
    assert centre.get(page).status_code == 303
    session.refresh(mandate)
    assert mandate.ended_by and mandate.ended_by.role is Role.COORDINATOR


@pytest.mark.parametrize("path", ["edit", "edit/size?next=/factories/1/next", "capacity", "pulse", "registration"])
def test_after_writing_it_down_the_page_that_was_wanted_opens(client_as: ClientAs, factory: Factory, path: str) -> None:
    centre, wanted = client_as(Role.COORDINATOR), f"/factories/{factory.id}/{path}"
    asked = centre.get(wanted, follow_redirects=True)
    assert f'name="next" type="hidden" value="{wanted}"' in asked.text
    said = {"given_by": "박순자", "channel": "visit", "accepts_service": "y", "next": wanted}
    sent = centre.send(f"/factories/{factory.id}/mandate", said)
    assert sent.location == wanted
    assert centre.get(wanted).status_code == 200


@pytest.mark.parametrize(("path", "fields", "what"), ACTS)
def test_nothing_is_written_without_and_everything_is_on_record_with(
    session: Session, client_as: ClientAs, factory: Factory, path: str, fields: dict[str, Any], what: str
) -> None:
    coordinator = make_user(session, Role.COORDINATOR, factory.district, name="이은영")
    centre, address = client_as(coordinator), f"/factories/{factory.id}/{path}"
    assert "/mandate" in str(centre.send(address, fields).location)
    assert written(session, factory) == ([], [])
    make_mandate(session, factory)
    session.commit()
    assert centre.send(address, fields).status_code == 303
    entries, facts = written(session, factory)
    assert entries == [(coordinator.id, what)]
    assert set(facts) == {(FactSource.STAFF, "이은영")} or path == "registration"


def written(session: Session, factory: Factory) -> tuple[list[Any], list[Any]]:
    """What is on record of the centre, and where the facts of the listing come from."""
    session.rollback()
    session.refresh(factory)
    done = select(AuditEntry).where(AuditEntry.action == AuditAction.CHANGED_FOR_OWNER)
    entries = [(entry.actor_id, entry.values["what"]) for entry in session.scalars(done)]
    return entries, [(fact.source, fact.source_name) for fact in factory.facts if fact.name != "stage"]


@pytest.mark.parametrize(("path", "fields", "_what"), ACTS)
def test_an_owners_own_hand_is_not_marked(
    session: Session, client_as: ClientAs, path: str, fields: dict[str, Any], _what: str
) -> None:
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner)
    assert client_as(owner).send(f"/factories/{factory.id}/{path}", fields).status_code == 303
    assert written(session, factory)[0] == []


def test_every_part_of_the_listing_has_its_code() -> None:
    assert set(BY_KEY) <= set(Written)
