"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("accounts", __name__)


@bp.route("/sign-in")
@public
def sign_in() -> str:
    return ""


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out() -> str:
    return ""


@bp.route("/account")
@public
def account() -> str:
    return ""
