"""The four steps through the browser: what goes wrong is named, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import files
from garment_hub.briefs.services import MOST_FILES
from models.brief import Brief, BriefFile, BriefStatus
from models.designer import Designer
from models.district import District
from models.factory import Factory
from models.quote import QuoteRequest
from models.user import Role, User
from tests.browsing import Browser
from tests.builders import in_days, make_brief, make_designer, make_factory, make_user

ClientAs = Callable[[Role | User], Browser]


@pytest.fixture
def designer(session: Session) -> Designer:
    return make_designer(session, session.get_one(District, 1))


@pytest.fixture
def browser(client_as: ClientAs, designer: Designer) -> Browser:
    return client_as(designer.user)


@pytest.fixture
def draft(session: Session, designer: Designer) -> Brief:
    draft = make_brief(session, designer, status=BriefStatus.DRAFT, quantity=None, needed_by=None)
    session.commit()
    return draft


def look_again(session: Session, row: Brief) -> None:
    """Read what the site has written, without keeping the database from it."""
    session.refresh(row)
    session.commit()


def numbers(**values: Any) -> dict[str, Any]:
    return {"quantity": "120", "needed_by": in_days(28).isoformat(), "action": "next"} | values


def picture(kind: str = "PNG") -> BytesIO:
    data = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(data, kind)
    return BytesIO(data.getvalue())


def stored(app: Flask) -> set[str]:
    with app.app_context():
        root = files.upload_root()
    return {path.name for path in root.glob("*")} if root.exists() else set()


def test_the_first_step_makes_a_draft_once(browser: Browser, session: Session) -> None:
    page = browser.get("/briefs/new?item=tshirt")
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token
    sent = {"item": "tshirt", "category": "womenswear", "form_token": token[1]}
    first, second = browser.send("/briefs", sent), browser.send("/briefs", sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert session.scalar(select(func.count()).select_from(Brief)) == 1
    session.commit()
    assert browser.send("/briefs", sent | {"item": "coat"}).status_code == 409


@pytest.mark.parametrize("item", ["", "spacesuit", "x" * 1_000_000])
def test_an_unknown_item_is_refused_by_name(browser: Browser, item: str) -> None:
    page = browser.send("/briefs?lang=ko", {"item": item})
    assert page.status_code == 422
    assert "오류:" in page.text
    assert 'href="#item"' in page.text
    assert len(page.text) < 500_000


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("quantity", "0"),
        ("quantity", "-3"),
        ("quantity", "스무 장"),
        ("quantity", "99999999999999999999"),
        ("needed_by", "2020-03-12"),
        ("needed_by", "2127-03-12"),
        ("needed_by", "tomorrow"),
        ("budget_per_piece_krw", "만이천원"),
        ("colours", "0"),
    ],
)
def test_a_wrong_number_or_day_is_named_and_all_that_was_typed_stays(
    browser: Browser, draft: Brief, name: str, typed: str
) -> None:
    page = browser.send(f"/briefs/{draft.id}/edit/2?lang=ko", numbers(sizes="7") | {name: typed})
    assert page.status_code == 422
    assert "<title>오류:" in page.text
    assert f'href="#{name}"' in page.text
    control = re.search(rf'<input[^>]*id="{name}"[^>]*>', page.text)
    assert control
    assert f'value="{typed}"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert re.search(r'<input[^>]*id="sizes"[^>]*value="7"', page.text)


def test_an_old_day_gets_the_next_such_day_proposed(browser: Browser, draft: Brief) -> None:
    page = browser.send(f"/briefs/{draft.id}/edit/2?lang=ko", numbers(needed_by="2020-03-12"))
    assert re.search(r"혹시 (\d{4}년 )?3월 12일[^<]*인가요", page.text)


def test_fabric_after_the_goods_are_needed_is_refused(browser: Browser, draft: Brief) -> None:
    page = browser.send(f"/briefs/{draft.id}/edit/2", numbers(materials_on=in_days(28).isoformat()))
    assert page.status_code == 422
    assert 'href="#materials_on"' in page.text


def test_a_megabyte_of_text_is_refused_and_kept(browser: Browser, draft: Brief) -> None:
    text = "가" * 350_000
    page = browser.send(f"/briefs/{draft.id}/edit/3?lang=ko", {"processes": "cutting", "note": text, "action": "next"})
    assert page.status_code == 422
    assert 'href="#note"' in page.text
    assert text in page.text


@pytest.mark.parametrize(
    ("name", "value"), [("processes", "magic"), ("fabric", "air"), ("fabric_by", "me"), ("deliver_to", "1")]
)
def test_a_word_that_is_not_offered_is_refused(browser: Browser, draft: Brief, name: str, value: str) -> None:
    sent = {"processes": "cutting", "action": "next"} | {name: value}
    page = browser.send(f"/briefs/{draft.id}/edit/3", sent)
    assert page.status_code == 422
    assert f'href="#{name}"' in page.text


def test_a_draft_may_be_put_away_with_gaps_but_not_with_errors(
    browser: Browser, draft: Brief, session: Session
) -> None:
    page = browser.send(f"/briefs/{draft.id}/edit/2", {"colours": "4", "action": "later"})
    assert page.status_code == 303
    look_again(session, draft)
    assert draft.colours == 4
    assert browser.get(page.location).status_code == 200
    assert browser.send(f"/briefs/{draft.id}/edit/2", {"quantity": "0", "action": "later"}).status_code == 422
    assert browser.send(f"/briefs/{draft.id}/edit/2", {"colours": "4", "action": "next"}).status_code == 422


def test_the_proposed_later_day_is_one_button(browser: Browser, draft: Brief, session: Session) -> None:
    browser.send(f"/briefs/{draft.id}/edit/2", numbers(needed_by=in_days(9).isoformat(), action="check"))
    page = browser.get(f"/briefs/{draft.id}/edit/2")
    button = re.search(r'name="move_to" value="([\d-]+)"|value="([\d-]+)"[^>]*name="move_to"', page.text)
    assert button
    later = button[1] or button[2]
    sent = numbers(needed_by=in_days(9).isoformat(), move_to=later)
    del sent["action"]
    moved = browser.send(f"/briefs/{draft.id}/edit/2", sent)
    assert moved.location.endswith("/edit/2")
    look_again(session, draft)
    assert draft.needed_by is not None
    assert draft.needed_by.isoformat() == later


def test_a_proposal_in_the_address_is_shown_and_not_saved(browser: Browser, draft: Brief, session: Session) -> None:
    page = browser.get(f"/briefs/{draft.id}/edit/2?quantity=77&needed_by=nonsense&budget_per_piece_krw=9000")
    assert re.search(r'id="quantity"[^>]*value="77"', page.text)
    assert re.search(r'id="budget_per_piece_krw"[^>]*value="9000"', page.text)
    look_again(session, draft)
    assert draft.quantity is None


def test_an_incomplete_brief_is_not_published(browser: Browser, draft: Brief, session: Session) -> None:
    page = browser.send(f"/briefs/{draft.id}/publish?lang=ko")
    assert page.status_code == 422
    assert "빠져 있어요" in page.text
    look_again(session, draft)
    assert draft.status is BriefStatus.DRAFT


def test_a_picture_is_seen_by_who_was_asked_and_by_nobody_else(
    browser: Browser, client_as: ClientAs, draft: Brief, session: Session
) -> None:
    sent = {"processes": "cutting", "action": "next", "drawings": (picture(), "../../secret name.png")}
    assert browser.send(f"/briefs/{draft.id}/edit/3", sent).status_code == 303
    file = session.scalars(select(BriefFile)).one()
    session.commit()
    address = f"/briefs/{draft.id}/files/{file.id}"
    assert "secret" not in file.title + file.key
    assert browser.get(address).mimetype == "image/webp"
    district = session.get_one(District, 1)
    asked, other = (make_user(session, Role.FACTORY_OWNER, district) for _number in range(2))
    factory = make_factory(session, district, owner=asked)
    make_factory(session, district, owner=other)
    coordinator = client_as(Role.COORDINATOR)
    assert coordinator.get(address).status_code == 404  # a draft is nobody's business
    publish_and_ask(session, draft, factory)
    seen = {name: client_as(who).get(address).status_code for name, who in {"asked": asked, "other": other}.items()}
    assert seen == {"asked": 200, "other": 404}
    assert coordinator.get(address).status_code == 200
    assert browser.get(f"/briefs/{draft.id}/files/{file.id + 1}").status_code == 404


def publish_and_ask(session: Session, brief: Brief, factory: Factory) -> None:
    session.refresh(brief)
    brief.quantity, brief.needed_by, brief.status = 10, in_days(20), BriefStatus.OPEN
    session.add(QuoteRequest(brief=brief, factory=factory, answer_by=in_days(5)))
    session.commit()


def test_what_is_no_picture_is_named_and_nothing_is_kept(
    app: Flask, browser: Browser, draft: Brief, session: Session
) -> None:
    before = stored(app)
    both = [(picture(), "a.png"), (BytesIO(b"%PDF-1.7 nothing"), "paper.pdf")]
    page = browser.send(f"/briefs/{draft.id}/edit/3", {"processes": "cutting", "action": "next", "drawings": both})
    assert page.status_code == 422
    assert "paper.pdf" in page.text
    assert 'href="#drawings"' in page.text
    assert stored(app) == before
    too_many = [(picture(), f"{number}.png") for number in range(MOST_FILES + 1)]
    page = browser.send(f"/briefs/{draft.id}/edit/3", {"processes": "cutting", "action": "next", "drawings": too_many})
    assert page.status_code == 422
    assert stored(app) == before


def test_a_picture_is_taken_out_again_and_the_typed_note_stays(
    app: Flask, browser: Browser, draft: Brief, session: Session
) -> None:
    browser.send(
        f"/briefs/{draft.id}/edit/3", {"processes": "cutting", "action": "next", "drawings": (picture(), "a.png")}
    )
    file = session.scalars(select(BriefFile)).one()
    session.commit()
    page = browser.send(f"/briefs/{draft.id}/edit/3", {"processes": "cutting", "note": "단추", "remove": str(file.id)})
    assert page.location.endswith("/edit/3")
    assert stored(app) == set()
    look_again(session, draft)
    assert (draft.note, draft.files) == ("단추", [])


def test_who_has_no_profile_yet_writes_it_first(client_as: ClientAs) -> None:
    browser = client_as(Role.DESIGNER)
    for address in ("/briefs", "/factories/1/ask"):
        page = browser.get(address)
        assert page.status_code in (303, 404)
    assert browser.get("/briefs").location.startswith("/designers/me/edit")
    assert browser.send("/briefs", {"item": "tshirt"}).location.startswith("/designers/me/edit")


@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_step_stands_in_every_language(browser: Browser, draft: Brief, language: str) -> None:
    for address in (
        "/briefs",
        "/briefs/new",
        f"/briefs/{draft.id}",
        *(f"/briefs/{draft.id}/edit/{n}" for n in range(1, 5)),
    ):
        page = browser.get(f"{address}?lang={language}")
        assert page.status_code == 200
        assert "%(" not in page.text
