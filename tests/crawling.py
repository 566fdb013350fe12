"""Walks the pages as a visitor can: follows links, and reads the forms it finds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.browsing import Browser

PAGES_PER_KIND = 1
PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


@dataclass(slots=True)
class Input:
    """A control: ``values`` are what it holds or offers, ``held`` what a browser would send untouched."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    method: str
    action: str
    inputs: dict[str, Input] = field(default_factory=dict)

    def control(self, name: str, kind: str) -> Input:
        return self.inputs.setdefault(name, Input(name, kind))


class Page(HTMLParser):
    """The text, links and forms of one page."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.text = text
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Input | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self._form = Form(given.get("method", "get").upper(), action)
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select is not None:
            self._select.values.append(given.get("value", ""))
        if not name or tag not in ("input", "textarea", "select", "button"):
            return
        control = form.control(name, given.get("type", tag) if tag != "select" else "select")
        if tag == "select":
            self._select = control
        control.values.append(given.get("value", ""))
        is_off = control.kind in ("checkbox", "radio") and "checked" not in given
        if not is_off and tag == "input":
            control.held.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


def kind_of(app: Flask, address: str, method: str = "GET") -> str | None:
    """What kind of page this is: its rule, with all that is not the id of a thing filled in."""
    with app.test_request_context(address, method=method) as context:
        rule, given = context.request.url_rule, context.request.view_args or {}
        if isinstance(context.request.routing_exception, HTTPException) or rule is None:
            return None
    return PARAMETER.sub(lambda found: found[0] if found[1].endswith("_id") else str(given[found[1]]), rule.rule)


def crawl(browser: Browser, starts: list[str]) -> list[Page]:
    """Every page reachable from the starts, one of each kind."""
    pages: list[Page] = []
    waiting, seen, counts = list(starts), set(starts), dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(browser.app, address)
        if kind is None or kind.startswith("/static") or counts.get(kind, 0) >= PAGES_PER_KIND:
            continue
        counts[kind] = counts.get(kind, 0) + 1
        answer = browser.get(address, follow_redirects=True)
        answer.close()
        if answer.mimetype != "text/html":
            continue
        page = Page(address, answer.text)
        pages.append(page)
        for link in page.links:
            parts = urlsplit(link)
            if not parts.netloc and parts.path.startswith("/") and "lang=" not in link and link not in seen:
                seen.add(link)
                waiting.append(link.split("#")[0])
    return pages
