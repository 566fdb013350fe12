"""The blueprint of the registry: its pages stand in several modules."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("registry", __name__)
