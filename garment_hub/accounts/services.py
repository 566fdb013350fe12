"""People: registering them, their passwords and consents."""

from __future__ import annotations


def hash_password(password: str) -> str:
    """Argon2id hash of a password; call it before the session's first statement."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)
