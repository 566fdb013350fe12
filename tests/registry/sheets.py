"""A sheet as somebody of the centre types it in, and what stands on a sheet of paper."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from sqlalchemy.orm import Session

from models.capacity import today_in_seoul
from models.district import District, Neighbourhood, current_neighbourhoods

NEW = "/district/registry/new"
# Of the screen: labels, legends and headings that begin with a number.
_ON_SCREEN = re.compile(r"<(label|legend|h2)[^>]*>(\d+\. [^<]+?)\s*</\1>")
_ON_PAPER = re.compile(r"<h2>(\d+\. [^<]+)</h2>")


def place(session: Session) -> Neighbourhood:
    return current_neighbourhoods(session, session.get_one(District, 1).id, today_in_seoul())[0]


def filled_in(session: Session, **changed: Any) -> dict[str, Any]:
    """Every question answered; ``changed`` takes an answer's place, None leaves it out."""
    answers: dict[str, Any] = {
        "form_token": "one-sheet-of-paper",
        "jobs": ["sewing", "embroidery"],
        "name": "해든봉제",
        "phone": "02.2200.1234",
        "dong": str(place(session).id),
        "address": "장한로 12, 지하 1층",
        "people": "3",
        "fabrics": ["woven"],
        "items": ["dress"],
        "rate_shirt_blouse_whole": "1,120",
        "rate_any_sample": "7",
        "number": "123-45-67891",
        "minimum": "30",
        "accepts_service": "y",
        "shows_publicly": "y",
        "given_by": "박순자",
        "channel": "phone",
    }
    return {name: value for name, value in (answers | changed).items() if value is not None}


def on_screen(page: str) -> list[str]:
    return [unescape(words) for _tag, words in _ON_SCREEN.findall(page)]


def on_paper(page: str) -> list[str]:
    return [unescape(words) for words in _ON_PAPER.findall(page)]
