"""A person's data out in one file, and the end of an account."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from garment_hub import files
from garment_hub.accounts import sign_in
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.permissions import EVERY_ROLE, audience, public, signed_in
from garment_hub.privacy.erasure import forget
from garment_hub.privacy.export import pack
from garment_hub.privacy.forms import DeleteForm, DeleteWithPasswordForm
from models.errors import Conflict, Invalid, TooMany
from models.user import Role

bp = Blueprint("privacy", __name__)


@bp.route("/account/export")
@audience(*EVERY_ROLE)
def export() -> Response:
    packed = pack(get_session(), signed_in(), files.upload_root())
    name = {"Content-Disposition": "attachment; filename=garment-hub.zip"}
    return make_response(packed, {"Content-Type": "application/zip", **name})


@bp.route("/account/delete")
@audience(Role.DESIGNER, Role.FACTORY_OWNER)
def delete() -> str:
    return _page(_form_kind()(formdata=None))


@bp.post("/account/delete")
@audience(Role.DESIGNER, Role.FACTORY_OWNER)
def delete_now() -> ResponseReturnValue:
    form = _form_kind()()
    if not (form.validate() and _is_confirmed(form)):
        return _page(form), 422
    session = get_session()
    try:
        pictures = forget(session, signed_in())
    except Conflict as error:
        form.refuse(error)
        return _page(form), status_of(error)
    for key in pictures:
        files.remove_file(files.upload_root(), key)
    sign_in.stop(session)
    return redirect(url_for("privacy.gone"), 303)


def _form_kind() -> type[DeleteForm]:
    return DeleteWithPasswordForm if current_user.person.password_hash else DeleteForm


def _is_confirmed(form: DeleteForm) -> bool:
    if not isinstance(form, DeleteWithPasswordForm):
        return True
    try:
        if sign_in.confirms(form.password.data or ""):
            return True
        form.refuse(Invalid("password_wrong", field="password"))
    except TooMany as error:
        form.refuse(error)
    return False


def _page(form: DeleteForm) -> str:
    is_owner = current_user.role == Role.FACTORY_OWNER
    layout = "_layout_owner.html" if is_owner else "base.html"
    return render_template("privacy/delete.html", form=form, layout=layout, is_owner=is_owner)


@bp.route("/account-gone")
@public
def gone() -> str:
    return render_template("privacy/gone.html")
