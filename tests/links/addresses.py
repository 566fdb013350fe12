"""Addresses of links as messages carry them, and a telephone that is not signed in."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from garment_hub.accounts.links import Link, Purpose, token_of
from models.base import utc_now
from models.user import User


def link_to(app: Flask, purpose: Purpose, subject_id: int, person: User, made_at: datetime | None = None) -> str:
    with app.app_context():
        return f"/link/{token_of(Link(purpose, subject_id, person.id, made_at or utc_now()))}"
