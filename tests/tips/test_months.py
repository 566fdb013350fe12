"""The figures of a month against plain counts, and the one message about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.notifications.services import choose
from garment_hub.orders.dependence import dependence_of
from garment_hub.tips.months import Month
from garment_hub.tips.queries import Seen, put_off_parts, seen_in, usual_around
from garment_hub.tips.services import put_off, tell_of_month
from models.capacity import SEOUL
from models.district import District
from models.factory import Factory
from models.notification import Notification
from models.recommendation import Recommendation, RecommendationEntry
from models.user import Role, User
from tests.builders import in_days, make_brief, make_designer, make_factory, make_order, make_quote, make_user

OCTOBER = Month(date(2026, 10, 1))
INSIDE = (datetime(2026, 9, 30, 15, tzinfo=UTC), datetime(2026, 10, 31, 14, 59, tzinfo=UTC))
OUTSIDE = (datetime(2026, 9, 30, 14, 59, tzinfo=UTC), datetime(2026, 10, 31, 15, tzinfo=UTC))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
TOLD_AT = datetime(2026, 11, 2, 10, tzinfo=SEOUL)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_last_month_ends_the_day_before_this_one_begins(day: date) -> None:
    month = Month.before(day)
    assert month.first.day == 1
    assert month.next_first == day.replace(day=1)
    assert month.first < month.next_first


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def factory(session: Session, district: District) -> Factory:
    owner = make_user(session, Role.FACTORY_OWNER, district, created_at=LONG_AGO)
    return make_factory(session, district, owner=owner, created_at=LONG_AGO)


def show(
    session: Session, factory: Factory, at: datetime, rank: int = 1, *, turn: bool = False, made_by_hand: bool = False
) -> None:
    """A stored list on which the factory stands at a rank."""
    brief = None if made_by_hand else make_brief(session, make_designer(session, factory.district))
    entry = RecommendationEntry(
        factory=factory, rank=rank, score=0.5, is_known_feasible=True, parts={}, reasons=[], questions=[], facts_hash=""
    )
    session.add(
        Recommendation(
            brief_id=brief and brief.id, district_id=factory.district_id, made_at=at, as_of=at.date(), entries=[entry],
            ranker_version="test", feasible_count=1, unknown_count=0, infeasible_count=0, stored={},
            turn={"factory": factory.id if turn else 0, "rank": rank, "probability": 1.0} if turn or rank > 3 else None,
        )
    )  # fmt: skip
    session.flush()


def ask(session: Session, factory: Factory, at: datetime, count: int = 1) -> None:
    for _number in range(count):
        make_quote(
            session, make_brief(session, make_designer(session, factory.district)), factory, asked={"asked_at": at}
        )


def test_only_what_was_shown_and_happened_in_the_month_counts(session: Session, factory: Factory) -> None:
    for at in (*INSIDE, *OUTSIDE):
        show(session, factory, at)
        show(session, factory, at, 10)
        show(session, factory, at, 11)  # below the list
        show(session, factory, at, 23, turn=True)  # the labelled place
        show(session, factory, at, made_by_hand=True)  # nobody saw it
        ask(session, factory, at)
        brief = make_brief(session, make_designer(session, factory.district))
        make_order(session, make_quote(session, brief, factory, asked={"asked_at": LONG_AGO}), placed_at=at)
    other = make_factory(session, factory.district)
    show(session, other, INSIDE[0])
    ask(session, other, INSIDE[0])
    assert seen_in(session, factory, OCTOBER) == Seen(shown=6, asked=2, chosen=2)
    assert seen_in(session, other, OCTOBER) == Seen(shown=1, asked=1, chosen=0)


def test_the_own_number_is_never_in_the_middle_of_others(session: Session, factory: Factory) -> None:
    """Four others in the neighbourhood are too few; five are enough, and the own number changes nothing."""
    place, elsewhere = (make_place for make_place in factory.district.neighbourhoods[:2])
    factory.neighbourhood = place
    ask(session, factory, INSIDE[0], 9)
    for count in (1, 2, 3, 4):
        ask(session, make_factory(session, factory.district, neighbourhood=place), INSIDE[0], count)
    make_factory(session, factory.district, neighbourhood=place)  # nobody asked it
    assert usual_around(session, factory, OCTOBER) is None
    ask(session, make_factory(session, factory.district, neighbourhood=elsewhere), INSIDE[0], 4)
    found = usual_around(session, factory, OCTOBER)
    assert found is not None
    assert (found.asked, found.neighbourhood) == (3, None)
    ask(session, make_factory(session, factory.district, neighbourhood=place), INSIDE[0], 2)
    found = usual_around(session, factory, OCTOBER)
    assert found is not None
    assert (found.asked, found.neighbourhood) == (2, place)
    ask(session, factory, INSIDE[0], 5)
    assert usual_around(session, factory, OCTOBER) == found


def told(session: Session) -> list[Notification]:
    return list(session.scalars(select(Notification).where(Notification.template == "monthly_tip")))


def test_the_month_is_told_once_with_its_numbers(session: Session, factory: Factory) -> None:
    show(session, factory, INSIDE[0])
    ask(session, factory, INSIDE[0], 3)
    assert tell_of_month(session, TOLD_AT - timedelta(minutes=1)) == 0
    assert tell_of_month(session, TOLD_AT) == 1
    for later in (TOLD_AT, TOLD_AT + timedelta(minutes=1), TOLD_AT + timedelta(days=20)):
        assert tell_of_month(session, later) == 0
    (message,) = told(session)
    assert message.user_id == factory.owner_id
    assert message.link == f"/factories/{factory.id}/tip"
    assert message.values == {"month": "2026-10-01", "shown": 1, "asked": 3, "chosen": 0, "waiting": 0}
    show(session, factory, datetime(2026, 11, 15, tzinfo=UTC))
    assert tell_of_month(session, datetime(2026, 12, 5, 12, tzinfo=SEOUL)) == 1


def test_a_question_alone_is_worth_a_message(session: Session, factory: Factory) -> None:
    brief = make_brief(
        session,
        make_designer(session, factory.district),
        published_at=TOLD_AT - timedelta(days=9),
        needed_by=in_days(40),
    )
    assert tell_of_month(session, TOLD_AT) == 1
    assert told(session)[0].values["waiting"] == 1
    assert brief.quantity


def silent(session: Session, factory: Factory, owner: User, why: str) -> None:
    if why == "nothing to tell":
        return
    show(session, factory, INSIDE[0])
    if why == "switched off":
        choose(session, owner, wanted=[])
    elif why == "came later":
        owner.created_at = OCTOBER_IS_OVER
    elif why == "listed later":
        factory.created_at = OCTOBER_IS_OVER
    elif why == "left":
        owner.is_active = False
    session.flush()


OCTOBER_IS_OVER = datetime(2026, 10, 31, 15, tzinfo=UTC)


@pytest.mark.parametrize("why", ["nothing to tell", "switched off", "came later", "listed later", "left"])
def test_nobody_is_told_without_need(session: Session, factory: Factory, why: str) -> None:
    assert factory.owner is not None
    silent(session, factory, factory.owner, why)
    assert tell_of_month(session, TOLD_AT) == 0
    assert told(session) == []


def test_a_factory_without_an_owner_is_not_told_about(session: Session, district: District) -> None:
    make_user(session, Role.COORDINATOR, district, created_at=LONG_AGO)
    show(session, make_factory(session, district, created_at=LONG_AGO), INSIDE[0])
    assert tell_of_month(session, TOLD_AT) == 0
    assert session.scalar(select(func.count()).select_from(Notification)) == 0


def test_both_databases_count_and_tell_alike(either_engine_url: str) -> None:
    engine = make_engine(either_engine_url)
    schema.upgrade(engine)
    with unit_of_work(engine) as session:
        district = session.get_one(District, 1)
        owner = make_user(session, Role.FACTORY_OWNER, district, created_at=LONG_AGO)
        factory = make_factory(session, district, owner=owner, created_at=LONG_AGO)
        show(session, factory, INSIDE[0], 23, turn=True)
        show(session, factory, INSIDE[1], 4)
        show(session, factory, OUTSIDE[1], 4)
        ask(session, factory, INSIDE[1])
        make_brief(session, make_designer(session, district), published_at=TOLD_AT, needed_by=in_days(40))
        assert usual_around(session, factory, OCTOBER) is None
        assert dependence_of(session, factory, TOLD_AT.date()) is None
        put_off(session, factory, "size", TOLD_AT.date())
        assert [tell_of_month(session, TOLD_AT) for _twice in range(2)] == [1, 0]
        assert told(session)[0].values == {"month": "2026-10-01", "shown": 2, "asked": 1, "chosen": 0, "waiting": 1}
        session.expire_all()
        assert put_off_parts(session, factory, TOLD_AT.date()) == {"size"}
    engine.dispose()
