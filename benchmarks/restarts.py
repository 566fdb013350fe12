"""F8: gunicorn gives way to a new one with new code or settings; no request is dropped and nobody is signed out."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from tests.crashing import Designer, Site

REQUESTS, READERS, WORKERS = 2_000, 4, 2
PATIENCE_SECONDS = 90
MOST_TRIES = 5  # of one form
PAUSE_SECONDS = 0.5  # between the end of one restart and the next
COMMAND = "python -m benchmarks restarts"


class GunicornSite(Site):
    """The same site under gunicorn with several workers, as behind a proxy that opens a connection for each request."""

    def __init__(self, data_dir: Path, url: str | None = None) -> None:
        super().__init__(data_dir, url)
        self._pid_file = data_dir / "gunicorn.pid"

    def command(self) -> list[str]:
        flags = f"--bind 127.0.0.1:{self.port} --workers {WORKERS} --threads 4 --preload --no-control-socket".split()
        return [str(gunicorn()), *flags, "--pid", str(self._pid_file), "garment_hub.app:create_app()"]

    def restart(self) -> None:
        """A second master loads everything and answers beside the first, which then ends when its work is done."""
        old, new_pid_file = _pid_in(self._pid_file), self._pid_file.with_suffix(".pid.2")
        assert old, "gunicorn is not running"
        os.kill(old, signal.SIGUSR2)
        _wait(lambda: len(_children(_pid_in(new_pid_file))) >= WORKERS)
        os.kill(old, signal.SIGTERM)
        _wait(lambda: _pid_in(self._pid_file) not in (0, old))


def gunicorn() -> str | None:
    """Where it is installed; started as a module it could not start its own successor."""
    return shutil.which("gunicorn", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))


def _pid_in(path: Path) -> int:
    """0 while the file is not there or not written yet: two masters take turns with it."""
    try:
        return int(path.read_text() or 0)
    except FileNotFoundError:
        return 0


def _children(pid: int) -> list[str]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return path.read_text().split() if path.exists() else []


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "the restart does not get on"
        time.sleep(0.02)


class PatientDesigner(Designer):
    """Opens a connection for each request, and sends a form again that waited too long for others to write.

    SQLite has one writer and no queue: where the disk takes long to sync, a form may be told to come again after two
    seconds, with or without a restart. ``put_off`` counts that.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.put_off = 0

    def page(self) -> int:
        """A page that only somebody who is signed in sees."""
        return self.site.get("/briefs/new", self.cookie)[0]

    def brief(self) -> int:
        token = secrets.token_urlsafe(24)
        for _try in range(MOST_TRIES):
            with closing(self.site.connect()) as connection:
                status, _location = self.send_brief(connection, token)
            if status != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            self.put_off += 1
        return status


@dataclass(slots=True)
class Tally:
    """``wrong`` says what was answered in place of the page or the redirect; ``stored`` is counted in the database.

    ``put_off`` counts forms that waited too long for others to write and were sent again.
    """

    requests: int = 0
    put_off: int = 0
    restarts: int = 0
    acknowledged: int = 0
    stored: int = 0
    wrong: list[str] = field(default_factory=list)


def restart_under_load(site: GunicornSite, *, at_least: int, restarts: int) -> Tally:
    """Restart again and again until so many requests and restarts have been made."""
    tally, lock, ending, before = Tally(), threading.Lock(), threading.Event(), site.briefs()

    def use(designer: PatientDesigner) -> None:
        while not ending.is_set():
            for status, expected in ((_status(designer.page), 200), (_status(designer.brief), 303)):
                with lock:
                    tally.requests += 1
                    tally.acknowledged += status == 303
                    if status != expected:
                        tally.wrong.append(f"{status} in place of {expected}")

    designers = [PatientDesigner(site) for _reader in range(READERS)]
    readers = [threading.Thread(target=use, args=(designer,)) for designer in designers]
    for reader in readers:
        reader.start()
    try:
        while tally.requests < at_least or tally.restarts < restarts:
            time.sleep(PAUSE_SECONDS)
            site.restart()
            tally.restarts += 1
    finally:
        ending.set()
        for reader in readers:
            reader.join()
    tally.stored = len(site.briefs() - before)
    tally.put_off = sum(designer.put_off for designer in designers)
    return tally


def _status(ask: Callable[[], int]) -> int | str:
    """The answer's status, or in what way there was none."""
    try:
        return ask()
    except (OSError, http.client.HTTPException) as error:
        return repr(error)


def run() -> list[Row]:
    return [_row(engine, _restarted(engine)) for engine in ENGINES]


def _restarted(engine: str) -> Tally:
    with TemporaryDirectory() as name, new_database(engine, Path(name)) as url:
        site = GunicornSite(Path(name), url)
        site.start()
        try:
            return restart_under_load(site, at_least=REQUESTS, restarts=5)
        finally:
            site.kill()


def _row(engine: str, tally: Tally) -> Row:
    lost = tally.acknowledged - tally.stored
    figure = f"{len(tally.wrong)} of {tally.requests:,} in {tally.restarts} restarts, {lost} forms lost"
    if tally.wrong:
        figure += f" ({tally.wrong[0]})"
    if tally.put_off:
        figure += f", {tally.put_off} forms sent again, the database being busy"
    return Row(f"F8 a rolling restart of gunicorn drops no request: 0 of 2,000 ({engine})", figure, COMMAND)
