"""From a refusal to a status code, a sentence in the reader's language, and a page."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from garment_hub.db import get_session, is_busy, is_full
from garment_hub.labels import locale_code
from garment_hub.refusals import MESSAGES
from garment_hub.site import BareSite
from models.errors import Conflict, DomainError, Forbidden, Gone, Invalid, NotFound, TooMany, Unauthorised

PROGRAMS = "/api/"  # addresses of the interface for programs
RETRY_AFTER = "5"
RETRY_AFTER_FULL = "60"  # somebody has to make room first
STATUS: dict[type[DomainError], int] = {
    Invalid: 422, Unauthorised: 401, NotFound: 404, Forbidden: 403, Conflict: 409, Gone: 410, TooMany: 429,
}  # fmt: skip

TITLES = {
    400: lazy_gettext("This form could not be read"),
    401: lazy_gettext("A key is missing"),
    403: lazy_gettext("This is not yours to change"),
    404: lazy_gettext("We could not find this page"),
    409: lazy_gettext("Something changed in the meantime"),
    410: lazy_gettext("This link is no longer open"),
    413: lazy_gettext("That file is too large"),
    422: lazy_gettext("Something has to be corrected"),
    429: lazy_gettext("Please wait a moment"),
    500: lazy_gettext("Something broke on our side"),
    503: lazy_gettext("We are very busy right now"),
}

TEXTS = {
    400: lazy_gettext("The page had been open for a long time. Go back, reload it and send it again."),
    404: lazy_gettext("There is no such page, or it is not meant for you."),
    413: lazy_gettext("Please choose a smaller file and send it again."),
    500: lazy_gettext("Nothing was saved. Please try again in a few minutes."),
    503: lazy_gettext("Nothing was saved. Please try again in a few seconds."),
}
FULL_TITLE = lazy_gettext("There is no room to save anything right now")
FULL_TEXT = lazy_gettext("Nothing was saved; reading still works. Please send it again in a few minutes.")


def status_of(error: DomainError) -> int:
    """The status code of a refusal, also of one that is a kind of another."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def sentence(error: DomainError) -> str:
    """The words for a refusal, in the language of the moment."""
    return str(MESSAGES[error.code]) % error.values


def _page(status: int, text: str, title: object = None) -> Response:
    title = title or TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
    if request.path.startswith(PROGRAMS):
        return problem(status, str(title), text)
    # A page about a broken database must not ask it who is looking.
    bare = {"site": BareSite(locale_code()), "current_user": AnonymousUserMixin()} if status >= 500 else {}
    page = render_template("errors/error.html", status=status, title=title, text=text, **bare)
    response = make_response(page, status)
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def problem(status: int, title: str, text: str, **more: object) -> Response:
    """A refusal for a program (RFC 9457)."""
    response = jsonify(type="about:blank", status=status, title=title, detail=text, **more)
    response.status_code, response.mimetype = status, "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _domain_error(error: DomainError) -> Response:
    response = _page(status_of(error), sentence(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    original = getattr(error, "original_exception", None)
    if isinstance(original, OperationalError):  # the commit, after the view had ended well
        return _database_error(original)
    if status < 400:
        return make_response(error.get_response())
    response = _page(status, str(TEXTS.get(status) or _("Please go back and try again.")))
    if "Allow" in (headers := dict(error.get_headers(request.environ))):
        response.headers["Allow"] = headers["Allow"]
    return response


def _database_error(error: OperationalError) -> Response:
    """A database that is busy, full or gone is a passing matter; the reader is told so."""
    if is_full(error):
        return _no_room(error)
    current_app.logger.error("database: %s", error.orig, exc_info=not is_busy(error))
    get_session().rollback()
    return _page(503, str(TEXTS[503]))


def _no_room(error: Exception) -> Response:
    """Reading goes on; whoever runs the site reads it in the log."""
    current_app.logger.critical("the disk is full: %s", getattr(error, "orig", error))
    get_session().rollback()
    response = _page(503, str(FULL_TEXT), FULL_TITLE)
    response.headers["Retry-After"] = RETRY_AFTER_FULL
    return response


def _system_error(error: OSError) -> Response:
    if is_full(error):
        return _no_room(error)
    raise error


def _pool_exhausted(error: PoolTimeout) -> Response:
    current_app.logger.error("database: %s", error)
    return _page(503, str(TEXTS[503]))


def _unreadable_value(error: DBAPIError) -> Response:
    """Values the engine cannot hold (an id past its range) name nothing that exists."""
    if isinstance(error.orig, OverflowError) or "out of range" in str(error.orig):
        get_session().rollback()
        return _page(404, str(TEXTS[404]))
    raise error


def _overflow(_error: OverflowError) -> Response:
    get_session().rollback()
    return _page(404, str(TEXTS[404]))


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(PoolTimeout, _pool_exhausted)
    app.register_error_handler(DBAPIError, _unreadable_value)
    app.register_error_handler(OverflowError, _overflow)
    app.register_error_handler(OSError, _system_error)
