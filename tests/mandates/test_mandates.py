"""The owner's word that the centre acts for them: written down, seen by the owner, ended by either."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.factories.queries import speaks_for
from garment_hub.mandates import services
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.errors import Invalid
from models.factory import Factory, LegalForm
from models.mandate import Mandate, MandateChannel
from models.notification import Notification
from models.quote import QuoteRequest
from models.user import ConsentPurpose, Role, User
from tests.browsing import Browser, signed_in
from tests.builders import in_days, make_brief, make_designer, make_factory, make_mandate, make_user

ClientAs = Callable[[Role | User], Browser]
YES = {"given_by": "박순자", "channel": "phone", "accepts_service": "y"}
ALL = YES | {"shares_with_district": "y", "shows_publicly": "y"}
SERVICE, DISPLAY = ConsentPurpose.SERVICE, ConsentPurpose.PUBLIC_DISPLAY


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


def fresh(session: Session, factory: Factory) -> Factory:
    session.rollback()
    session.expire_all()
    return session.get_one(Factory, factory.id)


def test_the_centre_records_it_and_the_owner_ends_it_with_one_tap(
    session: Session, client_as: ClientAs, district: District
) -> None:
    owner, coordinator = (make_user(session, role, district) for role in (Role.FACTORY_OWNER, Role.COORDINATOR))
    factory = make_factory(session, district, owner=owner)
    centre, own = client_as(coordinator), client_as(owner)
    address = f"/factories/{factory.id}/mandate"
    assert not speaks_for(factory, coordinator)
    sent = centre.send(address, ALL | {"next": f"/factories/{factory.id}/edit"})
    assert (sent.status_code, sent.location) == (303, f"/factories/{factory.id}/edit")
    kept = fresh(session, factory)
    assert kept.mandate is not None
    assert kept.mandate.purposes == ["district_office", "public_display", "service"]
    assert kept.mandate.coordinator == coordinator
    assert speaks_for(kept, coordinator)
    (told,) = session.scalars(select(Notification).where(Notification.user_id == owner.id))
    assert (told.template, told.link) == ("mandate_given", address)
    for page in ("/account", f"/factories/{factory.id}/edit", address):
        text = own.get(page).text
        assert "박순자" in text and coordinator.name in text and "전화로" in text
        assert f'action="{address}/end"' in text
    for _tap in range(2):
        assert "ended" in str(own.send(f"{address}/end").location)
    assert not speaks_for(fresh(session, factory), coordinator)
    assert "박순자" not in own.get("/account").text
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == [AuditAction.MANDATE_GIVEN, AuditAction.MANDATE_ENDED]


@pytest.mark.parametrize("left_out", ["given_by", "channel", "accepts_service"])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    session: Session, client_as: ClientAs, district: District, left_out: str
) -> None:
    factory = make_factory(session, district)
    fields = {name: value for name, value in ALL.items() if name != left_out}
    back = f"/factories/{factory.id}/edit"
    answer = client_as(Role.COORDINATOR).send(f"/factories/{factory.id}/mandate", fields | {"next": back})
    assert answer.status_code == 422
    assert answer.text.count(" checked") == len(fields.keys() - {"given_by"})
    assert ("박순자" in answer.text) == (left_out != "given_by")
    assert f'value="{back}"' in answer.text
    assert fresh(session, factory).mandates == []


def test_another_site_is_no_place_to_go_back_to(session: Session, client_as: ClientAs, district: District) -> None:
    factory = make_factory(session, district)
    address = f"/factories/{factory.id}/mandate"
    answer = client_as(Role.COORDINATOR).send(address, YES | {"next": "//evil.example"})
    assert answer.location == address


def test_what_runs_is_ended_before_something_else_is_agreed(
    session: Session, client_as: ClientAs, district: District
) -> None:
    factory = make_factory(session, district)
    centre, address = client_as(Role.COORDINATOR), f"/factories/{factory.id}/mandate"
    centre.send(address, YES)
    assert centre.send(address, ALL | {"given_by": "김철수"}).status_code == 409
    centre.send(f"{address}/end")
    assert centre.send(address, ALL | {"given_by": "김철수"}).status_code == 303
    mandates = fresh(session, factory).mandates
    assert [(one.given_by, one.ended_at is None) for one in mandates] == [("박순자", False), ("김철수", True)]


def give(session: Session, factory: Factory, actor: User, *purposes: ConsentPurpose) -> None:
    services.give(
        session, factory, actor, given_by="박순자", channel=MandateChannel.VISIT, purposes=purposes, now=utc_now()
    )


def test_without_the_service_itself_there_is_no_mandate(session: Session, district: District) -> None:
    with pytest.raises(Invalid):
        give(session, make_factory(session, district), make_user(session, Role.COORDINATOR, district), DISPLAY)


@pytest.mark.parametrize("legal_form", [LegalForm.SOLE_TRADER, LegalForm.COMPANY, None])
@pytest.mark.parametrize("is_refused", [False, True])
def test_an_unclaimed_factory_is_seen_as_its_owner_said_and_afterwards_as_before(
    session: Session, district: District, legal_form: LegalForm | None, is_refused: bool
) -> None:
    actor = make_user(session, Role.COORDINATOR, district)
    for words in product([True, False], repeat=3):
        factory = make_factory(session, district, legal_form=legal_form, is_display_refused=is_refused)
        seen = factory.is_listed
        for says_yes in words:
            give(session, factory, actor, SERVICE, *([DISPLAY] if says_yes else []))
            assert factory.is_listed is says_yes
            services.end(session, factory, actor, utc_now())
            seen = seen and says_yes  # a no outlives the mandate, a yes does not
            assert factory.is_listed is seen, words


def test_a_recorded_basis_of_another_kind_outlives_the_mandate(session: Session, district: District) -> None:
    actor = make_user(session, Role.COORDINATOR, district)
    factory = make_factory(session, district, legal_form=LegalForm.SOLE_TRADER, public_basis="동의서 2026-01-01")
    give(session, factory, actor, SERVICE, DISPLAY)
    services.end(session, factory, actor, utc_now())
    assert (factory.public_basis, factory.is_listed) == ("동의서 2026-01-01", True)


@pytest.mark.parametrize("is_refused", [False, True])
def test_what_an_owner_chose_in_the_own_account_stays(session: Session, district: District, is_refused: bool) -> None:
    owner, actor = (make_user(session, role, district) for role in (Role.FACTORY_OWNER, Role.COORDINATOR))
    factory = make_factory(session, district, owner=owner, is_display_refused=is_refused)
    for purposes in ([SERVICE], [SERVICE, DISPLAY]):
        give(session, factory, actor, *purposes)
        services.end(session, factory, actor, utc_now())
        assert (factory.is_display_refused, factory.public_basis) == (is_refused, None)


def test_of_two_coordinators_at_once_one_writes_it_down(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    with Session(engine_of(app), expire_on_commit=False) as session:
        district = session.get_one(District, 1)
        factory = make_factory(session, district)
        people = [signed_in(app, session, make_user(session, Role.COORDINATOR, district)) for _person in range(2)]
    address = f"/factories/{factory.id}/mandate"
    for person in people:
        person.twin()  # looks up its form token before the start
    answers: list[int] = []
    senders = [
        threading.Thread(target=lambda person=person: answers.append(person.send(address, ALL).status_code))
        for person in people
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(answers) == [303, 409]
    with Session(engine_of(app).execution_options(writes=False)) as session:
        assert len(session.scalars(select(Mandate)).all()) == 1
        assert session.scalars(select(AuditEntry.action)).all() == [AuditAction.MANDATE_GIVEN]


def test_the_desk_of_a_request_leads_to_asking_the_owner(
    session: Session, client_as: ClientAs, district: District
) -> None:
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner)
    brief = make_brief(session, make_designer(session, district))
    asked = QuoteRequest(brief=brief, factory=factory, answer_by=in_days(5))
    session.add(asked)
    session.flush()
    centre, page = client_as(Role.COORDINATOR), f"/quote-requests/{asked.id}"
    way = f"/factories/{factory.id}/mandate?next="
    assert way in centre.get(page).text
    assert way not in client_as(owner).get(page).text
    assert way not in client_as(Role.DISTRICT_OFFICER).get(page).text
    make_mandate(session, factory)
    session.commit()
    answering = centre.get(page).text
    assert way not in answering
    assert f'action="{page}/quote"' in answering
