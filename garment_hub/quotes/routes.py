"""The pages of this room, joined: those of the factory's side, of the designer's, and of teams."""

from __future__ import annotations

from garment_hub.quotes import designer_routes, owner_routes, team_routes
from garment_hub.quotes.blueprint import bp

__all__ = ["bp", "designer_routes", "owner_routes", "team_routes"]
