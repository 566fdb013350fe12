"""Work beside the pages, once a minute: a thin wrapper in which Huey calls functions that also have a command."""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.audit.chain import SWEEPS as AUDIT
from garment_hub.audit.heads import publish
from garment_hub.claims.services import SWEEPS as CLAIMS
from garment_hub.dashboard.releases import release_due
from garment_hub.dashboard.snapshots import close_months
from garment_hub.dashboard.state import count_due
from garment_hub.db import engine_of, reading, unit_of_work
from garment_hub.listings.services import SWEEPS as LISTINGS
from garment_hub.notifications.commands import deliver_due
from garment_hub.orders.sweeps import SWEEPS as ORDERS
from garment_hub.pulses.services import SWEEPS as PULSES
from garment_hub.recommendations.changes import sweep_changes
from garment_hub.registry.duplicate_search import run_searches
from garment_hub.registry.services import forget_untouched, work_off
from garment_hub.registry.work import waiting, works_on
from garment_hub.tips.services import SWEEPS as TIPS
from garment_hub.verification.services import SWEEPS as VERIFICATION
from models.base import utc_now
from models.capacity import today_in_seoul

Sweep = Callable[[Session, datetime], int]

# What time brings about, by name. Each may run twice, late, or at the same time as another.
SWEEPS: Mapping[str, Sweep] = {
    **ORDERS,
    "factory changes": sweep_changes,
    **PULSES,
    **TIPS,
    **LISTINGS,
    **CLAIMS,
    **VERIFICATION,
    **AUDIT,
}
COUNTS: Mapping[str, Callable[[Engine, datetime], int]] = {
    "figures of the desk": count_due,
    "closed months": close_months,
    "public figures": release_due,
}
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


def count(engine: Engine, now: datetime, swept: Swept) -> None:
    """What takes long to count, outside of any transaction that others wait for."""
    for name, run in COUNTS.items():
        try:
            swept.done[name] = run(engine, now)
        except Exception:
            log.exception("counting the %s failed", name)
            swept.failed.append(name)


def register(calls: Any) -> None:
    jobs = calls.add_parser("jobs", help="work beside the pages")
    verbs = jobs.add_subparsers(dest="verb", required=True, metavar="VERB")
    call = verbs.add_parser("sweep", help="do what time brings about; 1 when a part of it failed")
    call.add_argument("--json", action="store_true")
    call.set_defaults(run=_sweep)


def _sweep(arguments: argparse.Namespace, app: Flask) -> int:
    schema.check(engine_of(app))  # or every sweep would fail, each in its own words
    swept = sweep(engine_of(app), utc_now())
    count(engine_of(app), utc_now(), swept)
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
    count(engine_of(app), utc_now(), swept)
    if any(swept.done.values()):
        log.info("swept: %s", swept.done)


def _heads_job(app: Flask) -> None:
    with reading(engine_of(app)) as session:
        publish(session, app.config["DATA_DIR"], utc_now())


def _duplicates_job(app: Flask) -> None:
    run_searches(works_on(engine_of(app)))


_importing = threading.Lock()


def _imports_job(app: Flask) -> None:
    """In a process of its own: reading and comparing would take the site's time and keep its memory."""
    if not _importing.acquire(blocking=False):
        return
    try:
        forget_untouched(works_on(engine_of(app)), app.config["DATA_DIR"], utc_now())
        with reading(engine_of(app)) as session:
            is_needed = bool(waiting(session))
        if is_needed and app.testing:
            work_off(works_on(engine_of(app)), app.config["DATA_DIR"], today_in_seoul())
        elif is_needed:
            call = [sys.executable, "-P", "-m", "garment_hub.cli", "registry", "work", "--parent", str(os.getpid())]
            subprocess.run(call, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 (nothing of it comes from outside)
    finally:
        _importing.release()


JOBS: Mapping[str, Callable[[Flask], None]] = {
    "imports": _imports_job,
    "duplicates": _duplicates_job,
    "deliver": _deliver_job,
    "sweep": _sweep_job,
    "audit heads": _heads_job,
}


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
    queue.calls = {}  # by name, to have a job run at once
    for name, job in JOBS.items():
        every_minute = queue.periodic_task(crontab(), name=name, expires=STALE_AFTER_SECONDS)
        queue.calls[name] = every_minute(partial(_in_context, app, job))
    return queue


def init_app(app: Flask) -> None:
    """Registered first, so that it comes last: after the transaction of the request has ended."""
    app.teardown_appcontext(partial(_call_asked, app))


def call_soon(name: str) -> None:
    """Have a job run once this request is over, and not only at the next full minute."""
    g.setdefault("jobs_asked", set()).add(name)


def _call_asked(app: Flask, _error: BaseException | None) -> None:
    for name in g.pop("jobs_asked", ()):
        try:
            queue = app.extensions.get("queue") or app.extensions.setdefault("queue", make_queue(app))
            queue.calls[name]()
        except Exception:  # the minute's round does it too
            log.exception("the job %s could not be called", name)


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
    # Two, so that an import that takes minutes holds up no message; and soon after a page has called.
    return Guest(queue, workers=2, max_delay=2, scheduler_interval=60, health_check_interval=1)
