"""The blueprint of the interface for programs, kept apart so that its modules need not know each other."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("api", __name__, url_prefix="/api/v1")
