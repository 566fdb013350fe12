"""Pages of this room."""

from __future__ import annotations

from garment_hub.briefs.blueprint import bp
from garment_hub.permissions import public


@bp.route("/briefs")
@public
def mine() -> str:
    return ""


@bp.route("/briefs/new")
@public
def new() -> str:
    return ""


@bp.route("/briefs/<int:brief_id>")
@public
def show(brief_id: int) -> str:
    return ""
