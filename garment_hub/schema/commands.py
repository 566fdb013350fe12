"""``garment-hub db upgrade | downgrade | check``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from flask import Flask

from garment_hub import schema
from garment_hub.db import engine_of


def register(calls: Any) -> None:
    verbs = calls.add_parser("db", help="the schema of the database").add_subparsers(dest="verb", required=True)
    verbs.add_parser("upgrade", help="bring the schema up to date").set_defaults(run=_upgrade)
    down = verbs.add_parser("downgrade", help="go back to an earlier schema")
    down.add_argument("revision")
    down.set_defaults(run=_downgrade)
    verbs.add_parser("check", help="does the database have the newest schema?").set_defaults(run=_check)


def _upgrade(_arguments: argparse.Namespace, app: Flask) -> int:
    schema.upgrade(engine_of(app))
    return 0


def _downgrade(arguments: argparse.Namespace, app: Flask) -> int:
    schema.downgrade(engine_of(app), arguments.revision)
    return 0


def _check(_arguments: argparse.Namespace, app: Flask) -> int:
    schema.check(engine_of(app))
    differences = schema.drift(engine_of(app))
    for difference in differences:
        print(difference, file=sys.stderr)
    return 1 if differences else 0
