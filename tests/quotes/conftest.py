"""One owner, one designer, one brief and one request, for the pages of asking and answering."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from garment_hub.quotes.services import request_quotes
from models.brief import Brief
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.quote import QuoteRequest
from models.user import Role, User
from tests.builders import (
    make_brief,
    make_designer,
    make_factory,
    make_user,
)
from tests.quotes.sending import DESIGNER_PHONE, OWNER_PHONE


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def owner(session: Session, district: District) -> User:
    return make_user(session, Role.FACTORY_OWNER, district, phone=OWNER_PHONE)


@pytest.fixture
def factory(session: Session, district: District, owner: User) -> Factory:
    return make_factory(session, district, owner=owner)


@pytest.fixture
def designer(session: Session, district: District) -> Designer:
    return make_designer(session, district, user=make_user(session, Role.DESIGNER, district, phone=DESIGNER_PHONE))


@pytest.fixture
def brief(session: Session, designer: Designer) -> Brief:
    return make_brief(session, designer, budget_per_piece_krw=12_000, price_includes=["cutting"])


@pytest.fixture
def asked(session: Session, brief: Brief, factory: Factory) -> QuoteRequest:
    request = request_quotes(session, brief, [factory.id], today_in_seoul())[0]
    session.commit()
    return request
