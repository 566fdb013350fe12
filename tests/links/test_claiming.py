"""Taking a factory over behind the centre's code, or behind the message that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.notifications.one_job import link_path
from models.base import utc_now
from models.claim import Claim, ClaimGround
from models.district import District, Installation
from models.factory import Factory
from models.notification import Notification
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_user

ClientAs = Callable[[Role | User], Browser]
STRANGER = {"name": "박순자", "phone": "010.2345.6789", "accepts_service": "y", "shows_publicly": "y"}


@pytest.fixture
def factory(session: Session) -> Factory:
    made = make_factory(session, session.get_one(District, 1), phone="010-9999-8888")
    session.commit()
    return made


def code_of(app: Flask, factory: Factory) -> str:
    with app.app_context():
        return f"/link/{token_of(Link(Purpose.CLAIM, factory.id, None, utc_now()))}"


def last_message(app: Flask, session: Session) -> str:
    """The address in the message that was written last."""
    session.rollback()
    newest = session.scalars(select(Notification).order_by(Notification.id.desc()).limit(1)).one()
    assert newest.template == "claim_link"
    with app.app_context():
        return link_path(newest, utc_now())


def owner_of(session: Session, factory: Factory) -> int | None:
    session.rollback()
    session.expire_all()
    return session.get_one(Factory, factory.id).owner_id


def test_an_owner_without_a_factory_takes_it_over_once(
    app: Flask, session: Session, client_as: ClientAs, factory: Factory
) -> None:
    first, second = (make_user(session, Role.FACTORY_OWNER, factory.district) for _person in range(2))
    one, other, address = client_as(first), client_as(second), code_of(app, factory)
    assert factory.name in one.get(address).text
    assert session.scalars(select(Claim)).all() == []
    taken = one.send(address)
    assert (taken.status_code, taken.location) == (303, f"/factories/{factory.id}/done-for-you?first=1")
    assert other.send(address).status_code == 410
    assert owner_of(session, factory) == first.id
    assert [claim.ground for claim in session.scalars(select(Claim))] == [ClaimGround.CODE]


@pytest.mark.parametrize("who", [Role.DESIGNER, Role.COORDINATOR])
def test_others_read_what_to_do_and_take_nothing(
    app: Flask, session: Session, client_as: ClientAs, factory: Factory, who: Role
) -> None:
    browser, address = client_as(who), code_of(app, factory)
    assert "사장님 계정이 아니에요" in browser.get(address).text
    assert browser.send(address).status_code == 403
    assert owner_of(session, factory) is None


def test_who_has_a_factory_is_led_to_the_centres_check(
    app: Flask, session: Session, client_as: ClientAs, factory: Factory
) -> None:
    owner = make_user(session, Role.FACTORY_OWNER, factory.district)
    make_factory(session, factory.district, owner=owner)
    browser, address = client_as(owner), code_of(app, factory)
    assert f'href="/factories/{factory.id}/claim"' in browser.get(address).text
    assert browser.send(address).status_code == 403
    assert owner_of(session, factory) is None


def test_a_stranger_with_the_code_taps_once_in_a_message_and_it_is_theirs(
    app: Flask, session: Session, factory: Factory
) -> None:
    phone, address = Browser(app), code_of(app, factory)
    assert phone.send(address, {"name": "박순자"}).status_code == 422
    assert phone.send(address, STRANGER).location == "/claim-sent"
    message = last_message(app, session)
    person = session.scalars(select(User).where(User.phone == "01023456789")).one()
    assert "내 공장으로 등록" in phone.get(message).text
    assert (owner_of(session, factory), person.phone_confirmed_at) == (None, None)
    tapped = phone.send(message)
    assert tapped.location == f"/factories/{factory.id}/done-for-you?first=1"
    assert phone.get(tapped.location).status_code == 200
    assert owner_of(session, factory) == person.id
    session.refresh(person)
    assert person.phone_confirmed_at is not None
    assert session.get_one(Factory, factory.id).is_display_refused is False
    assert Browser(app).send(message).status_code == 410
    assert phone.get(message).location == f"/factories/{factory.id}/edit"


def test_a_stranger_without_the_code_comes_back_to_the_claim(app: Flask, session: Session, factory: Factory) -> None:
    phone = Browser(app)
    assert phone.send(f"/factories/{factory.id}/claim", STRANGER).location == "/claim-sent"
    tapped = phone.send(last_message(app, session))
    assert tapped.location == f"/factories/{factory.id}/claim"
    assert "센터에서 먼저 확인해요" in phone.get(tapped.location).text
    assert owner_of(session, factory) is None


def test_a_stranger_whose_telephone_stands_in_the_register_is_through_with_the_message(
    app: Flask, session: Session, factory: Factory
) -> None:
    phone = Browser(app)
    phone.send(f"/factories/{factory.id}/claim", STRANGER | {"phone": "+82 10 9999 8888"})
    assert phone.send(last_message(app, session)).location == f"/factories/{factory.id}/done-for-you?first=1"
    assert owner_of(session, factory) is not None
    assert session.scalars(select(Claim)).one().ground is ClaimGround.PHONE


def test_somebody_else_who_is_signed_in_takes_nothing_with_the_message(
    app: Flask, session: Session, client_as: ClientAs, factory: Factory
) -> None:
    Browser(app).send(code_of(app, factory), STRANGER)
    message = last_message(app, session)
    assert client_as(Role.FACTORY_OWNER).send(message).status_code == 403
    assert owner_of(session, factory) is None


def test_whether_a_number_is_known_is_not_told(app: Flask, session: Session, factory: Factory) -> None:
    make_user(session, Role.COORDINATOR, factory.district, phone="01023456789")
    make_user(session, Role.FACTORY_OWNER, factory.district, phone="01011112222", is_active=False)
    make_user(session, Role.FACTORY_OWNER, factory.district, phone="01022223333")
    session.commit()
    for phone in ("01023456789", "01011112222", "01022223333", "01033334444"):
        answer = Browser(app).send(code_of(app, factory), STRANGER | {"phone": phone})
        assert (answer.status_code, answer.location) == (303, "/claim-sent")
    session.rollback()
    told = {person.phone for person in session.scalars(select(User).join(Notification))}
    assert told == {"01022223333", "01033334444"}


def test_a_message_opens_for_a_week_and_then_another_one_comes(app: Flask, session: Session, factory: Factory) -> None:
    Browser(app).send(code_of(app, factory), STRANGER)
    session.rollback()
    person = session.scalars(select(User).where(User.phone == "01023456789")).one()
    addresses = []
    for days in (6, 8):
        sent = Link(Purpose.CLAIM, factory.id, person.id, utc_now() - timedelta(days=days), is_to_phone=True)
        with app.app_context():
            addresses.append(f"/link/{token_of(sent)}")
    session.rollback()
    young, old = (Browser(app).get(address) for address in addresses)
    assert (young.status_code, old.status_code) == (200, 410)
    assert Browser(app).send(f"{addresses[1]}?again=1").location == "/link-sent"
    session.rollback()
    newest = session.scalars(select(Notification).order_by(Notification.id.desc()).limit(1)).one()
    assert (newest.template, newest.link) == ("link_again", f"/factories/{factory.id}/claim")


def test_in_a_demo_the_link_of_a_new_account_is_shown_and_never_another_ones(
    app: Flask, session: Session, factory: Factory
) -> None:
    make_user(session, Role.FACTORY_OWNER, factory.district, phone="01022223333")
    session.get_one(Installation, 1).is_demo = True
    session.commit()
    new, known = (
        Browser(app).send(code_of(app, factory), STRANGER | {"phone": phone}).location
        for phone in ("01033334444", "01022223333")
    )
    assert known == "/claim-sent"
    assert 'href="/link/c.' in Browser(app).get(new).text
    session.get_one(Installation, 1).is_demo = False
    session.commit()
    assert 'href="/link/c.' not in Browser(app).get(new).text


def test_messages_are_counted(app: Flask, factory: Factory) -> None:
    answers = [Browser(app).send(code_of(app, factory), STRANGER).status_code for _each in range(4)]
    assert answers == [303, 303, 303, 429]
