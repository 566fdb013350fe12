"""Hostile text in every field of every form that anybody can reach: never an error of ours, never unescaped."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes, quote_plus, urlsplit

import pytest
from flask import Flask, got_request_exception
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub import files
from garment_hub.db import engine_of
from garment_hub.permissions import audience_of
from tests.crawling import Form, Input, crawl, kind_of
from tests.world import PASSWORD, VISITORS, World, build_world

pytestmark = pytest.mark.slow

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{1338-1}}${1338-1}'; DROP TABLE brief;--"
HOSTILE: dict[str, bytes] = {
    "markup": MARKUP.encode(),
    "control characters": b"a\x00b\x01c\x1fd\x7f",
    "half a letter": b"a\xed\xa0\x80b",
    "no letter at all": b"\xff\xfe\xef\xbf\xbe\xef\xbf\xbf",
    "right to left": "\u202eelpmaxe\u2066\u200b".encode(),
    "a formula": b"=cmd|' /C calc'!A0",
    "a huge number": b"9" * 25,
    "a number past every column": str(2**63).encode(),
    "a number below all": b"-99999999999",
    "no number": b"NaN",
    "a day that never was": b"2027-02-30",
    "blanks": b"  \t\r\n ",
    "nothing": b"",
}
# Tried in each field by itself, the others filled in well; the rest in all fields at once.
ALONE = ("markup", "control characters", "half a letter", "a number past every column", "a number below all", "blanks")
FILES = {
    "../../etc/passwd": b"root",
    "x.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "cut.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    f"{MARKUP}.jpg": b"\xff\xd8\xff",
    "empty.webp": b"",
}
A_MEGABYTE = "가".encode() * 350_000
PLAIN = {"email": "somebody@test.example", "tel": "01000000077", "date": "2031-03-12", "password": PASSWORD}
NOTHING_TO_FILL_IN = {"/sign-out", "/account/sessions/end"}
MANY = 12
FAILURES: list[str] = []


@dataclass(frozen=True, slots=True)
class Found:
    """A form, where it goes, and the first visitor who found it."""

    visitor: str
    kind: str
    form: Form

    def __str__(self) -> str:
        return f"{self.visitor} {self.form.method} {self.form.action}"

    @property
    def plain(self) -> dict[str, list[bytes]]:
        """What a well-meaning visitor would send."""
        return {name: _plain(control) for name, control in self.form.inputs.items() if name != "csrf_token"}

    @property
    def one_of_each(self) -> list[str]:
        """Field names; of a long row of like ones (a field per machine, per week) only the first."""
        alike = {(re.split("[-_]", name)[0], self.form.inputs[name].kind): name for name in reversed(self.plain)}
        return sorted(alike.values()) if len(self.plain) > MANY else list(self.plain)

    @property
    def texts(self) -> list[str]:
        kinds = ("text", "textarea", "search")
        return [name for name, control in self.form.inputs.items() if control.kind in kinds]


def _plain(control: Input) -> list[bytes]:
    if control.held:
        return [value.encode() for value in control.held]
    if control.kind in ("radio", "checkbox", "select", "button", "submit"):
        return [value.encode() for value in control.values if value][:1]
    return [PLAIN.get(control.kind, "12").encode()]


def find_forms(world: World) -> list[Found]:
    """Every form that any visitor can reach, each kind once."""
    brief = world.ids["brief"]
    starts = ["/", "/sign-in", "/sign-up/designer", "/sign-up/factory", "/briefs/new", "/account", "/district/"]
    starts += [f"/briefs/{world.ids['draft']}/edit/{step}" for step in (1, 2, 3, 4)]
    starts += [f"/briefs/{brief}", f"/briefs/{brief}/recommendations", f"/factories/{world.ids['unclaimed']}/ask"]
    starts += [f"/link/{world.ids[link]}" for link in ("way_in", "answer_link")]
    found: dict[tuple[str, tuple[str, ...]], Found] = {}
    for visitor in ("nobody", "designer", "owner", "coordinator", "administrator"):
        for form in (form for page in crawl(world.browsers[visitor], starts) for form in page.forms):
            path = urlsplit(form.action).path
            kind = kind_of(world.app, path, form.method) or path
            if path not in NOTHING_TO_FILL_IN:
                found.setdefault((kind, tuple(form.inputs)), Found(visitor, kind, form))
    return list(found.values())


def note_failure(_app: Flask, exception: Exception, **_rest: object) -> None:
    FAILURES.append(f"{type(exception).__name__}: {str(exception)[:200]}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = build_world(tmp_path_factory.mktemp("hostile"))
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    with got_request_exception.connected_to(note_failure, world.app):
        yield world


@pytest.fixture(scope="module")
def forms(world: World) -> list[Found]:
    return find_forms(world)


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Session, "commit", Session.rollback)
        patch.setattr(files, "remove_file", lambda root, key: None)
        yield


def send(world: World, found: Found, values: dict[str, list[bytes]]) -> TestResponse:
    """The form as bytes, so that even what is no text arrives as it is."""
    browser = world.browsers[found.visitor].twin()
    values = values | {"csrf_token": [browser.csrf_token().encode()]}
    body = "&".join(f"{quote_plus(name)}={quote_from_bytes(value)}" for name, all_ in values.items() for value in all_)
    if found.form.method == "GET":
        answer = browser.get(f"{urlsplit(found.form.action).path}?{body}")
    else:
        kind = "application/x-www-form-urlencoded"
        answer = browser.client.post(found.form.action, data=body.encode(), content_type=kind)
    answer.close()
    return answer


def complaint(answer: TestResponse) -> str | None:
    """What is wrong with the answer, if anything."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {FAILURES[-1] if FAILURES else ''}"
    return unescaped(answer.text) if answer.mimetype == "text/html" else None


def unescaped(text: str) -> str | None:
    for danger in ("<script>alert", "<img src=x", "1337"):
        if danger in text:
            at = text.index(danger)
            return f"unescaped: …{text[max(0, at - 60) : at + 60]}…"
    return None


def test_the_forms_are_found(forms: list[Found]) -> None:
    kinds = {found.kind for found in forms if found.form.method == "POST"}
    assert {"/sign-in", "/account", "/sign-up/designer", "/sign-up/factory", "/briefs", "/designers/me/edit"} <= kinds


@pytest.mark.usefixtures("nothing_kept")
def test_every_field_by_itself(world: World, forms: list[Found]) -> None:
    wrong = []
    for found in forms:
        plain = found.plain
        for name in found.one_of_each:
            for what in ALONE:
                if complained := complaint(send(world, found, plain | {name: [HOSTILE[what]]})):
                    wrong.append(f"{found} {name}: {what}: {complained}")
    assert wrong == []


@pytest.mark.usefixtures("nothing_kept")
@pytest.mark.parametrize("what", HOSTILE)
def test_all_fields_at_once(world: World, forms: list[Found], what: str) -> None:
    wrong = []
    for found in forms:
        if complained := complaint(send(world, found, {name: [HOSTILE[what]] for name in found.plain})):
            wrong.append(f"{found}: {complained}")
    assert wrong == []


@pytest.mark.usefixtures("nothing_kept")
def test_a_megabyte_in_a_field(world: World, forms: list[Found]) -> None:
    wrong = []
    for found in forms:
        for name in found.texts[:1] if found.form.method == "POST" else ():
            answer = send(world, found, found.plain | {name: [A_MEGABYTE]})
            if answer.status_code not in (403, 404, 409, 413, 422):
                wrong.append(f"{found} {name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.usefixtures("nothing_kept")
def test_many_values_where_one_is_expected_and_none_where_one_is(world: World, forms: list[Found]) -> None:
    wrong = []
    for found in forms:
        plain = found.plain
        shapes: dict[str, dict[str, list[bytes]]] = {
            "doubled": {name: values * 2 for name, values in plain.items()},
            "as a list": {f"{name}[]": values for name, values in plain.items()},
            "indexed": {f"{name}-0-{name}": values for name, values in plain.items()},
            "missing": {},
        }
        for what, values in shapes.items():
            if complained := complaint(send(world, found, values)):
                wrong.append(f"{found}: {what}: {complained}")
    assert wrong == []


@pytest.mark.usefixtures("nothing_kept")
def test_hostile_files(world: World, forms: list[Found]) -> None:
    uploads = [
        (found, name) for found in forms for name, control in found.form.inputs.items() if control.kind == "file"
    ]
    assert uploads
    wrong = []
    for found, field in uploads:
        for file_name, data in FILES.items():
            browser = world.browsers[found.visitor].twin()
            values: dict[str, object] = {
                name: [value.decode() for value in given] for name, given in found.plain.items()
            }
            values |= {"csrf_token": browser.csrf_token(), field: (io.BytesIO(data), file_name)}
            if complained := complaint(browser.client.post(found.form.action, data=values)):
                wrong.append(f"{found} {file_name}: {complained}")
    assert wrong == []


@pytest.mark.usefixtures("nothing_kept")
def test_hostile_addresses(world: World) -> None:
    names = "page q lang district next item stage process fabric dong free factory brief show done saved asked".split()
    wrong = []
    for rule in world.app.url_map.iter_rules():
        if "<" in rule.rule or "GET" not in (rule.methods or ()):
            continue
        roles = audience_of(world.app, rule.endpoint) or {"nobody"}
        visitor = next(name for name in ("nobody", "designer", "factory_owner", "administrator") if name in roles)
        for what, value in HOSTILE.items():
            query = "&".join(f"{name}={quote_from_bytes(value)}&{name}=2" for name in names)
            browser = world.browsers["owner" if visitor == "factory_owner" else visitor].twin()
            if complained := complaint(browser.get(f"{rule.rule}?{query}")):
                wrong.append(f"{visitor} {rule.rule}: {what}: {complained}")
    assert wrong == []


def test_markup_that_was_stored_is_shown_as_text_everywhere(forms: list[Found], tmp_path: Path) -> None:
    """Sends the markup in one text after the other, so that as much as possible is accepted, then reads it all."""
    world = build_world(tmp_path)
    for found in forms:
        plain = found.plain
        for name in found.texts:
            send(world, found, plain | {name: [MARKUP.encode()]})
        send(world, found, plain | {name: [MARKUP.encode()] for name in found.texts})
    assert is_stored(world.app), "nothing was accepted, so nothing is shown"
    seen = ""
    for visitor in VISITORS:
        for page in crawl(world.browsers[visitor], ["/", "/designers", "/briefs", "/district/", "/account"]):
            assert unescaped(page.text) is None, (visitor, page.address)
            seen += page.text
    assert "&lt;script&gt;alert(1)" in seen


def is_stored(app: Flask) -> bool:
    with closing(engine_of(app).raw_connection()) as connection:
        dump = connection.driver_connection.iterdump()  # type: ignore[union-attr]
        return any("<script>alert" in line for line in dump)
