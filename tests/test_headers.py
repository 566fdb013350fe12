"""Headers that every answer carries, and the session cookie on http and https."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.district import District
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_user

PAGES = ["/", "/sign-in", "/factories", "/healthz", "/nowhere", "/account", "/factories/999999"]
ADDRESSES = [*PAGES, "/static/css/tokens.css"]
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def assert_guarded(answer: TestResponse) -> None:
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in str(policy) and "*" not in str(policy)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_guarded(app: Flask, address: str) -> None:
    answer = Browser(app).get(address)
    answer.close()
    assert_guarded(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_refused_methods_and_forms_without_a_token_too(app: Flask, method: str) -> None:
    answer = Browser(app).client.open("/sign-in", method=method)
    assert_guarded(answer)
    assert answer.status_code == {"POST": 400, "PUT": 405, "DELETE": 405}.get(method, 200)


def test_a_failure_of_ours_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise RuntimeError("boom")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "pages.terms", fail)
    answer = Browser(app).get("/terms")
    assert answer.status_code == 500 and "boom" not in answer.text
    assert_guarded(answer)


def test_no_page_loads_or_carries_anything_that_the_policy_would_stop(app: Flask) -> None:
    for address in PAGES[:4]:
        text = Browser(app).get(address).text
        assert "<script>" not in text and " style=" not in text and " onclick=" not in text


@pytest.mark.parametrize(("address", "copies"), [("/", "no-cache"), ("/sign-in", "no-store")])
def test_pages_with_a_token_are_not_kept(app: Flask, address: str, copies: str) -> None:
    answer = Browser(app).get(address)
    assert answer.headers["Cache-Control"] == copies
    assert "Cookie" in answer.headers["Vary"]


def test_nothing_that_somebody_signed_in_sees_is_kept(app: Flask, session: Session) -> None:
    user = make_user(session, Role.DESIGNER, session.scalars(select(District)).one())
    browser = signed_in(app, session, user)
    for address in PAGES:
        assert browser.get(address).headers["Cache-Control"] == "no-store"


def test_on_https_the_cookie_is_bound_to_the_host(app: Flask) -> None:
    cookie = Browser(app).get("/sign-in", base_url="https://localhost").headers["Set-Cookie"]
    name, _rest = cookie.split("=", 1)
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert name == "__Host-session"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_on_http_the_cookie_has_its_plain_name(app: Flask) -> None:
    answer = Browser(app).get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("session=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(("proxies", "is_believed"), [(0, False), (1, True)])
def test_a_forwarded_header_is_believed_only_from_a_trusted_proxy(make_app, proxies: int, is_believed: bool) -> None:  # type: ignore[no-untyped-def]
    app = make_app(TRUSTED_PROXIES=proxies)
    answer = Browser(app).get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) == is_believed
    assert answer.headers["Set-Cookie"].startswith("__Host-session=") == is_believed
