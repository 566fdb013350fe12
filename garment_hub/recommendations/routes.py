"""Pages of this room: a stored list, recomputed before the eyes of those who answer for it."""

from __future__ import annotations

from flask import Blueprint, render_template

from garment_hub.db import get_session
from garment_hub.patience import reckons
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.recommendations.queries import get_recommendation
from garment_hub.recommendations.replaying import replay_page
from models.user import ANSWER_FOR_RANKING

bp = Blueprint("recommendations", __name__)


@bp.route("/district/recommendations/<int:recommendation_id>")
@audience(*sorted(ANSWER_FOR_RANKING))
@reckons
def replay(recommendation_id: int) -> str:
    session = get_session()
    stored = get_recommendation(session, recommendation_id, signed_in(), Access.READ)
    return render_template("recommendations/replay.html", list=stored, page=replay_page(session, stored))
