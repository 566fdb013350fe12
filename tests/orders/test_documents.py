"""The work order on paper: page and PDF say what the terms say, for everybody who may read it, on any machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import files
from garment_hub.orders import documents, terms, terms_wording
from models.audit import AuditAction, AuditEntry
from models.base import utc_now
from models.brief import BriefFile
from models.district import District
from models.user import Role, User
from tests.browsing import Browser
from tests.conftest import missing
from tests.orders.filled import filled
from tests.orders.pdfs import Pdf, stream_of
from tests.orders.stages import Trade, make_team_trade, make_trade
from tests.world import _picture as a_picture

pytestmark = pytest.mark.slow

ClientAs = Callable[[Role | User], Browser]
HOSTILE = "</td><script>alert(1)</script><img src=file:///etc/passwd>&#0;{{7*7}} ‮" + "가나다라마바사" * 30 + "🧵"


@pytest.fixture
def pango() -> None:
    if not documents.can_make_pdf():
        missing("pango", "no Pango on this machine: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")


@pytest.fixture
def trade(session: Session) -> Trade:
    return make_trade(session, session.get_one(District, 1))


def agree(trade: Trade, **changed: Any) -> dict[str, Any]:
    body = filled(terms.latest(trade.session, trade.order).body) | changed
    version = terms.propose(trade.session, trade.order, body, trade.designer, utc_now()).version
    for owner in trade.owners:
        terms.confirm(trade.session, trade.order, version, owner, utc_now())
    return body


def page_of(browser: Browser, trade: Trade, language: str = "ko") -> str:
    answer = browser.get(f"/orders/{trade.order.id}/work-order?lang={language}")
    assert answer.status_code == 200
    return answer.text


def pdf_of(browser: Browser, trade: Trade, language: str = "ko") -> Pdf:
    answer = browser.get(f"/orders/{trade.order.id}/work-order.pdf?lang={language}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return Pdf(answer.data)


def tight(text: object) -> str:
    return "".join(str(text).split())


@pytest.mark.usefixtures("pango")
def test_terms_and_pdf_agree_by_hash(trade: Trade, client_as: ClientAs) -> None:
    agree(trade)
    newest = terms.latest(trade.session, trade.order)
    pdf = pdf_of(client_as(trade.designer), trade)
    assert pdf.keywords == f"order {trade.order.number}, version 2, sha256 {newest.body_hash}"
    assert tight(f"확인값 {newest.body_hash[:8]}") in pdf.text
    assert f"확인값 {newest.body_hash[:8]}" in page_of(client_as(trade.owner), trade)


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize("language", ["ko", "en", "it"])
def test_every_term_stands_on_page_and_pdf(app: Flask, trade: Trade, client_as: ClientAs, language: str) -> None:
    body = agree(
        trade,
        style="LO-27S-03",
        assort=[{"colour": "아이보리", "sizes": {"S": 41, "M": 23}}, {"colour": "남색", "sizes": {"S": 37, "M": 19}}],
        size_table=[{"part": "가슴둘레", "sizes": {"S": 98.5, "M": 103}, "tolerance": "±1.0"}],
        cautions=["앞단 스티치 0.2cm", "시접은 인터록"],
        materials=[{"name": "린넨", "colour": "베이지", "use": "요척 1.4마", "by": "designer"}],
    )
    browser = client_as(trade.owner)
    page = tight(Markup(re.sub(r"<[^>]*>", " ", page_of(browser, trade, language))).unescape())
    pdf = pdf_of(browser, trade, language).text
    with app.test_request_context(f"/?lang={language}"):
        rows = [*terms_wording.line_rows(body["lines"][0]), *terms_wording.order_rows(body)]
        said = [words for row in rows for words in (row.label, row.words)]
    said += ["LO-27S-03", "아이보리", "남색", "41", "23", "37", "19", "64", "56", "가슴둘레", "98.5", "103", "±1.0",
             *body["cautions"], "린넨", "베이지", "요척 1.4마", trade.order.designer.brand, "S", "M"]  # fmt: skip
    assert len(rows) > 12
    for where in (page, pdf):
        assert [words for words in said if tight(words) not in where] == []


@pytest.mark.usefixtures("pango")
def test_the_same_version_gives_the_same_bytes(trade: Trade, client_as: ClientAs) -> None:
    agree(trade)
    browser = client_as(trade.designer)
    first = pdf_of(browser, trade).data
    documents._press.cache_clear()  # as after a restart
    assert pdf_of(browser, trade).data == first
    assert len(Pdf(first).pages) == 1


@pytest.mark.usefixtures("pango")
def test_the_pdf_is_tagged(trade: Trade, client_as: ClientAs) -> None:
    agree(trade, size_table=[{"part": "총길이", "sizes": {"M": 64}, "tolerance": None}])
    pdf = pdf_of(client_as(trade.designer), trade)
    catalogue = pdf.catalogue
    for wanted in (b"/MarkInfo <</Marked true>>", b"/Lang (ko)", b"/DisplayDocTitle true", b"/StructTreeRoot"):
        assert wanted in catalogue
    metadata = stream_of(pdf.object_at("Metadata", catalogue)).decode()
    assert 'pdfuaid:part="1"' in metadata and "작업지시서" in metadata
    assert len(pdf.tags("H1")) == 1
    figures = pdf.tags("Figure")
    assert len(figures) == 2 and all(b"/Alt" in figure for figure in figures)  # drawing and QR code
    cells = pdf.tags("TD")
    assert cells and all(re.search(rb"/Headers \[\(", cell) for cell in cells if b"/O /Table" in cell)


@pytest.mark.usefixtures("pango")
def test_nothing_typed_breaks_the_paper(trade: Trade, client_as: ClientAs) -> None:
    body = filled(terms.latest(trade.session, trade.order).body)
    body["lines"][0] |= {"account": HOSTILE, "factory": HOSTILE}
    sizes = {HOSTILE[:20]: 120}
    agree(
        trade,
        style=HOSTILE,
        deliver_to=HOSTILE,
        lines=body["lines"],
        buyer={"brand": HOSTILE, "name": HOSTILE},
        assort=[{"colour": HOSTILE, "sizes": sizes}],
        size_table=[{"part": HOSTILE, "sizes": {HOSTILE[:20]: 98}, "tolerance": HOSTILE}],
        cautions=[HOSTILE] * 5,
        materials=[{"name": HOSTILE, "colour": HOSTILE, "use": HOSTILE, "by": "designer"}],
    )
    trade.order.designer.brand = HOSTILE
    browser = client_as(trade.designer)
    assert "<script>" not in page_of(browser, trade)
    assert "alert(1)</script>" in pdf_of(browser, trade).text


@pytest.mark.usefixtures("pango")
def test_a_long_order_runs_on_over_pages(trade: Trade, client_as: ClientAs) -> None:
    sizes = {f"{number}호": 1 for number in range(30)}
    colours = [{"colour": f"색-{number}", "sizes": dict(sizes)} for number in range(4)]
    parts = [{"part": f"부위-{number}", "sizes": sizes, "tolerance": "±1"} for number in range(60)]
    agree(trade, assort=colours, size_table=parts, cautions=[f"조심-{number}" for number in range(60)])
    pdf = pdf_of(client_as(trade.owner), trade)
    assert len(pdf.pages) > 3
    for words in ("29호", "색-3", "부위-59", "조심-59", "거래약속서"):
        assert words in pdf.text


@pytest.mark.usefixtures("pango")
def test_a_team_is_named_stage_by_stage(session: Session, client_as: ClientAs) -> None:
    team = make_team_trade(session, session.get_one(District, 1))
    agree(team)
    whole = pdf_of(client_as(team.designer), team)
    names = [line.factory.name for line in team.order.lines]
    assert all(tight(name) in whole.text for name in names)
    assert tight(f"{names[1]}, {names[2]}") in whole.text  # the cutter hands over to both lots
    part = pdf_of(client_as(team.owners[0]), team)
    assert whole.text.count("농협") == len(names) and part.text.count("농협") == 1
    assert whole.keywords == part.keywords


def test_while_nothing_is_agreed_the_paper_says_so(trade: Trade, client_as: ClientAs) -> None:
    browser = client_as(trade.designer)
    assert "아직 약속 전" in page_of(browser, trade)
    agree(trade)
    trade.session.commit()
    assert "아직 약속 전" not in page_of(browser, trade)


def test_a_proposal_leaves_the_paper_as_it_is(trade: Trade, client_as: ClientAs) -> None:
    body = agree(trade, style="지금")
    terms.propose(trade.session, trade.order, {**body, "style": "나중"}, trade.designer, utc_now())
    page = page_of(client_as(trade.owner), trade)
    assert "지금" in page and "나중" not in page and "3판은 아직 모두 확인하지 않았어요." in page


def test_without_pango_the_page_says_how_to_print(
    trade: Trade, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garment_hub.orders.documents.can_make_pdf", lambda: False)
    monkeypatch.setattr("garment_hub.orders.document_routes.can_make_pdf", lambda: False)
    browser = client_as(trade.designer)
    page = page_of(browser, trade)
    assert "브라우저에서 이 화면을 인쇄해 주세요" in page and "work-order.pdf" not in page
    answer = browser.get(f"/orders/{trade.order.id}/work-order.pdf")
    assert answer.status_code == 503 and "인쇄해 주세요" in answer.text


@pytest.mark.usefixtures("pango")
def test_the_designers_own_drawing_is_shown_and_who_took_it_is_written_down(
    app: Flask, trade: Trade, client_as: ClientAs
) -> None:
    with app.app_context():
        key = files.store_picture(files.upload_root(), a_picture())
    trade.order.brief.files.append(BriefFile(key=key, title="도식화"))
    designer, owner = client_as(trade.designer), client_as(trade.owner)
    assert f"/briefs/{trade.order.brief_id}/files/" in page_of(owner, trade)
    assert b"/Subtype /Image" in b"".join(pdf_of(designer, trade).objects.values())
    assert seen(trade) == []
    assert b"/Subtype /Image" in b"".join(pdf_of(owner, trade).objects.values())
    assert [entry.actor_id for entry in seen(trade)] == [trade.owner.id]


def seen(trade: Trade) -> list[AuditEntry]:
    trade.session.commit()
    return list(trade.session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DRAWING_SEEN)))


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/a.png", "http://127.0.0.1/x", "file:///etc/passwd", "file:///static/../config.py",
        "file:///static/%2e%2e/app.py", "file://host/static/css/tokens.css", "ftp://x/y", "/static/css/tokens.css",
    ],
)  # fmt: skip
def test_a_paper_holds_our_own_files_only(url: str) -> None:
    with pytest.raises(ValueError, match="a paper may not hold"):
        documents.own_file(url)


def test_our_own_files_are_found() -> None:
    assert documents.own_file("file:///static/css/tokens.css?v=1").is_file()


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("<p>가나 다라.</p>", '<p><span class="word">가나</span> <span class="word">다라.</span></p>'),
        ("<title>가나</title><p title='가나'>a b</p>", "<title>가나</title><p title='가나'>a b</p>"),
        ("<style>가</style><svg><text>나</text></svg>", "<style>가</style><svg><text>나</text></svg>"),
        (f"<p>{'가' * 15}</p>", f"<p>{'가' * 15}</p>"),
    ],
)
def test_korean_words_are_kept_whole(page: str, kept: str) -> None:
    assert documents.keep_words_whole(page) == kept
