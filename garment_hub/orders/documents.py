"""Papers: what the work order of an order shows, and how a page of ours becomes a tagged PDF."""

from __future__ import annotations

import atexit
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from garment_hub.orders import terms, terms_wording
from garment_hub.orders.terms_wording import Row, Sheet, Side
from models.order import Order
from models.terms import Terms
from models.user import User

STATIC = (Path(__file__).parent.parent / "static").resolve()
STYLE_SHEETS = ("tokens.css", "document.css")
BASE = "file:///"  # of addresses in our pages: /static/… is looked up in the folder above and nowhere else

# Of a PDF's drawings: the page's style sheets do not reach into them.
DRAWING_STYLE = (
    ".cloth{fill:#fff;stroke:#17202b;stroke-width:2;stroke-linejoin:round}"
    ".seam{fill:none;stroke:#17202b;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}"
    ".stitch{fill:none;stroke:#0b50d0;stroke-width:1.4;stroke-dasharray:5 3.5}"
)
MOST_SIZES_BESIDE, MOST_SIZES_ACROSS = 5, 10
MOST_ROWS_BESIDE = 8
LINE_LENGTH = 24  # characters of a term that fit beside its name


# --- what the work order shows -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One version on paper. ``proposed`` is a newer version that is not agreed yet."""

    order: Order
    terms: Terms
    sheet: Sheet
    sides: list[Side]
    is_agreed: bool
    proposed: int | None

    @property
    def is_compact(self) -> bool:
        """Whether drawing and tables stand side by side, so that one page holds all."""
        body, sheet = self.terms.body, self.sheet
        tables = (sheet.measures or [], body["assort"], body["cautions"], body["materials"])
        return len(sheet.sizes) <= MOST_SIZES_BESIDE and all(len(rows) <= MOST_ROWS_BESIDE for rows in tables)

    @property
    def promise(self) -> list[tuple[str, list[list[Row]]]]:
        """The terms in one list where there is one factory; of a team by factory, and last what holds for all.

        Each list in two columns of about the same height.
        """
        lists = [(line["factory"], rows) for line, rows in self.sheet.parts]
        if len(self.terms.body["lines"]) == 1:
            lists = [("", [*lists[0][1], *self.sheet.rows])]
        else:
            lists.append((str(_("For all")), self.sheet.rows))
        return [(name, list(_halves(rows))) for name, rows in lists]

    @property
    def size_groups(self) -> list[list[str]]:
        """Sizes as they fit beside each other; each group gets a table of its own."""
        width = MOST_SIZES_BESIDE if self.is_compact else MOST_SIZES_ACROSS
        sizes = self.sheet.sizes
        return [sizes[start : start + width] for start in range(0, len(sizes), width)]


def _halves(rows: list[Row]) -> Iterator[list[Row]]:
    heights = [1 + len(row.words or "") // LINE_LENGTH for row in rows]
    at = min(range(len(rows)), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    return (half for half in (rows[:at], rows[at:]) if half)


def work_order(session: Session, order: Order, user: User) -> WorkOrder:
    """The terms in force, or the newest ones while none are."""
    newest = terms.latest(session, order)
    shown = terms.in_force(session, order) or newest
    return WorkOrder(
        order=order,
        terms=shown,
        sheet=terms_wording.sheet(shown.body, terms.lines_seen_by(order, user)),
        sides=terms_wording.sides(shown),
        is_agreed=terms.is_agreed(shown),
        proposed=newest.version if newest.version > shown.version else None,
    )


def qr_code(address: str, name: str) -> Markup:
    """The address as a picture for a telephone; ``name`` says where it leads."""
    import segno

    drawn = segno.make(address, error="m", micro=False).svg_inline(title=name, omitsize=True, border=2)
    return Markup(drawn.replace("<svg ", '<svg class="qr" role="img" width="96" height="96" ', 1))  # noqa: S704 (segno escapes the name)


def for_paper(drawing: Markup, name: str) -> Markup:
    """One of our drawings with its name and its style inside, as a PDF needs it."""
    inside = f"<title>{escape(name)}</title><style>{DRAWING_STYLE}</style>"
    start = drawing.index(">") + 1
    return drawing[:start] + Markup(inside) + drawing[start:]  # noqa: S704 (escaped above)


# --- PDF -----------------------------------------------------------------------------------------------------------


class NoPdf(Exception):
    """The library that sets type is not installed on this machine."""


@cache
def can_make_pdf() -> bool:
    """Whether Pango is here; it is looked for once."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


_one_at_a_time = threading.Lock()


def make_pdf(page: str) -> bytes:
    """A page as PDF/UA-1. The same page gives the same bytes; all dates come from its own head."""
    if not can_make_pdf():
        raise NoPdf
    import weasyprint

    with _one_at_a_time:
        fonts, sheets, fetch = _press()
        document = weasyprint.HTML(string=keep_words_whole(page), base_url=BASE, url_fetcher=fetch)
        data: bytes = document.write_pdf(stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1")
    return data


_TAG_OR_HIDDEN = re.compile(r"(<(style|title|svg)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_KOREAN_WORD = re.compile(r"[^\s<>]*[가-힣][^\s<>]*")
LONGEST_WHOLE_WORD = 14  # longer ones are broken, so that nothing leaves the paper


def keep_words_whole(page: str) -> str:
    """Korean is broken between words, as browsers do by ``word-break: keep-all``, which the PDF library lacks."""
    parts = _TAG_OR_HIDDEN.split(page)
    # Of each three: text, the tag after it, and the tag's name where its content is passed over.
    return "".join(_words_kept(part) if at % 3 == 0 else part for at, part in enumerate(parts) if at % 3 != 2)


def _words_kept(text: str) -> str:
    def whole(found: re.Match[str]) -> str:
        word = found[0]
        return f'<span class="word">{word}</span>' if len(word) <= LONGEST_WHOLE_WORD else word

    return _KOREAN_WORD.sub(whole, text)


@cache
def _press() -> tuple[Any, list[Any], Any]:
    """Fonts and style sheets, read once: that is most of the time a PDF takes."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts, fetch = FontConfiguration(), _fetcher()
    atexit.register(_press.cache_clear)  # while the interpreter still has what the fonts need to be let go
    sheets = [
        weasyprint.CSS(url=f"{BASE}static/css/{name}", url_fetcher=fetch, font_config=fonts) for name in STYLE_SHEETS
    ]
    return fonts, sheets, fetch


def _fetcher() -> Any:
    """Reads what a page carries in itself and our own static files; nothing else, from nowhere else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            path = own_file(url)
            kind = guess_type(path)[0] or "application/octet-stream"  # a style sheet has to say that it is one
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return OwnFiles(allowed_protocols={"data"}, allow_redirects=False)


def own_file(url: str) -> Path:
    """The static file behind an address of one of our pages."""
    parts = urlsplit(url)
    path = (STATIC.parent / unquote(parts.path).lstrip("/")).resolve()
    if parts.scheme != "file" or parts.netloc or not path.is_relative_to(STATIC):
        raise ValueError(f"a paper may not hold {url}")
    return path
