"""Forms of which a repeat would do harm: sent again they lead to the same place, changed they are refused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.form_tokens import SentForm, new_token
from models.district import District
from models.errors import Conflict
from models.user import Role, User
from tests.builders import make_district, make_user

BODIES = st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3), max_size=4)


@pytest.fixture
def person(session: Session) -> User:
    return make_user(session, Role.DESIGNER, make_district(session))


def test_the_first_sending_leads_nowhere_yet_and_the_second_to_the_same_place(session: Session, person: User) -> None:
    form = SentForm.of(new_token(), person, {"item": ["coat"]})
    assert form.earlier_location(session) is None
    form.remember(session, "/briefs/1")
    again = SentForm.of(form.token, person, {"item": ["coat"]})
    assert again.earlier_location(session) == "/briefs/1"


def test_other_content_under_the_same_token_is_refused(session: Session, person: User) -> None:
    form = SentForm.of(new_token(), person, {"item": ["coat"]})
    send(session, form, "/briefs/1")
    with pytest.raises(Conflict):
        SentForm.of(form.token, person, {"item": ["dress"]}).earlier_location(session)


def test_somebody_elses_token_is_refused(session: Session, person: User) -> None:
    form = SentForm.of(new_token(), person, {})
    send(session, form, "/briefs/1")
    stranger = make_user(session, Role.DESIGNER, person.district)
    with pytest.raises(Conflict):
        SentForm.of(form.token, stranger, {}).earlier_location(session)


def test_the_same_form_many_times_at_once_does_its_work_once(either_engine_url: str) -> None:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    with unit_of_work(engine) as session:
        person = make_user(session, Role.DESIGNER, session.scalars(select(District)).one())
    form = SentForm.of(new_token(), person, {"item": ["coat"]})

    def send_once(number: int) -> str:
        with unit_of_work(engine) as session:
            if earlier := form.earlier_location(session):
                return earlier
            time.sleep(0.02)
            form.remember(session, f"/briefs/{number}")
            return f"/briefs/{number}"

    with ThreadPoolExecutor(6) as pool:
        led_to = set(pool.map(send_once, range(6)))
    engine.dispose()
    assert len(led_to) == 1


def send(session: Session, form: SentForm, location: str) -> None:
    assert form.earlier_location(session) is None
    form.remember(session, location)


def test_a_form_without_a_token_is_never_a_repeat(session: Session, person: User) -> None:
    for address in ("/briefs/1", "/briefs/2"):
        form = SentForm.of(None, person, {"item": ["coat"]})
        assert form.earlier_location(session) is None
        form.remember(session, address)


@given(BODIES, BODIES)
def test_only_equal_content_counts_as_the_same(one: dict[str, list[str]], other: dict[str, list[str]]) -> None:
    person = User(id=1)
    hashes = {SentForm.of("token", person, body).body_hash for body in (one, other)}
    assert (len(hashes) == 1) == (_content(one) == _content(other))


def _content(body: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in body.items() if name not in ("csrf_token", "form_token")}


@given(BODIES)
def test_the_tokens_themselves_are_no_content(body: dict[str, list[str]]) -> None:
    person = User(id=1)
    with_tokens = body | {"csrf_token": [new_token()], "form_token": ["token"]}
    assert SentForm.of("token", person, with_tokens).body_hash == SentForm.of("token", person, _content(body)).body_hash
