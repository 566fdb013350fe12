"""Rows for tests: plain functions, each with the least that makes a valid row."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.case import Case
from models.designer import Designer
from models.district import District, Neighbourhood
from models.factory import CapabilityKind, Factory, FactSource, LegalForm
from models.mandate import Mandate, MandateChannel
from models.order import Order, OrderLine, OrderStatus
from models.quote import Quote, QuoteAnswer, QuoteRequest, RequestStatus
from models.user import ConsentPurpose, Role, User

_numbers = count(1)


def next_number() -> int:
    return next(_numbers)


def make_district(session: Session, **values: Any) -> District:
    """A made-up district with two neighbourhoods."""
    number = next_number()
    values = {"code": f"99{number:03d}", "name_ko": f"시험구{number}", "name_en": f"Test-gu {number}"} | values
    district = District(**values)
    district.neighbourhoods = [
        Neighbourhood(code=f"{values['code']}01", name_ko="가운데동", name_en="Middle-dong", lat=37.58, lon=127.05),
        Neighbourhood(code=f"{values['code']}02", name_ko="끝동", name_en="Edge-dong", lat=37.60, lon=127.07),
    ]
    session.add(district)
    session.flush()
    return district


def make_user(session: Session, role: Role, district: District, **values: Any) -> User:
    number = next_number()
    user = User(
        **{"email": f"person{number}@test.example", "name": f"사람{number}", "role": role, "district": district}
        | values
    )
    session.add(user)
    session.flush()
    return user


def make_factory(
    session: Session, district: District, *, codes: dict[CapabilityKind, list[str]] | None = None, **values: Any
) -> Factory:
    """A listed factory; ``codes`` are what it states, as closed lists of items and open lists of the rest."""
    factory = Factory(
        **{"name": f"공장{next_number()}", "legal_form": LegalForm.COMPANY, "district": district} | values
    )
    for kind, has in (codes or {CapabilityKind.STAGE: ["sewing"]}).items():
        factory.set_capabilities(kind, dict.fromkeys(has))
        factory.record_fact(kind, FactSource.OWNER, today_in_seoul(), is_complete=kind == CapabilityKind.ITEM)
    session.add(factory)
    session.flush()
    return factory


def make_designer(session: Session, district: District, **values: Any) -> Designer:
    user = values.pop("user", None) or make_user(session, Role.DESIGNER, district)
    designer = Designer(**{"user": user, "district": district, "brand": f"브랜드{next_number()}"} | values)
    session.add(designer)
    session.flush()
    return designer


def make_brief(session: Session, designer: Designer, **values: Any) -> Brief:
    """An open brief for 120 blouses due in four weeks."""
    brief = Brief(
        **{
            "designer": designer,
            "district": designer.district,
            "status": BriefStatus.OPEN,
            "item": "shirt_blouse",
            "quantity": 120,
            "processes": ["cutting", "sewing_assembly"],
            "needed_by": in_days(28),
        }
        | values
    )
    session.add(brief)
    session.flush()
    return brief


def in_days(number: int) -> date:
    return today_in_seoul() + timedelta(days=number)


def make_quote(session: Session, brief: Brief, factory: Factory, **values: Any) -> Quote:
    """A binding yes for the whole brief, ready a week before it is needed; ``asked`` are values of its request."""
    asked = {"answer_by": in_days(7), "status": RequestStatus.ANSWERED} | values.pop("asked", {})
    request = QuoteRequest(brief=brief, factory=factory, **asked)
    said = {
        "answer": QuoteAnswer.POSSIBLE,
        "unit_price_krw": 12_000,
        "ready_on": in_days(21),
        "valid_until": in_days(14),
    }
    request.quote = Quote(**said | values)
    session.add(request)
    session.flush()
    return request.quote


def make_order(session: Session, quote: Quote, **values: Any) -> Order:
    """An order in sampling with one line, as a row: no days are taken and nobody is told."""
    brief = quote.request.brief
    line = {
        "factory": quote.request.factory,
        "quote": quote,
        "processes": brief.processes,
        "quantity": brief.quantity,
        "unit_price_krw": quote.unit_price_krw,
        "starts_on": today_in_seoul(),
        "due_on": quote.ready_on,
    } | values.pop("line", {})
    order = Order(
        **{
            "brief": brief,
            "designer": brief.designer,
            "district_id": brief.district_id,
            "status": OrderStatus.SAMPLING,
            "item": brief.item,
            "quantity": brief.quantity,
            "due_on": quote.ready_on,
        }
        | values
    )
    order.lines.append(OrderLine(**line))
    session.add(order)
    session.flush()
    return order


def make_case(session: Session, asked: QuoteRequest) -> Case:
    """The place where a request made by hand is talked about."""
    case = Case(request=asked)
    session.add(case)
    session.flush()
    return case


def make_mandate(session: Session, factory: Factory, **values: Any) -> Mandate:
    """The owner lets the centre write and answer from now on."""
    known = {
        "given_by": f"사장{next_number()}",
        "channel": MandateChannel.PHONE,
        "purposes": [ConsentPurpose.SERVICE.value],
        "wording_version": "spoken-1",
    }
    mandate = Mandate(factory=factory, **known | values)
    session.add(mandate)
    session.flush()
    return mandate
