"""``garment-hub backup DIR`` and ``garment-hub restore DIR``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from flask import Flask

from garment_hub.backup import services
from garment_hub.backup.manifest import Manifest
from garment_hub.db import engine_of

KEEP_THE_KEY = (
    "The secret key is not in this backup: the site had it from GARMENT_HUB_SECRET_KEY. Keep it; without it everybody "
    "signs in anew and links that were sent no longer work."
)


def register(calls: Any) -> None:
    back_up = calls.add_parser("backup", help="a verified copy of database and uploads, while the site runs")
    back_up.add_argument("folder", type=Path, metavar="DIR", help="new or empty")
    back_up.set_defaults(run=_back_up)
    restore = calls.add_parser("restore", help="a backup into an empty place")
    restore.add_argument("folder", type=Path, metavar="DIR")
    restore.set_defaults(run=_restore)
    for call in (back_up, restore):
        call.add_argument("--json", action="store_true")


def _back_up(arguments: argparse.Namespace, app: Flask) -> int:
    manifest = services.make_backup(engine_of(app), app.config["DATA_DIR"], arguments.folder)
    if arguments.json:
        print(json.dumps(_facts(manifest)))
        return 0
    print(f"Backed up into {arguments.folder}: {_in_words(manifest)}.")
    if services.SECRET not in manifest.files:
        print(KEEP_THE_KEY)
    return 0


def _restore(arguments: argparse.Namespace, app: Flask) -> int:
    restored = services.restore_backup(engine_of(app), app.config["DATA_DIR"], arguments.folder)
    manifest = restored.manifest
    if arguments.json:
        print(json.dumps(_facts(manifest) | {"left_out": restored.left_out, "needs_upgrade": restored.needs_upgrade}))
        return 0
    print(f"Restored and compared: {_in_words(manifest)}.")
    if restored.left_out:
        print(f"Left out, since they are not tables of this site: {', '.join(restored.left_out)}.")
    if services.SECRET not in manifest.files:
        print(KEEP_THE_KEY)
    if restored.needs_upgrade:
        print("The backup has an earlier schema. Now run: garment-hub db upgrade")
    return 0


def _facts(manifest: Manifest) -> dict[str, Any]:
    return {
        "engine": manifest.engine,
        "revision": manifest.revision,
        "made_at": manifest.made_at,
        "rows": manifest.rows,
        "tables": {name: table.rows for name, table in manifest.tables.items()},
        "uploads": len(services.uploads_of(manifest)),
        "has_secret_key": services.SECRET in manifest.files,
    }


def _in_words(manifest: Manifest) -> str:
    return (
        f"{manifest.rows} rows in {len(manifest.tables)} tables and {len(services.uploads_of(manifest))} uploads, "
        f"as of {manifest.made_at}, {manifest.engine}, schema {manifest.revision}"
    )
