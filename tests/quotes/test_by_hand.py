"""The question sent by hand: the designer has the text without a telephone number, the centre with it."""

from __future__ import annotations

import html

from sqlalchemy.orm import Session

from models.designer import Designer
from models.quote import QuoteRequest
from models.user import Role
from tests.builders import make_user
from tests.quotes.sending import ClientAs


def text_on(page: str) -> str:
    """What stands in the field to copy from."""
    return html.unescape(page.split("<textarea", 1)[1].split(">", 1)[1].split("</textarea>", 1)[0])


def test_the_designer_copies_the_question_and_sees_no_number(
    client_as: ClientAs, designer: Designer, asked: QuoteRequest
) -> None:
    page = client_as(designer.user).get(f"/briefs/{asked.brief_id}/quotes?lang=ko").text
    text = text_on(page)
    assert designer.brand in text and "120" in text
    assert text.count(f"/quote-requests/{asked.id}") == 1
    assert "sms:" not in page


def test_the_centre_sends_it_to_a_factory_without_an_account(
    client_as: ClientAs, designer: Designer, asked: QuoteRequest, session: Session
) -> None:
    asked.factory.owner, asked.factory.phone = None, "0212345678"
    coordinator = make_user(session, Role.COORDINATOR, designer.district)
    session.commit()
    page = client_as(coordinator).get(f"/quote-requests/{asked.id}?lang=ko").text
    assert designer.brand in text_on(page)
    assert "quote-requests" not in text_on(page)  # who has no account cannot open the page
    assert 'href="sms:0212345678?body=' in page
