"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("quotes", __name__)


@bp.route("/quote-requests")
@public
def inbox() -> str:
    return ""


@bp.route("/quote-requests/<int:request_id>")
@public
def show(request_id: int) -> str:
    return ""


@bp.route("/factories/<int:factory_id>/ask")
@public
def ask(factory_id: int) -> str:
    return ""
