"""A full disk: what cannot be stored is told, reading goes on, and all is well again once there is room."""

from __future__ import annotations

import errno
import http.client
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Connection, Engine, event, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse, stream_encode_multipart

from garment_hub.db import engine_of
from models.brief import Brief
from models.district import District
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_designer
from tests.conftest import missing
from tests.crashing import Designer, Site

MOST_FORMS = 400  # until a database that may not grow has used the room it had
SMALL_DISK = "24m"
# Mounts a small disk over the data folder, in a namespace of its own that ends with the command.
ON_A_SMALL_DISK = """
set -e; place="$1"; size="$2"; shift 2
mkdir "$place.small"; mount -t tmpfs -o size="$size" none "$place.small"
cp -a "$place/." "$place.small/"; mount --bind "$place.small" "$place"; exec "$@"
"""
PAGES = ("/", "/sign-in", "/factories", "/how-it-ranks", "/sign-up/designer", "/healthz", "/readyz")


def assert_told(answer: TestResponse, language: str = "ko") -> None:
    words = {"ko": "저장할 자리가 없어요", "en": "no room to save", "it": "spazio per salvare"}[language]
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 60
    assert words in answer.text and "sqlite" not in answer.text.casefold()


@contextmanager
def told_on_each_connection(engine: Engine, pragma: str) -> Iterator[None]:
    def stop(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA {pragma}")

    event.listen(engine, "begin", stop)
    try:
        yield
    finally:
        event.remove(engine, "begin", stop)
        engine.dispose()  # the limit is the connection's own


def no_more_room(engine: Engine) -> AbstractContextManager[None]:
    """The database may not grow by a page (its limit is never below what it has): SQLite says it is a full disk."""
    return told_on_each_connection(engine, "max_page_count = 1")


@pytest.fixture
def designer(app: Flask, session: Session) -> Browser:
    person = make_designer(session, session.scalars(select(District)).one()).user
    return signed_in(app, session, person)


def send_brief(browser: Browser, number: int, **options: str) -> TestResponse:
    fields = {"form_token": f"{number:032d}", "item": "shirt_blouse", "action": "next", "note": "가" * 900}
    return browser.send("/briefs", fields, **options)


def test_a_database_that_cannot_grow_is_told_and_loses_nothing(app: Flask, session: Session, designer: Browser) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    acknowledged = 0
    with no_more_room(engine_of(app)):
        for number in range(MOST_FORMS):
            if (answer := send_brief(designer, number)).status_code != 303:
                break
            acknowledged += 1
        assert_told(answer)
        for language in ("en", "it"):
            assert_told(designer.send(f"/briefs?lang={language}", {"form_token": "x" * 32, "item": "dress"}), language)
        stranger = app.test_client()
        assert {address: stranger.get(address).status_code for address in PAGES} == dict.fromkeys(PAGES, 200)
        assert designer.get("/briefs/new").status_code == designer.get("/briefs").status_code == 200
        assert session.scalar(select(func.count()).select_from(Brief)) == acknowledged
    assert send_brief(designer, acknowledged).status_code == 303  # the refused form itself, sent once more
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Brief)) == acknowledged + 1


def test_staff_who_only_read_are_not_stopped(app: Flask, session: Session, client_as: Callable[..., Browser]) -> None:
    """Their last moment cannot be noted down, and that is no reason to send them away."""
    staff = client_as(Role.COORDINATOR)
    session.execute(text("UPDATE user_session SET last_seen_at = datetime(last_seen_at, '-5 minutes')"))
    session.commit()
    with told_on_each_connection(engine_of(app), "query_only = ON"):
        assert staff.get("/district/").status_code == 200


def test_postgresql_says_it_in_its_own_words(make_app: Callable[..., Flask], postgresql_url: str) -> None:
    """The server raises the error by its number, as it does when its disk is full."""
    app = make_app(DATABASE_URL=postgresql_url, PROPAGATE_EXCEPTIONS=False)
    engine = engine_of(app)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        connection.exec_driver_sql("CREATE TRIGGER full_disk BEFORE INSERT ON brief EXECUTE FUNCTION full_disk()")
    with Session(engine, expire_on_commit=False) as session:
        designer = signed_in(app, session, make_designer(session, session.scalars(select(District)).one()).user)
    assert_told(send_brief(designer, 1))
    assert designer.get("/").status_code == 200
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER full_disk ON brief")
    assert send_brief(designer, 1).status_code == 303


class SmallDisk:
    """A served site whose data folder lies on a small disk, which can be filled and emptied from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.folder.mkdir()
        unshare = ["unshare", "--map-root-user", "--mount"]
        self.site = Site(
            self.folder, launcher=[*unshare, "sh", "-c", ON_A_SMALL_DISK, "sh", str(self.folder), SMALL_DISK]
        )

    @property
    def inside(self) -> Path:
        return Path(f"/proc/{self.site.pid}/root{self.folder}")

    def fill(self) -> None:
        with (self.inside / "ballast").open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017  (whatever came before it is no matter)

    def make_room(self) -> None:
        (self.inside / "ballast").unlink()

    def briefs(self) -> int:
        """What is stored; SQLite would follow the way from outside to another file of the same name."""
        enter = ["nsenter", "--user", "--mount", "--preserve-credentials", "--target", str(self.site.pid)]
        script = (
            "import sqlite3 as s, sys; print(*s.connect(sys.argv[1]).execute('SELECT count(*) FROM brief').fetchone())"
        )
        call = [*enter, sys.executable, "-c", script, str(self.folder / "garment_hub.sqlite3")]
        return int(subprocess.run(call, check=True, capture_output=True, text=True).stdout)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    tried = shutil.which("unshare") and subprocess.run(
        ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", str(tmp_path)], capture_output=True
    )
    if not tried or tried.returncode:
        missing("mount", "this machine lets nobody mount a small disk of their own")
    disk = SmallDisk(tmp_path)
    disk.site.start()
    yield disk
    disk.site.kill()


def send_picture(designer: Designer, brief: str) -> tuple[int, str, http.client.HTTPMessage]:
    """A picture for a draft, put away for later."""
    drawn = BytesIO()
    Image.effect_noise((900, 900), 90).save(drawn, "PNG")
    values: dict[str, Any] = {"csrf_token": designer.token, "action": "later", "drawings": (drawn, "drawing.png")}
    drawn.seek(0)
    stream, length, boundary = stream_encode_multipart(values)
    kind = f"multipart/form-data; boundary={boundary}"
    connection = designer.site.connect()
    headers = {"Content-Type": kind, "Content-Length": str(length), "Cookie": designer.cookie}
    connection.request("POST", f"{brief}/edit/3", stream.read(), headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), answer.headers
    connection.close()
    return found


@pytest.mark.slow
def test_a_served_site_on_a_disk_that_is_really_full(disk: SmallDisk) -> None:
    """Here the commit itself fails, after the view had ended well."""
    designer = Designer(disk.site)
    before, connection = disk.briefs(), disk.site.connect()
    tokens = [secrets.token_urlsafe(24) for _number in range(5)]
    answers = [designer.send_brief(connection, token) for token in tokens]
    assert [status for status, _location in answers] == [303] * len(tokens)
    acknowledged, brief = set(tokens), answers[0][1].partition("/edit/")[0]

    disk.fill()
    refused: list[str] = []
    for _number in range(MOST_FORMS):  # the log of the database may have had some room left in it
        token = secrets.token_urlsafe(24)
        status, _location = designer.send_brief(connection, token)
        assert status in (303, 503)
        if status == 303:
            acknowledged.add(token)
        else:
            refused.append(token)
        if len(refused) == 5:
            break
    assert len(refused) == 5
    assert {path: disk.site.get(path)[0] for path in PAGES} == dict.fromkeys(PAGES, 200)
    assert disk.site.get("/account", designer.cookie)[0] == 200  # who is signed in stays so
    status, page, headers = send_picture(designer, brief)
    assert status == 503 and int(headers["Retry-After"]) >= 60 and "저장할 자리가 없어요" in page

    disk.make_room()
    assert [designer.send_brief(connection, token)[0] for token in refused] == [303] * len(refused)
    assert send_picture(designer, brief)[0] == 303
    assert disk.briefs() - before == len(acknowledged) + len(refused)
    connection.close()
