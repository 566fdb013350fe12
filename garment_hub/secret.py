"""The secret key: from the environment, or made once and kept beside the data so that sessions outlive a restart."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from garment_hub.config import SettingError

MINIMUM_LENGTH = 32


def secret_key(config: dict[str, Any]) -> str:
    """The key in use; refuses a short one, and in production one that nobody set."""
    key: str | None = config["SECRET_KEY"]
    if key is None and config["PRODUCTION"]:
        raise SettingError("GARMENT_HUB_SECRET_KEY is not set. Set it to 32 or more random characters.")
    if key is None:
        key = _kept_key(config["DATA_DIR"] / "secret_key")
    if len(key) < MINIMUM_LENGTH:
        raise SettingError("GARMENT_HUB_SECRET_KEY is too short. Use 32 or more random characters.")
    return key


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
