"""The blueprint of the district's figures, kept apart so that its modules need not know each other."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("dashboard", __name__)
