"""A stranger who lists a factory, without a browser: the three steps as forms."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Link, Purpose, token_of
from models.base import utc_now
from models.district import District
from models.factory import Factory
from tests.browsing import Browser

PHONE = "01009000123"
DETAILS: dict[str, Any] = {"name": "해든봉제", "phone": "010-0900-0123", "agree": "all", "rate_tshirt_whole": "120"}


def dong(session: Session) -> str:
    place = next(place for place in session.get_one(District, 1).neighbourhoods if place.name_ko == "장안2동")
    session.commit()  # hold nobody up
    return str(place.id)


def begun(browser: Browser, kind: str = "sewing", *fabrics: str) -> str:
    """The address of the third step."""
    second = browser.send("/sign-up/factory", {"fabrics": list(fabrics) or ["knit_jersey"]}).location
    third = browser.send(second, {"kind": kind}).location
    assert re.fullmatch(r"/sign-up/factory/[\w-]{32}/3", third)
    return third


def registered(browser: Browser, session: Session, kind: str = "sewing", **details: Any) -> Factory:
    third = begun(browser, kind)
    answer = browser.send(third, DETAILS | {"dong": dong(session)} | details)
    assert answer.status_code == 303, re.findall('class="error".*', answer.text)
    return only_factory(session)


def only_factory(session: Session) -> Factory:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Factory)).one()


def link_of(app: Flask, factory: Factory) -> str:
    with app.app_context():
        return f"/link/{token_of(Link(Purpose.LISTING, factory.id, factory.owner_id, utc_now(), is_to_phone=True))}"


def confirmed(app: Flask, browser: Browser, session: Session, **details: Any) -> Factory:
    factory = registered(browser, session, **details)
    assert browser.send(link_of(app, factory)).status_code == 303
    return only_factory(session)
