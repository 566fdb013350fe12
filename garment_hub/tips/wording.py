"""Codes of this room in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import lazy_gettext

from garment_hub.factories.listing import BY_KEY
from garment_hub.factories.services import CAPACITY
from garment_hub.recommendations.worth import REGISTRATION, Worth
from models.factory import Factory


@dataclass(frozen=True, slots=True)
class Question:
    """One part of the listing as it is asked: the question, its name, and the page that takes the answer."""

    part: str
    text: Any
    name: Any
    url: str
    briefs: int

    @property
    def is_registration(self) -> bool:
        """Its answer goes to the centre first, and who asks for checked factories waits for that."""
        return self.part == REGISTRATION


def question(factory: Factory, worth: Worth, **arguments: Any) -> Question:
    """``arguments`` go into the address of the page that takes the answer."""
    if worth.part == CAPACITY:
        text, name = lazy_gettext("On how many days of a week can you take work?"), lazy_gettext("Days for work")
        url = url_for("factories.capacity", factory_id=factory.id, **arguments)
    elif worth.part == REGISTRATION:
        text, name = lazy_gettext("What is your business number?"), lazy_gettext("Business registration")
        url = f"/factories/{factory.id}/registration?{urlencode(arguments)}"
    else:
        part = BY_KEY[worth.part]
        text, name = part.question, part.name
        url = url_for("factories.edit", factory_id=factory.id, part=part.key, **arguments)
    return Question(worth.part, text, name, url, worth.briefs)
