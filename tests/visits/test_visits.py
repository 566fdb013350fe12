"""The day plan: whatever is done to it, its stops are numbered 1 to n; who is proposed, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.visits import services
from garment_hub.visits.queries import day_plan
from garment_hub.visits.reasons import CHECK_DAYS, Reason, Why, proposals, reasons_for
from models.base import utc_now
from models.capacity import today_in_seoul
from models.claim import Claim, ClaimGround
from models.district import District
from models.errors import Conflict, Invalid
from models.factory import Factory, OperatingStatus, Sector
from models.quote import QuoteRequest, RequestStatus
from models.registration_photo import RegistrationPhoto
from models.user import Role, User
from models.visit import Visit
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_district, make_factory, make_user
from tests.orders.contests import all_at_once

ClientAs = Callable[[Role | User], Browser]
STOPS = 5


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def centre(session: Session, district: District) -> User:
    return make_user(session, Role.COORDINATOR, district, name="이은영")


def plan(session: Session, factory: Factory, actor: User, on: date | None = None, purpose: str | None = None) -> Visit:
    today = today_in_seoul()
    return services.plan_visit(session, factory, on or today, purpose, actor, today)


def reread(session: Session) -> None:
    """Forget what was read, so that what a browser did meanwhile is seen."""
    session.rollback()
    session.expire_all()


def names(session: Session, district: District, on: date | None = None) -> list[str]:
    return [visit.factory.name for visit in day_plan(session, district.id, on or today_in_seoul())]


ACTIONS = st.tuples(st.sampled_from(["add", "remove", "up", "down", "arrange", "done"]), st.integers(0, STOPS - 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    places=st.lists(st.none() | st.tuples(st.floats(37.5, 37.6), st.floats(127, 127.1)), min_size=5, max_size=5),
    actions=st.lists(ACTIONS, max_size=14),
)
def test_places_stay_one_to_n_whatever_is_done(
    session: Session, district: District, places: list[tuple[float, float] | None], actions: list[tuple[str, int]]
) -> None:
    with session.begin_nested() as untouched:
        centre = make_user(session, Role.COORDINATOR, district)
        factories = [
            make_factory(session, district, lat=place and place[0], lon=place and place[1]) for place in places
        ]
        wanted: set[int] = set()
        for what, number in actions:
            factory = factories[number]
            _act(session, what, factory, centre, wanted)
            visits = day_plan(session, district.id, today_in_seoul())
            assert [visit.place for visit in visits] == list(range(1, len(visits) + 1))
            assert {visit.factory_id for visit in visits} == wanted
        untouched.rollback()


def _act(session: Session, what: str, factory: Factory, centre: User, wanted: set[int]) -> None:
    visit = session.scalar(select(Visit).where(Visit.factory_id == factory.id))
    if what == "add":
        plan(session, factory, centre)
        wanted.add(factory.id)
    elif what == "arrange":
        services.arrange(session, factory.district_id, today_in_seoul())
    elif visit is None:
        return
    elif what == "done":
        services.mark_done(session, visit, "다녀옴", centre, utc_now())
    elif what == "remove" and visit.done_at:
        with pytest.raises(Conflict):
            services.remove(session, visit)
    elif what == "remove":
        services.remove(session, visit)
        wanted.discard(factory.id)
    else:
        services.move(session, visit, {"up": -1, "down": 1}[what])


def test_a_new_stop_lies_on_the_way_until_somebody_orders_the_day(
    session: Session, district: District, centre: User
) -> None:
    lats = {"첫째": 37.50, "셋째": 37.56, "둘째": 37.53, "넷째": 37.545}
    for name, lat in list(lats.items())[:3]:
        plan(session, make_factory(session, district, name=name, lat=lat, lon=127.0), centre)
    assert names(session, district) == ["첫째", "둘째", "셋째"]
    services.move(session, day_plan(session, district.id, today_in_seoul())[2], -1)
    assert names(session, district) == ["첫째", "셋째", "둘째"]
    plan(session, make_factory(session, district, name="넷째", lat=lats["넷째"], lon=127.0), centre)
    assert names(session, district) == ["첫째", "셋째", "둘째", "넷째"]
    services.arrange(session, district.id, today_in_seoul())
    assert names(session, district) == ["첫째", "둘째", "넷째", "셋째"]


def test_a_dong_stands_in_for_a_factory_that_is_placed_nowhere(session: Session, centre: User) -> None:
    district = make_district(session)
    middle, edge = district.neighbourhoods
    plan(session, make_factory(session, district, name="가", neighbourhood=middle), centre)
    plan(session, make_factory(session, district, name="나", neighbourhood=edge), centre)
    plan(session, make_factory(session, district, name="다", lat=37.581, lon=127.051), centre)
    plan(session, make_factory(session, district, name="라"), centre)
    assert names(session, district) == ["가", "다", "나", "라"]


@pytest.mark.parametrize("days", [-1, 366])
def test_a_day_that_is_over_or_too_far_is_refused(
    session: Session, district: District, centre: User, days: int
) -> None:
    with pytest.raises(Invalid, match="visit_day_out_of_range"):
        plan(session, make_factory(session, district), centre, in_days(days))


def test_twice_on_a_day_is_once_and_a_purpose_is_not_lost(session: Session, district: District, centre: User) -> None:
    factory = make_factory(session, district)
    first = plan(session, factory, centre)
    assert plan(session, factory, centre, purpose="기계 보기") is first
    assert plan(session, factory, centre, purpose="다른 일").purpose == "기계 보기"
    assert plan(session, factory, centre, in_days(1)) is not first


def test_a_visit_that_was_made_says_nothing_of_the_factory(
    session: Session, client_as: ClientAs, district: District, centre: User
) -> None:
    factory = make_factory(session, district)
    visit = plan(session, factory, centre)
    browser = client_as(centre)
    note = {f"visit{visit.id}-note": "공장이 바빠 보임"}
    assert browser.send(f"/district/visits/{visit.id}/done", note).status_code == 303
    reread(session)
    at = visit.done_at
    assert (visit.note, visit.coordinator, factory.confirmed_on) == ("공장이 바빠 보임", centre, None)
    browser.send(f"/district/visits/{visit.id}/done", {f"visit{visit.id}-note": "고친 메모"})
    reread(session)
    assert (visit.note, visit.done_at) == ("고친 메모", at)
    assert browser.send(f"/district/visits/{visit.id}/remove").status_code == 409
    page = browser.get("/district/visits").text
    assert "고친 메모" in page
    for path in ("edit", "mandate"):
        assert f'href="/factories/{factory.id}/{path}"' in page
    assert f'href="/district/registry/{factory.id}/sheet.pdf"' in page
    long = {f"visit{visit.id}-note": "가" * 1001}
    refused = browser.send(f"/district/visits/{visit.id}/done", long)
    assert (refused.status_code, "가" * 1001 in refused.text) == (422, True)


def test_the_plan_names_who_where_and_why_with_a_button_to_call(
    session: Session, client_as: ClientAs, district: District, centre: User
) -> None:
    factory = make_factory(session, district, name="순자 봉제", phone="0212345678", address="왕산로 1길 2")
    silent = make_factory(session, district, name="연락 없는 곳", confirmed_on=in_days(-70))
    browser = client_as(centre)
    day = in_days(1).isoformat()
    added = browser.send(f"/district/registry/{factory.id}/visit", {"on": day, "purpose": "등록 용지"})
    assert added.location == f"/district/visits?day={day}"
    page = browser.get(added.location).text
    for words in ("순자 봉제", 'href="tel:0212345678"', "왕산로 1길 2", "등록 용지", "한 번도 확인하지 못했어요"):
        assert words in page
    assert page.index("순자 봉제") < page.index("찾아가 볼 공장") < page.index(silent.name)
    assert "9주째 소식이 없어요" in page
    browser.send(f"/district/registry/{silent.id}/visit", {"on": day})
    reread(session)
    second = day_plan(session, district.id, in_days(1))[1].id
    browser.send(f"/district/visits/{second}/up")
    reread(session)
    assert names(session, district, in_days(1)) == [silent.name, factory.name]
    browser.send(f"/district/visits/{second}/remove")
    reread(session)
    assert names(session, district, in_days(1)) == [factory.name]


@pytest.mark.parametrize("day", ["foo", "2027-02-30", "0001-01-01", "9999-12-31", "2027-3-1", "<b>"])
def test_a_day_that_cannot_be_read_is_said_kindly_with_today_below(client_as: ClientAs, day: str) -> None:
    browser = client_as(Role.COORDINATOR)
    answer = browser.get("/district/visits", query_string={"day": day})
    assert (answer.status_code, "알아볼 수 없는 날짜예요" in answer.text) == (422, True)
    assert f'value="{today_in_seoul().isoformat()}"' in answer.text and "<b>" + day not in answer.text
    assert browser.send("/district/visits/arrange", {"day": day}).status_code == 422


@pytest.mark.parametrize("on", ["", "foo", "2020-01-01"])
def test_a_wrong_day_for_a_visit_is_said_beside_its_field(
    session: Session, client_as: ClientAs, district: District, on: str
) -> None:
    factory = make_factory(session, district)
    session.commit()
    answer = client_as(Role.COORDINATOR).send(
        f"/district/registry/{factory.id}/visit", {"on": on, "purpose": "기계 보기"}
    )
    assert (answer.status_code, "기계 보기" in answer.text) == (422, True)
    assert session.scalars(select(Visit)).all() == []


def test_a_day_that_is_over_can_be_read_and_nothing_is_proposed_for_it(
    session: Session, client_as: ClientAs, district: District
) -> None:
    make_factory(session, district, name="소식 없는 곳")
    session.commit()
    page = client_as(Role.COORDINATOR).get(f"/district/visits?day={in_days(-3).isoformat()}").text
    assert "방문이 없었어요" in page and "소식 없는 곳" not in page


def asked(session: Session, factory: Factory, status: RequestStatus = RequestStatus.OPEN) -> None:
    brief = make_brief(session, make_designer(session, factory.district))
    session.add(QuoteRequest(brief=brief, factory=factory, answer_by=in_days(5), status=status))


def test_reasons_come_from_what_is_on_record(session: Session, district: District) -> None:
    today = today_in_seoul()
    owner = make_user(session, Role.FACTORY_OWNER, district)
    wanted: list[tuple[Factory, list[Reason]]] = []

    def case(*reasons: Reason, **values: Any) -> Factory:
        factory = make_factory(session, district, **{"confirmed_on": today} | values)
        wanted.append((factory, list(reasons)))
        return factory

    case()
    case(Reason(Why.NEVER), confirmed_on=None)
    case(Reason(Why.SILENT), confirmed_on=today - timedelta(days=14))
    case(confirmed_on=today - timedelta(days=13))
    case(Reason(Why.CHECK), has_no_business_number=True)
    case(has_no_business_number=True, verified_on=today)
    case(verified_on=today - timedelta(days=CHECK_DAYS))
    case(Reason(Why.CHECK), verified_on=today - timedelta(days=CHECK_DAYS + 1))
    busy = case(Reason(Why.REQUESTS, 2))
    for status in (RequestStatus.OPEN, RequestStatus.OPEN, RequestStatus.DECLINED):
        asked(session, busy, status)
    asked(session, case(owner=owner))
    claimed = case(Reason(Why.CLAIM))
    session.add(Claim(factory=claimed, user=owner, ground=ClaimGround.WORD))
    session.add(Claim(factory=case(), user=owner, ground=ClaimGround.CODE))
    session.add(RegistrationPhoto(factory=case(Reason(Why.CHECK)), key="x"))
    session.flush()
    found = reasons_for(session, [factory for factory, _reasons in wanted], today)
    assert [(factory, found[factory.id]) for factory, _reasons in wanted] == wanted


def test_the_most_needy_are_proposed_first_and_who_is_on_the_day_is_not(
    session: Session, district: District, centre: User
) -> None:
    today = today_in_seoul()
    make_factory(session, district, confirmed_on=today)
    make_factory(session, district, confirmed_on=in_days(-34))  # not long enough yet
    make_factory(session, district, status=OperatingStatus.CLOSED)
    make_factory(session, district, sector=Sector.OTHER)
    make_factory(session, make_district(session))
    never = make_factory(session, district)
    silent, more_silent = (make_factory(session, district, confirmed_on=in_days(-days)) for days in (35, 80))
    wanted = make_factory(session, district, confirmed_on=today)
    asked(session, wanted)
    session.flush()
    assert [factory for factory, _why in proposals(session, district.id, today)] == [wanted, more_silent, silent, never]
    plan(session, wanted, centre)
    assert wanted not in [factory for factory, _why in proposals(session, district.id, today)]
    assert wanted in [factory for factory, _why in proposals(session, district.id, in_days(1))]


@pytest.fixture
def slow_engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url, race_ms=20)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def put_on(engine: Engine, factory_id: int, actor_id: int, on: date) -> bool:
    with unit_of_work(engine) as session:
        plan(session, session.get_one(Factory, factory_id), session.get_one(User, actor_id), on)
    return True


def push(engine: Engine, visit_id: int, by: int) -> bool:
    with unit_of_work(engine) as session:
        services.move(session, session.get_one(Visit, visit_id), by)
    return True


@pytest.mark.slow
def test_two_who_order_one_day_at_the_same_moment_leave_it_numbered(slow_engine: Engine) -> None:
    with unit_of_work(slow_engine) as session:
        district = session.scalars(select(District).order_by(District.id)).first()
        assert district
        centre = make_user(session, Role.COORDINATOR, district)
        factories = [make_factory(session, district) for _each in range(4)]
    for number in range(5):
        on = in_days(number)
        with unit_of_work(slow_engine) as session:
            visits = [plan(session, session.get_one(Factory, one.id), centre, on) for one in factories[:3]]
        added = [partial(put_on, slow_engine, factories[3].id, centre.id, on)] * 2
        pushed = [partial(push, slow_engine, visits[0].id, 1), partial(push, slow_engine, visits[2].id, -1)]
        all_at_once([*added, *pushed])
        with Session(slow_engine) as session:
            stands = day_plan(session, district.id, on)
            assert [visit.place for visit in stands] == [1, 2, 3, 4]
            assert {visit.factory_id for visit in stands} == {factory.id for factory in factories}
