"""``garment-hub indicators snapshot``."""

from __future__ import annotations

import argparse
import json
from datetime import date
from typing import Any

from flask import Flask

from garment_hub.dashboard.snapshots import close_months, count_month, last_closed
from garment_hub.db import engine_of
from models.base import utc_now
from models.errors import Invalid

DONE = 0


def register(calls: Any) -> None:
    verbs = calls.add_parser("indicators", help="figures of the districts").add_subparsers(dest="verb", required=True)
    call = verbs.add_parser("snapshot", help="write down the months that have closed, or look at one again")
    call.add_argument("--month", type=_month, metavar="YYYY-MM")
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=_snapshot)


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _snapshot(arguments: argparse.Namespace, app: Flask) -> int:
    now = utc_now()
    if arguments.month is None:
        written = close_months(engine_of(app), now)
    elif arguments.month > last_closed(now):
        raise Invalid("month_not_closed", field="month")
    else:
        written = count_month(engine_of(app), arguments.month, now)
    print(json.dumps({"rows": written}) if arguments.json else f"{written} figures written")
    return DONE
