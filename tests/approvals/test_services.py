"""Two people for what must not be one person's word: asking, deciding, and using a grant once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from garment_hub.approvals.queries import deciders
from garment_hub.approvals.services import ask, decide, take
from garment_hub.db import engine_of, reading, unit_of_work
from models.approval import GRANT_LASTS, Approval, ApprovalKind
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.district import District
from models.errors import Conflict, DomainError, Forbidden, Invalid
from models.user import Role, User
from tests.builders import make_district, make_user

KIND = ApprovalKind.BULK_EXPORT


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def officers(session: Session, district: District) -> tuple[User, User]:
    return make_user(session, Role.DISTRICT_OFFICER, district), make_user(session, Role.DISTRICT_OFFICER, district)


def asked(session: Session, by: User, district: District) -> Approval:
    return ask(session, by, KIND, district, "안내문 발송", count=300)


def test_a_grant_of_another_person_serves_once(
    session: Session, district: District, officers: tuple[User, User]
) -> None:
    first, second = officers
    with pytest.raises(Conflict, match="approval_needed"):
        take(session, KIND, district, first, utc_now())
    approval = asked(session, first, district)
    with pytest.raises(Conflict, match="approval_needed"):
        take(session, KIND, district, first, utc_now())
    decide(session, approval, second, True, "확인했어요", utc_now())
    assert take(session, KIND, district, first, utc_now()).id == approval.id
    with pytest.raises(Conflict, match="approval_needed"):
        take(session, KIND, district, first, utc_now())


def test_nobody_decides_what_they_asked_themselves(
    session: Session, district: District, officers: tuple[User, User]
) -> None:
    approval = asked(session, officers[0], district)
    with pytest.raises(Forbidden, match="approval_own"):
        decide(session, approval, officers[0], True, "괜찮아요", utc_now())
    approval.decided_at, approval.decided_by_id, approval.is_granted = utc_now(), officers[0].id, True
    with pytest.raises(IntegrityError, match="two_people"):
        session.flush()


def test_only_those_who_answer_for_the_district_decide(
    session: Session, district: District, officers: tuple[User, User]
) -> None:
    approval = asked(session, officers[0], district)
    elsewhere = make_district(session, country="IT")
    wrong = [
        make_user(session, Role.COORDINATOR, district),
        make_user(session, Role.DISTRICT_OFFICER, elsewhere),
        make_user(session, Role.DISTRICT_OFFICER, district, is_active=False),
        make_user(session, Role.DESIGNER, district),
    ]
    for person in wrong:
        with pytest.raises(Forbidden, match="forbidden"):
            decide(session, approval, person, True, "네", utc_now())
    administrator = make_user(session, Role.ADMINISTRATOR, elsewhere)
    assert deciders(session, district.id, officers[0]) == [officers[1], administrator]
    decide(session, approval, administrator, False, "너무 많아요", utc_now())
    assert (approval.is_granted, approval.answer) == (False, "너무 많아요")
    with pytest.raises(Conflict, match="approval_needed"):
        take(session, KIND, district, officers[0], utc_now())


def test_a_single_officer_without_administrator_finds_nobody(session: Session) -> None:
    district = make_district(session)
    alone = make_user(session, Role.DISTRICT_OFFICER, district)
    assert deciders(session, district.id, alone) == []


def test_a_grant_is_over_after_seven_days_and_is_its_askers(
    session: Session, district: District, officers: tuple[User, User]
) -> None:
    first, second = officers
    now = utc_now()
    decide(session, asked(session, first, district), second, True, "네", now)
    for person, moment in ((second, now), (first, now + GRANT_LASTS)):
        with pytest.raises(Conflict, match="approval_needed"):
            take(session, KIND, district, person, moment)
    take(session, KIND, district, first, now + GRANT_LASTS - timedelta(seconds=1))


def test_one_request_waits_at_a_time_and_is_decided_once(
    session: Session, district: District, officers: tuple[User, User]
) -> None:
    first, second = officers
    approval = asked(session, first, district)
    with pytest.raises(Conflict, match="approval_waits"):
        asked(session, second, district)
    decide(session, approval, second, False, "아니요", utc_now())
    with pytest.raises(Conflict, match="approval_decided"):
        decide(session, approval, second, True, "네", utc_now())
    asked(session, second, district)


@pytest.mark.parametrize("words", ["", "  "])
def test_both_say_why(session: Session, district: District, officers: tuple[User, User], words: str) -> None:
    with pytest.raises(Invalid, match="approval_needs_reason"):
        ask(session, officers[0], KIND, district, words)
    approval = asked(session, officers[0], district)
    with pytest.raises(Invalid, match="approval_needs_reason"):
        decide(session, approval, officers[1], True, words, utc_now())


def test_asking_and_deciding_stand_in_the_record_of_the_district(session: Session, district: District) -> None:
    elsewhere = make_district(session)
    administrator = make_user(session, Role.ADMINISTRATOR, elsewhere)
    officer = make_user(session, Role.DISTRICT_OFFICER, district)
    decide(session, asked(session, administrator, district), officer, True, "네", utc_now())
    entries = session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.action, entry.district_id, entry.actor_id, entry.reason) for entry in entries] == [
        (AuditAction.APPROVAL_ASKED, district.id, administrator.id, "안내문 발송"),
        (AuditAction.APPROVAL_DECIDED, district.id, officer.id, "네"),
    ]
    assert entries[1].values == {"kind": "bulk_export", "granted": 1}


@pytest.fixture
def engine(make_app: Callable[..., Flask], either_engine_url: str) -> Engine:
    return engine_of(make_app(DATABASE_URL=either_engine_url))


def outcomes(act: Callable[[Session, int], object], engine: Engine) -> list[str]:
    """What became of four who act at once."""

    def run(number: int) -> str:
        try:
            with unit_of_work(engine) as session:
                act(session, number)
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        return sorted(pool.map(run, range(4)))


@pytest.mark.slow
def test_of_several_at_once_one_asks_one_decides_one_takes(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        home = session.get_one(District, 1)
        people = [make_user(session, Role.DISTRICT_OFFICER, home).id for _each in range(5)]

    def asking(session: Session, number: int) -> None:
        ask(session, session.get_one(User, people[number]), KIND, session.get_one(District, 1), "안내")

    assert outcomes(asking, engine) == ["approval_waits"] * 3 + ["done"]
    with reading(engine) as session:
        approval = session.query(Approval).one()

    def deciding(session: Session, number: int) -> None:
        others = [one for one in people if one != approval.asked_by_id]
        person = session.get_one(User, others[number])
        decide(session, session.get_one(Approval, approval.id), person, True, "네", utc_now())

    assert outcomes(deciding, engine) == ["approval_decided"] * 3 + ["done"]

    def taking(session: Session, _number: int) -> None:
        take(session, KIND, session.get_one(District, 1), session.get_one(User, approval.asked_by_id), utc_now())

    assert outcomes(taking, engine) == ["approval_needed"] * 3 + ["done"]
