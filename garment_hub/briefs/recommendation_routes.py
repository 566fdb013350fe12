"""The list of factories for a brief: shown as stored, made anew on demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.briefs import facts
from garment_hub.briefs.blueprint import bp
from garment_hub.briefs.queries import get_brief, is_own, requests_of
from garment_hub.briefs.services import require_open
from garment_hub.db import engine_of, get_session, reading
from garment_hub.factories import search
from garment_hub.factories.queries import get_factory
from garment_hub.form_tokens import new_token
from garment_hub.patience import reckons
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.recommendations import services
from garment_hub.recommendations.keeping import Kept
from garment_hub.recommendations.presenting import MOST_KEPT, ShownList, shown_list
from garment_hub.recommendations.queries import latest_row, standing_of
from garment_hub.recommendations.ranking import Ranking, rank_for_brief
from garment_hub.recommendations.wording import why_not_lines
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.errors import NotFound
from models.factory import Factory
from models.quote import MAXIMUM_ASKED
from models.recommendation import Recommendation
from models.user import Role, User

LONGEST_QUESTION = 100
MOST_FOUND = 8
# Which step of the form holds the field that a relaxation changes.
STEP_OF_FIELD = {"needed_by": 2, "quantity": 2, "budget_per_piece_krw": 2}
LAST_STEP = 4
_cards: Kept[Markup] = Kept(MOST_KEPT)


@bp.route("/briefs/<int:brief_id>/recommendations")
@audience(Role.DESIGNER, Role.COORDINATOR, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR)
def recommendations(brief_id: int) -> str:
    session, user = get_session(), signed_in()
    brief = get_brief(session, brief_id, user, Access.READ)
    stored = latest_row(session, brief)
    shown = shown_list(session, brief, stored) if stored else None
    asked = {row.factory_id for row in requests_of(session, [brief])[brief.id]}
    may_ask = is_own(brief, user) and brief.status is BriefStatus.OPEN
    return render_template(
        "briefs/recommendations.html" if shown is None or shown.cards else "briefs/recommendations_empty.html",
        brief=brief,
        headline=facts.headline(brief),
        rows=[*facts.what_rows(brief)[:1], *facts.number_rows(brief)[:3]],
        list=shown,
        cards=_cards_of(shown, asked, may_ask) if shown else "",
        asked=asked,
        most=MAXIMUM_ASKED,
        token=new_token(),
        may_ask=may_ask,
        change_url=_change_url(brief, shown.relax.field if shown and shown.relax else None),
        **_looked_up(session, user, brief, stored),
    )


def _cards_of(shown: ShownList, asked: set[int], may_ask: bool) -> Markup:
    """The cards as they were last written, if they would be written the same."""

    def write() -> Markup:
        page = render_template("briefs/_cards.html", list=shown, asked=asked, may_ask=may_ask)
        return Markup(page)  # noqa: S704 (a template of ours, which escapes)

    return _cards.get((shown.key, frozenset(asked), may_ask), write)


def _change_url(brief: Brief, field: str | None) -> str:
    return url_for("briefs.edit", brief_id=brief.id, step=STEP_OF_FIELD.get(field or "", LAST_STEP))


def _looked_up(session: Session, user: User, brief: Brief, stored: Recommendation | None) -> dict[str, Any]:
    """Why one factory is not on the list: found by its name, then explained."""
    name = request.args.get("name", "").strip()[:LONGEST_QUESTION]
    factory_id = request.args.get("factory", type=int)
    values: dict[str, Any] = {"name": name, "found": _named(session, brief, name), "factory": None}
    if stored is None or factory_id is None:
        return values
    factory = get_factory(session, factory_id, user, Access.READ)
    if factory.district_id != brief.district_id:
        raise NotFound
    standing = standing_of(session, stored, factory)
    words = {"why_not": why_not_lines(standing.why_not), "questions": why_not_lines(standing.questions)}
    return values | {"factory": factory, "standing": standing, "standing_words": words}


def _named(session: Session, brief: Brief, name: str) -> list[Factory]:
    if not name:
        return []
    query = select(Factory).where(Factory.district_id == brief.district_id, Factory.is_listed, search.condition(name))
    return list(session.scalars(query.order_by(Factory.name, Factory.id).limit(MOST_FOUND)))


@bp.route("/briefs/<int:brief_id>/recommendations", methods=["POST"])
@audience(Role.DESIGNER)
@reckons
def recommend(brief_id: int) -> Response:
    ranking = _ranking(brief_id, current_user)  # before the request's own session takes the write lock
    session = get_session()
    brief = get_brief(session, brief_id, signed_in(), Access.WRITE)
    require_open(brief, today_in_seoul())
    services.store_ranking(session, brief, ranking)
    return redirect(url_for("briefs.recommendations", brief_id=brief.id), 303)


def _ranking(brief_id: int, user: User) -> Ranking:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with reading(engine_of(app)) as session:
        brief = get_brief(session, brief_id, user, Access.WRITE)
        require_open(brief, today_in_seoul())
        return rank_for_brief(session, brief, root=Path(app.config["DATA_DIR"]))
