"""Pages of this room."""

from __future__ import annotations

from flask import Blueprint

from garment_hub.permissions import public

bp = Blueprint("recommendations", __name__)
