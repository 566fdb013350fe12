"""The sheet and the screen that types it in: the same questions in the same order, on two pages, whatever is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from garment_hub.accounts.links import Purpose, read_token
from garment_hub.orders import documents
from garment_hub.registry import sheet_routes
from garment_hub.registry.sheet import QUESTIONS
from models import vocabulary
from models.base import utc_now
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryRate, Sector
from models.mandate import Mandate, MandateChannel
from models.user import ConsentPurpose, Role, User
from tests.browsing import Browser
from tests.builders import make_factory, make_user
from tests.conftest import missing
from tests.orders.pdfs import Pdf
from tests.registry.sheets import NEW, filled_in, on_paper, on_screen, place

ClientAs = Callable[[Role | User], Browser]
EMPTY = "/district/sheet.pdf"
HOSTILE = "</bdi><script>alert(1)</script><img src=file:///etc/passwd>{{7*7}} ‮" + "가나다라마바사" * 30 + "🧵"
languages = pytest.mark.parametrize("language", ["ko", "en", "it"])


@pytest.fixture
def pango() -> None:
    if not documents.can_make_pdf():
        missing("pango", "no Pango on this machine: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


@pytest.fixture
def as_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_routes, "can_make_pdf", lambda: False)


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where the codes of sheets lead, as they are drawn."""
    drawn: list[str] = []

    def draw(text: str, **_words: object) -> str:
        drawn.append(text)
        return ""

    monkeypatch.setattr(sheet_routes, "qr_svg", draw)
    return drawn


@pytest.fixture
def coordinator(client_as: ClientAs) -> Browser:
    return client_as(Role.COORDINATOR)


def crowded(session: Session, words: str) -> Factory:
    """As much as can be known of a factory, and texts that nobody cut to a length."""
    factory = make_factory(session, session.get_one(District, 1), neighbourhood=place(session))
    for name in ("name", "address", "phone", "business_number"):
        setattr(factory, name, words)
    for kind in (CapabilityKind.STAGE, CapabilityKind.ITEM, CapabilityKind.FABRIC, CapabilityKind.PROCESS):
        factory.set_capabilities(kind, dict.fromkeys(vocabulary.terms(kind.value)))
    for stage in vocabulary.terms("stage"):
        for item in (None, *vocabulary.terms("item")):
            factory.rates.append(FactoryRate(item=item, stage=stage, pieces_per_day=100_000))
    factory.people = factory.minimum_order_quantity = 1_000_000
    agreed = sorted(ConsentPurpose)
    factory.mandates.append(
        Mandate(given_by=words, channel=MandateChannel.PAPER, purposes=agreed, wording_version="any")
    )
    session.commit()
    return factory


@languages
def test_sheet_and_screen_ask_the_same_in_the_same_order(coordinator: Browser, as_page: None, language: str) -> None:
    screen = on_screen(coordinator.get(f"{NEW}?lang={language}").text)
    assert screen == on_paper(coordinator.get(f"{EMPTY}?lang={language}").text)
    assert [words.split(".")[0] for words in screen] == [str(number + 1) for number in range(len(QUESTIONS))]


@pytest.mark.slow
@languages
def test_pdf_says_the_same_on_two_pages(coordinator: Browser, pango: None, language: str) -> None:
    questions = on_screen(coordinator.get(f"{NEW}?lang={language}").text)
    answer = coordinator.get(f"{EMPTY}?lang={language}")
    pdf = Pdf(answer.data)
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/pdf", "no-store")
    places = [pdf.text.index("".join(words.split())) for words in questions]
    assert places == sorted(places)
    assert len(pdf.pages) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [HOSTILE, "가나다라마바사 " * 40, "쀍" * 400, "﷽" * 200, "W" * 300],
    ids=["markup", "words", "letters", "wide", "latin"],
)
@languages
def test_whatever_is_known_two_pages_hold_it(
    app: Flask, session: Session, coordinator: Browser, pango: None, language: str, words: str
) -> None:
    app.config["CENTRE_PHONE"] = "02-2200-9999"
    factory = crowded(session, words)
    answer = coordinator.get(f"/district/registry/{factory.id}/sheet.pdf?lang={language}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(Pdf(answer.data).pages) == 2


def test_print_is_large() -> None:
    """Fourteen points are 18.7 pixels."""
    css = (Path(sheet_routes.__file__).parents[1] / "static" / "css" / "sheet.css").read_text("utf-8")
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", css)]
    assert len(sizes) > 5
    assert min(sizes) >= 14 / 0.75


def test_hostile_words_stay_words(session: Session, coordinator: Browser, as_page: None) -> None:
    page = coordinator.get(f"/district/registry/{crowded(session, HOSTILE).id}/sheet.pdf").text
    assert "<script>" not in page and "<img" not in page
    assert "&lt;script&gt;" in page and "{{7*7}}" in page


def test_code_of_the_empty_sheet_leads_to_the_listing_and_names_nobody(
    app: Flask, session: Session, client_as: ClientAs, codes: list[str], as_page: None
) -> None:
    app.config["CENTRE_PHONE"] = "02-2200-9999"
    make_factory(session, session.get_one(District, 1), name="해든봉제")
    page = client_as(Role.DISTRICT_OFFICER).get(EMPTY).text
    assert codes == [f"{app.config['SITE_URL'].rstrip('/')}/sign-up/factory"]
    assert "02-2200-9999" in page
    assert "해든봉제" not in page


def test_code_of_a_filled_sheet_takes_over_only_what_nobody_owns(
    app: Flask, session: Session, coordinator: Browser, codes: list[str], as_page: None
) -> None:
    district = session.get_one(District, 1)
    free = make_factory(session, district)
    owned = make_factory(session, district, owner=make_user(session, Role.FACTORY_OWNER, district))
    session.commit()
    for factory in (free, owned):
        assert coordinator.get(f"/district/registry/{factory.id}/sheet.pdf").status_code == 200
    with app.app_context():
        link = read_token(codes[0].rsplit("/", 1)[1])
    assert (link.purpose, link.subject_id, link.user_id) == (Purpose.CLAIM, free.id, None)
    assert abs((utc_now() - link.made_at).total_seconds()) < 600
    assert codes[1].endswith("/link")


def test_a_factory_of_another_trade_has_no_sheet(session: Session, coordinator: Browser) -> None:
    bakery = make_factory(session, session.get_one(District, 1), sector=Sector.OTHER)
    session.commit()
    assert coordinator.get(f"/district/registry/{bakery.id}/sheet.pdf").status_code == 404


def test_what_is_typed_in_is_what_the_filled_sheet_shows(session: Session, coordinator: Browser, as_page: None) -> None:
    there = coordinator.send(NEW, filled_in(session)).location.split("?")[0]
    page = coordinator.get(f"{there}/sheet.pdf?lang=ko").text
    for words in ("해든봉제", "0222001234", "장한로 12, 지하 1층", "3", "1,120", "7", "123-45-67891", "30", "박순자"):
        assert f'">{words}</bdi>' in page
    ticked = [unescape(words).strip() for words in re.findall(r'box">V</span> ([^<]+)<', page)]
    assert ticked[:-2] == ["봉제", "샘플", "자수", "직기", "셔츠·블라우스", "원피스"]
    assert [words[:6] for words in ticked[-2:]] == ["저희 센터가", "공장 이름하"], (
        "what was agreed to, and nothing else"
    )


def test_no_number_is_ticked_on_the_filled_sheet(session: Session, coordinator: Browser, as_page: None) -> None:
    sent = coordinator.send(NEW, filled_in(session, number=None, has_no_number="y"))
    page = coordinator.get(f"{sent.location.split('?')[0]}/sheet.pdf?lang=ko").text
    assert re.search(r'box">V</span> 번호가 없어요', page)
