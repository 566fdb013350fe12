"""Home, how the list is made, terms, privacy, and the two health checks."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from garment_hub import schema
from garment_hub.db import engine_of, get_session
from garment_hub.pages.queries import free_this_week, listed_count, stage_counts
from garment_hub.permissions import public
from garment_hub.recommendations import setting_wording, settings
from garment_hub.recommendations.showings import most_taken_for_turns
from garment_hub.site import current_district
from models import vocabulary
from models.capacity import today_in_seoul
from models.user import Role

bp = Blueprint("pages", __name__)

FIRST_ITEMS = ("shirt_blouse", "tshirt", "dress", "trousers", "jacket", "sweatshirt_hoodie", "bag")


@bp.route("/")
@public
def home() -> str:
    session, district = get_session(), current_district()
    return render_template(
        "pages/home.html",
        items=FIRST_ITEMS,
        may_post=not current_user.is_authenticated or current_user.role == Role.DESIGNER,
        free=free_this_week(session, district.id, today_in_seoul()),
        stages=list(vocabulary.terms("stage")),
        counts=stage_counts(session, district.id),
        total=listed_count(session, district.id),
    )


@bp.route("/how-it-ranks")
@public
def how_it_ranks() -> str:
    """Written from what ranks the district's lists at this moment."""
    session, district = get_session(), current_district()
    setting = settings.current(session, district.id)
    return render_template(
        "pages/how_it_ranks.html",
        setting=setting,
        parts=setting_wording.weight_rows(setting.weights),
        change=settings.last_change(session, setting),
        turn_points=setting_wording.turn_points(setting.fair_turn),
        most_taken=setting_wording.taken_points(most_taken_for_turns(session, district.id)),
    )


@bp.route("/terms")
@public
def terms() -> str:
    return render_template("pages/terms.html")


@bp.route("/privacy")
@public
def privacy() -> str:
    return render_template("pages/privacy.html")


@bp.route("/healthz")
@public
def healthz() -> tuple[str, int, dict[str, str]]:
    """Alive, whatever the database does."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


@bp.route("/readyz")
@public
def readyz() -> tuple[str, int, dict[str, str]]:
    """Database reachable and schema current; opens no session and writes nothing."""
    plain = {"Content-Type": "text/plain"}
    try:
        schema.check(engine_of(current_app._get_current_object()))  # type: ignore[attr-defined]
    except (SQLAlchemyError, schema.SchemaError) as error:
        current_app.logger.error("not ready: %s", error)
        return "not ready\n", 503, {**plain, "Retry-After": "5"}
    return "ready\n", 200, plain
