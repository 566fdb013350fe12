"""Taking a factory over behind the centre's code: the first owner without a factory gets it, nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.claims.services import take_over
from models.base import utc_now
from models.claim import Claim, ClaimGround
from models.district import District
from models.errors import Conflict
from models.factory import Factory
from models.user import Role
from tests.browsing import Browser
from tests.builders import make_factory, make_user


def address_of(app: Flask, factory: Factory) -> str:
    with app.app_context():
        return f"/link/{token_of(Link(Purpose.CLAIM, factory.id, None, utc_now()))}"


def test_an_owner_without_a_factory_takes_it_over_once(
    app: Flask, session: Session, client_as: Callable[..., Browser]
) -> None:
    district = session.get_one(District, 1)
    factory = make_factory(session, district)
    first, second = (make_user(session, Role.FACTORY_OWNER, district) for _person in range(2))
    one, other = client_as(first), client_as(second)
    address = address_of(app, factory)
    assert factory.name in one.get(address).text
    assert session.scalars(select(Claim)).all() == []
    assert one.send(address).status_code == 303
    assert other.send(address).status_code == 410
    session.rollback()
    assert session.get_one(Factory, factory.id).owner_id == first.id
    assert [claim.ground for claim in session.scalars(select(Claim))] == [ClaimGround.CODE]


@pytest.mark.parametrize("who", [None, Role.DESIGNER, Role.COORDINATOR])
def test_others_read_what_to_do_and_take_nothing(
    app: Flask, session: Session, client_as: Callable[..., Browser], who: Role | None
) -> None:
    factory = make_factory(session, session.get_one(District, 1))
    session.commit()
    browser = client_as(who) if who else Browser(app)
    address = address_of(app, factory)
    assert browser.get(address).status_code == 200
    assert browser.send(address).status_code == 403
    session.rollback()
    assert session.get_one(Factory, factory.id).owner_id is None


def test_of_two_at_once_one_gets_it(session: Session) -> None:
    district = session.get_one(District, 1)
    factory = make_factory(session, district)
    owners = [make_user(session, Role.FACTORY_OWNER, district) for _person in range(2)]
    take_over(session, factory, owners[0], ClaimGround.CODE, utc_now())
    with pytest.raises(Conflict):
        take_over(session, factory, owners[1], ClaimGround.CODE, utc_now())
