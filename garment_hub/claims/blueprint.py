"""The blueprint of claims: its pages stand in several modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("claims", __name__)
