"""The code on the centre's screen: a way in after a reason, on record and told; or the factory to be taken over."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Purpose, read_token
from garment_hub.qr import qr_svg
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.factory import Factory
from models.notification import Notification
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_factory, make_user


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put into codes."""
    texts: list[str] = []

    def note(text: str, **options: object) -> str:
        texts.append(text)
        return qr_svg(text)

    monkeypatch.setattr("garment_hub.links.qr_routes.qr_svg", note)
    return texts


@pytest.fixture
def owner(session: Session) -> User:
    return make_user(
        session, Role.FACTORY_OWNER, session.get_one(District, 1), email=None, phone="01000000061", password_hash=None
    )


@pytest.fixture
def factory(session: Session, owner: User) -> Factory:
    made = make_factory(session, owner.district, owner=owner)
    session.commit()
    return made


@pytest.fixture
def coordinator(client_as: Callable[[Role], Browser]) -> Browser:
    return client_as(Role.COORDINATOR)


def rows(session: Session) -> tuple[list[AuditEntry], list[Notification]]:
    session.rollback()
    found = list(session.scalars(select(AuditEntry))), list(session.scalars(select(Notification)))
    session.rollback()
    return found


def test_a_way_in_is_shown_after_a_reason_and_the_owner_hears_of_it(
    app: Flask, session: Session, owner: User, factory: Factory, coordinator: Browser, shown: list[str]
) -> None:
    address = f"/district/registry/{factory.id}/qr"
    assert coordinator.get(address).status_code == 200
    assert coordinator.send(address, {"reason": " "}).status_code == 422
    assert shown == [] and rows(session) == ([], [])
    page = coordinator.send(address, {"reason": "휴대폰을 바꾸셔서 오셨어요"})
    assert page.status_code == 200 and "<svg" in page.text
    ((entry,), (told,)) = rows(session)
    assert (entry.action, entry.subject, entry.subject_id) == (AuditAction.SIGN_IN_SHOWN, "factory", factory.id)
    assert entry.reason == "휴대폰을 바꾸셔서 오셨어요"
    assert (told.user_id, told.template) == (owner.id, "sign_in_shown")
    (text,) = shown
    site, _slash, token = text.rpartition("/link/")
    assert site == app.config["SITE_URL"]
    phone = Browser(app)
    assert phone.send(f"/link/{token}").status_code == 303
    assert phone.get("/account").status_code == 200
    session.refresh(owner)
    assert owner.phone_confirmed_at is None  # a screen is no telephone


def test_a_factory_without_an_owner_is_offered_for_taking_over(
    app: Flask, session: Session, coordinator: Browser, shown: list[str]
) -> None:
    unclaimed = make_factory(session, session.get_one(District, 1))
    session.commit()
    assert coordinator.get(f"/district/registry/{unclaimed.id}/qr").status_code == 200
    with app.app_context():
        link = read_token(shown[0].rpartition("/link/")[2])
    assert (link.purpose, link.subject_id, link.user_id) == (Purpose.CLAIM, unclaimed.id, None)
    assert rows(session) == ([], [])


def test_codes_of_another_district_are_shown_to_administrators_alone(
    session: Session, client_as: Callable[[Role], Browser]
) -> None:
    elsewhere = make_factory(session, make_district(session))
    session.commit()
    address = f"/district/registry/{elsewhere.id}/qr"
    assert client_as(Role.COORDINATOR).get(address).status_code == 404
    assert client_as(Role.ADMINISTRATOR).get(address).status_code == 200


def test_the_factorys_page_leads_there_for_those_who_may(
    factory: Factory, client_as: Callable[[Role], Browser]
) -> None:
    links = {role: client_as(role).get(f"/district/registry/{factory.id}").text for role in (
        Role.COORDINATOR, Role.DISTRICT_OFFICER)}  # fmt: skip
    wanted = f"/district/registry/{factory.id}/qr"
    assert wanted in links[Role.COORDINATOR] and wanted not in links[Role.DISTRICT_OFFICER]


@given(text=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=300))
def test_a_code_holds_every_dark_square_of_what_it_says(text: str) -> None:
    """The drawing is read back square by square and compared with the code itself."""
    import segno

    svg = ET.fromstring(qr_svg(text, title="제목 <&>"))
    assert "style" not in ET.tostring(svg, encoding="unicode")
    assert svg[0].text == "제목 <&>"
    code = segno.make(text, error="m", micro=False)
    dark = {(x, y) for y, row in enumerate(code.matrix_iter(border=4)) for x, bit in enumerate(row) if bit}
    assert squares(svg[2].attrib["d"]) == dark


def squares(path: str) -> set[tuple[int, int]]:
    """Places that lines of this path cover: moves and horizontal lines, one unit high."""
    x = y = 0.0
    found = set()
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if letter == "h":
            found |= {(round(x) + step, int(y)) for step in range(round(values[0]))}
            x += values[0]
        else:
            x, y = (x + values[0], y + values[1]) if letter == "m" else (values[0], values[1])
    return found
