"""Designers: what a factory sees of a profile, who sees it, and the life of a portfolio's pictures."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.designers.services import MOST_PICTURES
from models.designer import Designer, PortfolioPicture
from models.district import District
from models.past_order import PastOrder
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_designer, make_district, make_factory, make_user

SIGN_UP = {
    "name": "이보라",
    "brand": "보라색오후",
    "email": "Bora@Test.Example",
    "password": "a sentence to sign in",
    "accepts_service": "y",
}
PROFILE: dict[str, Any] = {
    "brand": "새 이름",
    "introduction": "얇은 블라우스를 만들어요.",
    "items": ["shirt_blouse", "dress"],
    "market": "designer_brand",
    "usual_quantity_min": "50",
    "usual_quantity_max": "1,200",
    "website": "example.com/shop",
    "business_number": "123-45-67891",
}


@pytest.fixture
def designer(session: Session) -> Designer:
    made = make_designer(session, session.get_one(District, 1), brand="숨은브랜드")
    session.commit()
    return made


@pytest.fixture
def browser(client_as: Callable[[User], Browser], designer: Designer) -> Browser:
    return client_as(designer.user)


def stored(app: Flask) -> Designer:
    """The only designer as now in the database, with its pictures, read without holding anybody up."""
    with Session(engine_of(app).execution_options(writes=False)) as reader:
        found = reader.scalars(select(Designer)).one()
        assert found.pictures is not None
        return found


def picture(colour: str = "red") -> BytesIO:
    written = BytesIO()
    Image.new("RGB", (30, 20), colour).save(written, "JPEG")
    return BytesIO(written.getvalue())


def add(browser: Browser, data: BytesIO, caption: str = "여름 블라우스") -> Any:
    return browser.send("/designers/me/pictures", {"picture": (data, "../../x.html"), "caption": caption})


def uploads(app: Flask) -> list[Path]:
    return list((Path(app.config["DATA_DIR"]) / "uploads").glob("*"))


@pytest.mark.parametrize("missing", ["name", "brand", "email", "password", "accepts_service"])
def test_what_cannot_be_missing_is_asked_for_and_the_rest_stays(app: Flask, session: Session, missing: str) -> None:
    answer = Browser(app).send("/sign-up/designer", {k: v for k, v in SIGN_UP.items() if k != missing})
    assert answer.status_code == 422 and f'href="#{missing}"' in answer.text
    kept = "brand" if missing != "brand" else "name"
    assert SIGN_UP[kept] in answer.text
    assert SIGN_UP["password"] not in answer.text
    assert not session.scalars(select(User)).all()


def test_the_profile_is_kept_and_shown_as_a_factory_sees_it(
    app: Flask, browser: Browser, client_as: Callable[[Role], Browser], designer: Designer
) -> None:
    assert browser.send("/designers/me/edit", PROFILE).status_code == 303
    kept = stored(app)
    assert (kept.items, kept.usual_quantity_max) == (["shirt_blouse", "dress"], 1200)
    assert (kept.website, kept.business_number) == ("https://example.com/shop", "1234567891")
    assert not kept.is_public
    page = client_as(Role.FACTORY_OWNER).get(f"/designers/{designer.id}?lang=ko").text
    assert "셔츠·블라우스" in page and "50–1,200장" in page and 'href="https://example.com/shop"' in page
    assert "123-45-67891" not in page and "1234567891" not in page
    assert designer.user.email and designer.user.email not in page
    assert 'value="123-45-67891"' in browser.get("/designers/me/edit").text


def test_what_is_emptied_is_unknown_again(app: Flask, browser: Browser) -> None:
    browser.send("/designers/me/edit", PROFILE)
    emptied = {name: "" for name in PROFILE if name not in ("items", "market")} | {"brand": "새 이름"}
    assert browser.send("/designers/me/edit", emptied).status_code == 303
    kept = stored(app)
    assert (kept.items, kept.website, kept.business_number, kept.usual_quantity_min) == ([], None, None, None)


WEB = [
    "javascript:alert(1)",
    "ftp://example.com",
    "https://",
    "http://localhost",
    "https://user:pw@example.com",
    "https://example.com:99999",
    "https://exa mple.com",
    'https://example.com/"onclick=',
    "data:text/html,x",
    "//example.com",
    "https://[::1",
    "mailto:a@example.com",
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "typed"),
    [("website", typed) for typed in WEB]
    + [
        ("business_number", "1234567890"),
        ("business_number", "000-00-00000"),
        ("business_number", "열자리"),
        ("usual_quantity_min", "많이"),
        ("usual_quantity_max", "10"),
        ("brand", ""),
        ("items", "nonsense"),
        ("market", "nonsense"),
        ("introduction", "긴" * 5000),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_saved(
    app: Flask, browser: Browser, field: str, typed: str
) -> None:
    answer = browser.send("/designers/me/edit", PROFILE | {field: typed})
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    assert "얇은 블라우스" in answer.text or field == "introduction"
    assert field != "website" or f'href="{typed}' not in answer.text
    assert stored(app).brand == "숨은브랜드"


@pytest.mark.parametrize("role", [None, *Role])
def test_a_profile_that_is_not_public_is_seen_by_owners_and_staff_only(
    app: Flask, client_as: Callable[[Role], Browser], designer: Designer, role: Role | None
) -> None:
    browser = Browser(app) if role is None else client_as(role)
    sees = role not in (None, Role.DESIGNER)
    assert browser.get(f"/designers/{designer.id}").status_code == (200 if sees else 404)
    assert ("숨은브랜드" in browser.get("/designers").text) == sees


def test_own_profile_is_seen_by_oneself(browser: Browser, designer: Designer) -> None:
    assert browser.get(f"/designers/{designer.id}").status_code == 200
    assert "숨은브랜드" in browser.get("/designers").text


def test_the_directory_is_of_one_district(
    client_as: Callable[[User], Browser], session: Session, designer: Designer
) -> None:
    elsewhere = make_district(session)
    owner = make_user(session, Role.FACTORY_OWNER, elsewhere)
    assert "숨은브랜드" not in client_as(owner).get("/designers").text


@pytest.mark.parametrize(("orders", "said"), [(0, "few so far"), (4, "few so far"), (5, "5")])
def test_past_orders_are_a_number_once_there_are_some(
    client: FlaskClient, session: Session, designer: Designer, orders: int, said: str
) -> None:
    designer.is_public = True
    factory = make_factory(session, designer.district, name="비밀공장")
    for number in range(orders):
        session.add(
            PastOrder(
                district_id=1, source_key=str(number), buyer_key="b", buyer_name="n", designer=designer, factory=factory
            )
        )
    session.commit()
    page = client.get(f"/designers/{designer.id}?lang=en").text
    assert f">{said}<" in page and "비밀공장" not in page


def test_a_picture_is_drawn_anew_shown_and_removed_with_its_file(
    app: Flask, browser: Browser, designer: Designer
) -> None:
    assert add(browser, picture()).status_code == 303
    (shown,) = stored(app).pictures
    assert shown.caption == "여름 블라우스" and "x.html" not in shown.key
    answer = browser.get(f"/designers/{designer.id}/pictures/{shown.id}")
    assert answer.mimetype == "image/webp" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Image.open(BytesIO(answer.data)).size == (30, 20)
    assert "여름 블라우스" in browser.get(f"/designers/{designer.id}").text
    assert browser.send(f"/designers/me/pictures/{shown.id}/remove").status_code == 303
    assert stored(app).pictures == [] and uploads(app) == []
    assert browser.get(f"/designers/{designer.id}/pictures/{shown.id}").status_code == 404


def test_there_is_room_for_twelve(app: Flask, browser: Browser) -> None:
    for number in range(MOST_PICTURES):
        assert add(browser, picture(), f"사진 {number}").status_code == 303
    answer = add(browser, picture(), "하나 더")
    assert answer.status_code == 422 and 'href="#picture"' in answer.text
    assert len(stored(app).pictures) == len(uploads(app)) == MOST_PICTURES


def test_pictures_are_seen_by_those_who_see_the_profile_and_removed_by_their_owner_only(
    app: Flask, browser: Browser, client_as: Callable[[Role | User], Browser], session: Session, designer: Designer
) -> None:
    add(browser, picture())
    (shown,) = stored(app).pictures
    address = f"/designers/{designer.id}/pictures/{shown.id}"
    other = make_designer(session, designer.district, is_public=True)
    session.commit()
    assert Browser(app).get(address).status_code == 404
    assert client_as(Role.FACTORY_OWNER).get(address).status_code == 200
    assert client_as(Role.DESIGNER).get(address).status_code == 404
    assert Browser(app).get(f"/designers/{other.id}/pictures/{shown.id}").status_code == 404
    assert client_as(other.user).send(f"/designers/me/pictures/{shown.id}/remove").status_code == 404
    session.commit()
    assert session.scalars(select(PortfolioPicture)).all()


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.DESIGNER)])
def test_only_designers_have_such_a_profile(
    app: Flask, client_as: Callable[[Role], Browser], role: Role | None
) -> None:
    browser = Browser(app) if role is None else client_as(role)
    expected = 303 if role is None else 403
    assert browser.get("/designers/me/edit").status_code == expected
    assert browser.send("/designers/me/edit", PROFILE).status_code == expected
    assert add(browser, picture()).status_code == expected
    assert uploads(app) == []


@pytest.mark.parametrize("lang", ["ko", "en", "it"])
def test_pages_open_in_every_language(app: Flask, browser: Browser, designer: Designer, lang: str) -> None:
    for address in ("/designers", f"/designers/{designer.id}", "/designers/me/edit"):
        assert browser.get(f"{address}?lang={lang}").status_code == 200
    assert Browser(app).get(f"/sign-up/designer?lang={lang}").status_code == 200
