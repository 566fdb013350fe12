"""A listing on both databases: kept, registered once by forms sent at once, confirmed, swept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, unit_of_work
from garment_hub.listings.services import sweep_drafts
from models.base import utc_now
from models.factory import Factory
from models.listing_draft import ListingDraft
from models.notification import Notification
from models.user import User
from tests.browsing import Browser
from tests.listings.steps import DETAILS, begun, dong, link_of


def test_forms_sent_at_once_register_once(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    browser = Browser(app)
    third = begun(browser)
    with Session(engine_of(app).execution_options(writes=False)) as session:
        fields = DETAILS | {"dong": dong(session), "owner_name": "김\0가람"}
    assert browser.send(third, fields).status_code == 422
    assert "김가람" in browser.get(third).text
    fields["owner_name"] = "김가람"
    twins = [browser.twin() for _person in range(2)]
    senders = [threading.Thread(target=twin.send, args=(third, fields)) for twin in twins]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [len(rows(app, kind)) for kind in (Factory, User, Notification)] == [1, 1, 1]
    assert browser.send(third.replace("/3", "/sent"), {"do": "correct"}).status_code == 303
    assert rows(app, User) == rows(app, Factory) == []
    assert browser.send(third, fields).status_code == 303
    assert Browser(app).send(link_of(app, rows(app, Factory)[0])).status_code == 303
    with unit_of_work(engine_of(app)) as session:
        assert sweep_drafts(session, utc_now() + timedelta(days=8)) == 1
    assert rows(app, ListingDraft) == []
    assert rows(app, Factory)[0].is_listed


def rows(app: Flask, kind: type[Any]) -> list[Any]:
    with Session(engine_of(app).execution_options(writes=False)) as session:
        return list(session.scalars(select(kind)))
