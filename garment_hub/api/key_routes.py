"""Where people make and end the keys of their programs."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from garment_hub.api import services
from garment_hub.api.forms import KeyForm
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.permissions import audience, signed_in
from models.errors import Invalid
from models.user import Role

bp = Blueprint("api_keys", __name__)


@bp.route("/account/api-keys")
@audience(Role.DESIGNER)
def keys() -> str:
    return _page(KeyForm(formdata=None))


@bp.post("/account/api-keys")
@audience(Role.DESIGNER)
def make() -> ResponseReturnValue:
    """The page that answers is the only one that ever shows the key."""
    form = KeyForm()
    if not form.validate():
        return _page(form), 422
    try:
        key, token = services.make_key(get_session(), signed_in(), form.name.data)
    except Invalid as error:
        form.refuse(error)
        return _page(form), status_of(error)
    return _page(KeyForm(formdata=None), name=key.name, token=token)


@bp.post("/account/api-keys/<int:key_id>/end")
@audience(Role.DESIGNER)
def end(key_id: int) -> ResponseReturnValue:
    services.end_key(get_session(), signed_in(), key_id)
    return redirect(url_for("api_keys.keys"), 303)


def _page(form: KeyForm, *, name: str = "", token: str = "") -> str:
    keys = services.keys_of(get_session(), signed_in())
    return render_template("api/keys.html", form=form, keys=keys, name=name, token=token)
