"""Work beside the pages: sweeps stand alone, jobs have a command, and the worker ends with the site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub import cli, jobs
from garment_hub.app import create_app
from garment_hub.config import PREFIX
from garment_hub.db import engine_of, unit_of_work
from garment_hub.notifications import notify
from models.base import utc_now
from models.district import District
from models.notification import Notification
from models.user import Role, User
from tests.builders import make_user
from tests.notifications.stubs import free_port

DAYTIME = datetime(2020, 3, 1, 3, 0, tzinfo=UTC)


def write(app: Flask) -> None:
    with unit_of_work(engine_of(app)) as session:
        user = make_user(session, Role.DESIGNER, session.get_one(District, 1))
        notify(session, user, "asking_allowed", now=DAYTIME)


def test_a_sweep_that_fails_keeps_nothing_and_stops_no_other(app: Flask) -> None:
    write(app)

    def breaks(session: Session, now: datetime) -> int:
        notify(session, session.scalars(select(User)).one(), "asking_allowed")
        raise LookupError

    def works(session: Session, now: datetime) -> int:
        notify(session, session.scalars(select(User)).one(), "asking_allowed")
        return 1

    swept = jobs.sweep(engine_of(app), utc_now(), {"first": works, "broken": breaks, "last": works})
    assert (swept.done, swept.failed) == ({"first": 1, "last": 1}, ["broken"])
    with Session(engine_of(app)) as session:
        assert session.scalar(select(func.count(Notification.id))) == 1 + 2


@pytest.mark.parametrize("call", ["jobs sweep", "registry export --out never.csv", "indicators snapshot"])
def test_on_a_database_behind_the_code_a_command_says_how_to_bring_it_up_to_date(
    call: str,
    either_engine_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    app = create_app(DATA_DIR=tmp_path, DATABASE_URL=either_engine_url, TESTING=True)
    monkeypatch.setattr("garment_hub.app.create_app", lambda: app)
    assert cli.main(call.split()) == cli.COULD_NOT
    engine_of(app).dispose()
    assert capsys.readouterr().err.splitlines()[-1].endswith("Run: garment-hub db upgrade")
    assert not Path("never.csv").exists()


def test_the_command_sweeps_and_says_what_failed(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("garment_hub.app.create_app", lambda: app)
    assert cli.main(["jobs", "sweep", "--json"]) == 0
    swept = json.loads(capsys.readouterr().out)
    assert swept["failed"] == []
    assert set(swept["done"]) == {*jobs.SWEEPS, *jobs.COUNTS}
    assert {name: swept["done"][name] for name in jobs.SWEEPS} == dict.fromkeys(jobs.SWEEPS, 0)

    def breaks(_session: Session, _now: datetime) -> int:
        raise LookupError

    monkeypatch.setattr(jobs, "COUNTS", {})
    monkeypatch.setattr(jobs.sweep, "__defaults__", ({"broken": breaks},))
    assert cli.main(["jobs", "sweep", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"done": {}, "failed": ["broken"]}


def test_every_job_runs_from_the_queue(app: Flask, tmp_path: Path) -> None:
    app.config["MAIL_DIR"] = tmp_path / "mails"
    write(app)
    queue = jobs.make_queue(app)
    due = queue.read_periodic(None)
    assert {task.name for task in due} == set(jobs.JOBS)
    for task in due:
        queue.enqueue(task)
    assert len(list((tmp_path / "mails").iterdir())) == 1


def test_the_worker_works_and_survives_a_job_that_dies(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In threads, as in a site; a job that ends its thread does not end the next job."""

    def dies(_app: Flask) -> None:
        raise SystemExit

    app.testing = False
    app.config["MAIL_DIR"] = tmp_path / "mails"
    write(app)
    monkeypatch.setattr(jobs, "JOBS", {"a_dying_job": dies, **jobs.JOBS})
    monkeypatch.setattr(jobs, "HEAD_START_SECONDS", 0)
    with jobs.background_worker(app):
        until = time.monotonic() + 30
        while not list((tmp_path / "mails").glob("*.eml")):
            assert time.monotonic() < until, "nothing was sent"
            time.sleep(0.05)


def test_a_worker_that_cannot_start_tries_again_and_the_site_goes_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = threading.Semaphore(0)

    def fails(_app: Flask) -> None:
        tried.release()
        raise OSError("no room")

    for name in ("HEAD_START_SECONDS", "AGAIN_AFTER_SECONDS"):
        monkeypatch.setattr(jobs, name, 0)
    monkeypatch.setattr(jobs, "make_queue", fails)
    with jobs.background_worker(app):
        for _time in range(3):
            assert tried.acquire(timeout=30)
        assert app.test_client().get("/healthz").status_code == 200


@pytest.fixture
def serve(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[bytes], str]]]:
    """Starts the site in a process of its own and returns once it answers."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / empty_database.name).write_bytes(empty_database.read_bytes())
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[bytes], str]:
        port = free_port()
        settings = {"DATA_DIR": str(tmp_path / "data"), "MAIL_DIR": str(tmp_path / "mails")}
        process = subprocess.Popen(
            [sys.executable, "-m", "garment_hub.cli", "serve", "--port", str(port), *arguments],
            cwd=Path(__file__).parents[2],
            env=os.environ | {PREFIX + name: value for name, value in settings.items()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        address = f"http://127.0.0.1:{port}/healthz"
        while not _answers(address):
            assert process.poll() is None, "the site did not start"
            time.sleep(0.05)
        return process, address

    yield start
    for process in started:
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_site_and_worker_end_together(
    serve: Callable[..., tuple[subprocess.Popen[bytes], str]], tmp_path: Path, sent: signal.Signals
) -> None:
    process, address = serve()
    until = time.monotonic() + 30
    while not (tmp_path / "data" / "jobs.sqlite3").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (tmp_path / "data" / "jobs.sqlite3").exists(), "no worker came up"
    process.send_signal(sent)
    process.wait(timeout=10)
    assert not _answers(address)
    others = subprocess.run(["ps", "-eo", "ppid="], capture_output=True, text=True, check=True).stdout.split()
    assert str(process.pid) not in others


@pytest.mark.slow
def test_without_the_worker_nothing_is_touched(
    serve: Callable[..., tuple[subprocess.Popen[bytes], str]], tmp_path: Path
) -> None:
    serve("--no-worker")
    time.sleep(jobs.HEAD_START_SECONDS + 2)
    assert not (tmp_path / "data" / "jobs.sqlite3").exists()
