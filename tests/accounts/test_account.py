"""The account page: details, password, consents and sessions are the person's own."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from garment_hub.accounts import services
from garment_hub.accounts.throttle import PER_ACCOUNT
from garment_hub.forms import ConsentFields
from models.base import utc_now
from models.designer import Designer
from models.district import District
from models.errors import Invalid
from models.user import ConsentPurpose, Role, User, UserSession
from tests.browsing import Browser, signed_in
from tests.builders import make_designer, make_user

PASSWORD = "three words together"
HASH = services.hash_password(PASSWORD)


@pytest.fixture
def me(session: Session) -> User:
    district = session.scalars(select(District)).one()
    return make_designer(
        session, district, user=make_user(session, Role.DESIGNER, district, email="me@test.example", password_hash=HASH)
    ).user


@pytest.fixture
def browser(app: Flask, session: Session, me: User) -> Browser:
    return signed_in(app, session, me)


def reread(session: Session, person: User) -> User:
    session.expire_all()
    found = session.get_one(User, person.id, options=[selectinload(User.consents)])
    session.commit()  # ends the transaction, which would keep the pages from writing
    return found


def details(**changed: str) -> dict[str, str]:
    return {"name": "다른 이름", "email": "me@test.example", "phone": ""} | changed


def test_a_name_changes_without_the_password(browser: Browser, session: Session, me: User) -> None:
    assert browser.send("/account", details()).status_code == 303
    assert reread(session, me).name == "다른 이름"


@pytest.mark.parametrize("changed", [{"email": "new@test.example"}, {"phone": "010-0000-0009"}, {"email": ""}])
def test_what_one_signs_in_with_changes_only_with_the_password(
    browser: Browser, session: Session, me: User, changed: dict[str, str]
) -> None:
    for password in ("", "a wrong password"):
        answer = browser.send("/account", details(password_now=password, **changed))
        assert answer.status_code == 422 and "지금 쓰시는 비밀번호와 달라요" in answer.text
    assert reread(session, me).email == "me@test.example"


def test_with_the_password_it_changes_and_the_new_one_opens_the_door(app: Flask, browser: Browser) -> None:
    fields = details(email="New@Test.Example", phone="+82 10 0000 0009", password_now=PASSWORD)
    assert browser.send("/account", fields).status_code == 303
    for identifier in ("new@test.example", "010-0000-0009"):
        assert Browser(app).sign_in(identifier, PASSWORD).status_code == 303
    assert Browser(app).sign_in("me@test.example", PASSWORD).status_code == 422


def test_somebody_elses_address_is_refused_and_nothing_of_the_form_is_kept(
    browser: Browser, session: Session, me: User
) -> None:
    make_user(session, Role.DESIGNER, me.district, email="taken@test.example")
    session.commit()
    answer = browser.send("/account", details(email="taken@test.example", password_now=PASSWORD))
    assert answer.status_code == 422 and "이미 가입하셨어요" in answer.text and 'value="다른 이름"' in answer.text
    assert reread(session, me).name != "다른 이름"


def test_nobody_gives_up_both_ways_to_sign_in(browser: Browser, session: Session, me: User) -> None:
    answer = browser.send("/account", details(email="", phone="", password_now=PASSWORD))
    assert answer.status_code == 422
    assert reread(session, me).email == "me@test.example"


def test_a_new_password_signs_every_other_browser_out(app: Flask, browser: Browser) -> None:
    other = Browser(app)
    other.sign_in("me@test.example", PASSWORD)
    answer = browser.send(
        "/account/password", {"current_password": PASSWORD, "new_password": "four words laid together"}
    )
    assert answer.status_code == 303
    assert (browser.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert Browser(app).sign_in("me@test.example", PASSWORD).status_code == 422
    assert Browser(app).sign_in("me@test.example", "four words laid together").status_code == 303


@pytest.mark.parametrize(
    ("current", "new"), [("a wrong password", "four words laid together"), (PASSWORD, "short"), (PASSWORD, "password")]
)
def test_a_password_is_not_changed_on_wrong_or_weak_words(app: Flask, browser: Browser, current: str, new: str) -> None:
    assert browser.send("/account/password", {"current_password": current, "new_password": new}).status_code == 422
    assert Browser(app).sign_in("me@test.example", PASSWORD).status_code == 303


def test_an_unlocked_browser_is_no_place_to_guess_the_password(browser: Browser) -> None:
    fields = {"current_password": "a wrong password", "new_password": "four words laid together"}
    answers = [browser.send("/account/password", fields).text for _time in range(PER_ACCOUNT + 1)]
    assert "분 뒤에 다시" in answers[-1] and "분 뒤에 다시" not in answers[-2]


def test_signing_out_elsewhere_leaves_this_browser_alone(app: Flask, browser: Browser) -> None:
    other = Browser(app)
    other.sign_in("me@test.example", PASSWORD)
    assert browser.send("/account/sessions/end").status_code == 303
    assert (browser.get("/account").status_code, other.get("/account").status_code) == (200, 303)


def test_consents_are_rows_of_their_own_and_their_history_stays(browser: Browser, session: Session, me: User) -> None:
    services.grant_consent(session, me, ConsentPurpose.SERVICE)
    session.commit()
    for answer in ("yes", "yes", "no", "no", "yes"):
        assert browser.send("/account/consents/district_office", {"agrees": answer}).status_code == 303
    consents = reread(session, me).consents
    office = [consent for consent in consents if consent.purpose is ConsentPurpose.DISTRICT_OFFICE]
    assert [consent.withdrawn_at is None for consent in office] == [False, True]
    assert {consent.wording_version for consent in consents} == {services.WORDING_VERSION}
    assert set(services.current_consents(me)) == {ConsentPurpose.SERVICE, ConsentPurpose.DISTRICT_OFFICE}


def test_withdrawing_public_display_takes_the_profile_off_the_public_pages(
    browser: Browser, session: Session, me: User
) -> None:
    shown = []
    for answer in ("yes", "no"):
        browser.send("/account/consents/public_display", {"agrees": answer})
        shown.append(session.scalars(select(Designer.is_public).where(Designer.user_id == me.id)).one())
        session.commit()
    assert shown == [True, False]


def test_the_service_itself_is_not_given_up_on_this_page(browser: Browser, session: Session, me: User) -> None:
    assert browser.send("/account/consents/service", {"agrees": "no"}).status_code == 404
    with pytest.raises(Invalid):
        services.withdraw_consent(session, me, ConsentPurpose.SERVICE)


def test_other_words_of_consent_need_another_version() -> None:
    fields = (ConsentFields.accepts_service, ConsentFields.shares_with_district, ConsentFields.shows_publicly)
    words = "|".join(str(field.args[0]._args[0]) for field in fields)
    fingerprints = {"1": "285003f453e0"}
    assert hashlib.sha256(words.encode()).hexdigest()[:12] == fingerprints[services.WORDING_VERSION], words


def test_two_people_cannot_take_one_address(session: Session, me: User) -> None:
    for phone in (None, "01000000008"):
        with pytest.raises(Invalid, match="email_taken"):
            services.register_person(
                session,
                role=Role.DESIGNER,
                name="x",
                district_id=me.district_id,
                password_hash=None,
                email="me@test.example",
                phone=phone,
            )
    assert session.scalars(select(User)).all() == [me]


def test_nobody_registers_without_a_way_to_be_reached(session: Session, me: User) -> None:
    with pytest.raises(Invalid, match="cannot_be_reached"):
        services.register_person(session, role=Role.DESIGNER, name="x", district_id=me.district_id, password_hash=None)


@pytest.fixture
def owner(session: Session, me: User) -> User:
    """Somebody whose only way in is a link to the telephone."""
    person = make_user(
        session, Role.FACTORY_OWNER, me.district, email=None, phone="01000000021", phone_confirmed_at=utc_now()
    )
    session.commit()
    return person


def test_without_a_password_the_account_asks_for_none(app: Flask, session: Session, owner: User) -> None:
    browser = signed_in(app, session, owner)
    page = browser.get("/account").text
    assert 'name="current_password"' not in page and 'name="password_now"' not in page
    assert browser.send("/account", {"name": "김사장", "email": "", "phone": "010.0000.0022"}).status_code == 303
    assert reread(session, owner).phone == "01000000022"


def test_a_first_password_is_chosen_without_another_and_opens_the_door(
    app: Flask, session: Session, owner: User
) -> None:
    browser = signed_in(app, session, owner)
    assert browser.send("/account/password", {"new_password": "short"}).status_code == 422
    assert browser.send("/account/password", {"new_password": PASSWORD}).status_code == 303
    assert Browser(app).sign_in("01000000021", PASSWORD).status_code == 303
    answer = browser.send("/account/password", {"new_password": "four words laid together"})
    assert answer.status_code == 422  # from now on the one in use is asked for


@pytest.mark.parametrize(("phone", "is_new"), [("010-0000-0021", False), ("010-0000-0023", True)])
def test_a_new_number_has_to_confirm_itself_and_old_links_are_dead(
    app: Flask, session: Session, owner: User, phone: str, is_new: bool
) -> None:
    browser = signed_in(app, session, owner)
    browser.send("/account", {"name": "김사장", "email": "", "phone": phone})
    found = reread(session, owner)
    assert (found.phone_confirmed_at is None, found.links_valid_from is not None) == (is_new, is_new)


def test_a_number_that_is_refused_kills_no_link(app: Flask, session: Session, owner: User) -> None:
    make_user(session, Role.DESIGNER, owner.district, phone="01000000024")
    browser = signed_in(app, session, owner)
    assert browser.send("/account", {"name": "김사장", "email": "", "phone": "01000000024"}).status_code == 422
    found = reread(session, owner)
    assert (found.phone, found.links_valid_from) == ("01000000021", None)


def test_a_lost_telephone_is_shut_out_and_this_browser_stays(app: Flask, session: Session, owner: User) -> None:
    lost, here = signed_in(app, session, owner), signed_in(app, session, owner)
    assert here.send("/account/lost-phone").status_code == 303
    assert (lost.get("/account").status_code, here.get("/account").status_code) == (303, 200)
    found = reread(session, owner)
    assert found.links_valid_from is not None and found.phone_confirmed_at is None


def test_one_device_is_forgotten_and_the_others_stay(app: Flask, session: Session, owner: User) -> None:
    browsers = [signed_in(app, session, owner) for _number in range(3)]
    rows = list(session.scalars(select(UserSession).order_by(UserSession.id)))
    session.rollback()
    assert browsers[0].send(f"/account/sessions/{rows[1].id}/end").status_code == 303
    assert [browser.get("/account").status_code for browser in browsers] == [200, 303, 200]
    assert browsers[0].send(f"/account/sessions/{rows[0].id}/end").location == "/"
    assert [browser.get("/account").status_code for browser in browsers] == [303, 303, 200]


def test_nobody_ends_the_session_of_somebody_else(app: Flask, session: Session, owner: User, browser: Browser) -> None:
    theirs = signed_in(app, session, owner)
    row = session.scalars(select(UserSession).where(UserSession.user_id == owner.id)).one()
    session.rollback()
    assert browser.send(f"/account/sessions/{row.id}/end").status_code == 404
    assert theirs.get("/account").status_code == 200
