"""The list of factories for a brief: shown as stored, made anew on demand."""

from __future__ import annotations

from garment_hub.briefs.blueprint import bp
from garment_hub.permissions import public


@bp.route("/briefs/<int:brief_id>/recommendations")
@public
def recommendations(brief_id: int) -> str:
    return ""
