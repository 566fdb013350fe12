"""What a designer or the centre sends by hand so that the other side opens the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for

from garment_hub.labels import locale_code
from garment_hub.notifications.wording import text_to_send
from models.case import Case
from models.message import Message
from models.order import Party
from models.user import Role, User


class ByHand(NamedTuple):
    """A text for KakaoTalk, and a telephone number once the two may know each other's."""

    text: str
    phone: str | None


def by_hand(case: Case, party: Party | None, user: User, messages: Sequence[Message]) -> ByHand | None:
    """While the other side has an account and has not read the last word; owners are not shown one thing more."""
    last = messages[-1] if messages else None
    waits = last is not None and last.party is party and last.read_at is None
    asked = case.request
    designer, factory = asked.brief.designer, asked.factory
    reader = factory.owner if party is Party.DESIGNER else designer.user
    if not waits or reader is None or user.role is Role.FACTORY_OWNER:
        return None
    sender = designer.brand if party is Party.DESIGNER else factory.name
    phone = (factory.phone if party is Party.DESIGNER else None) or reader.phone
    link = url_for("messages.show", case_id=case.id)
    text = text_to_send("message_received", {"sender": sender}, link, reader.locale or locale_code())
    return ByHand(text, phone if asked.quote or user.is_staff else None)
