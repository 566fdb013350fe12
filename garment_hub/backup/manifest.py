"""What a backup holds, by name, count and hash. It is written last: a folder without it is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from models.errors import Invalid

FORMAT = 1
NAME = "manifest.json"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Table:
    rows: int
    digest: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """A database as it was at one moment; ``sequences`` exist on PostgreSQL only."""

    revision: str
    tables: dict[str, Table]
    sequences: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """``files`` are names below the backup's folder with their SHA-256."""

    engine: str
    revision: str
    made_at: str
    tables: dict[str, Table]
    sequences: dict[str, int]
    files: dict[str, str]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def write(self, folder: Path) -> None:
        values = asdict(self)
        text = json.dumps(values | {"sha256": _digest_of(values)}, ensure_ascii=False, indent=1)
        write_file(folder / NAME, [text.encode()])

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a backup; refuses a folder that is none, and a manifest cut or changed."""
        try:
            values = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if values.pop("sha256") != _digest_of(values):
                raise ValueError("changed since it was written")
            if values["format"] != FORMAT:
                raise Invalid("backup_of_other_format", path=folder)
            tables = {
                name: replace(Table(**table), columns=tuple(table["columns"]))
                for name, table in values.pop("tables").items()
            }
            found = cls(tables=tables, **values)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise Invalid("backup_not_found", path=folder) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Invalid("backup_manifest_broken", path=folder / NAME) from error
        if not all(_stays_below(name) for name in found.files):
            raise Invalid("backup_manifest_broken", path=folder / NAME)
        return found

    def check_files(self, folder: Path) -> None:
        """Refuse unless every file is there and unchanged."""
        for name, digest in self.files.items():
            if not (folder / name).is_file():
                raise Invalid("backup_file_missing", name=name, path=folder)
            if hash_file(folder / name) != digest:
                raise Invalid("backup_file_changed", name=name, path=folder)


def check_tables(found: dict[str, Table], wanted: dict[str, Table]) -> None:
    """Refuse unless the restored tables hold row for row what was backed up."""
    different = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if different:
        raise Invalid("restore_differs", names=", ".join(different))


def _digest_of(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _stays_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def write_file(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a new file that only its owner may read, down to the disk, and return its SHA-256."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def put_in_place(staged: Path, path: Path) -> None:
    """Give a finished file its name, so that under this name there is a whole file or none."""
    staged.replace(path)
    sync(path.parent)


def copy_file(source: Path, path: Path) -> str:
    with source.open("rb") as file:
        return write_file(path, chunks_of(file))


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have the disk keep what this file holds, or which names this folder holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
