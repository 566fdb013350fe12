"""Whose work is more than half of a factory's, against a plain loop; and nobody but the owner is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from garment_hub.orders.dependence import dependence_of
from garment_hub.orders.terms import first_terms
from models.base import Base, utc_now
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.order import LineStatus, Order, OrderStatus
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote, make_user
from tests.crawling import crawl

ADVICE = "More than half of your work comes from one client."
OF_THE_WHOLE_DISTRICT = tuple(f"/district/{page}" for page in ("indicators", "milan", "statistics", "export"))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def ordered(session: Session, factory: Factory, client: Designer, **values: Any) -> Order:
    line = {"quantity": values.pop("quantity", 100), "unit_price_krw": 10_000}
    line |= {"status": LineStatus.DROPPED} if values.pop("is_dropped", False) else {}
    values = {"status": OrderStatus.SETTLED} | values
    return make_order(session, make_quote(session, make_brief(session, client), factory), line=line, **values)


orders = st.lists(
    st.fixed_dictionaries(
        {
            "client": st.sampled_from([0, 0, 0, 1, 2]),
            "quantity": st.sampled_from([50, 100, 300]),
            "status": st.sampled_from([OrderStatus.SETTLED, OrderStatus.IN_PRODUCTION, *OrderStatus]),
            "age": st.sampled_from([1, 200, 364, 366, 500]),
            "is_dropped": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=9,
)


@given(said=orders, outside=st.sampled_from([None, 0, 10, 30, 49, 100]))
def test_it_is_that_of_a_plain_loop(engine: Engine, said: list[dict[str, Any]], outside: int | None) -> None:
    not_fixed = {OrderStatus.SAMPLING, OrderStatus.SAMPLE_APPROVED, OrderStatus.CANCELLED}
    counted = [one for one in said if one["age"] < 366 and not one["is_dropped"] and one["status"] not in not_fixed]
    sums = [sum(one["quantity"] for one in counted if one["client"] == number) for number in range(3)]
    share = max(sums) / max(1, sum(sums)) * (1 - (outside or 0) / 100)
    with Session(engine) as session:
        district = make_district(session)
        factory = make_factory(session, district, outside_work_percent=outside)
        clients = [make_designer(session, district) for _ in range(3)]
        for one in said:
            values = {**one, "client": clients[one["client"]], "placed_at": utc_now() - timedelta(days=one["age"])}
            values |= {"disputed_from": OrderStatus.SAMPLING} if one["status"] is OrderStatus.DISPUTED else {}
            del values["age"]
            ordered(session, factory, **values)
        found = dependence_of(session, factory, today_in_seoul())
        session.rollback()
    assert (found is not None) == (len(counted) >= 5 and share > 0.5 + 1e-9)
    if found:
        assert found.client == clients[sums.index(max(sums))].brand
        assert found.orders == len(counted)
        assert abs(found.percent - 100 * share) <= 1
        assert found.outside_percent == outside


@pytest.fixture
def owner(session: Session) -> User:
    """Of a factory whose six orders are one client's."""
    district = session.get_one(District, 1)
    owner = make_user(session, Role.FACTORY_OWNER, district)
    factory = make_factory(session, district, owner=owner)
    client = make_designer(session, district, brand="한곳브랜드")
    for _number in range(6):
        first_terms(session, ordered(session, factory, client), client.user)
    session.commit()
    return owner


def test_the_owner_reads_it_as_advice(session: Session, owner: User, client_as: Callable[..., Browser]) -> None:
    browser = client_as(owner)
    factory = session.scalars(select(Factory).where(Factory.owner_id == owner.id)).one()
    for address in (f"/factories/{factory.id}/tip?lang=en", "/orders?lang=en"):
        text = browser.get(address).text
        assert ADVICE in text
        assert "한곳브랜드" in text
        assert "not counted" in text
        assert f"/factories/{factory.id}/pulse" in text
    factory.outside_work_percent = 40
    session.commit()
    assert "The 40% that you said" in browser.get("/orders?lang=en").text
    factory.outside_work_percent = 50
    session.commit()
    assert ADVICE not in browser.get("/orders?lang=en").text


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_else_meets_it(
    session: Session, owner: User, client_as: Callable[..., Browser], role: Role | None
) -> None:
    """Every page that others reach, and every file: not the advice, not in any language of codes."""
    factory = session.scalars(select(Factory).where(Factory.owner_id == owner.id)).one()
    other = client_as(role or Role.DESIGNER)
    if role is None:
        other.send("/sign-out")
    own = f"/factories/{factory.id}"
    pages = crawl(other, ["/?lang=en", "/district/", "/orders", own, f"{own}/edit", f"/district/registry/{factory.id}"])
    assert len(pages) > 2
    for page in pages:
        answer = other.get(page.address, follow_redirects=True)
        assert ADVICE not in answer.text, page.address
        if not page.address.startswith(OF_THE_WHOLE_DISTRICT):
            assert "dependence" not in answer.text.lower(), page.address
    for address in ("/district/export.csv", "/orders?lang=en"):
        with other.get(address) as sent:
            assert ADVICE.encode() not in sent.data
            assert address.startswith(OF_THE_WHOLE_DISTRICT) or b"dependence" not in sent.data.lower()
    assert other.get(f"{own}/tip").status_code in (302, 303, 403)
