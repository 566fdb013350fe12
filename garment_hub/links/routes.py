"""The page behind a link: what it shows and the one thing it does; and how somebody gets a link to get in."""

from __future__ import annotations

from collections.abc import Callable

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.accounts import sign_in
from garment_hub.accounts.links import Purpose, read_token
from garment_hub.db import get_session
from garment_hub.links import agreeing, answering, claiming, closed, listing, paying, pulse, sending, signing_in
from garment_hub.links import qr_routes as _codes  # noqa: F401  (adds its page to the blueprint)
from garment_hub.links.blueprint import bp
from garment_hub.links.forms import AskForm
from garment_hub.links.opening import OpenLink, is_somebody_elses, open_link
from garment_hub.permissions import public
from models.base import utc_now
from models.errors import Gone, NotFound, TooMany

PAGES: dict[Purpose, Callable[[OpenLink], ResponseReturnValue]] = {
    Purpose.ANSWER: answering.answer,
    Purpose.PULSE: pulse.ask,
    Purpose.TERMS: agreeing.terms,
    Purpose.PAYMENT: paying.payment,
    Purpose.SIGN_IN: signing_in.sign_in,
    Purpose.LISTING: listing.confirm,
    Purpose.CLAIM: claiming.claim,
}


@bp.route("/link", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """Somebody without a password, or who forgot it, asks for a way in."""
    form = AskForm()
    if request.method != "POST":
        return redirect(_landing(), 303) if current_user.is_authenticated else _ask_page(form)
    if not form.validate():
        return _ask_page(form), 422
    try:
        sending.send_way_in(form.phone.data)
    except TooMany as error:
        form.refuse(error)
        return _ask_page(form), 429, {"Retry-After": str(error.retry_after)}
    return redirect(url_for("links.sent"), 303)


def _ask_page(form: AskForm) -> str:
    return render_template("links/ask.html", form=form)


def _landing() -> str:
    return sign_in.landing(current_user.person)


@bp.get("/link-sent")
@public
def sent() -> str:
    """The same for everybody: whether we know the number is nobody else's business."""
    return render_template("links/sent.html")


@bp.route("/link/<token>", methods=["GET", "POST"])
@public
def page(token: str) -> ResponseReturnValue:
    """GET shows a page with buttons and changes nothing; POST does the one thing."""
    try:
        link = read_token(token)
    except NotFound as error:
        return closed.page(error)
    if is_somebody_elses(link):
        return closed.elses_page()
    try:
        if request.method == "POST" and "again" in request.args:
            sending.send_again(link)
            return redirect(url_for("links.sent"), 303)
        return PAGES[link.purpose](open_link(get_session(), link, utc_now()))
    except (Gone, NotFound) as error:
        return closed.page(error, link)


@bp.get("/link/<token>/picture/<int:file_id>")
@public
def picture(token: str, file_id: int) -> ResponseReturnValue:
    """A drawing of the request that the link is about."""
    link = read_token(token)
    if link.purpose is not Purpose.ANSWER or is_somebody_elses(link):
        raise NotFound
    return make_response(answering.picture(open_link(get_session(), link, utc_now()), file_id))
