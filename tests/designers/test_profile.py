"""Designers: signing up, the profile others see, and pictures that carry nothing but the picture."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.designers import services
from models.designer import Designer
from models.district import District
from models.errors import Invalid
from models.user import ConsentPurpose, Role, User
from tests import builders
from tests.browsing import Browser, signed_in

SIGN_UP = {
    "brand": "달밤 상점",
    "name": "한소라",
    "email": "sora@brand.example",
    "password": "a long enough sentence",
    "accepts_service": "y",
}


@pytest.fixture
def district(session: Session) -> District:
    return session.scalars(select(District)).one()


@pytest.fixture
def designer(session: Session, district: District) -> Designer:
    designer = builders.make_designer(session, district)
    session.commit()
    return designer


def a_jpeg(with_place: bool = True) -> bytes:
    picture, written, exif = Image.new("RGB", (60, 40), "navy"), BytesIO(), Image.Exif()
    if with_place:
        exif[0x010E] = "GPS-MARKER-37.5"
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_signing_up_makes_an_account_and_a_profile(app: Flask, session: Session) -> None:
    browser = Browser(app)
    answer = browser.send("/sign-up/designer", SIGN_UP | {"shows_publicly": "y"})
    assert answer.status_code == 303
    assert browser.get(answer.location).status_code == 200
    made = session.scalars(select(Designer)).one()
    assert (made.brand, made.is_public, made.user.role) == ("달밤 상점", True, Role.DESIGNER)
    purposes = {consent.purpose for consent in made.user.consents}
    assert purposes == {ConsentPurpose.SERVICE, ConsentPurpose.PUBLIC_DISPLAY}


def test_without_consent_to_display_the_profile_stays_private(app: Flask, session: Session) -> None:
    Browser(app).send("/sign-up/designer", SIGN_UP)
    made = session.scalars(select(Designer)).one()
    assert not made.is_public
    assert Browser(app).get(f"/designers/{made.id}").status_code == 404
    assert "달밤 상점" not in Browser(app).get("/designers").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("brand", ""), ("email", "nonsense"), ("password", "short"), ("accepts_service", ""), ("brand", "가" * 500)],
)
def test_what_was_typed_stays_when_something_is_wrong(app: Flask, session: Session, field: str, value: str) -> None:
    answer = Browser(app).send("/sign-up/designer?lang=ko", SIGN_UP | {field: value})
    assert answer.status_code == 422
    assert "오류:" in answer.text
    assert "한소라" in answer.text
    assert session.scalar(select(User.id)) is None


def test_an_address_that_is_taken_is_said_beside_its_field(app: Flask) -> None:
    Browser(app).send("/sign-up/designer", SIGN_UP)
    answer = Browser(app).send("/sign-up/designer", SIGN_UP)
    assert answer.status_code == 422
    assert "달밤 상점" in answer.text


def test_owners_and_staff_see_private_profiles(app: Flask, session: Session, designer: Designer) -> None:
    for role, status in ((Role.FACTORY_OWNER, 200), (Role.DISTRICT_OFFICER, 200), (Role.DESIGNER, 404)):
        person = builders.make_user(session, role, designer.district)
        assert signed_in(app, session, person).get(f"/designers/{designer.id}").status_code == status


PROFILE = {"brand": "새 이름", "items": ["dress", "tshirt"], "usual_quantity_min": "20", "usual_quantity_max": "1,200"}


def test_a_profile_is_changed(app: Flask, session: Session, designer: Designer) -> None:
    browser = signed_in(app, session, designer.user)
    answer = browser.send(
        "/designers/me/edit", PROFILE | {"website": "https://brand.example/", "business_number": "123-45-67891"}
    )
    assert answer.status_code == 303
    session.expire_all()
    assert (designer.brand, designer.items) == ("새 이름", ["dress", "tshirt"])
    assert (designer.usual_quantity_max, designer.business_number) == (1200, "1234567891")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_number", "1234567890"),
        ("business_number", "0000000000"),
        ("website", "javascript:alert(1)"),
        ("website", "http://["),
        ("usual_quantity_min", "5000"),
        ("usual_quantity_min", "스무 장"),
        ("items", "spaceship"),
        ("market", "moon"),
    ],
)
def test_a_wrong_profile_changes_nothing(
    app: Flask, session: Session, designer: Designer, field: str, value: str
) -> None:
    before = designer.brand
    answer = signed_in(app, session, designer.user).send("/designers/me/edit", PROFILE | {field: value})
    assert answer.status_code == 422
    assert "새 이름" in answer.text
    session.expire_all()
    assert designer.brand == before


def test_a_picture_is_drawn_anew_and_shown_only_to_those_who_see_the_profile(
    app: Flask, session: Session, designer: Designer
) -> None:
    browser = signed_in(app, session, designer.user)
    sent = {"caption": "여름 원피스", "picture": (BytesIO(a_jpeg()), "../../evil.php")}
    assert browser.send("/designers/me/pictures", sent).status_code == 303
    session.expire_all()
    picture_id = designer.pictures[0].id
    session.commit()
    address = f"/designers/{designer.id}/pictures/{picture_id}"
    shown = browser.get(address)
    assert shown.mimetype == "image/webp"
    assert b"GPS-MARKER" not in shown.data
    assert Browser(app).get(address).status_code == 404
    assert browser.send(f"/designers/me/pictures/{picture_id}/remove").status_code == 303
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("content", [b"\xff\xd8\xff<script>alert(1)</script>", b"", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(app: Flask, session: Session, designer: Designer, content: bytes) -> None:
    browser = signed_in(app, session, designer.user)
    answer = browser.send("/designers/me/pictures", {"caption": "여름", "picture": (BytesIO(content), "a.jpg")})
    assert answer.status_code == 422
    assert "여름" in answer.text
    session.expire_all()
    assert designer.pictures == []


def test_there_is_room_for_so_many_pictures_only(session: Session, designer: Designer) -> None:
    for number in range(services.MOST_PICTURES):
        services.add_picture(session, designer, f"key{number}", "사진")
    with pytest.raises(Invalid, match="too_many_pictures"):
        services.add_picture(session, designer, "one more", "사진")


def test_another_designers_picture_cannot_be_removed(app: Flask, session: Session, designer: Designer) -> None:
    picture = services.add_picture(session, designer, "a" * 32 + ".webp", "사진")
    other = builders.make_designer(session, designer.district)
    answer = signed_in(app, session, other.user).send(f"/designers/me/pictures/{picture.id}/remove")
    assert answer.status_code == 404
    session.expire_all()
    assert [kept.id for kept in designer.pictures] == [picture.id]


def test_a_designer_without_a_profile_is_led_to_make_one(app: Flask, session: Session, district: District) -> None:
    browser = signed_in(app, session, builders.make_user(session, Role.DESIGNER, district))
    assert browser.get("/designers/me/edit").location == "/sign-up/designer"
    assert browser.send("/sign-up/designer", {"brand": "늦은 시작"}).status_code == 303
    assert session.scalars(select(Designer)).one().brand == "늦은 시작"


def test_pages_of_the_directory(app: Flask, session: Session, district: District) -> None:
    for number in range(25):
        builders.make_designer(session, district, brand=f"브랜드 {number:02d}", is_public=True)
    session.commit()
    first, second = (Browser(app).get(f"/designers?page={page}").text for page in (1, 2))
    shown = [f"브랜드 {number:02d}" for number in range(25)]
    assert [brand in first for brand in shown] == [True] * 20 + [False] * 5
    assert [brand in second for brand in shown] == [False] * 20 + [True] * 5
    assert Browser(app).get("/designers?page=99999999999999999999").status_code == 200
