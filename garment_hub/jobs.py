"""Work beside the pages, once a minute: a thin wrapper in which Huey calls functions that also have a command."""

from __future__ import annotations

import argparse
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from garment_hub.claims.services import SWEEPS as CLAIMS
from garment_hub.db import engine_of, unit_of_work
from garment_hub.listings.services import SWEEPS as LISTINGS
from garment_hub.notifications.commands import deliver_due
from garment_hub.orders.sweeps import SWEEPS as ORDERS
from garment_hub.pulses.services import SWEEPS as PULSES
from garment_hub.recommendations.changes import sweep_changes
from garment_hub.tips.services import SWEEPS as TIPS
from models.base import utc_now

Sweep = Callable[[Session, datetime], int]

# What time brings about, by name. Each may run twice, late, or at the same time as another.
SWEEPS: Mapping[str, Sweep] = {**ORDERS, "factory changes": sweep_changes, **PULSES, **TIPS, **LISTINGS, **CLAIMS}
STALE_AFTER_SECONDS = 60  # by then the next one is due
HEAD_START_SECONDS = 3.0  # the site answers first
FAREWELL_SECONDS = 1.0
AGAIN_AFTER_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Swept:
    """How many things each sweep dealt with, and the sweeps that failed."""

    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def sweep(engine: Engine, now: datetime, sweeps: Mapping[str, Sweep] = SWEEPS) -> Swept:
    """Run every sweep in a transaction of its own; one that fails keeps none of the others from its work."""
    swept = Swept()
    for name, run in sweeps.items():
        try:
            with unit_of_work(engine) as session:
                swept.done[name] = run(session, now)
        except Exception:
            log.exception("the sweep of %s failed", name)
            swept.done.pop(name, None)
            swept.failed.append(name)
    return swept


def register(calls: Any) -> None:
    jobs = calls.add_parser("jobs", help="work beside the pages")
    verbs = jobs.add_subparsers(dest="verb", required=True, metavar="VERB")
    call = verbs.add_parser("sweep", help="do what time brings about; 1 when a part of it failed")
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=_sweep)


def _sweep(arguments: argparse.Namespace, app: Flask) -> int:
    swept = sweep(engine_of(app), utc_now())
    if arguments.json:
        print(json.dumps(asdict(swept)))
    else:
        print(", ".join(f"{name} {count}" for name, count in swept.done.items()) or "nothing to sweep")
        for name in swept.failed:
            print(f"failed: {name}")
    return 1 if swept.failed else 0


def _deliver_job(app: Flask) -> None:
    run = deliver_due(app)
    if run.sent or run.troubles:
        log.info("notifications: %s", asdict(run))


def _sweep_job(app: Flask) -> None:
    swept = sweep(engine_of(app), utc_now())
    if any(swept.done.values()):
        log.info("swept: %s", swept.done)


JOBS: Mapping[str, Callable[[Flask], None]] = {"deliver": _deliver_job, "sweep": _sweep_job}


def make_queue(app: Flask) -> Any:
    """The queue with every job in it, once a minute; in tests a job runs where it is called."""
    from huey import SqliteHuey, crontab
    from huey.serializer import SignedSerializer

    folder: Path = app.config["DATA_DIR"]
    folder.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey(
        "garment-hub",
        filename=str(folder / "jobs.sqlite3"),
        serializer=SignedSerializer(app.config["SECRET_KEY"], salt="garment_hub.jobs"),  # messages are pickles
        results=False,
        immediate=app.testing,
    )
    for name, job in JOBS.items():
        every_minute = queue.periodic_task(crontab(), name=name, expires=STALE_AFTER_SECONDS)
        every_minute(partial(_in_context, app, job))
    return queue


def _in_context(app: Flask, job: Callable[[Flask], None]) -> None:
    with app.app_context():
        job(app)


@contextmanager
def background_worker(app: Flask) -> Iterator[None]:
    """The worker in threads of this process, so that it can neither outlive the site nor hold it up when it ends."""
    ending = threading.Event()
    thread = threading.Thread(target=_work, args=(app, ending), name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(FAREWELL_SECONDS)  # a job cut off here is done after the next start


def _work(app: Flask, ending: threading.Event) -> None:
    pause = HEAD_START_SECONDS
    while not ending.wait(pause):
        try:
            _consumer(make_queue(app), ending).run()
        except Exception:  # a full disk, say: the site goes on, and so does this once there is room
            log.exception("the background worker stopped; once more in %s seconds", AGAIN_AFTER_SECONDS)
            pause = AGAIN_AFTER_SECONDS


def _consumer(queue: Any, ending: threading.Event) -> Any:
    from huey.consumer import Consumer

    class Guest(Consumer):  # type: ignore[misc]
        """A consumer in somebody else's process: it stops when told and leaves the signals alone."""

        def get_environment(self, worker_type: str) -> Any:
            environment = super().get_environment(worker_type)
            environment.get_stop_flag = lambda: ending
            return environment

        def _set_signal_handlers(self) -> None:
            pass

    logging.getLogger("huey").setLevel(logging.WARNING)
    return Guest(queue, workers=1, scheduler_interval=60, health_check_interval=1)
