"""Reads forms from a page as a browser would send them, so that tests send what people see."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

Fields = dict[str, list[str]]


@dataclass
class SeenForm:
    """One form: where it goes, and what it sends when nothing is changed."""

    action: str
    fields: Fields = field(default_factory=dict)
    words: str = ""

    def filled(self, **given: Any) -> dict[str, Any]:
        """As it stands, with these changed; a list is several controls of one name."""
        return self.fields | {name: value if isinstance(value, list) else [str(value)] for name, value in given.items()}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SeenForm] = []
        self.inside: SeenForm | None = None
        self.area: str | None = None
        self.select: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = SeenForm(found.get("action", ""))
            self.forms.append(self.inside)
        elif self.inside is None:
            return
        elif tag == "input":
            self._input(self.inside, found, "checked" in found)
        elif tag == "textarea":
            self.area = found["name"]
            self.inside.fields[self.area] = [""]
        elif tag == "select":
            self.select = found["name"]
        elif tag == "option" and self.select and ("selected" in found or self.select not in self.inside.fields):
            self.inside.fields[self.select] = [found.get("value", "")]

    def _input(self, form: SeenForm, found: dict[str, str], is_checked: bool) -> None:
        kind, name = found.get("type", "text"), found.get("name")
        if name and kind != "file" and (kind not in ("radio", "checkbox") or is_checked):
            form.fields.setdefault(name, []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.inside is None:
            return
        self.inside.words += data
        if self.area:
            self.inside.fields[self.area][0] += data


def forms_on(page: str) -> list[SeenForm]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_with(page: str, words: str) -> SeenForm:
    """The first form in which these words stand, on its button or beside it."""
    return next(form for form in forms_on(page) if words in form.words)
