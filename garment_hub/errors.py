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
    "brief_over": lazy_gettext("This brief is closed. Write a new one to ask again."),
    "brief_already_asked": lazy_gettext(
        "Factories have this brief in front of them, so it stays as it is. Write a new one to change it."
    ),
    "brief_incomplete": lazy_gettext("Something a factory needs for a price is still missing."),
    "brief_day_over": lazy_gettext("The day you need them is over. Please choose a later one."),
    "brief_not_open": lazy_gettext("This brief is not open, so no factory can be asked or answer."),
    "too_many_files": lazy_gettext("A brief holds at most %(most)s pictures. Remove one first."),
    "choose_factories": lazy_gettext("Please tick at least one factory to ask."),
    "too_many_asked": lazy_gettext(
        "At most %(most)s factories can be asked at a time. Wait for an answer, or choose fewer."
    ),
    "factory_already_asked": lazy_gettext("You have already asked %(factory)s with this brief."),
    "factory_not_there": lazy_gettext("One of the factories can no longer be asked. Make a new list and choose again."),
    "reason_needed": lazy_gettext("Please choose one of the reasons."),
    "answer_incomplete": lazy_gettext("A price and a day belong to the answer."),
    "request_already_answered": lazy_gettext("This request already has an answer."),
    "file_too_large": lazy_gettext("The file is larger than %(megabytes)s MB. Split it into several files."),
    "file_empty": lazy_gettext("There is nothing in the file. Check that it is the right one."),
    "file_not_a_table": lazy_gettext("This is no table (%(kind)s). Save the register as XLSX or CSV."),
    "file_is_a_web_page": lazy_gettext("This is a web page with the name of a table. Open it and save it as XLSX."),
    "file_is_binary": lazy_gettext("This is no text and no workbook. Save the register as XLSX or CSV."),
    "file_has_password": lazy_gettext("The file is locked with a password. Save it without one."),
    "workbook_damaged": lazy_gettext(
        "The workbook is damaged or cut off. Get it again, or open it and save it as XLSX."
    ),
    "archive_not_a_workbook": lazy_gettext("This archive holds no workbook. Unpack it, or save the register as XLSX."),
    "archive_too_large": lazy_gettext(
        "Unpacked, the file is larger than %(megabytes)s MB. Save only the register itself."
    ),
    "encoding_unknown": lazy_gettext("The letters are neither UTF-8 nor CP949. Save the file as CSV UTF-8 or XLSX."),
    "encoding_damaged": lazy_gettext(
        "Line %(line)s has broken letters (%(encoding)s). Get the file again or save it anew."
    ),
    "quote_left_open": lazy_gettext("A quotation mark opened in row %(line)s never closes. Close it and try again."),
    "too_many_rows": lazy_gettext("There are more than %(rows)s rows. Split the file into several."),
    "too_many_cells": lazy_gettext(
        "The sheet is too large: at most %(rows)s rows and %(columns)s columns. Save only the register itself."
    ),
    "too_many_columns": lazy_gettext("Row %(line)s has more than %(columns)s columns. Save only the register itself."),
    "cell_too_long": lazy_gettext("A cell in row %(line)s has more than %(characters)s letters. Shorten it."),
    "header_not_found": lazy_gettext(
        "No row names the columns. The file begins with: %(first)s. Use --map name=HEADING."
    ),
    "rows_do_not_fit": lazy_gettext("This is no table: hardly a row has as many cells as the header %(headings)s."),
    "name_column_not_found": lazy_gettext(
        "No column holds the names. There are: %(headings)s. Use --map name=HEADING."
    ),
    "orders_header_not_found": lazy_gettext("No row names the columns. Needed are: %(needed)s."),
    "import_unknown_field": lazy_gettext("There is no field %(name)s. Did you mean %(nearest)s?"),
    "import_unknown_heading": lazy_gettext("There is no column %(name)s. There are: %(headings)s."),
    "import_mapping_form": lazy_gettext("Write --map field=heading, not %(name)s."),
    "import_already_undone": lazy_gettext("This import was taken back before."),
    "import_has_later": lazy_gettext(
        "The later import of %(name)s changed %(count)s of these factories. Take that one back first."
    ),
    "import_touched_since": lazy_gettext(
        "Owners or staff have changed %(count)s of these factories since (%(names)s). Nothing was taken back."
    ),
    "import_in_use": lazy_gettext(
        "%(count)s of these factories are in use by now (%(names)s). Nothing was taken back."
    ),
    "district_unknown": lazy_gettext("There is no district %(name)s. There are: %(known)s."),
    "district_exists": lazy_gettext("There is already a district %(name)s."),
    "district_incomplete": lazy_gettext("A district needs a code and a name in Korean and in English."),
    "district_dongs_incomplete": lazy_gettext("The file of neighbourhoods needs these columns, filled: %(needed)s."),
    "district_dongs_doubled": lazy_gettext("The file of neighbourhoods names a code twice."),
    "district_dongs_wrong": lazy_gettext("The file of neighbourhoods holds a wrong value: %(detail)s."),
    "district_borders_unreadable": lazy_gettext("The file of borders is no GeoJSON collection."),
    "export_ending": lazy_gettext("Name the file .csv or .xlsx, not %(name)s."),
    "picture_unreadable": lazy_gettext(
        "This is not a picture we can read. Please send a JPEG, PNG, WebP or HEIC file."
    ),
    "picture_too_large": lazy_gettext("This picture is too large. Please take it again a little smaller."),
    "quantities_swapped": lazy_gettext("The smaller number comes first. Please change the two around."),
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


def status_of(error: DomainError) -> int:
    """The status code of a refusal, also of one that is a kind of another."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


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
    response = _page(status_of(error), sentence(error))
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
