"""The page on which a designer puts a team together by hand and asks its members."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from garment_hub.briefs import facts
from garment_hub.briefs.queries import get_brief, is_own
from garment_hub.db import get_session
from garment_hub.errors import status_of
from garment_hub.factories import search
from garment_hub.form_tokens import SentForm, new_token
from garment_hub.labels import place_name
from garment_hub.permissions import Access, audience, signed_in
from garment_hub.quotes import services, wording
from garment_hub.quotes.blueprint import bp
from garment_hub.quotes.dropouts import said_no, staying
from garment_hub.quotes.proposals import Proposal, shown
from garment_hub.quotes.queries import latest_team
from garment_hub.quotes.team_forms import TeamForm, first_rows, proposed_rows
from garment_hub.quotes.teams import build_team, request_team
from garment_hub.recommendations.queries import latest_list
from garment_hub.recommendations.teaming import propose_for_brief
from models.brief import Brief, BriefStatus
from models.capacity import today_in_seoul
from models.errors import Conflict, Invalid
from models.factory import Factory
from models.team import Team
from models.user import STAFF, Role

Answer = str | Response | tuple[str, int]
MOST_FOUND = 12


@bp.route("/briefs/<int:brief_id>/team")
@audience(Role.DESIGNER, *sorted(STAFF))
def team(brief_id: int) -> str:
    session, user = get_session(), signed_in()
    brief = get_brief(session, brief_id, user, Access.READ)
    latest = latest_team(session, brief)
    if not is_own(brief, user):
        return _page(brief, latest, None)
    if brief.status is not BriefStatus.OPEN:
        raise Conflict("brief_not_open")
    proposals = _proposals(session, brief, latest) if "propose" in request.args else None
    number = request.args.get("propose", type=int)
    chosen = next((one for one in proposals or () if one.number == number), None)
    data = (proposed_rows(chosen) if chosen else first_rows(brief, latest)) | {"form_token": new_token()}
    form = TeamForm(formdata=None, data=data, brief=brief, today=today_in_seoul())
    _offer_factories(session, form, [member.factory for member in chosen.members] if chosen else ())
    return _page(brief, latest, form, proposals=proposals, chosen=chosen, token=new_token())


def _proposals(session: Session, brief: Brief, latest: Team | None) -> list[Proposal]:
    """Chains without whoever has said no; those who stayed keep their places, unless nothing fits around them."""
    root, without = Path(current_app.config["DATA_DIR"]), said_no(session, brief)
    keep = staying(session, latest, today_in_seoul())
    teams = propose_for_brief(session, brief, root=root, without=without, keep=keep)
    if keep and not teams:
        teams = propose_for_brief(session, brief, root=root, without=without)
    return shown(session, brief, teams)


def _page(brief: Brief, latest: Team | None, form: TeamForm | None, **values: Any) -> str:
    return render_template(
        "quotes/team.html",
        brief=brief,
        headline=facts.headline(brief),
        latest=latest,
        form=form,
        deposits=services.DEPOSITS,
        words=wording,
        **{"proposals": None, "chosen": None, **values},
    )


@bp.route("/briefs/<int:brief_id>/team", methods=["POST"])
@audience(Role.DESIGNER)
def ask_team(brief_id: int) -> Answer:
    session, user, today = get_session(), signed_in(), today_in_seoul()
    brief = get_brief(session, brief_id, user, Access.WRITE)
    form = TeamForm(brief=brief, today=today)
    if request.form.get("action") == "find":
        found = _named(session, brief, form.name.data or "")
        _offer_factories(session, form, found)
        is_readable = form.is_readable()
        return _page(brief, latest_team(session, brief), form, found=found), 200 if is_readable else 422
    sent = SentForm.of(form.form_token.data, user, request.form.to_dict(flat=False))
    if earlier := sent.earlier_location(session):
        return redirect(earlier, 303)
    if not form.validate():
        return _again(session, brief, form), 422
    try:
        made = build_team(session, brief, form.chain, today)
        request_team(session, made, today, deposit_percent=request.form.get("deposit_percent", type=int))
    except (Conflict, Invalid) as error:
        session.rollback()
        form.refuse(error)
        return _again(session, brief, form), status_of(error)
    location = url_for("quotes.compare", brief_id=brief.id, team=made.id)
    sent.remember(session, location)
    return redirect(location, 303)


def _again(session: Session, brief: Brief, form: TeamForm) -> str:
    _offer_factories(session, form)
    return _page(brief, latest_team(session, brief), form)


def _named(session: Session, brief: Brief, name: str) -> list[Factory]:
    which = Factory.district_id == brief.district_id, Factory.is_listed, search.condition(name)
    return list(session.scalars(select(Factory).where(*which).order_by(Factory.name, Factory.id).limit(MOST_FOUND)))


def _offer_factories(session: Session, form: TeamForm, found: Iterable[Factory] = ()) -> None:
    """Those of the newest list, those found by name, and those already chosen."""
    stored = latest_list(session, form.brief)
    chosen = select(Factory).where(
        Factory.id.in_([row.factory_id.data for row in form.used]), Factory.district_id == form.brief.district_id
    )
    listed = [entry.factory for entry in stored.entries] if stored else []
    factories = dict.fromkeys([*found, *session.scalars(chosen), *listed])
    form.offer_factories([(factory.id, _called(factory)) for factory in factories])


def _called(factory: Factory) -> str:
    place = factory.neighbourhood
    return f"{factory.name} · {place_name(place)}" if place else factory.name
