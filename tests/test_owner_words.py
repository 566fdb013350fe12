"""Owners read Korean: on their pages no word of ours stands in Latin letters, whatever page they reach."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from models.vocabulary import terms
from tests.browsing import Browser
from tests.crawling import crawl
from tests.world import build_world

pytestmark = pytest.mark.slow

LATIN_WORD = re.compile("[A-Za-z]{2,}")
NO_WORD = re.compile(r"\S+@\S+|\b[0-9a-f]{8}\b")  # an e-mail, a check value
# What is not read, and what people typed themselves; other languages stand under their own names in [lang].
PASSED_OVER = frozenset({"script", "style", "title", "svg", "textarea", "option", "bdi"})
# Units, a file's kind, languages under their own names, and trade words that Korean, too, writes like this.
KOREAN_TOO = {"km", "cm", "PDF", "English", "Italiano"} | {
    word
    for kind in ("process", "machine", "certificate")
    for term in terms(kind).values()
    for word in LATIN_WORD.findall(term.ko)
}
STARTS = ["/quote-requests", "/factories/mine", "/orders", "/account"]


class ReadText(HTMLParser):
    """The words of ours that a reader sees on a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_foreign = tag != "html" and "lang" in dict(attrs)
        if self._inside or tag in PASSED_OVER or is_foreign:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:  # void tags inside never end
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)


def latin_words(text: str) -> list[str]:
    return [
        word for word in LATIN_WORD.findall(NO_WORD.sub("", " ".join(ReadText(text).words))) if word not in KOREAN_TOO
    ]


def owner_pages(owner: Browser, language: str) -> dict[str, str]:
    owner.get(f"/?lang={language}")
    pages = {page.address: owner.get(page.address, follow_redirects=True).text for page in crawl(owner, STARTS)}
    return {address: text for address, text in pages.items() if 'class="big"' in text}


def test_no_page_of_an_owner_shows_english(tmp_path: Path) -> None:
    owner = build_world(tmp_path).browsers["owner"]
    korean, english = owner_pages(owner, "ko"), owner_pages(owner, "en")
    assert len(korean) > 20
    assert {address: words for address, text in korean.items() if (words := latin_words(text))} == {}
    assert all(latin_words(text) for text in english.values()), "it would be seen if there were any"
