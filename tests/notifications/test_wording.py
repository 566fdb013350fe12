"""Every message in every language: nothing untranslated, nothing left to fill in."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.app import create_app
from garment_hub.notifications.catalogue import CATALOGUE, Template, Topic
from garment_hub.notifications.wording import REASONS, STATUSES, TOPICS, WORDS, compose, text_to_send
from garment_hub.site import LANGUAGES
from models.notification import Channel, Notification
from models.order import OrderStatus
from models.quote import DeclineReason, NotChosenReason
from models.user import Role, User

NEXT_YEAR = date.today().replace(month=3, day=12) + timedelta(days=366)
VALUES: dict[str, Any] = {
    "designer": "하나브랜드",
    "factory": "해든봉제",
    "name": "박순자",
    "sender": "해든봉제",
    "item": "coat",
    "quantity": 1200,
    "needed_by": NEXT_YEAR.isoformat(),
    "answer_by": NEXT_YEAR.isoformat(),
    "day": NEXT_YEAR.isoformat(),
    "reason": "천이 늦어요",
    "version": 2,
    "status": "in_production",
    "amount_krw": 1_200_000,
    "days": 3,
    "month": NEXT_YEAR.isoformat(),
    "shown": 14,
    "asked": 3,
    "chosen": 1,
    "waiting": 12,
}
CODED = {"quote_declined": DeclineReason, "not_chosen": NotChosenReason}
# Values of which a caller may know nothing.
MAY_BE_UNKNOWN = {"needed_by", "reason", "amount_krw"}
COAT = {"ko": "코트", "en": "coat", "it": "cappotto"}
every_template = pytest.mark.parametrize("template", CATALOGUE.values(), ids=lambda template: template.code)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def values_for(template: Template, **changed: Any) -> dict[str, Any]:
    coded = CODED.get(template.code)
    reason = {"reason": next(iter(coded)).value} if coded and "reason" in template.values else {}
    return {name: (VALUES | reason | changed)[name] for name in template.values}


def row(template: Template, values: dict[str, Any], language: str, channel: Channel = Channel.EMAIL) -> Notification:
    user = User(email="a@test.example", phone="01000000000", locale=language, is_active=True)
    return Notification(
        template=template.code, values=values, channel=channel, link="/orders/7", message_id="id", user=user
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Words need no database, and one application does for all."""
    secret = "only for tests, and long enough to be accepted"
    return create_app(DATA_DIR=tmp_path_factory.mktemp("words"), SECRET_KEY=secret, SITE_URL="https://hub.example/")


@every_template
@every_language
def test_every_message_is_whole_in_every_language(app: Flask, template: Template, language: str) -> None:
    values = values_for(template)
    for channel in Channel:
        with app.app_context():
            letter = compose(row(template, values, language, channel))
        assert not re.search(r"%\(|%s|None|\{\{|  ", letter.text + letter.subject)
        assert "https://hub.example/orders/7" in letter.text
        assert ("https://hub.example/account/notifications" in letter.text) == template.is_optional
        for name in {"designer", "factory", "sender"} & template.values:
            assert VALUES[name] in letter.text
        assert ("item" not in values) or COAT[language] in letter.text.casefold()
        assert ("amount_krw" not in values) or "1,200,000" in letter.text
        assert not ({"day", "answer_by", "needed_by"} & template.values) or str(NEXT_YEAR.year) in letter.text


@every_template
def test_each_language_says_it_in_its_own_words(app: Flask, template: Template) -> None:
    said = {}
    for language in LANGUAGES:
        with app.app_context():
            letter = compose(row(template, values_for(template), language))
        lines = [letter.subject.removeprefix("[Garment Hub] "), *letter.text.splitlines()]
        said[language] = {line for line in lines if " " in line.strip() and "https://" not in line}
    assert not (said["ko"] & said["en"] or said["ko"] & said["it"] or said["en"] & said["it"]) - {"Garment Hub"}
    assert not re.search("[A-Za-z]", " ".join(said["ko"]))


@every_template
@every_language
def test_what_is_not_known_is_said_or_left_out(app: Flask, template: Template, language: str) -> None:
    unknown = dict.fromkeys(MAY_BE_UNKNOWN & template.values)
    with app.app_context():
        letter = compose(row(template, values_for(template, **unknown), language))
    assert "None" not in letter.text
    assert "  " not in letter.text


@every_language
def test_every_status_and_coded_reason_has_its_words(app: Flask, language: str) -> None:
    assert set(STATUSES) == set(OrderStatus)
    for code, reasons in CODED.items():
        for reason in reasons:
            with app.app_context():
                letter = compose(row(CATALOGUE[code], values_for(CATALOGUE[code], reason=reason.value), language))
            assert reason.value not in letter.text.split("\n\n")[0] or language == "en"


def test_every_kind_has_words_and_every_topic_a_reason() -> None:
    assert set(WORDS) == set(CATALOGUE)
    assert set(REASONS) == set(TOPICS) == set(Topic)
    assert all(template.audience <= set(Role) and template.audience for template in CATALOGUE.values())


@pytest.mark.parametrize("template", ["order_cancelled", "order_moved"])
@given(typed=st.text(min_size=1, max_size=600))
def test_what_somebody_typed_stays_one_line_and_never_becomes_a_header(app: Flask, template: str, typed: str) -> None:
    kind = CATALOGUE[template]
    with app.app_context():
        calm, letter = (
            compose(row(kind, values_for(kind) | {"reason": reason}, "ko")) for reason in ("천이 늦어요", typed)
        )
    assert letter.subject == calm.subject
    first, *rest = letter.text.split("\n")
    assert len(first) < 300
    assert rest == calm.text.split("\n")[1:]


@every_language
def test_the_text_to_send_by_hand_says_what_where_and_nothing_of_the_machine(app: Flask, language: str) -> None:
    template = CATALOGUE["quote_requested"]
    with app.app_context():
        text = text_to_send(template.code, values_for(template), "/quote-requests/3", language)
    what, _todo, where = text.strip().split("\n")
    assert "하나브랜드" in what and "1,200" in what
    assert where == "https://hub.example/quote-requests/3"


def by_hand(app: Flask, text: str, phone: str | None) -> str:
    with app.test_request_context():
        template: Any = app.jinja_env.get_template("notifications/_by_hand.html").module
        return str(template.by_hand(text, phone))


@given(text=st.text(min_size=1).filter(str.strip))
def test_the_link_for_a_text_message_carries_the_whole_text(app: Flask, text: str) -> None:
    """Emoji, line ends, ampersands and hashes: all of it arrives in the telephone's own program."""
    (link,) = re.findall(r'href="(sms:[^"]*)"', by_hand(app, text, "01012345678"))
    number, body = link.removeprefix("sms:").split("?body=")
    assert number == "01012345678"
    assert re.fullmatch(r"[\w.~%-]*", body, re.ASCII)
    assert unquote(body) == text.strip()


@given(text=st.text(alphabet="<>\"'&a \n", max_size=30))
def test_the_text_to_copy_is_text(app: Flask, text: str) -> None:
    html = by_hand(app, text, None)
    (shown,) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert unescape(shown) == text
    assert "sms:" not in html
