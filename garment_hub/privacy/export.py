"""A person's data in one file: every row that is theirs, as JSON, and the pictures they stored, in a zip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.files import read_file
from garment_hub.privacy.holdings import BELONGS, is_of, table
from models.base import Base
from models.user import User

# Fingerprints of secrets, and what only serves searching or repeating.
SECRET = frozenset(
    "password_hash token_hash token code_hash secret body_hash message_id dedupe_key search_text".split()
)
PICTURES = ("key", "picture_key")


def rows_of(session: Session, user: User) -> dict[str, list[dict[str, Any]]]:
    """Table name -> the person's rows in it; tables without any are left out."""
    names = [one.name for one in Base.metadata.sorted_tables if one.name == "user" or one.name in BELONGS]
    found = {name: [_plain(row) for row in _rows(session, name, user.id)] for name in names}
    return {name: rows for name, rows in found.items() if rows}


def _rows(session: Session, name: str, user_id: int) -> Iterator[dict[str, Any]]:
    query = select(table(name)).where(is_of(name, user_id)).order_by(*table(name).primary_key)
    return (dict(row._mapping) for row in session.execute(query))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in row.items() if name not in SECRET}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def pictures_of(rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Names of the stored pictures that the rows speak of."""
    places = ("portfolio_picture", "brief_file", "registration_photo", "message", "order_event")
    named = (row.get(column) for place in places for row in rows.get(place, []) for column in PICTURES)
    return list(dict.fromkeys(key for key in named if key))


def pack(session: Session, user: User, root: Path) -> bytes:
    """The file: ``data.json`` and the folder ``pictures``."""
    rows = rows_of(session, user)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(rows, ensure_ascii=False, indent=1))
        for key in pictures_of(rows):
            archive.writestr(f"pictures/{key.replace('/', '-')}", read_file(root, key)[0])
    return packed.getvalue()
