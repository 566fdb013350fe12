"""Opening a link: it changes nothing, dies when it should, and a dead one says kindly how it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from garment_hub.accounts.links import LIFE, Link, Purpose, token_of
from garment_hub.accounts.services import report_lost_phone
from garment_hub.accounts.throttle import LINKS_PER_PERSON
from garment_hub.db import engine_of
from garment_hub.notifications.wording import compose
from models.base import Base, utc_now
from models.capacity import SEOUL
from models.district import District
from models.notification import Channel, Notification
from models.payment import PaymentPart
from models.user import STAFF, Role, User
from tests.browsing import Browser, signed_in
from tests.builders import make_factory, make_user
from tests.links.addresses import link_to
from tests.world import World, build_world

PREVIEW = "Mozilla/5.0 (compatible; Kakaotalk-Scrap/1.0; facebookexternalhit/1.1; +https://devtalk.kakao.com/)"
CENTRE = "02-000-0000"
TO_A_PERSON = [purpose for purpose in Purpose if purpose is not Purpose.CLAIM]
every_purpose = pytest.mark.parametrize("purpose", TO_A_PERSON)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build_world(tmp_path_factory.mktemp("links"), CENTRE_PHONE=CENTRE)


@pytest.fixture
def store(world: World) -> Iterator[Session]:
    with Session(engine_of(world.app).execution_options(writes=False), expire_on_commit=False) as session:
        yield session


@pytest.fixture
def owner(store: Session, world: World) -> User:
    person = store.scalars(select(User).where(User.role == Role.FACTORY_OWNER).order_by(User.id)).first()
    assert person is not None
    store.rollback()
    return person


def subject_of(world: World, store: Session, purpose: Purpose, owner: User) -> int:
    """A thing of ``owner`` for each purpose."""
    ids: dict[str, int] = world.ids
    if purpose is Purpose.PAYMENT:
        found = store.scalars(select(PaymentPart.id)).first()
        store.rollback()
        assert found is not None
        return found
    return {
        Purpose.ANSWER: ids["request"],
        Purpose.PULSE: ids["factory"],
        Purpose.TERMS: ids["order"],
        Purpose.SIGN_IN: owner.id,
        Purpose.LISTING: ids["factory"],
        Purpose.CLAIM: ids["unclaimed"],
    }[purpose]


def state(store: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    store.rollback()
    rows = {name: store.execute(text(f'SELECT * FROM "{name}" ORDER BY 1')) for name in Base.metadata.tables}
    found = {name: [tuple(row) for row in result] for name, result in rows.items()}
    store.rollback()
    return found


@pytest.mark.parametrize("purpose", Purpose)
def test_previews_of_messengers_change_nothing_and_use_nothing_up(
    world: World, store: Session, owner: User, purpose: Purpose
) -> None:
    """Messengers fetch what they show; whoever opens it afterwards finds it as if nobody had."""
    subject = subject_of(world, store, purpose, owner)
    with world.app.app_context():
        user_id = None if purpose is Purpose.CLAIM else owner.id
        address = f"/link/{token_of(Link(purpose, subject, user_id, utc_now()))}"
    before = state(store)
    for method in ("GET", "HEAD", "GET"):
        answer = Browser(world.app).client.open(address, method=method, headers={"User-Agent": PREVIEW})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers or "device=" not in answer.headers["Set-Cookie"]
    assert state(store) == before


@pytest.mark.parametrize("purpose", Purpose)
def test_the_address_of_a_link_is_told_to_nobody(world: World, store: Session, owner: User, purpose: Purpose) -> None:
    for address in (
        link_to(world.app, purpose, subject_of(world, store, purpose, owner), owner),
        link_to(world.app, purpose, 1, owner, utc_now() - LIFE[purpose]),
        "/link/nonsense",
    ):
        headers = Browser(world.app).get(address).headers
        assert headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in headers["Cache-Control"]
        assert "noindex" in headers["X-Robots-Tag"]


@every_purpose
def test_a_link_ends_with_its_time_and_says_until_when(
    world: World, store: Session, owner: User, purpose: Purpose
) -> None:
    subject, browser = subject_of(world, store, purpose, owner), Browser(world.app)
    minute = timedelta(minutes=1)
    living = link_to(world.app, purpose, subject, owner, utc_now() - LIFE[purpose] + minute)
    assert browser.get(living).status_code == 200
    ended = utc_now() - minute
    dead = browser.get(link_to(world.app, purpose, subject, owner, ended - LIFE[purpose]))
    assert dead.status_code == 410
    assert CENTRE in dead.text and "새 링크 받기" in dead.text
    local = ended.astimezone(SEOUL)
    said = "15분" if purpose is Purpose.SIGN_IN else f"{local.month}월 {local.day}일까지였어요"
    assert said in dead.text


@every_purpose
def test_acting_on_a_dead_link_changes_nothing(world: World, store: Session, owner: User, purpose: Purpose) -> None:
    subject = subject_of(world, store, purpose, owner)
    address = link_to(world.app, purpose, subject, owner, utc_now() - LIFE[purpose])
    before = state(store)
    assert Browser(world.app).send(address).status_code == 410
    assert state(store) == before


@pytest.mark.parametrize("address", ["/link/nonsense", "/link/a.b.c", "/link/%00", "/link/s.", "/link/" + "x" * 3000])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_what_we_did_not_sign_is_not_found_kindly(world: World, address: str, method: str) -> None:
    browser = Browser(world.app)
    answer = browser.send(address) if method == "POST" else browser.client.open(address, method=method)
    assert answer.status_code == 404
    assert method == "HEAD" or (CENTRE in answer.text and "새 링크 받기" not in answer.text)
    assert browser.send(f"{address}?again=1").status_code == 404


@every_purpose
@pytest.mark.parametrize("who", ["designer", "owner2", "coordinator"])
def test_somebody_else_who_is_signed_in_here_is_asked_to_sign_out_first(
    world: World, store: Session, owner: User, purpose: Purpose, who: str
) -> None:
    address = link_to(world.app, purpose, subject_of(world, store, purpose, owner), owner)
    browser, before = world.browsers[who].twin(), state(store)
    for answer in (browser.get(address), browser.send(address), browser.send(f"{address}?again=1")):
        assert answer.status_code == 403
        assert CENTRE in answer.text
    assert state(store) == before
    back = re.search(r'name="next" value="([^"]+)"', answer.text)
    assert back is not None and back[1] == address


def test_signing_out_there_leads_back_to_the_link(app: Flask, session: Session) -> None:
    owner, other = (make_user(session, role, home(session)) for role in (Role.FACTORY_OWNER, Role.DESIGNER))
    browser = signed_in(app, session, other)
    address = link_to(app, Purpose.SIGN_IN, owner.id, owner)
    answer = browser.send("/sign-out", {"next": address})
    assert (answer.status_code, answer.location) == (303, address)
    assert browser.get(address).status_code == 200
    assert Browser(app).send("/sign-out", {"next": "//evil.example/"}).location == "/"


def home(session: Session) -> District:
    return session.get_one(District, 1)


@pytest.fixture
def person(session: Session) -> User:
    made = make_user(session, Role.FACTORY_OWNER, home(session), email=None, phone="01000000031", password_hash=None)
    session.commit()
    return made


@every_purpose
def test_links_made_before_the_telephone_was_lost_are_dead_and_later_ones_live(
    app: Flask, session: Session, person: User, purpose: Purpose
) -> None:
    now = utc_now()
    factory = make_factory(session, person.district, owner=person)
    report_lost_phone(session, person, None, now)
    session.commit()
    subject = person.id if purpose is Purpose.SIGN_IN else factory.id
    before = Browser(app).get(link_to(app, purpose, subject, person, now - timedelta(milliseconds=2)))
    assert before.status_code == 410 and "닫혔어요" in before.text
    if purpose in (Purpose.SIGN_IN, Purpose.PULSE):
        assert Browser(app).get(link_to(app, purpose, subject, person, now)).status_code == 200


@every_purpose
def test_links_of_a_closed_account_are_dead_for_good(
    app: Flask, session: Session, person: User, purpose: Purpose
) -> None:
    person.is_active = False
    session.commit()
    address = link_to(app, purpose, person.id, person)
    answer = Browser(app).get(address)
    assert answer.status_code == 410 and "새 링크 받기" not in answer.text
    assert Browser(app).send(f"{address}?again=1").status_code == 410
    assert sent(session) == []


def sent(session: Session) -> list[Notification]:
    session.rollback()
    found = list(session.scalars(select(Notification).order_by(Notification.id)))
    session.rollback()
    return found


@pytest.mark.parametrize("purpose", [Purpose.SIGN_IN, Purpose.PULSE, Purpose.ANSWER, Purpose.TERMS, Purpose.LISTING])
def test_a_new_link_of_the_same_purpose_goes_to_the_same_persons_telephone(
    app: Flask, session: Session, person: User, purpose: Purpose
) -> None:
    person.email = "kim@test.example"
    session.commit()
    subject = person.id if purpose is Purpose.SIGN_IN else 77
    old = link_to(app, purpose, subject, person, utc_now() - LIFE[purpose])
    answer = Browser(app).send(f"{old}?again=1")
    assert (answer.status_code, answer.location) == (303, "/link-sent")
    (row,) = sent(session)
    assert (row.user_id, row.channel) == (person.id, Channel.MESSAGE)
    assert row.not_before == row.created_at
    with app.app_context():
        (new,) = re.findall(r"/link/(\S+)", compose(session.get_one(Notification, row.id)).text)
        session.rollback()
    assert new.startswith(f"{purpose}.") and new not in old
    assert row.link is not None and "/link/" not in row.link  # a link is never stored


def test_who_has_confirmed_the_listing_gets_a_way_in_instead(app: Flask, session: Session, person: User) -> None:
    person.phone_confirmed_at = utc_now()
    session.commit()
    old = link_to(app, Purpose.LISTING, 77, person, utc_now() - LIFE[Purpose.LISTING])
    assert Browser(app).send(f"{old}?again=1").status_code == 303
    assert [(row.template, row.link) for row in sent(session)] == [("sign_in_link", "/link")]


def test_strangers_who_hold_an_old_link_cannot_make_a_telephone_ring_all_day(
    app: Flask, session: Session, person: User
) -> None:
    old = link_to(app, Purpose.SIGN_IN, person.id, person, utc_now() - LIFE[Purpose.SIGN_IN])
    answers = [Browser(app).send(f"{old}?again=1").status_code for _time in range(LINKS_PER_PERSON + 2)]
    assert answers == [303] * LINKS_PER_PERSON + [429] * 2
    assert len(sent(session)) == LINKS_PER_PERSON


@pytest.mark.parametrize("role", sorted(STAFF))
def test_no_link_opens_for_staff(app: Flask, session: Session, role: Role) -> None:
    officer = make_user(session, role, home(session), phone="01000000032")
    session.commit()
    address = link_to(app, Purpose.SIGN_IN, officer.id, officer)
    assert Browser(app).get(address).status_code == Browser(app).send(address).status_code == 410
    assert Browser(app).send(f"{address}?again=1").status_code == 410
    assert sent(session) == [] and session.scalar(select(func.count()).select_from(text("user_session"))) == 0


def test_a_form_without_its_token_is_refused_as_everywhere(app: Flask, person: User) -> None:
    address = link_to(app, Purpose.SIGN_IN, person.id, person)
    assert Browser(app).client.post(address).status_code == 400


def test_behind_https_a_form_is_taken_from_our_own_page_and_from_no_other(app: Flask, person: User) -> None:
    """Its page says where a form came from, but not the address with the key."""
    address = link_to(app, Purpose.SIGN_IN, person.id, person)
    secure = {"base_url": "https://hub.example"}
    answers = {}
    for origin in ("https://hub.example/", "https://evil.example/"):
        client = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address, **secure).text)
        assert token is not None
        sent_form = client.post(address, data={"csrf_token": token[1]}, headers={"Referer": origin}, **secure)
        answers[origin] = sent_form.status_code
    assert answers == {"https://hub.example/": 303, "https://evil.example/": 400}
