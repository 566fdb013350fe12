"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("dashboard", __name__)


@bp.route("/district/")
@public
def overview() -> str:
    return ""


@bp.route("/indicators")
@public
def public() -> str:
    return ""
