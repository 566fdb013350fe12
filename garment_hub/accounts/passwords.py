"""Which passwords are refused when somebody chooses one: too short, too long, too common; nothing else is asked."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from models.errors import Invalid

SHORTEST, LONGEST = 8, 256


def check_new_password(text: str) -> None:
    """Raise Invalid when this cannot be a password here."""
    if len(text) < SHORTEST:
        raise Invalid("password_too_short", field="password", shortest=SHORTEST)
    if len(text) > LONGEST:
        raise Invalid("password_too_long", field="password", longest=LONGEST)
    if text.casefold() in common_passwords():
        raise Invalid("password_common", field="password")


@cache
def common_passwords() -> frozenset[str]:
    """The list that ships with this room, see its first lines."""
    text = files("garment_hub.accounts").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("# "))
