"""A refusal has words in every language, and a broken database still gives a clear page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from garment_hub import errors, schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from garment_hub.refusals import MESSAGES
from models.errors import Invalid, TooMany

ROOT = Path(__file__).parent.parent
REFUSALS = {"Invalid", "NotFound", "Forbidden", "Conflict", "TooMany"}


def raised_codes() -> Iterator[tuple[str, str]]:
    """Place and code of every refusal that is made with a literal code."""
    for path in [*ROOT.glob("garment_hub/**/*.py"), *ROOT.glob("models/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in REFUSALS
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", first.value


def test_every_refusal_has_its_sentence() -> None:
    found = list(raised_codes())
    assert found
    assert [(place, code) for place, code in found if code not in MESSAGES] == []


def test_a_kind_of_refusal_has_the_status_of_its_kind() -> None:
    class Unreadable(Invalid):
        pass

    assert errors.status_of(Unreadable("not_found")) == 422
    assert errors.status_of(TooMany("too_many_tries", 30)) == 429


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    app = create_app(DATA_DIR=tmp_path, SECRET_KEY="x" * 32)
    schema.upgrade(engine_of(app))
    return app


def test_a_database_that_is_gone_gives_a_clear_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object, **_values: object) -> None:
        raise OperationalError("SELECT", {}, Exception("unable to open database file"))

    monkeypatch.setattr("garment_hub.site.get_session", gone)
    page = app.test_client().get("/?lang=ko")
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert page.headers["Content-Security-Policy"]
    assert "저장된 것은 없어요" in page.text


def test_an_unexpected_failure_shows_no_insides(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("a secret inside")

    monkeypatch.setattr("garment_hub.pages.routes.free_this_week", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = app.test_client().get("/")
    assert page.status_code == 500
    assert "secret inside" not in page.text


def test_an_unknown_district_is_a_page_not_found(app: Flask) -> None:
    assert app.test_client().get("/?district=nowhere").status_code == 404


def test_a_refused_method_still_says_which_are_allowed(app: Flask) -> None:
    page = app.test_client().post("/healthz")
    assert page.status_code == 405
    assert "GET" in page.headers["Allow"]
