"""What the centre did in an owner's name, as the owner reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from garment_hub import audit
from garment_hub.accounts.links import Link, Purpose, token_of
from garment_hub.claims.done import CHANGES, deeds_of, facts_of_centre
from garment_hub.factories import services as factories
from garment_hub.factories.services import Statement, Written
from garment_hub.mandates import services as mandates
from garment_hub.pulses.services import Told
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.capacity import today_in_seoul
from models.claim import ClaimGround, ClaimStatus
from models.district import District
from models.factory import CapabilityKind, Factory, FactSource
from models.mandate import MandateChannel
from models.pulse import PulseAnswer
from models.quote import QuoteRequest, RequestStatus
from models.user import ConsentPurpose, Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_mandate, make_user

ClientAs = Callable[[Role | User], Browser]
WHATS = [*Written, *Told, *PulseAnswer, AuditAction.REGISTRATION_SEEN]
OF_OTHERS = [AuditAction.REGISTRATION_SEEN, AuditAction.CASE_READ, AuditAction.RANKING_CHANGED]


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def owner(session: Session, district: District) -> User:
    return make_user(session, Role.FACTORY_OWNER, district)


@pytest.fixture
def centre(session: Session, district: District) -> User:
    return make_user(session, Role.COORDINATOR, district, name="이은영")


@pytest.fixture
def factory(session: Session, district: District, owner: User) -> Factory:
    return make_factory(session, district, owner=owner, confirmed_on=today_in_seoul())


def page(client_as: ClientAs, who: Role | User, factory: Factory, query: str = "") -> str:
    answer = client_as(who).get(f"/factories/{factory.id}/done-for-you{query}")
    assert answer.status_code == 200
    return answer.text


def change(session: Session, factory: Factory, centre: User, what: str, at: datetime) -> None:
    """An entry as it stands on record, with its time: entries are never changed afterwards."""
    entry = AuditEntry(
        district_id=factory.district_id, actor_id=centre.id, action=AuditAction.CHANGED_FOR_OWNER, at=at,
        subject="factory", subject_id=factory.id, values={"what": what},
    )  # fmt: skip
    session.add(entry)
    session.flush()


def test_every_kind_of_change_is_told_in_its_own_words(
    app: Flask, session: Session, factory: Factory, centre: User
) -> None:
    for what in WHATS:
        audit.record(session, centre, AuditAction.CHANGED_FOR_OWNER, factory, what=what)
    with app.test_request_context(headers={"Cookie": "lang=ko"}):
        words = [deed.words for deed in deeds_of(session, factory)]
    assert len(set(words)) == len(words) == len(WHATS)
    assert all(one.endswith("어요.") for one in words)
    assert "공장 정보를 고쳤어요." not in words  # that is for codes of a later version
    assert set(CHANGES) <= set(WHATS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    hours=st.lists(st.integers(0, 500), max_size=12),
    strangers=st.lists(st.sampled_from(OF_OTHERS), max_size=4),
)
def test_it_is_all_that_was_done_for_this_factory_the_newest_first(
    app: Flask, session: Session, district: District, hours: list[int], strangers: list[AuditAction]
) -> None:
    with session.begin_nested() as place, app.test_request_context():
        centre = make_user(session, Role.COORDINATOR, district)
        own, other = (make_factory(session, district) for _factory in range(2))
        for number in hours:
            at = utc_now() - timedelta(hours=number)
            change(session, own, centre, Written.SIZE, at)
            change(session, other, centre, Written.PRICE, at)
        for action in strangers:
            audit.record(session, centre, action, own)
        session.flush()
        found = [deed.at for deed in deeds_of(session, own)]
        assert found == sorted(found, reverse=True)
        assert len(found) == len(hours)
        place.rollback()


def test_a_mandate_an_answer_and_a_code_shown_are_told_with_who_and_how(
    session: Session, client_as: ClientAs, factory: Factory, owner: User, centre: User
) -> None:
    mandates.give(
        session, factory, centre, given_by="박순자", channel=MandateChannel.VISIT,
        purposes=[ConsentPurpose.SERVICE], now=utc_now(),
    )  # fmt: skip
    audit.record(session, centre, AuditAction.SIGN_IN_SHOWN, factory, reason="휴대폰을 바꾸심")
    asked = QuoteRequest(
        brief=make_brief(session, make_designer(session, factory.district)), factory=factory, answer_by=in_days(5)
    )
    session.add(asked)
    session.flush()
    audit.record(session, centre, AuditAction.ANSWERED_FOR_OWNER, asked, reason="오늘 아침 전화로")
    text = page(client_as, owner, factory)
    for words in ("찾아가서 여쭤보고", "코드를 보여", "의뢰에 대신 답했어요", "오늘 아침 전화로", "이은영", "박순자"):
        assert words in text
    asked.status = RequestStatus.DECLINED
    session.commit()
    assert "이번에는 어렵다고 대신 답했어요" in page(client_as, owner, factory)
    mandates.end(session, factory, owner, utc_now())
    session.commit()
    assert "센터가 대신하던 것을 그만두었어요" in page(client_as, centre, factory)


def test_what_somebody_else_claimed_in_vain_is_not_told(
    session: Session, client_as: ClientAs, factory: Factory, owner: User, centre: User
) -> None:
    audit.record(
        session, centre, AuditAction.CLAIM_DECIDED, factory, reason="다른 분이에요", status=ClaimStatus.REFUSED
    )
    text = page(client_as, owner, factory)
    assert "다른 분이에요" not in text and "아직 대신한 일이 없어요" in text
    audit.record(session, owner, AuditAction.CLAIM_DECIDED, factory, ground=ClaimGround.CODE)
    assert "사장님 이름으로 등록했어요" in page(client_as, owner, factory)


def test_what_stands_by_the_centres_hand_goes_with_the_owners_own_word(
    app: Flask, session: Session, factory: Factory
) -> None:
    said = Statement(FactSource.STAFF, today_in_seoul(), "이은영")
    factories.state_columns(factory, {"people": 3, "minimum_order_quantity": 30}, said)
    factories.state_codes(factory, CapabilityKind.ITEM, ["shirt"], said)
    with app.test_request_context():
        lines = facts_of_centre(factory)
        assert len(lines) == 2  # people and minimum are one part of the listing
        assert {line[1:] for line in lines} == {("이은영", today_in_seoul())}
        own = Statement(FactSource.OWNER, today_in_seoul())
        factories.state_columns(factory, {"people": 4, "minimum_order_quantity": 30}, own)
        factories.state_codes(factory, CapabilityKind.ITEM, ["shirt"], own)
        assert facts_of_centre(factory) == []


def test_the_way_to_it_stands_on_the_listing_and_the_page_ends_the_mandate(
    session: Session, client_as: ClientAs, factory: Factory, owner: User
) -> None:
    make_mandate(session, factory, given_by="박순자")
    session.commit()
    assert f'href="/factories/{factory.id}/done-for-you"' in client_as(owner).get(f"/factories/{factory.id}/edit").text
    text = page(client_as, owner, factory)
    assert f'action="/factories/{factory.id}/mandate/end"' in text
    assert "이제 사장님 공장이에요" not in text


def test_right_after_taking_over_it_is_what_the_owner_sees_first(
    app: Flask, session: Session, client_as: ClientAs, district: District, owner: User, centre: User
) -> None:
    factory = make_factory(session, district)
    change(session, factory, centre, Written.SIZE, utc_now())
    session.commit()
    with app.app_context():
        address = f"/link/{token_of(Link(Purpose.CLAIM, factory.id, None, utc_now()))}"
    browser = client_as(owner)
    taken = browser.send(address)
    assert taken.status_code == 303
    shown = browser.get(taken.location, follow_redirects=True)
    assert shown.request.path == f"/factories/{factory.id}/done-for-you"
    assert "이제 사장님 공장이에요" in shown.text and "이은영" in shown.text
