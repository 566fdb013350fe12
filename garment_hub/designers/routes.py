"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("designers", __name__)


@bp.route("/designers")
@public
def directory() -> str:
    return ""


@bp.route("/designers/me/edit")
@public
def edit() -> str:
    return ""


@bp.route("/designers/<int:designer_id>")
@public
def show(designer_id: int) -> str:
    return ""


@bp.route("/sign-up/designer")
@public
def sign_up() -> str:
    return ""
