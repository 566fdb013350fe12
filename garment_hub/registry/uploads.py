"""Registers that wait to be taken in: in the data folder, under names of our own making, gone when they are done."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

FOLDER = "imports"


def keep(folder: Path, sha256: str, data: bytes) -> None:
    """Write the file whole or not at all; the same file twice is one."""
    path = _path(folder, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(data)
    unfinished.chmod(0o600)
    unfinished.replace(path)


def read(folder: Path, sha256: str) -> bytes:
    return _path(folder, sha256).read_bytes()


def remove(folder: Path, sha256: str) -> None:
    with suppress(FileNotFoundError):
        _path(folder, sha256).unlink()


def _path(folder: Path, sha256: str) -> Path:
    return folder / FOLDER / sha256
