"""The blueprint its modules of pages share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("orders", __name__)
