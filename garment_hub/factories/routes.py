"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("factories", __name__)


@bp.route("/factories")
@public
def directory() -> str:
    return ""


@bp.route("/factories/mine")
@public
def mine() -> str:
    return ""


@bp.route("/factories/<int:factory_id>")
@public
def show(factory_id: int) -> str:
    return ""


@bp.route("/sign-up/factory")
@public
def sign_up() -> str:
    return ""


@bp.route("/factories/<int:factory_id>/edit")
@public
def edit(factory_id: int) -> str:
    return ""


@bp.route("/factories/<int:factory_id>/capacity")
@public
def capacity(factory_id: int) -> str:
    return ""
