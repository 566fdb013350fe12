"""Messages to owners lead to a page that does its one job without signing in; everybody else's to the page itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.accounts.links import Purpose, read_token
from garment_hub.app import create_app
from garment_hub.notifications.one_job import JOBS, link_path
from models.notification import Channel, Notification
from models.user import Role, User

NOW = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)
PAGES = {
    "/quote-requests/7": (Purpose.ANSWER, 7),
    "/factories/8/pulse": (Purpose.PULSE, 8),
    "/factories/8/registration": (Purpose.LISTING, 8),
    "/orders/9/terms": (Purpose.TERMS, 9),
    "/orders/9/payments/11": (Purpose.PAYMENT, 11),
    "/link": (Purpose.SIGN_IN, 5),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = create_app(DATA_DIR=tmp_path_factory.mktemp("jobs"), SECRET_KEY="only for tests, and long enough to be taken")
    with app.app_context():
        yield app


def path_for(path: str | None, role: Role, channel: Channel = Channel.MESSAGE) -> str:
    return link_path(Notification(link=path, channel=channel, user=User(id=5, role=role)), NOW)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("channel", Channel)
def test_an_owners_message_carries_the_link_of_its_page(app: Flask, path: str, channel: Channel) -> None:
    found = path_for(path, Role.FACTORY_OWNER, channel)
    link = read_token(found.removeprefix("/link/"))
    assert ((link.purpose, link.subject_id), link.user_id, link.made_at) == (PAGES[path], 5, NOW)
    assert link.is_to_phone == (channel is Channel.MESSAGE)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/link"])
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FACTORY_OWNER])
def test_nobody_else_gets_one(app: Flask, path: str, role: Role) -> None:
    assert path_for(path, role) == path


@pytest.mark.parametrize("role", Role)
def test_a_way_in_is_for_everybody_but_staff(app: Flask, role: Role) -> None:
    has_link = path_for("/link", role).startswith("/link/")
    assert has_link == (role in (Role.FACTORY_OWNER, Role.DESIGNER))


@given(
    path=st.sampled_from(["/orders/9", "/messages/3", "/orders", "/briefs/4/quotes", "/"]) | st.text().map("/{}".format)
)
def test_other_paths_stay_as_they_are(app: Flask, path: str) -> None:
    found = path_for(path, Role.FACTORY_OWNER)
    assert found == path or path in PAGES


def test_every_page_named_exists_with_the_id_named(app: Flask) -> None:
    rules = {rule.endpoint: rule.arguments for rule in app.url_map.iter_rules()}
    assert {endpoint for endpoint, (_purpose, name) in JOBS.items() if name in rules.get(endpoint, ())} == set(JOBS)
