"""What anybody's program may read: the description of this interface, the vocabulary, the factories on the list."""

from __future__ import annotations

from flask import Response, jsonify, request

from garment_hub.api import shapes
from garment_hub.api.blueprint import bp
from garment_hub.api.openapi import document
from garment_hub.db import get_session
from garment_hub.factories.directory import PAGE_SIZE, Wishes, find_page
from garment_hub.factories.queries import get_factory
from garment_hub.permissions import Access, public
from garment_hub.site import current_district
from models import vocabulary
from models.capacity import today_in_seoul
from models.errors import Invalid
from models.factory import CapabilityKind

LONGEST_QUESTION = 100
FILTERS = {"item": CapabilityKind.ITEM, "stage": CapabilityKind.STAGE, "process": CapabilityKind.PROCESS,
           "fabric": CapabilityKind.FABRIC}  # fmt: skip
VOCABULARY = ("item", "category", "fabric", "process", "stage", "machine", "market", "difficulty", "certificate")


@bp.route("/openapi.json")
@public
def description() -> Response:
    return jsonify(document())


@bp.route("/vocabulary")
@public
def words() -> Response:
    return jsonify({kind: shapes.vocabulary_of(kind) for kind in VOCABULARY})


@bp.route("/factories")
@public
def factories() -> Response:
    """The list as strangers see it, whoever asks: the freshest first, 20 to a page."""
    session, place = get_session(), current_district()
    page = find_page(session, place.id, None, _wishes(), today_in_seoul(), request.args.get("page", 1, int))
    return jsonify(
        district=shapes.district(place),
        total=page.total,
        page=page.number,
        pages=page.pages,
        page_size=PAGE_SIZE,
        factories=[shapes.factory(one) for one in page.factories],
    )


def _wishes() -> Wishes:
    """Unlike a page, a program is told of a word that means nothing."""
    codes = {kind: request.args[name] for name, kind in FILTERS.items() if request.args.get(name)}
    for kind, code in codes.items():
        if not vocabulary.is_known(kind.value, code):
            raise Invalid("api_code_unknown", field=kind.value, kind=kind.value, key=code[:40])
    return Wishes(
        question=request.args.get("q", "")[:LONGEST_QUESTION],
        codes=codes,
        dongs=tuple(code for text in request.args.getlist("dong") for code in text.split(",") if code)[:20],
        is_free=request.args.get("free") in ("1", "true"),
    )


@bp.route("/factories/<int:factory_id>")
@public
def factory(factory_id: int) -> Response:
    return jsonify(shapes.factory(get_factory(get_session(), factory_id, None, Access.READ)))
