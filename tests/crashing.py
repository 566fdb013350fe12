"""A served site that is killed without warning and started again, while designers go on sending forms."""

from __future__ import annotations

import http.client
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.config import PREFIX
from garment_hub.db import database_url, engine_of, make_engine
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from models.brief import Brief

ROOT = Path(__file__).parents[1]
DESIGNER, PASSWORD = "designer@demo.example", "a-long-demo-password"
WRITERS = 4
_CSRF_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_BRIEF = re.compile(r"/briefs/(\d+)/")


class Site:
    """``garment-hub serve`` in a process group of its own, on a free loopback port and a small demo database.

    ``launcher`` comes before the command, to run it in surroundings of its own.
    """

    def __init__(self, data_dir: Path, url: str | None = None, launcher: Sequence[str] = ()) -> None:
        self.url = url or database_url({"DATABASE_URL": None, "DATA_DIR": data_dir})
        app = create_app(DATA_DIR=data_dir, DATABASE_URL=self.url, DEMO_PASSWORD=PASSWORD)
        schema.upgrade(engine_of(app))
        seed_demo(app, Size(factories=10, designers=3, months=1))
        engine_of(app).dispose()
        self.port = _free_port()
        self._settings = {"DATA_DIR": str(data_dir), "DATABASE_URL": self.url, "RATE_LIMITS": "off"}
        self._launcher = launcher
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the site is not running"
        return self._process.pid

    def command(self) -> list[str]:
        return [sys.executable, "-m", "garment_hub.cli", "serve", "--port", str(self.port)]

    def start(self) -> float:
        """Start the site and return after how many seconds it answers."""
        began = time.monotonic()
        self._process = subprocess.Popen(
            [*self._launcher, *self.command()],
            cwd=ROOT,
            env={**os.environ, **{PREFIX + name: value for name, value in self._settings.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > began + 60:
                raise AssertionError("the site did not start")
            time.sleep(0.01)
        return time.monotonic() - began

    def kill(self) -> None:
        """End the whole group at once, as a power cut would end it, though not the machine."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str, cookie: str = "") -> tuple[int, str, http.client.HTTPMessage]:
        """Status, text and headers, over a connection of its own, as for somebody who just arrives."""
        with closing(self.connect()) as connection:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers

    def _is_ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def briefs(self) -> set[int]:
        """What is stored, read past the site."""
        engine = make_engine(self.url)
        with Session(engine.execution_options(writes=False)) as session:
            ids = set(session.scalars(select(Brief.id)))
        engine.dispose()
        return ids


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Designer:
    """Somebody signed in once, whose forms carry the same cookie ever after."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookie = ""
        connection = site.connect()
        sign_in = {"email": DESIGNER, "password": PASSWORD, "csrf_token": self._read_token(connection, "/sign-in")}
        status, _location = self.post(connection, "/sign-in", sign_in)
        assert status == 303, "the designer was not let in"
        self.token = self._read_token(connection, "/briefs/new")
        connection.close()

    def send_brief(self, connection: http.client.HTTPConnection, form_token: str) -> tuple[int, str]:
        """Send the first step of a brief; the answer's status and where it leads."""
        fields = {"csrf_token": self.token, "form_token": form_token, "item": "shirt_blouse", "action": "next"}
        return self.post(connection, "/briefs", fields)

    def post(self, connection: http.client.HTTPConnection, path: str, fields: dict[str, str]) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        self._keep_cookie(answer)
        return answer.status, answer.getheader("Location", "")

    def _read_token(self, connection: http.client.HTTPConnection, path: str) -> str:
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        page = answer.read().decode()
        self._keep_cookie(answer)
        found = _CSRF_TOKEN.search(page)
        assert found, f"{path} has no form"
        return found[1]

    def _keep_cookie(self, answer: http.client.HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie", []):
            if "session" in (cookie := SimpleCookie(line)):
                self.cookie = f"session={cookie['session'].value}"


@dataclass(slots=True)
class Tally:
    """``addresses`` says where each acknowledged form led; ``elsewhere`` counts repeats that led somewhere else."""

    addresses: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    lost: int = 0
    doubles: int = 0
    elsewhere: int = 0
    back_in: list[float] = field(default_factory=list)


def crash(site: Site, *, kills: int, at_least: int = 0, seed: int = 1) -> Tally:
    """Kill the site again and again under writers, ``at_least`` so many forms long, and count what is amiss."""
    chance, tally, before = random.Random(seed), Tally(), site.briefs()
    designer = Designer(site)
    while len(tally.back_in) < kills or len(tally.addresses) < at_least:
        acknowledged, unanswered = _write_until_killed(designer, chance.uniform(0.2, 1.5))
        tally.back_in.append(site.start())
        repeated = chance.sample(sorted(acknowledged), min(20, len(acknowledged)))
        addresses = _send(designer, [*unanswered, *repeated])
        tally.elsewhere += sum(addresses[token] != acknowledged[token] for token in repeated)
        tally.unanswered += len(unanswered)
        tally.addresses |= addresses | acknowledged
    stored = site.briefs() - before
    made = {int(_BRIEF.search(address)[1]) for address in tally.addresses.values()}  # type: ignore[index]
    tally.lost = len(tally.addresses) - len(made & stored)  # an address given twice had lost its first brief
    tally.doubles = len(stored - made)
    return tally


def _write_until_killed(designer: Designer, seconds: float) -> tuple[dict[str, str], list[str]]:
    """Forms acknowledged with their addresses, and those of which nobody knows whether they arrived."""
    acknowledged: dict[str, str] = {}
    unanswered: list[str] = []
    unexpected: list[int] = []

    def write() -> None:
        connection = designer.site.connect()
        while not unexpected:
            token = secrets.token_urlsafe(24)
            try:
                status, location = designer.send_brief(connection, token)
            except (OSError, http.client.HTTPException):
                unanswered.append(token)
                break
            if status == HTTPStatus.SERVICE_UNAVAILABLE:  # waited too long for the others, so nothing was kept
                continue
            if status != HTTPStatus.SEE_OTHER:
                unexpected.append(status)
            acknowledged[token] = location
        connection.close()

    writers = [threading.Thread(target=write) for _writer in range(WRITERS)]
    for writer in writers:
        writer.start()
    time.sleep(seconds)
    designer.site.kill()
    for writer in writers:
        writer.join()
    assert not unexpected, f"a form was answered with {unexpected}"
    return acknowledged, unanswered


def _send(designer: Designer, tokens: list[str]) -> dict[str, str]:
    connection = designer.site.connect()
    answers = {token: designer.send_brief(connection, token) for token in tokens}
    connection.close()
    assert all(status == 303 for status, _location in answers.values()), "a repeat was refused"
    return {token: location for token, (_status, location) in answers.items()}
