"""The blueprint of listings: its pages stand in several modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("listings", __name__)
