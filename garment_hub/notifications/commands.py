"""``garment-hub notifications deliver``, which cron or the background worker calls."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from flask import Flask

from garment_hub.db import engine_of
from garment_hub.notifications.channels import senders
from garment_hub.notifications.delivery import Delivery, deliver
from garment_hub.notifications.wording import compose


def register(calls: Any) -> None:
    notifications = calls.add_parser("notifications", help="messages that wait to be sent")
    verbs = notifications.add_subparsers(dest="verb", required=True, metavar="VERB")
    call = verbs.add_parser("deliver", help="send what is due; 1 when something had to be left")
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=_deliver)


def deliver_due(app: Flask) -> Delivery:
    """One run with the ways that the settings offer; asks for an application context."""
    return deliver(engine_of(app), senders(app.config), compose)


def _deliver(arguments: argparse.Namespace, app: Flask) -> int:
    run = deliver_due(app)
    if arguments.json:
        print(json.dumps(asdict(run)))
    else:
        print(f"{run.sent} sent, {run.postponed} put off, {run.given_up} given up, {run.left} left.")
        for channel, code in sorted(run.troubles.items()):
            print(f"{channel}: {code}")
        if run.left and not run.troubles:
            print("Nothing is set up to take them: see GARMENT_HUB_MAIL_DIR, SMTP_HOST and MESSAGE_URL in the docs.")
    return 0 if run.is_complete else 1
