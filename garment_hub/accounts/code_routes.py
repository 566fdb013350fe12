"""Pages of the second factor: showing a code to get in, setting it up, and the codes for a lost telephone."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub.accounts import second_factor, sign_in
from garment_hub.accounts.forms import CodeForm
from garment_hub.accounts.routes import bp
from garment_hub.db import get_session
from garment_hub.permissions import audience, public, signed_in
from garment_hub.qr import qr_svg
from models.errors import Invalid, TooMany
from models.user import STAFF, User


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Between the password and the desk; who has not set it up yet does so here."""
    person = sign_in.who_waits()
    if person is None:
        return redirect(url_for("accounts.sign_in", next=sign_in.safe_next(request.args.get("next"))), 303)
    form = CodeForm(next=request.args.get("next"))
    if request.method != "POST":
        return _code_page(form, person)
    found, status, headers = _shown(form, person)
    if found is None:
        return _code_page(form, person), status, headers
    onward = sign_in.safe_next(form.next.data) or sign_in.landing(found)
    sign_in.start(get_session(), found)
    if second_factor.codes_left(get_session(), found) == 0:  # set up just now, or the last one is used up
        return _codes_page(found, onward)
    return redirect(onward, 303)


def _shown(form: CodeForm, person: User) -> tuple[User | None, int, dict[str, str]]:
    """The person when the code is right, else what is wrong on the form, the status and headers of the answer."""
    if not form.validate():
        return None, 422, {}
    try:
        if found := sign_in.shows_code(person, form.code.data):
            return found, 200, {}
        form.refuse(Invalid("code_wrong", field="code"))
    except TooMany as error:
        form.refuse(error)
        return None, 429, {"Retry-After": str(error.retry_after)}
    return None, 422, {}


def _code_page(form: CodeForm, person: User) -> str:
    factor = second_factor.factor_of(get_session(), person)
    picture = None
    if factor is not None and factor.confirmed_at is None:
        picture = qr_svg(second_factor.address_for(factor, person.email or str(person.phone)), side=220)
    return render_template("accounts/code.html", form=form, factor=factor, picture=picture)


def _codes_page(person: User, onward: str) -> str:
    """The only page that ever shows them."""
    codes = second_factor.new_recovery_codes(get_session(), person)
    return render_template("accounts/recovery_codes.html", codes=codes, onward=onward)


@bp.route("/account/second-factor")
@audience(*sorted(STAFF))
def second_factor_page() -> str:
    return _page(CodeForm(formdata=None))


@bp.post("/account/second-factor/<any(codes, anew):deed>")
@audience(*sorted(STAFF))
def change_second_factor(deed: str) -> ResponseReturnValue:
    """New recovery codes, or setting it up anew on another telephone; both for a code."""
    form = CodeForm()
    person, status, headers = _shown(form, current_user.person)
    if person is None:
        return _page(form), status, headers
    if deed == "codes":
        return _codes_page(person, url_for("accounts.account"))
    second_factor.reset(get_session(), person)
    sign_in.stop(get_session())
    return redirect(url_for("accounts.sign_in"), 303)


def _page(form: CodeForm) -> str:
    session, person = get_session(), signed_in()
    factor, left = second_factor.factor_of(session, person), second_factor.codes_left(session, person)
    return render_template("accounts/second_factor.html", form=form, factor=factor, left=left)
