"""Briefs of a designer's own program: published once, listed again, refused by field, seen by nobody else's key."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub.api import services
from models.brief import Brief, BriefStatus
from models.designer import Designer
from models.district import District
from models.errors import Invalid
from models.factory import CapabilityKind
from models.user import Role, User
from tests.browsing import signed_in
from tests.builders import in_days, make_designer, make_factory, make_user

BRIEF = {"item": "shirt_blouse", "quantity": 120, "processes": ["sewing_assembly"]}


class Program:
    """A program with a key, or with whatever is given for one."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, address: str) -> TestResponse:
        return self.client.get(f"/api/v1{address}", headers=self.headers)

    def post(self, address: str, body: object = None, **headers: str) -> TestResponse:
        return self.client.post(f"/api/v1{address}", json=body, headers=self.headers | headers)


@pytest.fixture
def designer(session: Session) -> Designer:
    home = session.get_one(District, 1)
    for number in range(3):
        factory = make_factory(session, home, name=f"봉제{number}")
        factory.set_capabilities(CapabilityKind.ITEM, {"shirt_blouse": None})
        factory.set_capabilities(CapabilityKind.PROCESS, {"sewing_assembly": None})
    return make_designer(session, home)


@pytest.fixture
def program(app: Flask, session: Session, designer: Designer) -> Program:
    return program_of(app, session, designer.user)


def program_of(app: Flask, session: Session, user: User) -> Program:
    _key, token = services.make_key(session, user, "a program")
    session.commit()
    return Program(app, token)


def brief(**values: Any) -> dict[str, Any]:
    return BRIEF | {"needed_by": in_days(60).isoformat()} | values


def test_a_brief_is_published_and_its_list_read(program: Program, session: Session) -> None:
    made = program.post("/briefs", brief())
    assert made.status_code == 201
    posted = made.get_json()
    assert (
        posted["status"] == BriefStatus.OPEN
        and posted["brief"] == program.get(f"/briefs/{posted['id']}").get_json()["brief"]
    )
    assert made.location == f"/api/v1/briefs/{posted['id']}"
    found = program.get(f"/briefs/{posted['id']}/recommendations").get_json()
    places = [*found["ranked"], *([found["turn"]] if found["turn"] else [])]
    assert len(places) == 3
    assert all(abs(sum(place["parts"].values()) - place["score"]) < 1e-9 for place in places)
    assert all(reason["text"] for place in places for reason in [*place["reasons"], *place["questions"]])
    again = program.post(f"/briefs/{posted['id']}/recommendations")
    assert again.status_code == 201 and again.get_json()["id"] != found["id"]
    assert [one["id"] for one in program.get("/briefs").get_json()["briefs"]] == [posted["id"]]


def test_the_same_key_of_repeating_makes_one_brief(program: Program, session: Session) -> None:
    first = program.post("/briefs", brief(), **{"Idempotency-Key": "once"})
    second = program.post("/briefs", brief(), **{"Idempotency-Key": "once"})
    assert (second.status_code, second.location) == (303, first.location)
    assert program.post("/briefs", brief(quantity=7), **{"Idempotency-Key": "once"}).status_code == 409
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Brief)) == 1


def test_every_field_that_is_wrong_is_named_and_nothing_stored(program: Program, session: Session) -> None:
    answer = program.post("/briefs", {"item": "shirt_blous", "quantity": "many", "colour": 2})
    assert answer.status_code == 422
    named = {error["field"]: error["message"] for error in answer.get_json()["errors"]}
    assert set(named) == {"item", "quantity", "colour", "needed_by", "processes"}
    assert "shirt_blouse" in named["item"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Brief)) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'"x"', b"null"])
def test_what_is_no_brief_is_refused(program: Program, body: bytes) -> None:
    answer = program.client.post("/api/v1/briefs", data=body, headers=program.headers, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"


def test_a_key_opens_only_its_own_persons_briefs(app: Flask, session: Session, program: Program) -> None:
    posted = program.post("/briefs", brief()).get_json()["id"]
    session.rollback()
    other = program_of(app, session, make_designer(session, session.get_one(District, 1)).user)
    assert other.get(f"/briefs/{posted}").status_code == 404
    assert other.get(f"/briefs/{posted}/recommendations").status_code == 404
    assert other.post(f"/briefs/{posted}/recommendations").status_code == 404
    assert other.get("/briefs").get_json() == {"briefs": []}


def test_a_key_ended_lost_or_of_another_role_opens_nothing(app: Flask, session: Session, designer: Designer) -> None:
    key, token = services.make_key(session, designer.user, "a program")
    owner_key = services.make_key(session, make_user(session, Role.FACTORY_OWNER, designer.district), "theirs")[1]
    session.commit()
    assert Program(app, token).get("/briefs").status_code == 200
    assert Program(app, owner_key).get("/briefs").status_code == 403
    browser = signed_in(app, session, designer.user)
    assert browser.send(f"/account/api-keys/{key.id}/end", {}).status_code == 303
    for wrong in (token, token.upper(), "", "x" * 5000, None):
        answer = Program(app, wrong).get("/briefs")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_browser_that_is_signed_in_is_no_key(app: Flask, session: Session, designer: Designer) -> None:
    session.commit()
    assert signed_in(app, session, designer.user).get("/api/v1/briefs").status_code == 401


def test_a_key_is_shown_once_and_kept_as_a_hash(app: Flask, session: Session, designer: Designer) -> None:
    session.commit()
    browser = signed_in(app, session, designer.user)
    page = browser.send("/account/api-keys", {"name": "Nähprogramm"}).text
    token = page.split("<code", 1)[1].split(">", 1)[1].split("<", 1)[0]
    assert Program(app, token).get("/briefs").status_code == 200
    later = browser.get("/account/api-keys").text
    assert "Nähprogramm" in later and token not in later
    session.rollback()
    assert token not in {key.token_hash for key in services.keys_of(session, designer.user)}


def test_keys_are_not_without_number(session: Session, designer: Designer) -> None:
    for number in range(services.MOST_KEYS):
        services.make_key(session, designer.user, f"{number}")
    with pytest.raises(Invalid):
        services.make_key(session, designer.user, "one more")
