"""Make a backup while the site runs, and restore one into an empty place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine

from garment_hub import schema
from garment_hub.backup.manifest import Manifest, copy_file, hash_file, put_in_place, sync
from models.errors import Invalid

SECRET = "secret_key"  # noqa: S105 (the name of the file)
UPLOADS, ARTIFACTS = "uploads", "artifacts"


@dataclass(frozen=True, slots=True)
class Restored:
    """``left_out`` are tables of other programs, which the schema does not know."""

    manifest: Manifest
    left_out: list[str]

    @property
    def needs_upgrade(self) -> bool:
        return self.manifest.revision != schema.latest_revision()


def make_backup(engine: Engine, data_dir: Path, folder: Path) -> Manifest:
    """A consistent copy in a new or empty folder; who reads and writes meanwhile is not held up."""
    made_at = datetime.now(UTC)
    with engine.execution_options(writes=False).connect() as connection:
        if schema.current_revision(connection) is None:
            raise Invalid("backup_without_database")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Invalid("backup_folder_not_empty", path=folder)
    # Before the snapshot, since what its rows name may be removed meanwhile; after it, since some have only just come.
    _copy_files(data_dir, folder, UPLOADS)
    copied = _room_of(engine).copy_out(engine, folder)
    for part in (UPLOADS, ARTIFACTS):
        _copy_files(data_dir, folder, part)
    if (data_dir / SECRET).exists():
        copy_file(data_dir / SECRET, folder / SECRET)
    files = {name: hash_file(folder / name) for name in _names_below(folder)}
    manifest = Manifest(
        engine.dialect.name, copied.revision, made_at.isoformat(), copied.tables, copied.sequences, files
    )
    for path in (folder, *folder.rglob("*/")):
        sync(path)
    manifest.write(folder)
    sync(folder)
    return manifest


def _room_of(engine: Engine) -> ModuleType:
    """The engine's side of a backup, loaded when it is needed: most commands need neither."""
    return import_module(f"garment_hub.backup.{engine.dialect.name}")


def _copy_files(data_dir: Path, folder: Path, part: str) -> None:
    """Copy what is not there yet. Names are never given twice, so what is there is the same."""
    for name in _names_below(data_dir / part):
        target = folder / part / name
        if "#" in name or target.exists():  # the store writes under such a name until the file is whole
            continue
        try:
            copy_file(data_dir / part / name, target)
        except FileNotFoundError:  # removed since it was listed
            continue


def uploads_of(manifest: Manifest) -> list[str]:
    return [name for name in manifest.files if name.startswith(f"{UPLOADS}/")]


def _names_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def restore_backup(engine: Engine, data_dir: Path, folder: Path) -> Restored:
    """Put a backup into an empty database and beside it. Cut short, it leaves no database and can be called again."""
    manifest = Manifest.read(folder)
    here = engine.dialect.name
    if manifest.engine != here:
        raise Invalid("backup_of_other_engine", made=manifest.engine, here=here)
    if not schema.knows(manifest.revision):
        raise Invalid("backup_of_newer_schema", revision=manifest.revision)
    room = _room_of(engine)
    if not room.is_empty(engine):
        raise Invalid("restore_not_empty", where=engine.url.render_as_string(hide_password=True))
    manifest.check_files(folder)
    put_files = partial(_put_files, manifest, folder, data_dir)
    return Restored(manifest, room.copy_in(engine, folder, manifest, before_it_counts=put_files))


def _put_files(manifest: Manifest, folder: Path, data_dir: Path) -> None:
    """Uploads, artifacts and the secret: one by one, each whole or not at all."""
    for name, digest in manifest.files.items():
        if name != SECRET and name.split("/")[0] not in (UPLOADS, ARTIFACTS):
            continue
        staged = data_dir / f"{name}.restoring"
        staged.unlink(missing_ok=True)
        copy_file(folder / name, staged)
        if hash_file(staged) != digest:
            raise Invalid("restore_differs", names=name)
        put_in_place(staged, data_dir / name)
