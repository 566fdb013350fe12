"""Listing a factory in three steps: what is kept, what is stated, who learns what, and when it stands on the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.accounts.services import token_hash
from garment_hub.accounts.throttle import LISTINGS_PER_NETWORK
from garment_hub.jobs import SWEEPS
from garment_hub.listings.services import as_kept, sweep_drafts
from garment_hub.listings.shop_kinds import FABRICS, KINDS
from garment_hub.notifications.commands import deliver_due
from models.base import utc_now
from models.capacity import today_in_seoul
from models.district import District, Installation
from models.factory import CapabilityKind, Factory, FactSource
from models.listing_draft import ListingDraft
from models.notification import Notification
from models.user import ConsentPurpose, Role, User, UserSession
from tests.browsing import Browser
from tests.builders import make_designer, make_district, make_factory, make_user
from tests.listings.steps import DETAILS, PHONE, begun, confirmed, dong, link_of, only_factory, registered

KIND = CapabilityKind
SignIn = Callable[[Role | User], Browser]


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def messages(session: Session) -> list[tuple[str, str | None]]:
    session.rollback()
    rows = session.scalars(select(Notification).order_by(Notification.id))
    return [(row.template, row.user.phone) for row in rows]


def test_the_address_alone_holds_the_token(browser: Browser, session: Session) -> None:
    token = begun(browser).split("/")[3]
    (draft,) = session.scalars(select(ListingDraft))
    assert draft.token_hash == token_hash(token) and token not in str(draft.answers)


def test_until_the_link_is_tapped_nobody_sees_it_and_then_the_consents_decide(
    app: Flask, browser: Browser, session: Session
) -> None:
    factory = registered(browser, session)
    assert messages(session) == [("listing_link", PHONE)]
    assert not factory.is_listed and Browser(app).get(f"/factories/{factory.id}").status_code == 404
    link, phone = link_of(app, factory), Browser(app)
    assert "해든봉제" in phone.get(link).text and not only_factory(session).is_listed  # to open it changes nothing
    answer = phone.send(link)
    assert (answer.status_code, answer.location) == (303, f"/factories/{factory.id}/registration?first=1")
    assert Browser(app).get(f"/factories/{factory.id}").status_code == 200
    assert phone.get(answer.location).status_code == 200
    session.rollback()
    (seat,) = session.scalars(select(UserSession))
    assert seat.expires_at - seat.created_at == timedelta(days=365)


@pytest.mark.parametrize("ticked", [("accepts_service",), ("accepts_service", "shares_with_district")])
def test_who_does_not_agree_to_be_shown_is_registered_and_not_shown(
    app: Flask, browser: Browser, session: Session, ticked: tuple[str, ...]
) -> None:
    factory = confirmed(app, browser, session, agree="ticked", **dict.fromkeys(ticked, "y"))
    assert factory.owner and len(factory.owner.consents) == len(ticked)
    assert not factory.is_listed


def test_all_three_consents_are_three_rows_and_without_any_nothing_is_registered(
    browser: Browser, session: Session
) -> None:
    third = begun(browser)
    page = browser.get(third).text
    assert "checked" not in page
    fields = DETAILS | {"dong": dong(session)}
    for agree in ({"agree": "ticked"}, {"agree": "ticked", "shows_publicly": "y"}, {"agree": ""}):
        assert browser.send(third, fields | agree).status_code == 422
    assert browser.send(third, fields).status_code == 303
    factory = only_factory(session)
    assert factory.owner and {consent.purpose for consent in factory.owner.consents} == set(ConsentPurpose)
    assert factory.owner.password_hash is None and factory.owner.email is None


def test_only_what_was_said_is_stated(app: Flask, browser: Browser, session: Session) -> None:
    factory = confirmed(app, browser, session)
    assert factory.codes(KIND.FABRIC) == ["knit_jersey"]
    assert factory.codes(KIND.STAGE) == ["sewing"]
    assert factory.codes(KIND.ITEM) == ["tshirt"]
    assert factory.codes(KIND.PROCESS) == factory.codes(KIND.MACHINE) == []
    assert {fact.name for fact in factory.facts} == {
        "name", "neighbourhood_id", "phone", "fabric", "stage", "item", "rates",
    }  # fmt: skip
    for fact in factory.facts:
        assert (fact.source, fact.stated_on, fact.is_complete) == (FactSource.OWNER, today_in_seoul(), False)
    assert factory.confirmed_on == today_in_seoul()


def test_numbers_can_wait_and_then_no_item_is_known(browser: Browser, session: Session) -> None:
    factory = registered(browser, session, rate_tshirt_whole="", later="y")
    assert factory.codes(KIND.ITEM) == [] and factory.rates == []
    assert factory.codes(KIND.STAGE) == ["sewing"]


@pytest.mark.parametrize(
    ("fields", "stages", "processes"),
    [
        ({"jobs": ["embroidery"], "later": "y"}, ["decoration"], ["embroidery"]),
        ({"jobs": ["screen_printing", "embroidery"], "later": "y"}, ["decoration"], ["embroidery", "screen_printing"]),
        ({"jobs": ["washing"], "later": "y"}, ["washing_dyeing"], ["washing"]),
        ({"rate_any_washing_dyeing": "300"}, ["washing_dyeing"], []),
        ({"jobs": ["embroidery"], "rate_any_washing_dyeing": "3"}, ["decoration", "washing_dyeing"], ["embroidery"]),
    ],
)
def test_of_several_jobs_those_are_stated_that_were_tapped_or_counted(
    browser: Browser, session: Session, fields: dict[str, Any], stages: list[str], processes: list[str]
) -> None:
    factory = registered(browser, session, "decoration", **fields)
    assert sorted(factory.codes(KIND.STAGE)) == sorted(stages)
    assert sorted(factory.codes(KIND.PROCESS)) == sorted(processes)
    assert factory.codes(KIND.ITEM) == []


def test_of_several_jobs_one_has_to_be_said(browser: Browser, session: Session) -> None:
    fields = DETAILS | {"dong": dong(session), "rate_tshirt_whole": "", "later": "y"}
    assert browser.send(begun(browser, "pattern_sample"), fields).status_code == 422


def test_an_agency_states_no_stage_for_others_sew(browser: Browser, session: Session) -> None:
    factory = registered(browser, session, "agency")
    assert factory.codes(KIND.STAGE) == [] and factory.fact("stage") is None
    assert [(rate.item, rate.stage) for rate in factory.rates] == [("tshirt", None)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fabrics", [(), *((fabric,) for fabric in FABRICS), FABRICS])
def test_every_kind_of_shop_is_asked_a_few_numbers(kind: str, fabrics: tuple[str, ...]) -> None:
    pairs = KINDS[kind].pairs(fabrics)
    assert 1 <= len(pairs) == len(set(pairs)) <= 6


@pytest.mark.parametrize("missing", ["name", "phone", "dong", "rate_tshirt_whole"])
def test_what_cannot_be_missing_is_asked_for_and_the_rest_stays(
    browser: Browser, session: Session, missing: str
) -> None:
    third = begun(browser)
    fields = DETAILS | {"dong": dong(session), "owner_name": "김가람"}
    answer = browser.send(third, {name: value for name, value in fields.items() if name != missing})
    assert answer.status_code == 422 and f'href="#{missing}"' in answer.text
    assert "김가람" in answer.text and "김가람" in browser.get(third).text
    assert session.scalars(select(Factory)).all() == []


@pytest.mark.parametrize("foreign", ["999999", "0", "-1", "x", "1e9", "9" * 30])
def test_a_neighbourhood_that_was_not_offered_is_refused(browser: Browser, foreign: str) -> None:
    assert browser.send(begun(browser), DETAILS | {"dong": foreign}).status_code == 422


def test_another_district_s_neighbourhood_is_refused(browser: Browser, session: Session) -> None:
    other = make_district(session)
    session.commit()
    assert browser.send(begun(browser), DETAILS | {"dong": str(other.neighbourhoods[0].id)}).status_code == 422


@pytest.mark.parametrize("phone", ["010.0900.0123", "010 0900 0123", "+82 10-0900-0123", "０１０－０９００－０１２３"])
def test_a_number_is_understood_however_it_is_written(browser: Browser, session: Session, phone: str) -> None:
    if "－" in phone:
        phone = phone.replace("－", "-")
    assert registered(browser, session, phone=phone).phone == PHONE


def test_the_same_form_again_registers_once_and_leads_to_the_same_page(browser: Browser, session: Session) -> None:
    third, fields = begun(browser), DETAILS | {"dong": dong(session)}
    first, again = (browser.send(third, fields) for _sending in range(2))
    assert first.location == again.location == third.removesuffix("3") + "sent"
    assert only_factory(session) and messages(session) == [("listing_link", PHONE)]
    assert browser.get(third).location == first.location


@pytest.mark.parametrize("role", [Role.FACTORY_OWNER, Role.DESIGNER, Role.COORDINATOR, None])
def test_a_number_in_use_looks_the_same_to_a_stranger_and_only_its_owner_is_told(
    browser: Browser, session: Session, role: Role | None
) -> None:
    district = session.get_one(District, 1)
    if role is Role.DESIGNER:
        make_designer(session, district, user=make_user(session, role, district, phone=PHONE))
    elif role:
        make_user(session, role, district, phone=PHONE)
    session.commit()
    third = begun(browser)
    answer = browser.send(third, DETAILS | {"dong": dong(session)})
    assert answer.location == third.removesuffix("3") + "sent"
    page = browser.get(answer.location).text
    assert "010-0900-0123" in page and "전에 이 번호로 등록하셨으면" in page
    told = {None: [("listing_link", PHONE)], Role.COORDINATOR: []}.get(role, [("sign_in_link", PHONE)])
    assert messages(session) == told
    assert len(session.scalars(select(Factory)).all()) == (role is None)


def without_tokens(page: str, address: str) -> str:
    import re

    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.replace(address, ""))


def test_the_page_of_a_number_in_use_is_word_for_word_that_of_a_new_one(app: Flask, session: Session) -> None:
    make_user(session, Role.FACTORY_OWNER, session.get_one(District, 1), phone=PHONE)
    session.commit()
    pages = []
    for phone in (PHONE, "01009000999"):
        browser = Browser(app)
        there = browser.send(begun(browser), DETAILS | {"dong": dong(session), "phone": phone}).location
        pages.append(without_tokens(browser.get(there).text, there).replace(f"{phone[3:7]}-{phone[7:]}", ""))
    assert pages[0] == pages[1]


def test_a_mistyped_number_is_corrected_with_everything_still_there(
    app: Flask, browser: Browser, session: Session
) -> None:
    third = begun(browser)
    there = browser.send(third, DETAILS | {"dong": dong(session), "phone": "01009000999"}).location
    old_link = link_of(app, only_factory(session))
    assert browser.send(there, {"do": "correct"}).location == third
    assert "해든봉제" in browser.get(third).text
    assert browser.send(third, DETAILS | {"dong": dong(session)}).status_code == 303
    assert only_factory(session).phone == PHONE
    assert [user.phone for user in session.scalars(select(User))] == [PHONE]
    assert Browser(app).send(old_link).status_code in (404, 410)
    assert not only_factory(session).is_listed


def test_once_confirmed_the_draft_changes_nothing(app: Flask, browser: Browser, session: Session) -> None:
    third = begun(browser)
    there = browser.send(third, DETAILS | {"dong": dong(session)}).location
    assert Browser(app).send(link_of(app, only_factory(session))).status_code == 303
    for fields in ({"do": "correct"}, {"do": "again"}, {}):
        assert browser.send(there, fields).status_code == 303
    factory = only_factory(session)
    assert factory.is_listed and messages(session) == [("listing_link", PHONE)]
    assert "등록이 끝났어요" in browser.get(there).text
    assert session.scalars(select(ListingDraft)).one().answers == {}


def test_the_message_can_be_sent_again_but_not_without_end(browser: Browser, session: Session) -> None:
    there = browser.send(begun(browser), DETAILS | {"dong": dong(session)}).location
    statuses = [browser.send(there, {"do": "again"}).status_code for _time in range(4)]
    assert statuses == [303, 303, 429, 429]
    assert messages(session) == [("listing_link", PHONE)] * 3


def test_the_link_used_twice_is_told_kindly(app: Flask, browser: Browser, session: Session) -> None:
    factory = confirmed(app, browser, session)
    stranger = Browser(app)
    answer = stranger.get(link_of(app, factory))
    assert answer.status_code == 410 and "전화" in answer.text
    assert browser.get(link_of(app, factory)).status_code == 303


def test_a_link_to_get_in_confirms_the_listing_as_well(app: Flask, browser: Browser, session: Session) -> None:
    from garment_hub.accounts.links import Link, Purpose, token_of

    factory = registered(browser, session)
    with app.app_context():
        token = token_of(Link(Purpose.SIGN_IN, factory.owner_id or 0, factory.owner_id, utc_now(), is_to_phone=True))
    assert Browser(app).send(f"/link/{token}").status_code == 303
    assert only_factory(session).is_listed


def test_the_message_goes_out_at_night_and_carries_the_link(
    app: Flask, browser: Browser, session: Session, tmp_path: Any
) -> None:
    registered(browser, session)
    row = session.scalars(select(Notification)).one()
    assert row.not_before == row.created_at
    session.rollback()
    app.config |= {"MAIL_DIR": tmp_path / "mails", "SITE_URL": "http://site.example"}
    with app.app_context():
        assert deliver_due(app).sent == 1
    (letter,) = (tmp_path / "mails").rglob("*.*")
    assert "http://site.example/link/l." in letter.read_text("utf-8")


def test_the_link_is_shown_in_a_demo_alone(browser: Browser, session: Session) -> None:
    there = browser.send(begun(browser), DETAILS | {"dong": dong(session)}).location
    assert "/link/" not in browser.get(there).text
    session.scalars(select(Installation)).one().is_demo = True
    session.commit()
    assert "/link/l." in browser.get(there).text


def test_an_owner_without_a_factory_is_not_asked_again(client_as: SignIn, session: Session) -> None:
    owner = make_user(session, Role.FACTORY_OWNER, session.get_one(District, 1))
    browser = client_as(owner)
    assert browser.get("/factories/mine").location == "/sign-up/factory"
    third = begun(browser)
    page = browser.get(third).text
    assert 'name="phone"' not in page and 'name="accepts_service"' not in page
    fields = {"name": "새봉제", "dong": dong(session), "rate_tshirt_whole": "30"}
    first, again = browser.send(third, fields), browser.send(third, fields)
    factory = only_factory(session)
    assert factory.owner_id == owner.id and first.location == f"/factories/{factory.id}/registration?first=1"
    assert again.status_code == 303
    assert browser.get("/sign-up/factory").location == browser.get(third).location == "/factories/mine"


@pytest.mark.parametrize("address", ["", "/1", "/2", "/3", "/sent"])
def test_an_address_that_was_never_given_is_not_found(browser: Browser, address: str) -> None:
    wrong = f"/sign-up/factory/{'x' * 32}{address}"
    assert browser.get(wrong).status_code == 404
    assert browser.send(wrong).status_code == (404 if address else 405)


def test_somebody_who_jumps_ahead_is_led_back(browser: Browser) -> None:
    second = browser.send("/sign-up/factory", {"none": "1"}).location
    base = second.removesuffix("/2")
    assert browser.get(f"{base}/3").location == browser.get(base).location == second
    assert browser.get(f"{base}/sent").location == second
    assert browser.get(f"{base}/4").status_code == 404


def test_fabrics_can_be_changed_afterwards(browser: Browser) -> None:
    first = begun(browser, "sewing", "woven").removesuffix("3") + "1"
    assert browser.send(first, {"fabrics": ["sweater_knit"]}).status_code == 303
    assert "rate_cardigan_whole" in browser.get(first.removesuffix("1") + "3").text
    assert browser.send(first).status_code == 422
    assert "rate_cardigan_whole" in browser.get(first.removesuffix("1") + "3").text


def test_a_tap_is_kept_by_itself(browser: Browser, session: Session) -> None:
    answer = browser.send("/sign-up/factory", {"fabrics": ["woven"], "autosave": "1"})
    first = answer.json["address"] if answer.json else ""
    assert first.endswith("/1") and 'value="woven" checked' in browser.get(first).text
    browser.send(first, {"autosave": "1"})
    assert "checked" not in browser.get(first).text
    third = begun(browser)
    assert browser.send(third, {"name": "해든", "accepts_service": "y", "autosave": "1"}).json == {"address": third}
    page = browser.get(third).text
    assert "해든" in page and "checked" not in page  # a consent is never kept beforehand
    assert session.scalars(select(Factory)).all() == []


@given(st.lists(st.text(st.characters(codec=None))))
def test_whatever_was_typed_can_be_kept(values: list[str]) -> None:
    for text in as_kept(values):
        assert "\0" not in text and len(text) <= 200
        text.encode("utf-8")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200))
def test_what_was_typed_is_kept_as_it_was(text: str) -> None:
    assert as_kept([text]) == [text]


def test_one_network_begins_only_so_many(app: Flask, browser: Browser) -> None:
    fields = {"fabrics": ["woven"]}
    statuses = [browser.send("/sign-up/factory", fields).status_code for _time in range(LISTINGS_PER_NETWORK + 1)]
    assert statuses == [303] * LISTINGS_PER_NETWORK + [429]


def test_after_a_week_drafts_go_and_what_nobody_confirmed(app: Flask, browser: Browser, session: Session) -> None:
    kept = confirmed(app, browser, session)
    other = Browser(app)
    begun(other)
    lost = other.send(begun(other), DETAILS | {"dong": dong(session), "phone": "01009000999", "name": "둘째"})
    assert lost.status_code == 303
    session.rollback()
    assert sweep_drafts(session, utc_now() + timedelta(days=6, hours=23)) == 0
    assert sweep_drafts(session, utc_now() + timedelta(days=7, minutes=1)) == 3
    session.commit()
    assert only_factory(session).id == kept.id
    assert [user.phone for user in session.scalars(select(User))] == [PHONE]
    assert session.scalars(select(ListingDraft)).all() == []
    assert sweep_drafts in SWEEPS.values()


def test_what_the_centre_works_with_is_not_swept(browser: Browser, session: Session) -> None:
    factory = registered(browser, session)
    session.add(UserSession(token_hash="x", user_id=factory.owner_id, expires_at=utc_now()))
    session.commit()
    sweep_drafts(session, utc_now() + timedelta(days=8))
    session.commit()
    assert only_factory(session).name == "해든봉제"


def test_withdrawn_consents_stay_withdrawn_when_the_phone_is_confirmed_again(
    app: Flask, browser: Browser, session: Session
) -> None:
    factory = confirmed(app, browser, session)
    browser.send("/account/consents/public_display", {"agrees": "no"})
    browser.send("/account/lost-phone")
    assert not only_factory(session).is_listed
    from garment_hub.accounts.links import Link, Purpose, token_of

    with app.app_context():
        later = utc_now() + timedelta(seconds=1)
        token = token_of(Link(Purpose.SIGN_IN, factory.owner_id or 0, factory.owner_id, later, is_to_phone=True))
    Browser(app).send(f"/link/{token}")
    assert not only_factory(session).is_listed


def test_others_factories_are_left_alone(app: Flask, browser: Browser, session: Session) -> None:
    hidden = make_factory(session, session.get_one(District, 1), is_display_refused=True)
    session.commit()
    third = begun(browser)
    browser.send(third, DETAILS | {"dong": dong(session)})
    mine = session.scalars(select(Factory).where(Factory.name == "해든봉제")).one()
    session.rollback()
    browser.send(link_of(app, mine))
    session.rollback()
    session.expire_all()
    assert mine.is_listed and session.get_one(Factory, hidden.id).is_display_refused
