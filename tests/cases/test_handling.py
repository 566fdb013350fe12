"""Who has a case in hand, notes, reviews dismissed for good, the day's and the month's figures, and the page's cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.cases import figures, handling, queries
from garment_hub.cases.queries import Desk
from garment_hub.db import engine_of, unit_of_work
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import SEOUL
from models.case_note import CaseHold, CaseKind, CaseNote
from models.district import District
from models.errors import Conflict
from models.order import Order, OrderStatus, Party
from models.quote import QuoteRequest, RequestStatus
from models.review import Review, SelfDealing
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import (
    in_days,
    make_brief,
    make_designer,
    make_district,
    make_factory,
    make_order,
    make_quote,
    make_user,
)
from tests.cases.test_queue import counted, fill
from tests.orders.contests import all_at_once

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
QUEUE = "/district/cases"
NOTE = "내일 세 시에 다시 전화해요 <script>alert(1)</script>"


@pytest.fixture
def asked(session: Session) -> QuoteRequest:
    """A question to a factory without an owner."""
    return ask(session, session.get_one(District, 1))


def ask(session: Session, district: District) -> QuoteRequest:
    brief = make_brief(session, make_designer(session, district), needed_by=in_days(300))
    wanted = QuoteRequest(brief=brief, factory=make_factory(session, district), answer_by=in_days(5))
    session.add(wanted)
    session.commit()
    return wanted


def address(asked: QuoteRequest, act: str, kind: str = "unclaimed") -> str:
    return f"{QUEUE}/{kind}/{asked.id}/{act}"


def recorded(session: Session) -> list[tuple[AuditAction, int]]:
    found = [(entry.action, entry.subject_id) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    session.commit()
    return found


def test_a_case_is_taken_noted_on_and_handed_back(client_as: ClientAs, asked: QuoteRequest, session: Session) -> None:
    district = session.get_one(District, 1)
    mine = client_as(make_user(session, Role.COORDINATOR, district, name="한 주임"))
    colleague = client_as(make_user(session, Role.COORDINATOR, district, name="오 주임"))
    assert mine.send(address(asked, "take"), {}).status_code == 303
    late = colleague.send(address(asked, "take"), {})
    assert late.status_code == 409 and "한 주임님이 맡음" in colleague.get(f"{QUEUE}?lang=ko").text
    assert mine.send(address(asked, "note"), {"text": NOTE}).status_code == 303
    page = colleague.get(f"{QUEUE}?lang=ko").text
    assert "내일 세 시에 다시 전화해요 &lt;script&gt;" in page and "<script>alert" not in page
    assert colleague.send(address(asked, "hand-back"), {"text": "받지 않아요"}).status_code == 303
    again = colleague.send(address(asked, "hand-back"), {"text": "길게 적은 말"})
    assert again.status_code == 409 and "길게 적은 말" in again.text
    page = mine.get(f"{QUEUE}?lang=ko").text
    assert "님이 맡음" not in page and "받지 않아요" in page
    noted, handed = (AuditAction.CASE_NOTED, asked.id), (AuditAction.CASE_HANDED_BACK, asked.id)
    assert recorded(session) == [noted, noted, handed]
    values = [entry.values for entry in session.scalars(select(AuditEntry))]
    assert NOTE not in str(values) and not any(entry.reason for entry in session.scalars(select(AuditEntry)))


@pytest.mark.parametrize("text", ["", " \n", "가" * 1001, "a\x00"])
def test_a_note_without_sense_is_refused_with_what_was_typed(
    client_as: ClientAs, asked: QuoteRequest, session: Session, text: str
) -> None:
    answer = client_as(Role.COORDINATOR).send(address(asked, "note"), {"text": text})
    assert answer.status_code == 422 and text.strip().strip("\x00") in answer.text
    assert recorded(session) == []


def test_the_same_note_sent_twice_stands_there_once(client_as: ClientAs, asked: QuoteRequest, session: Session) -> None:
    browser = client_as(Role.COORDINATOR)
    found = re.search(
        rf'action="{address(asked, "note")}".*?name="form_token" value="([^"]+)"', browser.get(QUEUE).text, re.S
    )
    assert found
    for _time in range(2):
        sent = browser.send(address(asked, "note"), {"text": "한 번만", "form_token": found[1]})
        assert sent.status_code == 303
    assert session.scalar(select(func.count()).select_from(CaseNote)) == 1


def test_cases_of_another_district_and_of_no_kind_are_not_there(
    client_as: ClientAs, asked: QuoteRequest, session: Session
) -> None:
    stranger = client_as(make_user(session, Role.COORDINATOR, make_district(session)))
    officer, own = client_as(Role.DISTRICT_OFFICER), client_as(Role.COORDINATOR)
    for act in ("take", "note", "hand-back"):
        assert stranger.send(address(asked, act), {"text": "x"}).status_code == 404
        assert officer.send(address(asked, act), {"text": "x"}).status_code == 403
        assert own.send(address(asked, act, "nonsense"), {"text": "x"}).status_code == 404
    assert session.scalar(select(func.count()).select_from(CaseHold)) == 0
    assert recorded(session) == []


@pytest.mark.parametrize("kind", list(CaseKind))
def test_every_kind_is_taken_only_in_its_own_district(session: Session, kind: CaseKind) -> None:
    district, other = session.get_one(District, 1), make_district(session)
    fill(session, district, 1)
    thing = session.scalars(select(handling.THINGS[kind]).limit(1)).one()
    own, stranger = (make_user(session, Role.COORDINATOR, where) for where in (district, other))
    assert handling.get_thing(session, kind, thing.id, own) is thing
    with pytest.raises(Exception, match="not_found"):
        handling.get_thing(session, kind, thing.id, stranger)


def test_of_many_who_take_it_at_once_one_has_it(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    engine = engine_of(make_app(DATABASE_URL=either_engine_url))
    with unit_of_work(engine) as session:
        district = session.scalars(select(District)).one()
        people = [make_user(session, Role.COORDINATOR, district).id for _each in range(8)]
        case = ask(session, district).id

    def act(what: Callable[..., None], person: int, *more: str | None) -> bool:
        try:
            with unit_of_work(engine) as session:
                thing, actor = session.get_one(QuoteRequest, case), session.get_one(User, person)
                what(session, CaseKind.UNCLAIMED, thing, actor, *more, utc_now())
        except Conflict:
            return False
        return True

    taken = all_at_once([lambda person=person: act(handling.take, person) for person in people])  # type: ignore[misc]
    back = all_at_once([lambda person=person: act(handling.hand_back, person, None) for person in people])  # type: ignore[misc]
    assert (taken.yes, back.yes) == (1, 1)
    with Session(engine) as session:
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == [AuditAction.CASE_HANDED_BACK]
        assert session.scalars(select(CaseHold)).all() == []


def test_a_dismissed_review_never_counts_and_is_never_asked_about(client_as: ClientAs, session: Session) -> None:
    district = session.get_one(District, 1)
    brief = make_brief(session, make_designer(session, district))
    quote = make_quote(session, brief, make_factory(session, district), asked={"status": RequestStatus.CHOSEN})
    order: Order = make_order(session, quote, status=OrderStatus.SETTLED)
    review = Review(
        line=order.lines[0], party=Party.DESIGNER, author=order.designer.user, suspicion=SelfDealing.PHONE,
        kept_the_date=True, was_good=True, would_again=True,
    )  # fmt: skip
    session.add(review)
    session.commit()
    browser = client_as(Role.COORDINATOR)
    dismiss, clear = (f"{QUEUE}/reviews/{review.id}/{act}" for act in ("dismiss", "clear"))
    assert dismiss in browser.get(QUEUE).text
    assert browser.send(dismiss, {"reason": ""}).status_code == 422
    assert browser.send(dismiss, {"reason": "같은 집이에요"}).status_code == 303
    for later in (dismiss, clear):
        answer = browser.send(later, {"reason": "길게 적은 이유"})
        assert answer.status_code == 409 and "길게 적은 이유" in answer.text
    session.refresh(review)
    assert review.dismissed_at and not review.weighs
    assert queries.counts(session, Desk(1, utc_now()))[CaseKind.SUSPICIOUS] == 0
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject, entry.reason) == (AuditAction.MODERATED, "review", "같은 집이에요")


def test_the_median_is_of_calendar_hours_of_this_months_first_answers(session: Session) -> None:
    district, other = session.get_one(District, 1), make_district(session)
    now = utc_now().astimezone(SEOUL).replace(day=20, hour=12)
    began = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    answers = [
        (district, now, 3),
        (district, now, 5),
        (district, began, 70),
        (district, began - timedelta(seconds=1), 1),
    ]
    for where, answered, hours in [*answers, (other, now, 1)]:
        asked = ask(session, where)
        asked.asked_at, asked.answered_at = answered - timedelta(hours=hours), answered
    session.commit()
    assert figures.first_answers(session, Desk(district.id, now)) == figures.FirstAnswers(5.0, 3)
    assert figures.first_answers(session, Desk(make_district(session).id, now)) == figures.FirstAnswers(None, 0)


def test_today_is_counted_from_the_record_by_person(client_as: ClientAs, asked: QuoteRequest, session: Session) -> None:
    district = session.get_one(District, 1)
    person, officer = (make_user(session, role, district) for role in (Role.COORDINATOR, Role.DISTRICT_OFFICER))
    for actor, days in [(person, 0), (person, 0), (person, 1), (officer, 0)]:
        entry = AuditEntry(
            district_id=1, actor_id=actor.id, action=AuditAction.CASE_READ, subject="case", subject_id=1, values={},
            at=utc_now() - timedelta(days=days),
        )  # fmt: skip
        session.add(entry)
    session.commit()
    assert figures.done_today(session, Desk(1, utc_now())) == [figures.DayOf(person.name, {AuditAction.CASE_READ: 2})]
    page = client_as(Role.DISTRICT_OFFICER).get(f"{QUEUE}?lang=ko").text
    assert person.name in page and officer.name not in page.partition("오늘 한 일")[2]


def test_the_page_makes_as_many_statements_for_two_hundred_as_for_forty(
    client_as: ClientAs, app: Flask, session: Session
) -> None:
    district, browser, numbers = session.get_one(District, 1), client_as(Role.COORDINATOR), []
    for more in (80, 220):
        fill(session, district, 5, cases=more)
        waiting = queries.counts(session, Desk(1, utc_now()))
        session.commit()
        browser.get(QUEUE)
        with counted(engine_of(app)) as sent:
            assert browser.get(QUEUE).status_code == 200
        numbers.append(len(sent))
    assert sum(waiting.values()) >= 200 and all(waiting.values())
    assert numbers[0] == numbers[1] <= 60
