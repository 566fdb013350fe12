"""Verbs of a listing and its capacity."""

from __future__ import annotations

from models.factory import Factory


def refresh_search_text(factory: Factory) -> None:
    """Rebuild the searchable pieces after any change of a listing."""
    factory.search_text = factory.name
