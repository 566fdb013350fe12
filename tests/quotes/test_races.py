"""Several people at once: limits hold, and an answer is given once, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.quotes import services
from models.brief import Brief
from models.quote import (
    MAXIMUM_ASKED,
    MAXIMUM_PER_FACTORY_AND_WEEK,
    DeclineReason,
    Quote,
    QuoteAnswer,
    QuoteRequest,
    RequestStatus,
)
from models.user import Role, User
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_user
from tests.racing import at_once

pytestmark = pytest.mark.slow

TODAY = in_days(0)
AT_ONCE = 6


@pytest.fixture
def engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def test_no_more_than_five_are_asked_however_many_ask_at_once(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        district = make_district(session)
        brief_id = make_brief(session, make_designer(session, district)).id
        factories = [make_factory(session, district).id for _number in range(AT_ONCE)]

    def ask(factory_id: int) -> Callable[[Session], object]:
        return lambda session: services.request_quotes(session, session.get_one(Brief, brief_id), [factory_id], TODAY)

    assert at_once(engine, [ask(factory) for factory in factories]) == {
        "done": MAXIMUM_ASKED, "too_many_asked": AT_ONCE - MAXIMUM_ASKED,
    }  # fmt: skip


def test_a_factory_is_asked_no_more_than_its_week_holds_however_many_ask_at_once(engine: Engine) -> None:
    free = 2
    with unit_of_work(engine) as session:
        district = make_district(session)
        factory_id = make_factory(session, district).id
        briefs = [make_brief(session, make_designer(session, district)) for _number in range(AT_ONCE)]
        earlier = [make_brief(session, briefs[0].designer) for _n in range(MAXIMUM_PER_FACTORY_AND_WEEK - free)]
        session.add_all(QuoteRequest(brief=brief, factory_id=factory_id, answer_by=TODAY) for brief in earlier)
        ids = [brief.id for brief in briefs]

    def ask(brief_id: int) -> Callable[[Session], object]:
        return lambda session: services.request_quotes(session, session.get_one(Brief, brief_id), [factory_id], TODAY)

    assert at_once(engine, [ask(brief) for brief in ids]) == {"done": free, "factory_asked_enough": AT_ONCE - free}


def test_of_yes_and_no_at_once_one_is_first(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        district = make_district(session)
        brief = make_brief(session, make_designer(session, district))
        owner = make_user(session, Role.FACTORY_OWNER, district)
        request = QuoteRequest(brief=brief, factory=make_factory(session, district, owner=owner), answer_by=in_days(3))
        session.add(request)
        session.flush()
        request_id, owner_id = request.id, owner.id

    def of(session: Session) -> tuple[QuoteRequest, User]:
        return session.get_one(QuoteRequest, request_id), session.get_one(User, owner_id)

    def say_yes(session: Session) -> None:
        request, owner = of(session)
        offer = services.Offer(QuoteAnswer.POSSIBLE, 9_000, in_days(20))
        services.submit_quote(session, request, offer, owner, TODAY)

    def say_no(session: Session) -> None:
        request, owner = of(session)
        services.decline(session, request, DeclineReason.FULL, owner, TODAY)

    ends = at_once(engine, [say_yes, say_no] * (AT_ONCE // 2))
    assert ends == {"done": 1, "request_already_answered": AT_ONCE - 1}
    with Session(engine) as session:
        request, _owner = of(session)
        quotes = session.scalar(select(func.count()).select_from(Quote))
        assert quotes == (request.status is RequestStatus.ANSWERED)
        assert (request.decline_reason is None) == (request.status is RequestStatus.ANSWERED)
