"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("pages", __name__)


@bp.route("/")
@public
def home() -> str:
    return ""


@bp.route("/how-it-ranks")
@public
def how_it_ranks() -> str:
    return ""


@bp.route("/terms")
@public
def terms() -> str:
    return ""


@bp.route("/privacy")
@public
def privacy() -> str:
    return ""


@bp.route("/healthz")
@public
def healthz() -> str:
    return ""


@bp.route("/readyz")
@public
def readyz() -> str:
    return ""
