"""F16: a hundred thousand messy rows, killed three times, run twice, taken back; others write meanwhile."""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from garment_hub import schema
from garment_hub.db import make_engine, unit_of_work
from garment_hub.registry.undo import undo_import
from garment_hub.registry.work import works_on
from models.base import utc_now
from models.factory import Factory
from models.form_token import FormToken
from models.registry_import import ImportStatus, RegistryImport
from models.user import Role
from tests.builders import make_district, make_user
from tests.registry.messy import Importing, half_rows, messy_file

ROWS, KILLS = 100_000, 3
COMMAND = "python -m benchmarks imports"


@dataclass(slots=True)
class Tally:
    seconds: float = 0.0
    peak_mb: int = 0
    halves: int = 0
    first: dict[str, int] = field(default_factory=dict)
    second: dict[str, int] = field(default_factory=dict)
    waits_ms: list[float] = field(default_factory=list)
    undo_seconds: float = 0.0
    undo_waits_ms: list[float] = field(default_factory=list)
    left: int = 0


def run() -> list[Row]:
    return [row for engine in ENGINES for row in _rows(engine, _import(engine))]


def _import(name: str) -> Tally:
    tally = Tally()
    with TemporaryDirectory() as folder, new_database(name, Path(folder)) as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        file = Path(folder) / "register.csv"
        file.write_bytes(messy_file(ROWS))
        with _others_writing(engine, tally.waits_ms):
            _take_in(tally, engine, file, url)
        with _others_writing(engine, tally.undo_waits_ms):
            _take_back(tally, engine)
        engine.dispose()
    return tally


def _take_in(tally: Tally, engine: Engine, file: Path, url: str) -> None:
    """The seconds of all four processes together; the second run is not counted."""
    for kill in range(1, KILLS + 1):
        importing = Importing(file, url, file.parent)
        with _watched(tally, importing.process.pid):
            began = time.monotonic()
            importing.kill_at(engine, kill * ROWS // (KILLS + 1))
            tally.seconds += time.monotonic() - began
        tally.halves += half_rows(engine)
    for result in (tally.first, tally.second):
        began = time.monotonic()
        importing = Importing(file, url, file.parent)
        with _watched(tally, importing.process.pid):
            told = importing.finish()
        print(f"{time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        result |= {name: told[name] for name in ("rows", "created", "updated", "unchanged", "rejected", "duplicates")}
        tally.seconds += time.monotonic() - began if result is tally.first else 0
    tally.halves += half_rows(engine)


def _take_back(tally: Tally, engine: Engine) -> None:
    works = works_on(engine)
    with Session(engine) as session:
        done = select(RegistryImport.id).where(RegistryImport.status == ImportStatus.DONE)
        ids = session.scalars(done.order_by(RegistryImport.id.desc())).all()
    began = time.monotonic()
    for import_id in ids:
        undo_import(works, import_id)
    tally.undo_seconds = time.monotonic() - began
    with Session(engine) as session:
        tally.left = session.scalar(select(func.count()).select_from(Factory)) or 0


@contextmanager
def _watched(tally: Tally, process: int) -> Iterator[None]:
    """The most memory the process ever held, as the system counts it."""
    ending = threading.Event()

    def watch() -> None:
        while not ending.wait(0.2):
            try:
                status = Path(f"/proc/{process}/status").read_text()
            except OSError:
                return
            peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
            tally.peak_mb = max(tally.peak_mb, int(peak) // 1024)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


@contextmanager
def _others_writing(engine: Engine, waits_ms: list[float]) -> Iterator[None]:
    """Somebody writes ten times a second, as the site's pages do: one row, one transaction."""
    with unit_of_work(engine) as session:
        user_id = make_user(session, Role.DESIGNER, make_district(session)).id
    ending = threading.Event()

    def write() -> None:
        number = 0
        while not ending.wait(0.1):
            number += 1
            began = time.monotonic()
            try:
                with unit_of_work(engine) as session:
                    session.add(_form_token(user_id, number))
            except OperationalError:  # kept waiting too long, and told to come again: it counts with its wait
                print(f"refused after {time.monotonic() - began:.1f} s", file=sys.stderr)
            waits_ms.append((time.monotonic() - began) * 1000)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def _form_token(user_id: int, number: int) -> FormToken:
    return FormToken(token=f"{user_id}-{number}", user_id=user_id, body_hash="", location="", used_at=utc_now())


def _p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def _rows(engine: str, tally: Tally) -> list[Row]:
    first, second = tally.first, tally.second
    return [
        Row(
            f"F16 100,000 messy rows, killed three times: whole rows only ({engine})",
            f"{tally.halves} half rows; {first['created']:,} created, {first['unchanged']:,} as before,"
            f" {first['rejected']:,} left out with a reason, {first['duplicates']:,} pairs proposed",
            COMMAND,
        ),
        Row(
            f"F16 the second run changes 0 ({engine})",
            f"{second['created']} created, {second['updated']} updated",
            COMMAND,
        ),
        Row(
            f"F16 in 120 s or less, all kills included, and 300 MB or less ({engine})",
            f"{tally.seconds:.0f} s, {tally.peak_mb} MB",
            COMMAND,
        ),
        Row(
            f"F16 another writer's p95 under 500 ms meanwhile ({engine})",
            f"{_p95(tally.waits_ms):.0f} ms of {len(tally.waits_ms):,} writes, slowest {max(tally.waits_ms):.0f} ms",
            COMMAND,
        ),
        Row(
            f"F16 taken back whole ({engine})",
            f"{tally.left} factories left after {tally.undo_seconds:.0f} s;"
            f" another writer's p95 {_p95(tally.undo_waits_ms):.0f} ms",
            COMMAND,
        ),
    ]
