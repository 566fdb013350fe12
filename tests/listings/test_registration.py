"""The business registration: typed in any spelling, by photo for the centre to read, or none; and bad input."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.listings.registration import read_number
from models.audit import AuditAction, AuditEntry
from models.business_number import is_valid, written
from models.district import District
from models.errors import Invalid
from models.factory import Factory, FactSource
from models.registration_photo import RegistrationPhoto
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_factory, make_user

HEIC = Path(__file__).parents[1] / "files" / "turned_with_place.heic"
NUMBER = "1234567891"
SignIn = Callable[[Role | User], Browser]


@pytest.fixture
def factory(session: Session) -> Factory:
    district = session.get_one(District, 1)
    factory = make_factory(session, district, owner=make_user(session, Role.FACTORY_OWNER, district), name="해든봉제")
    session.commit()
    return factory


@pytest.fixture
def browser(client_as: SignIn, factory: Factory) -> Browser:
    assert factory.owner
    return client_as(factory.owner)


def page_of(factory: Factory) -> str:
    return f"/factories/{factory.id}/registration"


def fresh(session: Session, factory: Factory) -> Factory:
    session.rollback()
    session.expire_all()
    return factory


def with_photo(data: bytes, name: str = "photo.heic", **fields: str) -> dict[str, Any]:
    return {"do": "photo", "photo": (io.BytesIO(data), name)} | fields


def photos(session: Session) -> list[RegistrationPhoto]:
    session.rollback()
    return list(session.scalars(select(RegistrationPhoto)))


def stored(app: Flask) -> list[Path]:
    return [path for path in (app.config["DATA_DIR"] / "uploads").glob("*") if path.is_file()]


@given(
    st.lists(st.sampled_from(["-", " ", ".", "", "–", "‐"]), min_size=9, max_size=9),
    st.booleans(),
)
def test_a_number_is_read_however_it_is_written(between: list[str], is_wide: bool) -> None:
    digits = [chr(ord(digit) + 0xFEE0) for digit in NUMBER] if is_wide else list(NUMBER)
    text = "".join(digit + mark for digit, mark in zip(digits, [*between, ""], strict=True))
    assert read_number(text) == NUMBER


@given(st.text(max_size=30))
def test_what_is_read_is_a_number_whose_last_digit_is_right(text: str) -> None:
    try:
        digits = read_number(text)
    except Invalid:
        return
    assert is_valid(digits)


@pytest.mark.parametrize("typed", ["123-45-67891", "123.45.67891", "123 45 67891", NUMBER])
def test_the_number_is_stated_by_the_owner(session: Session, browser: Browser, factory: Factory, typed: str) -> None:
    answer = browser.send(page_of(factory), {"do": "number", "number": typed})
    assert answer.status_code == 303
    fact = fresh(session, factory).fact("business_number")
    assert factory.business_number == NUMBER and fact and fact.source is FactSource.OWNER
    assert written(NUMBER) in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0000000000", "숫자 하나가 안 맞아요"),
        ("123-45-67890", "숫자 하나가 안 맞아요"),
        ("123-45", "열 자리"),
        ("하나둘셋", "열 자리"),
        ("", "번호를 적어 주세요"),
    ],
)
def test_a_wrong_number_is_told_kindly_and_stays(
    session: Session, browser: Browser, factory: Factory, typed: str, said: str
) -> None:
    answer = browser.send(page_of(factory), {"do": "number", "number": typed})
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{typed}"' in answer.text
    assert fresh(session, factory).business_number is None


def test_a_photo_from_a_phone_is_kept_upright_and_without_its_place(
    app: Flask, session: Session, browser: Browser, factory: Factory
) -> None:
    answer = browser.send(page_of(factory), with_photo(HEIC.read_bytes()))
    assert answer.status_code == 303 and "사진을 보냈어요" in browser.get(answer.location).text
    (photo,), (file,) = photos(session), stored(app)
    assert file.name == photo.key
    with Image.open(file) as kept:
        assert kept.size == (32, 64) and not kept.getexif() and "exif" not in kept.info
        channels = kept.convert("RGB").getchannel("R"), kept.convert("RGB").getchannel("G")
        assert [channel.getpixel((16, 8)) for channel in channels] == pytest.approx([200, 20], abs=20)
        assert [channel.getpixel((16, 56)) for channel in channels] == pytest.approx([255, 255], abs=20)
    assert b"TestCam" not in file.read_bytes()


def test_a_new_photo_takes_the_place_of_the_old_one(
    app: Flask, session: Session, browser: Browser, factory: Factory
) -> None:
    for _time in range(2):
        browser.send(page_of(factory), with_photo(HEIC.read_bytes()))
    assert [file.name for file in stored(app)] == [photo.key for photo in photos(session)]


HEAVY = b"\xff\xd8\xff\xe0" + bytes(30 * 1024 * 1024)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (HEAVY, "IMG_0001.jpg", "사진이 너무 커요 (30MB)"),
        (HEAVY + bytes(10 * 1024 * 1024), "IMG_0002.jpg", "사진이 너무 커요 (40MB)"),
        (b"%PDF-1.7 " + bytes(500), "등록증.pdf", "사진이 아니어서 열 수 없어요"),
        (b"%PDF-1.7 " + bytes(500), "등록증.jpg", "사진이 아니어서 열 수 없어요"),
        (b"", "IMG_0003.jpg", "열 수 없어요"),
    ],
    ids=["30 MB", "40 MB", "PDF", "PDF called JPEG", "empty"],
)
def test_what_is_no_photo_is_told_kindly_and_nothing_typed_is_lost(
    app: Flask, session: Session, browser: Browser, factory: Factory, data: bytes, name: str, said: str
) -> None:
    answer = browser.send(page_of(factory), with_photo(data, name, number="123.45"))
    answer.request.environ["wsgi.input"].close()  # the test client leaves its large body open
    assert answer.status_code == 422 and said in answer.text
    assert 'value="123.45"' in answer.text
    assert photos(session) == [] and stored(app) == []


def test_the_button_without_a_photo_asks_for_one(browser: Browser, factory: Factory) -> None:
    answer = browser.send(page_of(factory), {"do": "photo", "number": "12"})
    assert answer.status_code == 422 and "먼저 사진을 찍거나 골라 주세요" in answer.text and 'value="12"' in answer.text


def test_no_number_is_a_fact_that_the_centre_sees(
    client_as: SignIn, session: Session, browser: Browser, factory: Factory
) -> None:
    assert browser.send(page_of(factory), {"do": "none"}).status_code == 303
    assert fresh(session, factory).has_no_business_number
    assert "해든봉제" in client_as(Role.COORDINATOR).get("/district/registrations").text
    browser.send(page_of(factory), {"do": "number", "number": NUMBER})
    assert not fresh(session, factory).has_no_business_number


def test_only_the_owner_states_it(app: Flask, client_as: SignIn, session: Session, factory: Factory) -> None:
    stranger = client_as(make_user(session, Role.FACTORY_OWNER, factory.district))
    assert stranger.send(page_of(factory), with_photo(HEIC.read_bytes())).status_code == 403
    assert stranger.send(page_of(factory), {"do": "number", "number": NUMBER}).status_code == 403
    assert photos(session) == [] and stored(app) == []


def test_the_centre_keys_the_number_in_and_the_photo_is_gone(
    app: Flask, client_as: SignIn, session: Session, browser: Browser, factory: Factory
) -> None:
    browser.send(page_of(factory), with_photo(HEIC.read_bytes()))
    coordinator = make_user(session, Role.COORDINATOR, factory.district, name="정다리")
    desk = client_as(coordinator)
    assert "해든봉제" in desk.get("/district/registrations").text
    address = f"/district/registrations/{photos(session)[0].id}"
    assert desk.get(address).status_code == 200
    with desk.get(f"{address}/photo") as picture:
        assert picture.mimetype == "image/webp" and picture.headers["Cache-Control"] == "no-store"
    wrong = desk.send(address, {"number": "0000000000"})
    assert wrong.status_code == 422 and 'value="0000000000"' in wrong.text and stored(app)
    assert desk.send(address, {"number": "123-45-67891"}).status_code == 303
    fact = fresh(session, factory).fact("business_number")
    assert factory.business_number == NUMBER and fact
    assert (fact.source, fact.source_name) == (FactSource.STAFF, "정다리")
    assert photos(session) == [] and stored(app) == []
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == "factory")).all()
    assert [(entry.action, entry.subject_id, entry.actor_id) for entry in entries] == [
        (AuditAction.REGISTRATION_SEEN, factory.id, coordinator.id),
        (AuditAction.CHANGED_FOR_OWNER, factory.id, coordinator.id),
    ]
    assert desk.get(address).status_code == 404


def test_another_district_s_photos_are_not_found(
    client_as: SignIn, session: Session, browser: Browser, factory: Factory
) -> None:
    browser.send(page_of(factory), with_photo(HEIC.read_bytes()))
    address = f"/district/registrations/{photos(session)[0].id}"
    elsewhere = client_as(make_user(session, Role.COORDINATOR, make_district(session)))
    for path in (address, f"{address}/photo"):
        assert elsewhere.get(path).status_code == 404
    assert elsewhere.send(address, {"number": NUMBER}).status_code == 404
    assert "해든봉제" not in elsewhere.get("/district/registrations").text
    assert client_as(Role.DISTRICT_OFFICER).get(address).status_code == 403


def test_a_number_typed_later_takes_the_photo_away(
    app: Flask, session: Session, browser: Browser, factory: Factory
) -> None:
    browser.send(page_of(factory), with_photo(HEIC.read_bytes()))
    browser.send(page_of(factory), {"do": "number", "number": NUMBER})
    assert photos(session) == [] and stored(app) == []


def test_the_one_question_leads_back_to_where_it_was_asked(browser: Browser, factory: Factory) -> None:
    for target, place in (("/factories/mine/tip", "/factories/mine/tip"), ("//evil.example", None)):
        answer = browser.send(f"{page_of(factory)}?next={target}", {"do": "none"})
        assert answer.location == (place or f"{page_of(factory)}?saved=none")
