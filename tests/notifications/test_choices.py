"""The page on which somebody chooses what to be told, and in which language."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, unit_of_work
from garment_hub.notifications.catalogue import templates_for
from garment_hub.notifications.services import opt_outs
from models.district import District
from models.user import Role, User
from tests.browsing import Browser, signed_in
from tests.builders import make_user

ADDRESS = "/account/notifications"


def ticks(page: str) -> dict[str, bool]:
    """Code -> ticked, as the page offers them."""
    boxes = re.findall(r'<input type="checkbox" name="wanted" value="(\w+)"( checked)?>', page)
    return {code: bool(checked) for code, checked in boxes}


@pytest.fixture
def designer(session: Session) -> User:
    return make_user(session, Role.DESIGNER, session.get_one(District, 1))


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_what_they_may_get_and_nothing_is_off_at_first(
    client_as: Callable[[Role], Browser], role: Role
) -> None:
    page = client_as(role).get(ADDRESS)
    assert page.status_code == 200
    may_be_off = {template.code for template in templates_for(role) if template.is_optional}
    assert ticks(page.text) == dict.fromkeys(may_be_off, True)


def test_a_choice_holds_and_can_be_taken_back(app: Flask, session: Session, designer: User) -> None:
    browser = signed_in(app, session, designer)
    offered = ticks(browser.get(ADDRESS).text)
    wanted = sorted(offered)[::2]
    for chosen in (wanted, [], sorted(offered)):
        answer = browser.send(ADDRESS, {"wanted": chosen, "locale": "ko"})
        assert answer.status_code == 303
        assert ticks(browser.get(str(answer.location)).text) == {code: code in chosen for code in offered}


def test_only_what_is_offered_can_be_chosen(app: Flask, session: Session, designer: User) -> None:
    browser = signed_in(app, session, designer)
    for wrong in ("payment_due", "quote_requested", "nonsense"):  # always sent; of another role; of nobody
        answer = browser.send(ADDRESS, {"wanted": [wrong, "message_received"], "locale": "it"})
        assert answer.status_code == 422
    answer = browser.send(ADDRESS, {"wanted": ["message_received"], "locale": "xx"})
    assert answer.status_code == 422
    assert ticks(answer.text)["message_received"] and not ticks(answer.text)["quote_answered"]
    with unit_of_work(engine_of(app)) as work:
        user = work.get_one(User, designer.id)
        assert (opt_outs(work, user), user.locale) == (set(), None)


def test_the_language_of_messages_is_kept_and_is_not_that_of_the_pages(
    app: Flask, session: Session, designer: User
) -> None:
    browser = signed_in(app, session, designer)
    browser.send(ADDRESS, {"wanted": [], "locale": "it"})
    assert re.search(r'name="locale" value="it" checked', browser.get(ADDRESS).text)
    assert '<html lang="ko">' in browser.get(ADDRESS).text


def test_the_account_leads_there(client_as: Callable[[Role], Browser]) -> None:
    assert f'href="{ADDRESS}"' in client_as(Role.FACTORY_OWNER).get("/account").text


def test_every_tick_has_its_words_and_every_group_its_name(client_as: Callable[[Role], Browser]) -> None:
    page = client_as(Role.COORDINATOR).get(ADDRESS).text
    for fieldset in re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL):
        assert re.search(r"<legend>\s*[^<\s]", fieldset)
        assert fieldset.count("<input") == len(
            re.findall(r"<label[^>]*>\s*<input[^>]*>.*?<span>[^<]+</span>", fieldset)
        )
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
