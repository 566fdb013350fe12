"""From a refusal to a status code, a sentence in the reader's language, and a page."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from garment_hub.db import get_session, is_busy
from garment_hub.labels import locale_code
from garment_hub.site import BareSite
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooMany

STATUS: dict[type[DomainError], int] = {Invalid: 422, NotFound: 404, Forbidden: 403, Conflict: 409, TooMany: 429}

# code of a DomainError -> sentence: what happened and what to do next.
MESSAGES = {
    "not_found": lazy_gettext("There is no such page, or it is not meant for you."),
    "forbidden": lazy_gettext("You may look at this, but not change it."),
    "wrong_role": lazy_gettext("This page is for another kind of account."),
    "too_many_tries": lazy_gettext("Too many tries. Please wait %(minutes)s minutes and try again."),
    "form_changed": lazy_gettext(
        "This form was already sent with other content. Open it again and check what was saved."
    ),
    "brief_move_not_allowed": lazy_gettext("This brief has moved on. Reload the page to see where it stands."),
    "demo_already_there": lazy_gettext("This database already holds the demo data."),
    "demo_refused_real_data": lazy_gettext("This database holds real data. Demo data belong in a new, empty one."),
    "email_unreadable": lazy_gettext("Please write the e-mail like this: name@example.com"),
    "phone_unreadable": lazy_gettext("Please write the telephone number like this: 010-1234-5678"),
    "email_taken": lazy_gettext("There is already an account with this e-mail. Please sign in."),
    "phone_taken": lazy_gettext("There is already an account with this telephone number. Please sign in."),
    "cannot_be_reached": lazy_gettext(
        "Please leave an e-mail or a telephone number: one of the two is needed to sign in."
    ),
    "password_too_short": lazy_gettext("Please use %(shortest)s characters or more."),
    "password_too_long": lazy_gettext("Please use %(longest)s characters or fewer."),
    "password_common": lazy_gettext("Too many people use this password. Please choose another one."),
    "password_wrong": lazy_gettext("This is not the password you use now."),
    "consent_needed": lazy_gettext("This consent ends only together with your account."),
    "request_already_answered": lazy_gettext("This request already has an answer."),
    "picture_unreadable": lazy_gettext("This is not a picture we can read. Please send a JPEG, PNG, WebP or HEIC file."),
    "picture_too_large": lazy_gettext("This picture is too large. Please take it again a little smaller."),
    "too_many_pictures": lazy_gettext("There is room for %(most)s pictures. Please remove one first."),
    "capacity_out_of_range": lazy_gettext("A week has seven days. Please write 0 to 7."),
    "capacity_below_taken": lazy_gettext("This week already has more work than that. Please call the centre."),
}

TITLES = {
    400: lazy_gettext("This form could not be read"),
    403: lazy_gettext("This is not yours to change"),
    404: lazy_gettext("We could not find this page"),
    409: lazy_gettext("Something changed in the meantime"),
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


def sentence(error: DomainError) -> str:
    """The words for a refusal, in the language of the moment."""
    return str(MESSAGES[error.code]) % error.values


def _page(status: int, text: str) -> Response:
    title = TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
    # A page about a broken database must not ask it who is looking.
    bare = {"site": BareSite(locale_code()), "current_user": AnonymousUserMixin()} if status >= 500 else {}
    page = render_template("errors/error.html", status=status, title=title, text=text, **bare)
    response = make_response(page, status)
    if status in (429, 503):
        response.headers["Retry-After"] = "5"
    return response


def _domain_error(error: DomainError) -> Response:
    response = _page(STATUS[type(error)], sentence(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    response = _page(status, str(TEXTS.get(status) or _("Please go back and try again.")))
    if "Allow" in (headers := dict(error.get_headers(request.environ))):
        response.headers["Allow"] = headers["Allow"]
    return response


def _database_error(error: OperationalError) -> Response:
    """A database that is busy or gone is a passing matter; the reader is told so."""
    current_app.logger.error("database: %s", error.orig, exc_info=not is_busy(error))
    get_session().rollback()
    return _page(503, str(TEXTS[503]))


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
