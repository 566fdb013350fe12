"""A row is written with what it tells: once, to those who can be reached and want it, never for the night."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of, unit_of_work
from garment_hub.notifications import notify
from garment_hub.notifications.catalogue import CATALOGUE, URGENT
from garment_hub.notifications.services import choose, opt_outs
from models.district import District
from models.notification import Channel, Notification
from models.user import Role, User
from tests.builders import make_user

NIGHT = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)  # 23:00 in Seoul


def person(session: Session, role: Role = Role.DESIGNER, **values: Any) -> User:
    return make_user(session, role, session.get_one(District, 1), **values)


@pytest.mark.parametrize(
    ("reach", "channel"),
    [
        ({"email": "a@test.example", "phone": "01000000000"}, Channel.EMAIL),
        ({"email": None, "phone": "01000000000"}, Channel.MESSAGE),
    ],
)
def test_mail_goes_before_messages(session: Session, reach: dict[str, Any], channel: Channel) -> None:
    row = notify(session, person(session, **reach), "quote_answered", factory="공장", item="shirt_blouse")
    assert row is not None and row.channel is channel


def test_owners_without_a_password_get_their_links_on_the_telephone(session: Session) -> None:
    reach: dict[str, Any] = {"email": "a@test.example", "phone": "01000000000"}
    owner = person(session, Role.FACTORY_OWNER, password_hash=None, **reach)
    row = notify(session, owner, "request_withdrawn", item="shirt_blouse")
    assert row is not None and row.channel is Channel.MESSAGE
    owner.password_hash = "anything"
    row = notify(session, owner, "request_withdrawn", item="shirt_blouse")
    assert row is not None and row.channel is Channel.EMAIL


def test_who_was_disabled_is_told_nothing(session: Session) -> None:
    assert notify(session, person(session, is_active=False), "asking_allowed") is None


def test_what_is_written_at_night_waits_for_the_morning(session: Session) -> None:
    row = notify(session, person(session), "asking_allowed", now=NIGHT)
    assert row is not None
    assert (row.created_at, row.not_before) == (NIGHT, datetime(2027, 3, 1, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("template", sorted(URGENT))
def test_what_somebody_waits_for_goes_out_at_night_too(session: Session, template: str) -> None:
    values: dict[str, Any] = dict.fromkeys(CATALOGUE[template].values, "까닭")
    row = notify(session, person(session), template, now=NIGHT, **values)
    assert row is not None and row.not_before == NIGHT


def test_what_was_switched_off_is_not_written_and_what_may_not_be_is(session: Session) -> None:
    user = person(session)
    choose(session, user, wanted=[])
    assert notify(session, user, "quote_answered", factory="공장", item="shirt_blouse") is None
    assert notify(session, user, "payment_due", item="shirt_blouse", amount_krw=1, day="2027-03-01") is not None
    choose(session, user, wanted=["quote_answered"])
    assert notify(session, user, "quote_answered", factory="공장", item="shirt_blouse") is not None
    assert notify(session, user, "quote_declined", factory="공장", item="shirt_blouse", reason="price") is None


def test_choosing_the_same_again_changes_nothing(session: Session) -> None:
    user = person(session)
    off = []
    for wanted in (["message_received"], ["message_received"], list(CATALOGUE), []):
        choose(session, user, wanted)
        off.append(opt_outs(session, user))
    assert off[0] == off[1] == off[3] - {"message_received"}
    assert off[2] == set()
    assert {code for code in off[3] if not CATALOGUE[code].is_optional} == set()


def test_a_message_without_its_values_or_with_a_foreign_link_is_a_mistake_of_the_caller(session: Session) -> None:
    user = person(session)
    with pytest.raises(TypeError, match="amount_krw"):
        notify(session, user, "payment_received", item="shirt_blouse")
    with pytest.raises(ValueError, match="no path"):
        notify(session, user, "asking_allowed", link="//evil.example/")


def test_a_sweep_that_runs_twice_writes_one(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    """Within one transaction, in the next, and from eight at once; what else the transaction did stands."""
    engine = engine_of(make_app(DATABASE_URL=either_engine_url))
    with unit_of_work(engine) as session:
        user_id = person(session).id

    def sweep(_time: int) -> list[bool]:
        with unit_of_work(engine) as session:
            user = session.get_one(User, user_id)
            rows = [notify(session, user, "asking_allowed", dedupe_key="once") for _repeat in range(2)]
            notify(session, user, "asking_allowed")
            return [row is not None for row in rows]

    with ThreadPoolExecutor(8) as pool:
        written = [row for rows in pool.map(sweep, range(8)) for row in rows]
    assert sum(written) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count(Notification.id))) == 1 + 8


def test_what_is_undone_tells_nobody(app: Flask, session: Session) -> None:
    user = person(session)
    session.commit()

    def fail_after_telling() -> None:
        with unit_of_work(engine_of(app)) as work:
            notify(work, work.get_one(User, user.id), "asking_allowed")
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_telling()
    assert session.scalar(select(func.count(Notification.id))) == 0
