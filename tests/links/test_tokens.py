"""What stands behind /link/: only what we signed, for the purpose we signed it for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.accounts.links import LIFE, Link, Purpose, read_token, token_of
from garment_hub.app import create_app
from models.errors import NotFound

SECRET = "only for tests, and long enough to be accepted"
ids = st.integers(1, 2**62)
links = st.builds(
    Link,
    purpose=st.sampled_from(Purpose),
    subject_id=ids,
    user_id=st.none() | ids,
    made_at=st.datetimes(datetime(2026, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    is_to_phone=st.booleans(),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(DATA_DIR=tmp_path_factory.mktemp("tokens"), SECRET_KEY=SECRET)


@given(link=links)
def test_what_was_put_in_comes_out_to_the_millisecond(app: Flask, link: Link) -> None:
    with app.app_context():
        found = read_token(token_of(link))
    assert (found.purpose, found.subject_id, found.user_id) == (link.purpose, link.subject_id, link.user_id)
    assert found.is_to_phone == link.is_to_phone
    assert timedelta(0) <= link.made_at - found.made_at < timedelta(milliseconds=1)
    assert found.ends_at - found.made_at == LIFE[link.purpose]


@given(link=links, data=st.data())
def test_a_token_that_was_cut_or_changed_anywhere_is_not_ours(app: Flask, link: Link, data: st.DataObject) -> None:
    with app.app_context():
        token = token_of(link)
        place = data.draw(st.integers(0, len(token) - 1))
        letter = data.draw(st.sampled_from("abcXYZ019-_.").filter(lambda letter: letter != token[place]))
        for forged in (token[:place], token[place + 1 :], token[:place] + letter + token[place + 1 :]):
            # The last letter of base64 carries bits that nobody reads: the same signature, not a forged one.
            if place < len(token) - 1 or len(forged) < len(token):
                with pytest.raises(NotFound, match="link_unknown"):
                    read_token(forged)


@given(link=links, other=st.sampled_from(Purpose))
def test_a_token_for_one_purpose_opens_no_other(app: Flask, link: Link, other: Purpose) -> None:
    with app.app_context():
        foreign = f"{other}.{token_of(link).partition('.')[2]}"
        if other is link.purpose:
            assert read_token(foreign).subject_id == link.subject_id
        else:
            with pytest.raises(NotFound, match="link_unknown"):
                read_token(foreign)


@given(text=st.text(max_size=80))
def test_any_text_at_all_is_no_link(app: Flask, text: str) -> None:
    with app.app_context():
        for token in (text, f"s.{text}", f"a.{text}"):
            with pytest.raises(NotFound, match="link_unknown"):
                read_token(token)


def test_another_secret_signs_nothing_here(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = create_app(DATA_DIR=tmp_path_factory.mktemp("elsewhere"), SECRET_KEY=SECRET[::-1])
    with elsewhere.app_context():
        token = token_of(Link(Purpose.SIGN_IN, 1, 1, datetime(2027, 3, 1, tzinfo=UTC)))
    with app.app_context(), pytest.raises(NotFound):
        read_token(token)
