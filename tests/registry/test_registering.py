"""Registering a factory for its owner: marked as the centre's word, with consent, once, and not a second time."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.factories.services import Written
from models.audit import AuditAction, AuditEntry
from models.capacity import today_in_seoul
from models.district import District
from models.factory import CapabilityKind, Factory, FactSource
from models.mandate import MandateChannel
from models.user import ConsentPurpose, Role, User
from tests.browsing import Browser
from tests.builders import make_district, make_factory, make_user
from tests.registry.sheets import NEW, filled_in

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def person(session: Session) -> User:
    return make_user(session, Role.COORDINATOR, session.get_one(District, 1), name="이은영")


@pytest.fixture
def coordinator(client_as: ClientAs, person: User) -> Browser:
    return client_as(person)


def factories(session: Session) -> list[Factory]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Factory).order_by(Factory.id)))


def test_what_an_owner_said_is_stored_as_the_centres_word(session: Session, coordinator: Browser, person: User) -> None:
    answer = coordinator.send(NEW, filled_in(session))
    (factory,) = factories(session)
    assert (answer.status_code, answer.location) == (303, f"/district/registry/{factory.id}?registered=1")
    assert factory.owner_id is None
    assert (factory.name, factory.phone, factory.people) == ("해든봉제", "0222001234", 3)
    assert (factory.business_number, factory.minimum_order_quantity) == ("1234567891", 30)
    assert factory.codes(CapabilityKind.STAGE) == ["sewing", "decoration", "sample"]
    assert factory.codes(CapabilityKind.PROCESS) == ["embroidery"]
    assert set(factory.codes(CapabilityKind.ITEM)) == {"dress", "shirt_blouse"}
    rates = {(rate.item, rate.stage): rate.pieces_per_day for rate in factory.rates}
    assert rates == {("shirt_blouse", None): 1120, (None, "sample"): 7}
    words = {(fact.source, fact.source_name, fact.stated_on) for fact in factory.facts}
    assert words == {(FactSource.STAFF, "이은영", today_in_seoul())}
    assert {"name", "phone", "address", "neighbourhood_id", "rates", "stage"} <= {fact.name for fact in factory.facts}


def test_the_consent_runs_as_it_was_given_and_all_is_on_record(
    session: Session, coordinator: Browser, person: User
) -> None:
    coordinator.send(NEW, filled_in(session))
    (factory,) = factories(session)
    mandate = factory.mandate
    assert mandate is not None
    assert (mandate.given_by, mandate.channel, mandate.coordinator_id) == ("박순자", MandateChannel.PHONE, person.id)
    assert mandate.purposes == [ConsentPurpose.PUBLIC_DISPLAY, ConsentPurpose.SERVICE]
    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor_id, entry.subject_id) for entry in entries] == [
        (AuditAction.MANDATE_GIVEN, person.id, factory.id),
        (AuditAction.CHANGED_FOR_OWNER, person.id, factory.id),
    ]
    assert entries[1].values == {"what": Written.LISTING}


@pytest.mark.parametrize(("said", "is_listed"), [("y", True), (None, False)])
def test_strangers_see_it_only_after_a_yes(
    session: Session, coordinator: Browser, said: str | None, is_listed: bool
) -> None:
    coordinator.send(NEW, filled_in(session, shows_publicly=said))
    assert [factory.is_listed for factory in factories(session)] == [is_listed]


def test_the_page_afterwards_offers_the_code_and_the_filled_sheet(session: Session, coordinator: Browser) -> None:
    there = coordinator.send(NEW, filled_in(session)).location
    page = coordinator.get(f"{there}&lang=ko").text
    (factory,) = factories(session)
    assert "등록했어요" in page
    assert f'href="/district/registry/{factory.id}/qr' in page
    assert f'href="/district/registry/{factory.id}/sheet.pdf"' in page


@pytest.mark.parametrize("address", ["/district/registry", "/district/registry/{id}"])
def test_the_registry_leads_to_sheet_and_screen(session: Session, coordinator: Browser, address: str) -> None:
    factory = make_factory(session, session.get_one(District, 1))
    session.commit()
    page = coordinator.get(address.format(id=factory.id)).text
    wanted = [NEW, "/district/sheet.pdf"] if "{" not in address else [f"/district/registry/{factory.id}/sheet.pdf"]
    assert all(f'href="{link}"' in page for link in wanted)


def test_a_double_tap_is_one_factory(session: Session, coordinator: Browser) -> None:
    answers = [coordinator.send(NEW, filled_in(session)) for _tap in range(2)]
    assert len(factories(session)) == 1
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ("jobs", "하나는 골라 주세요"),
        ("name", "공장 이름을 적어 주세요"),
        ("phone", "전화번호를 적어 주세요"),
        ("dong", "동을 골라 주세요"),
        ("accepts_service", ""),
        ("given_by", ""),
        ("channel", ""),
    ],
)
def test_what_is_missing_is_said(session: Session, coordinator: Browser, left_out: str, words: str) -> None:
    answer = coordinator.send(f"{NEW}?lang=ko", filled_in(session, **{left_out: None}))
    assert answer.status_code == 422
    assert "오류: 한 곳을 고쳐 주세요" in answer.text and words in answer.text
    assert factories(session) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "0000000000"}, "123-45-67891"),
        ({"number": "123-45-67890"}, "숫자 하나가 안 맞아요"),
        ({"number": "12345"}, "숫자 열 자리"),
        ({"number": "1234567891", "has_no_number": "y"}, "하나만 남겨 주세요"),
        ({"phone": "없음"}, "전화번호"),
        ({"rate_tshirt_whole": "백이십"}, "숫자로 적어 주세요"),
        ({"people": "-3"}, "1 이상"),
        ({"dong": "99999999"}, "골라 주세요"),
        ({"jobs": ["flying"]}, "골라 주세요"),
        ({"items": ["carpet"]}, "골라 주세요"),
    ],
)
def test_bad_input_gets_a_kind_sentence_and_loses_nothing(
    session: Session, coordinator: Browser, wrong: dict[str, object], words: str
) -> None:
    sent = filled_in(session, **{"phone": "0222001234"} | wrong)
    page = coordinator.send(f"{NEW}?lang=ko", sent)
    assert page.status_code == 422
    assert words in page.text and "나머지 적으신 것은 그대로 있어요" in page.text
    typed = [value for value in sent.values() if isinstance(value, str) and len(value) > 1 and value != "99999999"]
    assert [value for value in typed if f'value="{value}"' not in page.text] == []
    assert factories(session) == []
    assert coordinator.send(NEW, filled_in(session)).status_code == 303, "the token is not used up"


SAME = {"phone": "0222001234", "business_number": "1234567891", "name": "해든 봉제"}


@pytest.mark.parametrize("sign", SAME)
def test_what_may_be_there_already_is_shown_before_anything_is_saved(
    session: Session, coordinator: Browser, sign: str
) -> None:
    known = make_factory(session, session.get_one(District, 1), name="두루상사")
    setattr(known, sign, SAME[sign])
    session.commit()
    first = coordinator.send(f"{NEW}?lang=ko", filled_in(session))
    assert first.status_code == 422
    assert "이미 있는 공장 아닌가요?" in first.text
    assert f'href="/district/registry/{known.id}"' in first.text
    assert 'value="해든봉제"' in first.text
    assert [factory.id for factory in factories(session)] == [known.id]
    assert coordinator.send(NEW, filled_in(session, is_another="y")).status_code == 303
    assert len(factories(session)) == 2


def test_the_likeliest_is_named_first_and_a_crowd_is_cut_short(session: Session, coordinator: Browser) -> None:
    district = session.get_one(District, 1)
    for name in ("해든봉재", "해든봉제"):
        make_factory(session, district, name=name)
    make_factory(session, district, name="두루상사", phone="0222001234")
    for _number in range(6):
        make_factory(session, district, name="해든봉제사")
    session.commit()
    page = coordinator.send(f"{NEW}?lang=ko", filled_in(session)).text
    names = re.findall(r"<bdi>([^<]+)</bdi></a> \(", page)
    assert names[:2] == ["두루상사", "해든봉제"]
    assert len(names) == 5


def test_what_is_elsewhere_or_unlike_warns_of_nothing(session: Session, coordinator: Browser) -> None:
    make_factory(session, make_district(session), name="해든봉제", phone="0222001234")
    make_factory(session, session.get_one(District, 1), name="두루상사", phone="0222009999")
    session.commit()
    assert coordinator.send(NEW, filled_in(session)).status_code == 303


def test_an_administrator_registers_in_the_own_district(session: Session, client_as: ClientAs) -> None:
    other = make_district(session)
    session.commit()
    client_as(Role.ADMINISTRATOR).send(f"{NEW}?district={other.code}", filled_in(session))
    assert [factory.district_id for factory in factories(session)] == [1]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(name=st.text(max_size=130), address=st.text(max_size=210), given_by=st.text(max_size=130))
def test_any_words_are_kept_or_refused_but_break_nothing(
    session: Session, coordinator: Browser, name: str, address: str, given_by: str
) -> None:
    words = {"name": name, "address": address, "given_by": given_by, "form_token": None, "is_another": "y"}
    before = session.scalar(select(func.count(Factory.id)))
    status = coordinator.send(NEW, filled_in(session, **words)).status_code
    session.rollback()
    assert status in (303, 422)
    assert session.scalar(select(func.count(Factory.id))) == (before or 0) + (status == 303)
