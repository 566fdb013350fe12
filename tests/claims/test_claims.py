"""Saying that a factory is one's own: what is enough at once, what the centre decides, and two at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from garment_hub import audit, schema
from garment_hub.claims import queries, services
from garment_hub.claims.services import UNUSED_LIFE, Stranger, begin, sweep_unused
from garment_hub.db import make_engine, unit_of_work
from models.audit import AuditAction
from models.base import utc_now
from models.claim import Claim, ClaimGround, ClaimStatus
from models.district import District
from models.errors import Conflict, DomainError
from models.factory import Factory
from models.notification import Notification
from models.user import Consent, ConsentPurpose, Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_mandate, make_user, next_number
from tests.orders.contests import all_at_once

ClientAs = Callable[[Role | User], Browser]
NUMBER = "1234567891"


@pytest.fixture
def district(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def centre(session: Session, district: District) -> User:
    return make_user(session, Role.COORDINATOR, district, name="이은영")


@pytest.fixture
def factory(session: Session, district: District) -> Factory:
    return make_factory(session, district, name="순자 봉제", phone="010-1111-2222", business_number=NUMBER)


def make_owner(session: Session, district: District, **values: object) -> User:
    """Of a telephone of their own, confirmed."""
    known = {"phone": f"0107{next_number():07d}", "phone_confirmed_at": utc_now(), "name": "박순자"}
    return make_user(session, Role.FACTORY_OWNER, district, **known | values)


def messages(session: Session) -> list[tuple[str, int]]:
    return [(row.template, row.user_id) for row in session.scalars(select(Notification).order_by(Notification.id))]


def test_the_registered_telephone_is_enough_and_the_owner_sees_first_what_was_done(
    session: Session, client_as: ClientAs, district: District, factory: Factory, centre: User
) -> None:
    make_mandate(session, factory)
    owner = make_owner(session, district, phone="01011112222")
    browser, address = client_as(owner), f"/factories/{factory.id}/claim"
    assert "등록된 번호와 같아요" in browser.get(address).text
    taken = browser.send(address)
    assert (taken.status_code, taken.location) == (303, f"/factories/{factory.id}/done-for-you?first=1")
    session.expire_all()
    assert (factory.owner, factory.mandate is not None) == (owner, True)
    assert factory.is_display_refused  # the owner did not agree to be shown
    assert messages(session) == []
    assert browser.get(address).location == f"/factories/{factory.id}/done-for-you"


@pytest.mark.parametrize(
    ("fields", "ground", "kept"),
    [
        ({}, ClaimGround.WORD, None),
        ({"note": "20년째 여기서 해요"}, ClaimGround.WORD, "20년째 여기서 해요"),
        ({"number": "123-45-67891"}, ClaimGround.BUSINESS_NUMBER, None),
        ({"number": "220-81-62517", "note": "새 번호"}, ClaimGround.WORD, "220-81-62517\n새 번호"),
    ],
)
def test_less_than_that_waits_for_the_centre(
    session: Session, client_as: ClientAs, district: District, factory: Factory, centre: User,
    fields: dict[str, str], ground: ClaimGround, kept: str | None,
) -> None:  # fmt: skip
    owner = make_owner(session, district)
    browser, address = client_as(owner), f"/factories/{factory.id}/claim"
    for _twice in range(2):
        assert browser.send(address, fields).location == address
    session.expire_all()
    made = session.scalars(select(Claim)).one()
    assert (made.ground, made.note, made.status, factory.owner) == (ground, kept, ClaimStatus.WAITING, None)
    assert messages(session) == [("claim_waiting", centre.id)]
    assert "센터에서 확인하고 알려 드릴게요" in browser.get(address).text


@pytest.mark.parametrize("number", ["0000000000", "123-45-67890", "12345", "가나다"])
def test_a_wrong_number_is_said_kindly_and_nothing_is_lost(
    session: Session, client_as: ClientAs, district: District, factory: Factory, number: str
) -> None:
    answer = client_as(make_owner(session, district)).send(
        f"/factories/{factory.id}/claim", {"number": number, "note": "오래 했어요"}
    )
    assert (answer.status_code, "오래 했어요" in answer.text, number in answer.text) == (422, True, True)
    assert session.scalars(select(Claim)).all() == []


def test_who_has_a_factory_already_waits_even_with_its_telephone(
    session: Session, district: District, factory: Factory
) -> None:
    owner = make_owner(session, district, phone="01011112222")
    make_factory(session, district, owner=owner)
    assert services.claim(session, factory, owner, utc_now()).status is ClaimStatus.WAITING


@pytest.mark.parametrize("phone", ["01011112222", None])
def test_a_telephone_that_nobody_confirmed_proves_nothing(
    session: Session, client_as: ClientAs, district: District, factory: Factory, phone: str | None
) -> None:
    owner = make_owner(session, district, phone=phone, phone_confirmed_at=None)
    browser, address = client_as(owner), f"/factories/{factory.id}/claim"
    assert browser.get(address).status_code == 200
    answer = browser.send(address)
    assert answer.location == "/claim-sent" if phone else answer.status_code == 422
    session.expire_all()
    assert factory.owner is None and session.scalars(select(Claim)).all() == []
    assert messages(session) == ([("claim_link", owner.id)] if phone else [])
    assert browser.send("/factories/999999/claim").status_code == 404
    factory.owner = make_owner(session, district)
    session.commit()
    assert browser.send(address).status_code == 409


def test_a_factory_of_somebody_cannot_be_claimed(
    session: Session, client_as: ClientAs, district: District, factory: Factory
) -> None:
    factory.owner = make_owner(session, district, name="김주인")
    session.commit()
    for browser in (client_as(make_owner(session, district)), Browser(client_as(Role.COORDINATOR).app)):
        for answer in (browser.get(f"/factories/{factory.id}/claim"), browser.send(f"/factories/{factory.id}/claim")):
            assert answer.status_code == 409
            assert "이미 다른 분이 등록한 공장이에요" in answer.text and "김주인" not in answer.text
    assert f"/factories/{factory.id}/claim" not in browser.get(f"/factories/{factory.id}").text


def test_the_public_page_of_an_unclaimed_factory_leads_there(
    session: Session, client_as: ClientAs, factory: Factory
) -> None:
    owner = client_as(Role.FACTORY_OWNER)
    for browser in (owner, Browser(owner.app)):
        assert f'href="/factories/{factory.id}/claim"' in browser.get(f"/factories/{factory.id}").text


@pytest.mark.parametrize("do", ["accept", "refuse"])
def test_the_centre_decides_once_with_a_reason_and_the_owner_is_told(
    session: Session, client_as: ClientAs, district: District, factory: Factory, centre: User, do: str
) -> None:
    owner = make_owner(session, district)
    first = services.claim(session, make_factory(session, district), make_owner(session, district), utc_now())
    first.made_at -= timedelta(days=1)
    made = services.claim(session, factory, owner, utc_now(), note="기계가 다섯 대예요")
    browser, address = client_as(centre), f"/district/claims/{made.id}"
    queue = browser.get("/district/claims").text
    assert queue.index(first.factory.name) < queue.index("순자 봉제")
    assert "기계가 다섯 대예요" in browser.get(address).text
    assert browser.send(address, {"do": do}).status_code == 422
    assert browser.send(address, {"do": do, "reason": "통화했어요"}).status_code == 303
    again = browser.send(address, {"do": "refuse", "reason": "다시"})
    assert (again.status_code, "이미 결정했어요" in again.text) == (409, True)
    session.expire_all()
    assert factory.owner == (owner if do == "accept" else None)
    assert (made.decided_by, made.reason) == (centre, "통화했어요")
    (entry,) = audit.entries_of(session, factory, AuditAction.CLAIM_DECIDED)
    assert (entry.actor_id, entry.reason, entry.values["status"]) == (centre.id, "통화했어요", made.status)
    told = {"accept": "claim_accepted", "refuse": "claim_refused"}[do]
    assert (told, owner.id) in messages(session)
    assert "순자 봉제" not in browser.get("/district/claims").text


def test_of_two_who_wait_the_second_can_only_be_refused(
    session: Session, client_as: ClientAs, district: District, factory: Factory, centre: User
) -> None:
    one, other = (services.claim(session, factory, make_owner(session, district), utc_now()) for _each in range(2))
    services.accept(session, one, centre, "통화", utc_now())
    session.commit()
    browser, address = client_as(centre), f"/district/claims/{other.id}"
    assert 'value="accept"' not in browser.get(address).text
    assert browser.send(address, {"do": "accept", "reason": "통화"}).status_code == 409
    assert browser.send(address, {"do": "refuse", "reason": "다른 분이에요"}).status_code == 303
    session.expire_all()
    assert (factory.owner, other.status) == (one.user, ClaimStatus.REFUSED)


def test_who_was_refused_may_say_it_again(session: Session, district: District, factory: Factory, centre: User) -> None:
    owner = make_owner(session, district)
    services.refuse(session, services.claim(session, factory, owner, utc_now()), centre, "통화가 안 돼요", utc_now())
    again = services.claim(session, factory, owner, utc_now(), number=NUMBER)
    assert (again.status, again.ground) == (ClaimStatus.WAITING, ClaimGround.BUSINESS_NUMBER)
    assert queries.waiting_claims(session, district.id) == [again]


def test_a_code_that_waits_for_its_telephone_is_not_the_centres_to_decide(
    session: Session, client_as: ClientAs, district: District, factory: Factory
) -> None:
    stranger = Stranger("박순자", "01033334444", frozenset({ConsentPurpose.SERVICE}), "ko")
    begin(session, factory, None, stranger, has_code=True)
    made = session.scalars(select(Claim)).one()
    session.commit()
    assert queries.waiting_claims(session, district.id) == []
    assert client_as(Role.COORDINATOR).get(f"/district/claims/{made.id}").status_code == 404


def test_accounts_that_no_telephone_confirmed_go_after_a_week(
    session: Session, district: District, factory: Factory
) -> None:
    for phone in ("01033334444", "01033335555", "01033336666"):
        begin(session, factory, None, Stranger("박", phone, frozenset({ConsentPurpose.SERVICE}), "ko"), has_code=True)
    session.flush()
    old, young, confirmed = session.scalars(select(User).where(User.name == "박").order_by(User.id))
    for person in (old, confirmed):
        person.created_at -= UNUSED_LIFE
    confirmed.phone_confirmed_at = utc_now()
    with_factory = make_owner(session, district, phone_confirmed_at=None, email=None)
    with_factory.created_at -= UNUSED_LIFE
    make_factory(session, district, owner=with_factory)
    session.commit()
    assert sweep_unused(session, utc_now()) == 1
    session.commit()
    left = set(session.scalars(select(User).where(User.role == Role.FACTORY_OWNER)))
    assert left == {young, confirmed, with_factory}
    assert session.scalar(select(func.count()).select_from(Claim)) == 2
    assert session.scalar(select(func.count()).select_from(Consent)) == 2


@pytest.fixture
def slow_engine(either_engine_url: str) -> Iterator[Engine]:
    engine = make_engine(either_engine_url, race_ms=20)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def act_alone(engine: Engine, act: Callable[[Session], object]) -> bool:
    """Told yes, or told that it is somebody's."""
    try:
        with unit_of_work(engine) as session:
            act(session)
    except Conflict:
        return False
    return True


def claim(factory_id: int, owner_id: int, session: Session) -> None:
    services.claim(session, session.get_one(Factory, factory_id), session.get_one(User, owner_id), utc_now())


def accept(claim_id: int, session: Session) -> None:
    made = session.get_one(Claim, claim_id)
    services.accept(session, made, made.user, "통화", utc_now())


@pytest.mark.slow
def test_of_many_at_the_same_moment_exactly_one_gets_it(slow_engine: Engine) -> None:
    """Three by the code, one whom the centre accepts right then; whoever was told yes owns it."""
    for _round in range(8):
        with unit_of_work(slow_engine) as session:
            district = session.scalars(select(District).order_by(District.id)).first()
            assert district
            factory = make_factory(session, district)
            waits = services.claim(session, factory, make_owner(session, district), utc_now())
            owners = [make_owner(session, district) for _each in range(3)]
            session.add_all(Claim(factory=factory, user=owner, ground=ClaimGround.CODE) for owner in owners)
            session.flush()
        acts = [partial(claim, factory.id, owner.id) for owner in owners]
        told = all_at_once([partial(act_alone, slow_engine, act) for act in (*acts, partial(accept, waits.id))])
        with Session(slow_engine) as session:
            accepted = session.scalars(select(Claim).filter_by(factory_id=factory.id, status="accepted")).all()
            assert (told.yes, len(accepted)) == (1, 1)
            assert session.get_one(Factory, factory.id).owner_id == accepted[0].user_id


@pytest.mark.slow
def test_the_same_word_twice_at_the_same_moment_is_one_claim(slow_engine: Engine) -> None:
    for _round in range(8):
        with unit_of_work(slow_engine) as session:
            district = session.scalars(select(District).order_by(District.id)).first()
            assert district
            ids = make_factory(session, district).id, make_owner(session, district).id
        act = partial(act_alone, slow_engine, partial(claim, *ids))
        assert all_at_once([act] * 3).yes == 3
        with Session(slow_engine) as session:
            assert session.scalar(select(func.count()).select_from(Claim).filter_by(factory_id=ids[0])) == 1


def test_nobody_but_an_owner_claims(session: Session, factory: Factory, centre: User) -> None:
    with pytest.raises(DomainError):
        services.claim(session, factory, centre, utc_now())
