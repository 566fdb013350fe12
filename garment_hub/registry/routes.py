"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("registry", __name__)


@bp.route("/district/registry")
@public
def factories() -> str:
    return ""


@bp.route("/district/imports")
@public
def imports() -> str:
    return ""


@bp.route("/district/duplicates")
@public
def duplicates() -> str:
    return ""
