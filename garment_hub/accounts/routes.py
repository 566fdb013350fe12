"""Pages of signing in and out, and of a person's own account."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from garment_hub.accounts import second_factor, services, sign_in
from garment_hub.accounts.devices import device_words
from garment_hub.accounts.forms import DetailsForm, FirstPasswordForm, PasswordForm, SignInForm
from garment_hub.db import get_session
from garment_hub.forms import BaseForm
from garment_hub.permissions import EVERY_ROLE, audience, public, signed_in
from models.base import utc_now
from models.errors import Invalid, TooMany
from models.user import ConsentPurpose, Role, User

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@public
def sign_in_page() -> AnyResponse:
    form = SignInForm(next=request.args.get("next"))
    if request.method == "POST":
        return _sign_in(form)
    if current_user.is_authenticated:
        return redirect(sign_in.landing(current_user.person), 303)
    return make_response(_sign_in_page(form))


def _sign_in(form: SignInForm) -> AnyResponse:
    if not form.validate():
        return make_response(_sign_in_page(form), 422)
    try:
        person = sign_in.attempt(form.email.data, form.password.data)
    except TooMany as error:
        form.refuse(error)
        return make_response(_sign_in_page(form), 429, {"Retry-After": str(error.retry_after)})
    if person is None:
        form.form_errors.append(_("The e-mail, the telephone number or the password is not right."))
        return make_response(_sign_in_page(form), 422)
    if second_factor.is_asked(get_session(), person):
        sign_in.wait_for_code(get_session(), person)
        return redirect(url_for("accounts.code", next=sign_in.safe_next(form.next.data)), 303)
    sign_in.start(get_session(), person)
    return redirect(sign_in.safe_next(form.next.data) or sign_in.landing(person), 303)


def _sign_in_page(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form, has_lapsed=sign_in.has_lapsed())


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out() -> AnyResponse:
    """``next`` is the page behind a link of somebody else's, which opens once this person is out."""
    sign_in.stop(get_session())
    return redirect(sign_in.safe_next(request.form.get("next")) or url_for("pages.home"), 303)


@bp.route("/account", methods=["GET", "POST"])
@audience(*EVERY_ROLE)
def account() -> Response:
    if request.method != "POST":
        return _account_page()
    form = DetailsForm()
    if not (form.validate() and _may_change_identifiers(form)):
        return _account_page(form)
    try:
        services.change_details(
            get_session(), signed_in(), name=form.name.data, email=form.email.data, phone=form.phone.data
        )
    except Invalid as error:
        form.refuse(error)
        return _account_page(form)
    return _done("details")


def _may_change_identifiers(form: DetailsForm) -> bool:
    """Who found an unlocked browser must not be able to take the account over."""
    me = current_user.person
    if (form.email.data, form.phone.data) == (me.email, me.phone) or me.password_hash is None:
        return True
    return _confirms(form, "password_now", form.password_now.data)


def _confirms(form: BaseForm, field: str, password: str | None) -> bool:
    try:
        if sign_in.confirms(password or ""):
            return True
        form.refuse(Invalid("password_wrong", field=field))
    except TooMany as error:
        form.refuse(error)
    return False


@bp.post("/account/password")
@audience(*EVERY_ROLE)
def change_password() -> Response:
    """Who has none so far may choose one without naming another."""
    form = _password_kind(current_user.person)()
    if not form.validate():
        return _account_page(form)
    if isinstance(form, PasswordForm) and not _confirms(form, "current_password", form.current_password.data):
        return _account_page(form)
    password_hash = services.hash_password(form.new_password.data)
    services.change_password(get_session(), signed_in(), password_hash, keep=current_user.session_id)
    return _done("password")


def _password_kind(person: User) -> type[FirstPasswordForm]:
    return PasswordForm if person.password_hash else FirstPasswordForm


@bp.post("/account/consents/<any(district_office, public_display):purpose>")
@audience(Role.DESIGNER, Role.FACTORY_OWNER)
def change_consent(purpose: str) -> Response:
    change = services.grant_consent if request.form.get("agrees") == "yes" else services.withdraw_consent
    change(get_session(), signed_in(), ConsentPurpose(purpose))
    return _done("consents")


@bp.post("/account/sessions/end")
@audience(*EVERY_ROLE)
def end_other_sessions() -> Response:
    services.end_all_sessions(get_session(), signed_in(), keep=current_user.session_id)
    return _done("sessions")


@bp.post("/account/sessions/<int:session_id>/end")
@audience(*EVERY_ROLE)
def end_session(session_id: int) -> AnyResponse:
    services.end_session_of(get_session(), signed_in(), session_id)
    if session_id != current_user.session_id:
        return _done("device")
    sign_in.stop(get_session())
    return redirect(url_for("pages.home"), 303)


@bp.post("/account/lost-phone")
@audience(*EVERY_ROLE)
def lost_phone() -> Response:
    """This browser stays in: on it the new number is written down."""
    services.report_lost_phone(get_session(), signed_in(), current_user.session_id, utc_now())
    return _done("lost_phone")


def _done(what: str) -> Response:
    return make_response(redirect(url_for("accounts.account", done=what), 303))


def _account_page(refused: BaseForm | None = None) -> Response:
    """The account; the form that was refused keeps what was typed."""
    me = signed_in()
    details = DetailsForm(formdata=None, name=me.name, email=me.email, phone=me.phone)
    page = render_template(
        "accounts/account.html",
        form=refused,
        details=refused if isinstance(refused, DetailsForm) else details,
        password=refused if isinstance(refused, FirstPasswordForm) else _password_kind(me)(formdata=None),
        me=me,
        mandates=services.mandates_of(get_session(), me),
        consents=services.current_consents(me),
        sessions=services.open_sessions(get_session(), me, utc_now()),
        device_words=device_words,
        done=request.args.get("done"),
    )
    return make_response(page, 422 if refused else 200)
