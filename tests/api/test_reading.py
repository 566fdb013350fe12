"""What any program may read: the vocabulary, the list as strangers see it, and a true description of it all."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import vocabulary
from models.district import District
from models.factory import CapabilityKind, Factory, LegalForm
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_district, make_factory, make_user

PARAMETER = re.compile(r"<(?:int:)?\w+>")


@pytest.fixture
def home(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def program(app: Flask) -> FlaskClient:
    return app.test_client()


def listed(session: Session, home: District, name: str = "든솔봉제", **values: Any) -> Factory:
    factory = make_factory(session, home, name=name, **values)
    session.commit()
    return factory


def test_the_description_names_every_address_and_method_and_no_other(app: Flask, program: FlaskClient) -> None:
    described = {
        (address, method.upper())
        for address, calls in program.get("/api/v1/openapi.json").get_json()["paths"].items()
        for method in calls
    }
    there = {
        (PARAMETER.sub("{id}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == there


def test_the_vocabulary_is_the_whole_of_it(program: FlaskClient) -> None:
    words = program.get("/api/v1/vocabulary").get_json()
    assert {kind: [word["key"] for word in found] for kind, found in words.items()} == {
        kind: list(vocabulary.terms(kind)) for kind in words
    }
    assert all(word["ko"] and word["en"] and word["it"] for found in words.values() for word in found)


def test_nothing_personal_is_told_whoever_asks(app: Flask, session: Session, home: District) -> None:
    factory = listed(session, home, phone="02-111-2222", address="왕산로 1", business_number="1234567891")
    officer = make_user(session, Role.DISTRICT_OFFICER, home)
    session.commit()
    for browser in (Browser(app), signed_in(app, session, officer)):
        for address in ("/api/v1/factories", f"/api/v1/factories/{factory.id}"):
            text = browser.get(address).get_data(as_text=True)
            assert "02-111-2222" not in text and "왕산로" not in text and "1234567891" not in text


def test_what_strangers_do_not_see_programs_do_not_get(app: Flask, session: Session, home: District) -> None:
    hidden = make_factory(session, home, name="숨은봉제", legal_form=LegalForm.SOLE_TRADER)
    officer = make_user(session, Role.DISTRICT_OFFICER, home)
    session.commit()
    client = signed_in(app, session, officer)
    assert client.get("/api/v1/factories").get_json()["total"] == 0
    answer = client.get(f"/api/v1/factories/{hidden.id}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_filters_are_those_of_the_directory(program: FlaskClient, session: Session, home: District) -> None:
    for number in range(25):
        factory = make_factory(session, home, name=f"봉제{number}")
        item = "coat" if number % 5 == 0 else "shirt_blouse"
        factory.set_capabilities(CapabilityKind.ITEM, {item: None})
    session.commit()
    coats = program.get("/api/v1/factories?item=coat").get_json()
    assert (coats["total"], {one["capabilities"]["item"][0] for one in coats["factories"]}) == (5, {"coat"})
    second = program.get("/api/v1/factories?page=2").get_json()
    assert (second["pages"], len(second["factories"])) == (2, 5)


def test_a_key_that_means_nothing_is_named(program: FlaskClient) -> None:
    answer = program.get("/api/v1/factories?item=cote&lang=en")
    assert answer.status_code == 422
    assert "cote" in answer.get_json()["detail"]


def test_a_district_has_only_its_own(program: FlaskClient, session: Session, home: District) -> None:
    listed(session, home)
    other = make_district(session, code="99999")
    theirs = listed(session, other, name="먼봉제")
    found = program.get("/api/v1/factories?district=99999").get_json()
    assert [one["id"] for one in found["factories"]] == [theirs.id]
    assert found["district"]["code"] == "99999"
    assert program.get("/api/v1/factories?district=12345").status_code == 404


def test_addresses_that_are_not_there_answer_in_json(program: FlaskClient) -> None:
    for answer in (program.get("/api/v1/nothing"), program.get("/api/"), program.delete("/api/v1/factories")):
        assert answer.mimetype == "application/problem+json"
        assert json.loads(answer.data)["status"] == answer.status_code
