"""What others see of the reviews: counts of those that weigh and are open, as a plain loop counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.db import engine_of
from garment_hub.designers.queries import payment_record
from garment_hub.factories.queries import track_record
from models.base import utc_now
from models.order import OrderStatus, Party
from models.review import FEWEST_SHOWN, HIDDEN_FOR, Kept, Review, SelfDealing
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote

NOW = datetime(2027, 3, 12, 9, tzinfo=UTC)
SIDES = (Party.DESIGNER, Party.FACTORY)


def add_reviews(session: Session, random: Random, orders: int) -> None:
    district = make_district(session)
    factories = [make_factory(session, district) for _ in range(2)]
    designers = [make_designer(session, district, is_public=True) for _ in range(2)]
    for _ in range(orders):
        designer = random.choice(designers)
        quote = make_quote(session, make_brief(session, designer), random.choice(factories))
        order = make_order(session, quote, status=OrderStatus.DELIVERED, delivered_at=NOW)
        for party in random.sample(SIDES, random.randint(0, 2)):
            suspicion = random.choice([None, None, SelfDealing.PHONE])
            review = Review(
                line=order.lines[0], party=party, author=designer.user, kept_the_date=random.random() < 0.5,
                was_good=random.random() < 0.5, would_again=True, suspicion=suspicion,
                written_at=NOW - timedelta(days=random.choice([1, 13, 14, 20])),
                cleared_at=NOW if suspicion and random.random() < 0.5 else None,
            )  # fmt: skip
            session.add(review)
    session.flush()


def counted(session: Session) -> list[Review]:
    reviews = session.scalars(select(Review)).all()
    return [
        one
        for one in reviews
        if one.weighs
        and (NOW - one.written_at >= HIDDEN_FOR or any(o.line is one.line and o is not one for o in reviews))
    ]


def check_counts(session: Session, seed: int) -> None:
    add_reviews(session, Random(seed), 30)
    reviews = counted(session)
    for factory in {one.line.factory for one in reviews}:
        said = [one.kept_the_date for one in reviews if one.line.factory is factory and one.party is Party.DESIGNER]
        assert track_record(session, factory, NOW) == Kept(said.count(True), len(said))
    for designer in {one.line.order.designer for one in reviews}:
        said = [one.was_good for one in reviews if one.line.order.designer is designer and one.party is Party.FACTORY]
        assert payment_record(session, designer, NOW) == Kept(said.count(True), len(said))


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_those_of_a_plain_loop(session: Session, seed: int) -> None:
    check_counts(session, seed)


def test_counts_are_the_same_on_both_engines(make_app: object, either_engine_url: str) -> None:
    app: Flask = make_app(DATABASE_URL=either_engine_url)  # type: ignore[operator]
    with Session(engine_of(app)) as session:
        check_counts(session, 7)


@pytest.mark.parametrize("written", range(FEWEST_SHOWN + 2))
def test_pages_show_counts_from_the_third_review_on(client: FlaskClient, session: Session, written: int) -> None:
    district = make_district(session)
    factory, designer = make_factory(session, district), make_designer(session, district, is_public=True)
    for number in range(written):
        quote = make_quote(session, make_brief(session, designer), factory)
        order = make_order(session, quote, status=OrderStatus.ACCEPTED, delivered_at=utc_now())
        for party in SIDES:
            session.add(
                Review(
                    line=order.lines[0], party=party, author=designer.user, kept_the_date=number > 0,
                    was_good=number > 1, would_again=False,
                )
            )  # fmt: skip
    session.commit()
    pages = [
        client.get(f"/{name}/{one.id}?lang=en").text for name, one in (("factories", factory), ("designers", designer))
    ]
    is_shown = written >= FEWEST_SHOWN
    assert (f"Kept the date {written - 1} times out of {written}" in pages[0]) is is_shown
    assert (f"As agreed {written - 2} times out of {written}" in pages[1]) is is_shown
