"""A browser for tests of the pages: keeps its cookies, and sends forms with the token that the page gave it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from garment_hub.accounts.services import open_session
from garment_hub.accounts.sign_in import COOKIE_FIELD
from models.base import utc_now
from models.user import User

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

_CSRF_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """One browser with its own cookies."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self._token: str | None = None

    def twin(self) -> Browser:
        """Another browser with the same cookie and form token, for answers that take the cookie away."""
        twin = Browser(self.app)
        twin._token = self._token or self.csrf_token()
        self._token = twin._token
        cookie = self.client.get_cookie("session")
        if cookie:
            twin.client.set_cookie("session", cookie.value)
        return twin

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.client.get(address, **options)

    def send(self, address: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST a form as a page of this site would."""
        return self.client.post(address, data={"csrf_token": self.csrf_token()} | (fields or {}), **options)

    def show_in(self, page: Page, address: str) -> None:
        """The same page in Chromium, which gets every file of it from this browser's application."""

        def answer(route: Route) -> None:
            parts = urlsplit(route.request.url)
            with self.get(f"{parts.path}?{parts.query}") as found:
                route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

        page.route("**/*", answer)
        page.goto(f"http://site.example{address}")

    def let_in(self, page: Page, site: str) -> None:
        """Chromium goes on with this browser's cookie, at an address where the application is really served."""
        cookie = self.client.get_cookie("session")
        assert cookie, "nobody is signed in"
        page.context.add_cookies([{"name": "session", "value": cookie.value, "url": site}])

    def csrf_token(self) -> str:
        if self._token:
            return self._token
        for address in ("/sign-in", "/account"):
            if found := _CSRF_TOKEN.search(self.client.get(address).text):
                return found[1]
        raise AssertionError("no page gave a token")

    def sign_in(self, identifier: str, password: str, **fields: Any) -> TestResponse:
        return self.send("/sign-in", {"email": identifier, "password": password} | fields)


def signed_in(app: Flask, session: Session, user: User) -> Browser:
    """A browser in which this person signed in; commits what the session holds."""
    _row, token = open_session(session, user, utc_now())
    session.commit()
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie[COOKIE_FIELD] = token
    return browser
