"""A designer's own briefs and their lists, for the program that has the designer's key."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, current_app, jsonify, make_response, request, url_for
from sqlalchemy.orm import Session

from garment_hub.api import shapes
from garment_hub.api.bearer import caller, with_token
from garment_hub.api.blueprint import bp
from garment_hub.briefs.queries import briefs_of, get_brief
from garment_hub.briefs.reading import BriefErrors, read_brief
from garment_hub.briefs.services import publish_brief, require_open
from garment_hub.db import engine_of, get_session, reading
from garment_hub.designers.queries import designer_of
from garment_hub.errors import problem
from garment_hub.form_tokens import SentForm
from garment_hub.permissions import Access
from garment_hub.recommendations.queries import changed_since, latest_list
from garment_hub.recommendations.ranking import Ranking, rank_for_brief
from garment_hub.recommendations.services import store_ranking
from models.brief import Brief
from models.capacity import today_in_seoul
from models.designer import Designer
from models.errors import NotFound
from models.user import Role

REPEAT = "Idempotency-Key"


def _designer(session: Session) -> Designer:
    designer = designer_of(session, caller(session))
    if designer is None:
        raise NotFound
    return designer


@bp.route("/briefs")
@with_token(Role.DESIGNER)
def briefs() -> Response:
    session = get_session()
    return jsonify(briefs=[shapes.brief(one) for one in briefs_of(session, _designer(session))])


@bp.route("/briefs/<int:brief_id>")
@with_token(Role.DESIGNER)
def brief(brief_id: int) -> Response:
    session = get_session()
    return jsonify(shapes.brief(get_brief(session, brief_id, caller(session), Access.READ)))


@bp.route("/briefs", methods=["POST"])
@with_token(Role.DESIGNER)
def post_brief() -> Response:
    """Publish a brief and make its first list; the same ``Idempotency-Key`` again leads to the same brief."""
    data = request.get_json()
    try:
        ranking = _rank_new(data)  # before the request's own session takes the write lock
    except BriefErrors as error:
        complaints = [{"field": name, "message": sentence} for name, sentence in error.errors]
        return problem(422, "Unprocessable Content", str(error), errors=complaints)
    session = get_session()
    sent = SentForm.of(request.headers.get(REPEAT), caller(session), {"brief": [json.dumps(data, sort_keys=True)]})
    if earlier := sent.earlier_location(session):
        return make_response("", 303, {"Location": earlier})
    made = _read_brief(session, data)
    session.add(made)
    publish_brief(session, made, ranking, today_in_seoul())
    location = url_for("api.brief", brief_id=made.id)
    sent.remember(session, location)
    return make_response(jsonify(shapes.brief(made)), 201, {"Location": location})


def _read_brief(session: Session, data: object) -> Brief:
    designer = _designer(session)
    made = read_brief(data, district=designer.district, session=session, today=today_in_seoul())
    made.designer_id = designer.id
    return made


def _rank_new(data: object) -> Ranking:
    with reading(engine_of(_app())) as session:
        return rank_for_brief(session, _read_brief(session, data), root=_root())


@bp.route("/briefs/<int:brief_id>/recommendations")
@with_token(Role.DESIGNER)
def recommendations(brief_id: int) -> Response:
    """The newest stored list; places whose facts changed since are marked."""
    session = get_session()
    return _list_of(session, get_brief(session, brief_id, caller(session), Access.READ))


@bp.route("/briefs/<int:brief_id>/recommendations", methods=["POST"])
@with_token(Role.DESIGNER)
def recommend(brief_id: int) -> Response:
    """A new list."""
    ranking = _rank_again(brief_id)
    session = get_session()
    wanted = get_brief(session, brief_id, caller(session), Access.WRITE)
    require_open(wanted, today_in_seoul())
    store_ranking(session, wanted, ranking)
    return _list_of(session, wanted, 201)


def _rank_again(brief_id: int) -> Ranking:
    with reading(engine_of(_app())) as session:
        wanted = get_brief(session, brief_id, caller(session), Access.WRITE)
        require_open(wanted, today_in_seoul())
        return rank_for_brief(session, wanted, root=_root())


def _list_of(session: Session, wanted: Brief, status: int = 200) -> Response:
    found = latest_list(session, wanted)
    if found is None:
        raise NotFound
    address = {"Location": url_for("api.recommendations", brief_id=wanted.id)}
    return make_response(jsonify(shapes.shown_list(found, changed_since(session, found))), status, address)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def _root() -> Path:
    return Path(current_app.config["DATA_DIR"])
