"""What every answer carries: security headers, and who may keep a copy."""

from __future__ import annotations

from wsgiref.headers import Headers

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_login import current_user

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers of before frame-ancestors
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
}
ONE_YEAR = 365 * 24 * 3600


class SessionCookie(SecureCookieSessionInterface):
    """The session cookie: ``__Host-session`` with Secure on https, plain ``session`` on http."""

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-session" if request.is_secure else "session"

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_domain(self, app: Flask) -> None:
        return None

    def get_cookie_path(self, app: Flask) -> str:
        return "/"


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
    if request.endpoint != "static":
        response.vary.add("Cookie")
        _limit_copies(response)
    return response


def _limit_copies(response: Response) -> None:
    """A route that lets the browser alone keep a copy (``private``) has its way; no shared copy is of a person."""
    if response.cache_control.private:
        return
    if _is_private():
        response.headers["Cache-Control"] = "no-store"
    else:
        response.headers.setdefault("Cache-Control", "no-cache")


def _is_private() -> bool:
    """Pages of somebody signed in, answers to forms, and pages with a form, which hold a token of this browser."""
    return current_user.is_authenticated or request.method not in ("GET", "HEAD") or "csrf_token" in g


def for_static(headers: Headers, _path: str, _url: str) -> None:
    """Static files are served before the application is asked."""
    for name, value in HEADERS.items():
        headers[name] = value


def init_app(app: Flask) -> None:
    app.session_interface = SessionCookie()
    app.after_request(_set_headers)
