"""The question as the designer or the centre sends it themselves, by KakaoTalk or as a text message."""

from __future__ import annotations

from flask import url_for

from garment_hub.labels import locale_code
from garment_hub.notifications.wording import text_to_send
from garment_hub.quotes.news import values_of
from models.quote import QuoteRequest


def question_to_send(request: QuoteRequest) -> str:
    """Who asks for how many by when; with the address of the page for an owner who can open it."""
    owner = request.factory.owner
    link = url_for("quotes.show", request_id=request.id) if owner else None
    values = values_of(request) | {"item": request.brief.item}
    return text_to_send("quote_requested", values, link, owner.locale if owner and owner.locale else locale_code())
