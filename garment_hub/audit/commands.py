"""``garment-hub audit``: whether the record is as it was sealed; the day's head; free text that has to go."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask

from garment_hub.audit import heads
from garment_hub.audit.chain import remove_reason, unsealed
from garment_hub.audit.verifying import verify
from garment_hub.db import engine_of, reading, unit_of_work
from models.audit import AuditEntry
from models.base import utc_now
from models.errors import NotFound


def register(calls: Any) -> None:
    verbs = calls.add_parser("audit", help="the record of who did what").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    check = verbs.add_parser("verify", help="is the record as it was sealed? 1, with the first wrong row, if not")
    check.add_argument("--json", action="store_true")
    check.add_argument("--heads", type=Path, metavar="FILE", help="a copy of the published heads; else the site's own")
    check.set_defaults(run=_verify)
    verbs.add_parser("publish", help="add today's head to the file of heads").set_defaults(run=_publish)
    forget = verbs.add_parser("remove-reason", help="take the free text of one entry away for good, on request")
    forget.add_argument("entry", type=int)
    forget.set_defaults(run=_remove_reason)


def _verify(arguments: argparse.Namespace, app: Flask) -> int:
    path: Path = arguments.heads or heads.path_of(app.config["DATA_DIR"])
    published = heads.read(path) if arguments.heads or path.exists() else []
    with reading(engine_of(app)) as session:
        verdict, waiting = verify(session, published), unsealed(session)
    if arguments.json:
        print(
            json.dumps({"ok": verdict.problem is None, "heads": len(published), "unsealed": waiting, **asdict(verdict)})
        )
    elif verdict.problem:
        print(f"wrong: {verdict.problem.kind} at entry {verdict.problem.row}")
    else:
        print(f"ok: {verdict.sealed} sealed entries, {len(published)} published heads, {waiting} not sealed yet")
    return 1 if verdict.problem else 0


def _publish(_arguments: argparse.Namespace, app: Flask) -> int:
    with reading(engine_of(app)) as session:
        is_new = heads.publish(session, app.config["DATA_DIR"], utc_now())
    print("published" if is_new else "nothing new to publish today")
    return 0


def _remove_reason(arguments: argparse.Namespace, app: Flask) -> int:
    with unit_of_work(engine_of(app)) as session:
        entry = session.get(AuditEntry, arguments.entry)
        if entry is None:
            raise NotFound
        remove_reason(session, None, entry)
    print("removed")
    return 0
