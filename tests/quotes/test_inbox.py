"""The owner's list of requests: what waits on top, days left, amount of work, whom to call; and the centre's list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.quotes.services import decline, request_quotes
from models.base import utc_now
from models.capacity import today_in_seoul
from models.designer import Designer
from models.district import District
from models.factory import Factory, FactoryRate
from models.mandate import Mandate, MandateChannel
from models.quote import DeclineReason, QuoteRequest
from models.user import Role, User
from tests.accessible import problems
from tests.builders import in_days, make_brief, make_factory, make_user
from tests.quotes.sending import DESIGNER_PHONE, ClientAs, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

SMALLEST_TARGET = 48


@pytest.fixture
def requests(session: Session, designer: Designer, factory: Factory, owner: User) -> dict[str, QuoteRequest]:
    """One of each kind, asked in this order."""
    made = {}
    for name in ("late", "later", "refused", "answered", "today"):
        brief = make_brief(session, designer, budget_per_piece_krw=12_000)
        made[name] = request_quotes(session, brief, [factory.id], today_in_seoul())[0]
    made["late"].answer_by, made["today"].answer_by = in_days(-1), in_days(0)
    decline(session, made["refused"], DeclineReason.FULL, owner, today_in_seoul())
    session.commit()
    return made


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/quote-requests/(\d+)"', page)]


def test_what_waits_stands_first_and_the_most_pressing_on_top(
    client_as: ClientAs, owner: User, requests: dict[str, QuoteRequest]
) -> None:
    answer(client_as, owner, requests["answered"])
    page = client_as(owner).get("/quote-requests").text
    assert shown(page) == [requests[name].id for name in ("today", "later", "late", "answered", "refused")]
    assert page.index("오늘까지") < page.index("7일 남았어요") < page.index("답했거나 끝난 일")


def test_the_amount_of_work_is_said_at_the_factorys_own_rate(
    client_as: ClientAs, owner: User, asked: QuoteRequest, session: Session
) -> None:
    assert "걸려요" not in client_as(owner).get("/quote-requests").text
    asked.factory.rates.append(FactoryRate(item=asked.brief.item, pieces_per_day=40))
    session.commit()
    assert "3일쯤 걸려요" in client_as(owner).get("/quote-requests").text


def test_the_designer_can_be_called_once_the_factory_has_said_yes_and_the_centre_always(
    app: Flask, client_as: ClientAs, owner: User, asked: QuoteRequest
) -> None:
    app.config["CENTRE_PHONE"] = "02 000 0000"
    browser, pages = client_as(owner), ("/quote-requests", f"/quote-requests/{asked.id}")
    assert all('href="tel:020000000"' in browser.get(page).text for page in pages)
    assert all(f'href="tel:{DESIGNER_PHONE}"' not in browser.get(page).text for page in pages)
    answer(client_as, owner, asked)
    assert all(f'href="tel:{DESIGNER_PHONE}"' in browser.get(page).text for page in pages)


def test_a_telephone_reads_every_control_aloud_and_a_thumb_hits_it(
    app: Flask,
    client_as: ClientAs,
    owner: User,
    requests: dict[str, QuoteRequest],
    new_page: Callable[..., Page],
) -> None:
    app.config["CENTRE_PHONE"] = "02-0000-0000"
    answer(client_as, owner, requests["answered"])
    browser = client_as(owner)
    page = new_page(viewport={"width": 390, "height": 844})
    for address in ("/quote-requests", *(f"/quote-requests/{asked.id}" for asked in requests.values())):
        browser.show_in(page, address)
        assert problems(page) == [], address
        controls = page.locator("main a:visible, main button:visible, main summary:visible, main .control:visible")
        named = page.locator("main").get_by_role("link").or_(page.locator("main").get_by_role("button"))
        assert all((each.text_content() or "").strip() for each in named.all())
        for box in (each.bounding_box() for each in controls.all()):
            assert box is not None
            assert box["height"] >= SMALLEST_TARGET, address
        for field in page.locator("main .control:visible").all():
            assert page.locator(f"label[for='{field.get_attribute('id')}']").text_content()


def mandate_for(factory: Factory, coordinator: User) -> Mandate:
    return Mandate(
        factory=factory, given_by="김사장", channel=MandateChannel.PHONE, purposes=["service"], wording_version="1",
        coordinator=coordinator,
    )  # fmt: skip


def test_the_centre_answers_for_an_owner_only_while_the_owner_lets_it_and_is_named_to_the_owner(
    client_as: ClientAs, session: Session, district: District, owner: User, asked: QuoteRequest
) -> None:
    coordinator = make_user(session, Role.COORDINATOR, district, name="김코디")
    session.commit()
    centre, address = client_as(coordinator), f"/quote-requests/{asked.id}"
    said = {"reason": "full", "heard": "오늘 아침 전화로"}
    assert asked.factory.name not in centre.get("/quote-requests").text
    assert centre.send(f"{address}/decline", said).status_code == 403
    mandate = mandate_for(asked.factory, coordinator)
    session.add(mandate)
    session.commit()
    assert asked.factory.name in centre.get("/quote-requests").text
    assert "김사장님이" in centre.get(address).text
    mandate.ended_at = utc_now()
    session.commit()
    assert centre.send(f"{address}/decline", said).status_code == 403
    mandate.ended_at = None
    session.commit()
    assert centre.send(f"{address}/decline", said | {"heard": ""}).status_code == 422
    assert centre.send(f"{address}/decline", said).status_code == 303
    page = client_as(owner).get(address).text
    assert "센터 김코디가 듣고" in page
    assert "오늘 아침 전화로" in page


def test_an_owners_own_answer_names_nobody_else(client_as: ClientAs, owner: User, asked: QuoteRequest) -> None:
    answer(client_as, owner, asked)
    assert "대신 답했어요" not in client_as(owner).get(f"/quote-requests/{asked.id}").text


def test_the_centre_sees_only_its_own_district(client_as: ClientAs, session: Session, asked: QuoteRequest) -> None:
    unclaimed = make_factory(session, asked.factory.district)
    request_quotes(session, asked.brief, [unclaimed.id], today_in_seoul())
    page = client_as(Role.DISTRICT_OFFICER).get("/quote-requests").text
    assert unclaimed.name in page
    assert asked.factory.name not in page
