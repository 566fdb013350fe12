"""Backup while the site is written to, restore into an empty place, and every way in which a restore is refused."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from garment_hub import cli, schema
from garment_hub.backup import services, sqlite
from garment_hub.db import engine_of, make_engine, unit_of_work
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from models.district import District
from models.errors import Invalid
from models.form_token import FormToken
from models.user import User
from tests.backup.places import content, empty, put_upload, settings, uploads, url_of
from tests.browsing import Browser
from tests.conftest import DEMO_PASSWORD

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DESIGNER = "designer@demo.example"
MANIFEST = "manifest.json"


@pytest.fixture
def site(make_app: Callable[..., Flask], either_engine_url: str, tmp_path: Path) -> Flask:
    """A small demo site with three uploads."""
    app = make_app(**settings(either_engine_url, tmp_path / "data"))
    seed_demo(app, Size(factories=10, designers=3, months=1))
    for _number in range(3):
        put_upload(app, f"{secrets.token_hex(16)}.webp", secrets.token_bytes(5000))
    return app


def back_up(app: Flask, folder: Path) -> Path:
    services.make_backup(engine_of(app), app.config["DATA_DIR"], folder)
    return folder


def restore(url: str, data_dir: Path, folder: Path) -> services.Restored:
    engine = make_engine(url)
    try:
        return services.restore_backup(engine, data_dir, folder)
    finally:
        engine.dispose()


def is_without_tables(url: str) -> bool:
    engine = make_engine(url)
    names = inspect(engine).get_table_names()
    engine.dispose()
    return not names


def test_what_is_restored_is_what_was_there(site: Flask, make_app: Callable[..., Flask], tmp_path: Path) -> None:
    url, before, there = url_of(site), content(url_of(site)), uploads(site.config["DATA_DIR"])
    browser = Browser(site)
    assert browser.sign_in(DESIGNER, DEMO_PASSWORD).status_code == 303
    before = content(url)
    folder = back_up(site, tmp_path / "backup")
    engine_of(site).dispose()
    empty(url)
    restored = restore(url, tmp_path / "new", folder)

    assert content(url) == before and len(there) == 3
    assert uploads(tmp_path / "new") == there
    assert not restored.left_out and not restored.needs_upgrade
    again = make_app(**settings(url, tmp_path / "new"))
    assert schema.drift(engine_of(again)) == []
    same_browser = Browser(again)
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    same_browser.client.set_cookie("session", cookie.value)
    assert same_browser.get("/briefs").status_code == 200  # signed in before the backup, and still
    assert Browser(again).sign_in(DESIGNER, DEMO_PASSWORD).status_code == 303


def test_while_others_write_the_copy_is_of_one_moment(site: Flask, tmp_path: Path) -> None:
    """Each write is a file, then a row that names it and a count in another table: all of it or none."""
    stop, committed = threading.Event(), [0]
    url, uploads_there = url_of(site), len(uploads(site.config["DATA_DIR"]))

    def write() -> None:
        while not stop.is_set():
            number = committed[0] + 1
            put_upload(site, f"{number:032x}.webp", str(number).encode())
            with unit_of_work(engine_of(site)) as session:
                session.add(numbered(session, number))
                session.get_one(District, 1).name_en = str(number)
            committed[0] = number

    writer = threading.Thread(target=write)
    writer.start()
    wait_for(lambda: committed[0] > 5)
    first = committed[0]
    folder = back_up(site, tmp_path / "backup")
    last = committed[0] + 1  # one may be on its way
    wait_for(lambda: committed[0] > last)  # it went on
    stop.set()
    writer.join()
    engine_of(site).dispose()
    empty(url)
    restore(url, tmp_path / "new", folder)

    engine = make_engine(url)
    with Session(engine) as session:
        numbers = sorted(int(token) for token in session.scalars(select(FormToken.token)) if token.isdecimal())
        counted = int(session.get_one(District, 1).name_en)
    engine.dispose()
    assert numbers == list(range(1, counted + 1))
    assert first <= counted <= last
    there = uploads(tmp_path / "new")
    assert all(there[f"{number:032x}.webp"] == str(number).encode() for number in numbers)
    assert len(there) >= counted + uploads_there


def numbered(session: Session, number: int) -> FormToken:
    user_id = session.scalars(select(User.id)).first()
    return FormToken(token=str(number), user_id=user_id, body_hash="", location=f"/briefs/{number}")


def wait_for(truth: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not truth():
        assert time.monotonic() < until, "nothing came of it"
        time.sleep(0.005)


def test_a_file_removed_while_the_backup_is_made_is_kept(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_upload(app, "a.webp", b"named by a row of the snapshot")
    copy_out = sqlite.copy_out

    def copy_out_then_remove(*arguments: Any) -> Any:
        copied = copy_out(*arguments)
        shutil.rmtree(app.config["DATA_DIR"] / "uploads")
        return copied

    monkeypatch.setattr(sqlite, "copy_out", copy_out_then_remove)
    assert "uploads/a.webp" in services.make_backup(engine_of(app), app.config["DATA_DIR"], tmp_path / "b").files


def test_nobody_else_may_read_a_backup(site: Flask, tmp_path: Path) -> None:
    folder = back_up(site, tmp_path / "backup")
    paths = [folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o077 for path in paths if path.is_dir()} == {0}
    assert (folder / "secret_key").read_bytes() == (site.config["DATA_DIR"] / "secret_key").read_bytes()


REFUSE = {
    "sqlite": "CREATE TRIGGER only_{verb} BEFORE {verb} ON form_token BEGIN SELECT RAISE(ABORT, 'no {verb} here'); END",
    "postgresql": "CREATE TRIGGER only_{verb} BEFORE {verb} ON form_token FOR EACH ROW EXECUTE FUNCTION refuse()",
}
FUNCTION = "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'no %% here', TG_OP; END $$ LANGUAGE plpgsql"


def test_triggers_neither_stand_in_the_way_nor_get_lost(
    site: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trigger that refuses even INSERT stands in the schema that the restore makes."""
    engine, url = engine_of(site), url_of(site)

    def add_triggers(connection: Any) -> None:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(FUNCTION)
        for verb in ("INSERT", "UPDATE", "DELETE"):
            connection.exec_driver_sql(REFUSE[engine.dialect.name].format(verb=verb))

    make = schema.make

    def make_with_triggers(connection: Any, revision: str) -> None:
        make(connection, revision)
        add_triggers(connection)

    with unit_of_work(engine) as session:
        session.add(numbered(session, 1))
    with engine.begin() as connection:
        add_triggers(connection)
    monkeypatch.setattr(schema, "make", make_with_triggers)
    before = content(url)
    folder = back_up(site, tmp_path / "backup")
    engine.dispose()
    empty(url)
    restore(url, tmp_path / "new", folder)
    assert content(url) == before
    restored = make_engine(url)
    for verb, statement in {
        "INSERT": "INSERT INTO form_token SELECT * FROM form_token",
        "UPDATE": "UPDATE form_token SET location = '/'",
        "DELETE": "DELETE FROM form_token",
    }.items():
        with pytest.raises(DatabaseError, match=f"no {verb} here"), restored.begin() as connection:
            connection.exec_driver_sql(statement)
    restored.dispose()


CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"""


def test_postgresql_keeps_constraints_and_never_gives_an_id_twice(
    make_app: Callable[..., Flask], postgresql_url: str, tmp_path: Path
) -> None:
    app = make_app(**settings(postgresql_url, tmp_path / "data"))
    seed_demo(app, Size(factories=10, designers=3, months=1))
    with unit_of_work(engine_of(app)) as session:
        gone = numbered(session, 1)
        session.add(gone)
        session.flush()
        session.delete(gone)
    before = constraints(engine_of(app))
    folder = back_up(app, tmp_path / "backup")
    engine_of(app).dispose()
    empty(postgresql_url)
    restore(postgresql_url, tmp_path / "new", folder)
    assert constraints(engine_of(app)) == before
    with unit_of_work(engine_of(app)) as session:
        next_one = numbered(session, 2)
        session.add(next_one)
        session.flush()
        assert next_one.id > gone.id


def constraints(engine: Engine) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(CONSTRAINTS))]


def test_a_restore_cut_short_leaves_no_database_and_can_be_called_again(site: Flask, tmp_path: Path) -> None:
    """Something stands in the way of one upload; the database comes after all of them."""
    url, before = url_of(site), content(url_of(site))
    folder = back_up(site, tmp_path / "backup")
    engine_of(site).dispose()
    empty(url)
    in_the_way = tmp_path / "new" / "uploads" / sorted(uploads(folder))[1]
    in_the_way.mkdir(parents=True)
    with pytest.raises(OSError, match="irectory"):
        restore(url, tmp_path / "new", folder)
    assert is_without_tables(url)
    in_the_way.rmdir()
    restore(url, tmp_path / "new", folder)
    assert content(url) == before and uploads(tmp_path / "new") == uploads(folder)


@pytest.mark.slow
def test_a_killed_restore_leaves_all_or_nothing(site: Flask, tmp_path: Path) -> None:
    url, before = url_of(site), content(url_of(site))
    folder = back_up(site, tmp_path / "backup")
    engine_of(site).dispose()
    empty(url)
    environment = {"GARMENT_HUB_DATABASE_URL": url, "GARMENT_HUB_DATA_DIR": str(tmp_path / "new"), "PATH": ""}
    command = [sys.executable, "-m", "garment_hub.cli", "restore", str(folder), "--json"]
    for hundredths in (0, 3, 6, 10, 15, 25, 50):
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as child:
            wait_for((tmp_path / "new" / "secret_key").exists)  # the first thing any command does
            time.sleep(hundredths / 100)
            child.kill()
        if not is_without_tables(url):
            assert content(url) == before
            empty(url)
    restore(url, tmp_path / "new", folder)
    assert content(url) == before


def cut_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_manifest(folder: Path, **values: Any) -> None:
    (folder / MANIFEST).write_text(json.dumps(json.loads((folder / MANIFEST).read_text()) | values))


def change_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def database_file(folder: Path) -> Path:
    (path,) = [*folder.glob("database.sqlite3"), *folder.glob("tables/district.copy")]
    return path


def an_upload(folder: Path) -> Path:
    return next((folder / "uploads").iterdir())


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no backup": (lambda folder: (folder / MANIFEST).unlink(), "holds no finished backup"),
    "cut manifest": (cut_manifest, "cut off or was changed"),
    "empty manifest": (lambda folder: (folder / MANIFEST).write_text("[]"), "cut off or was changed"),
    "other counts": (lambda folder: change_manifest(folder, tables={}), "cut off or was changed"),
    "changed database": (lambda folder: change_byte(database_file(folder)), "was changed since the backup"),
    "changed upload": (lambda folder: change_byte(an_upload(folder)), "was changed since the backup"),
    "missing database": (lambda folder: database_file(folder).unlink(), "is missing from"),
    "missing upload": (lambda folder: an_upload(folder).unlink(), "is missing from"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_in_one_line(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    put_upload(app, "a.webp", b"picture")
    folder = back_up(app, tmp_path / "backup")
    spoil, sentence = DAMAGES[damage]
    spoil(folder)
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(tmp_path / "new"))
    assert cli.main(["restore", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and sentence in err and err.count("\n") == 1
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]  # every command makes one


@pytest.mark.parametrize("damage", ["changed database", "missing database", "missing upload"])
def test_a_damaged_backup_reaches_neither_database(site: Flask, tmp_path: Path, damage: str) -> None:
    url, folder = url_of(site), back_up(site, tmp_path / "backup")
    engine_of(site).dispose()
    empty(url)
    DAMAGES[damage][0](folder)
    with pytest.raises(Invalid):
        restore(url, tmp_path / "new", folder)
    assert is_without_tables(url) and not (tmp_path / "new").exists()


def test_a_restore_never_replaces_a_database(site: Flask, tmp_path: Path) -> None:
    folder, before = back_up(site, tmp_path / "backup"), content(url_of(site))
    with pytest.raises(Invalid) as refusal:
        restore(url_of(site), tmp_path / "new", folder)
    assert refusal.value.code == "restore_not_empty"
    assert content(url_of(site)) == before and not (tmp_path / "new").exists()


def test_nor_a_file_that_is_something_else(app: Flask, tmp_path: Path) -> None:
    folder = back_up(app, tmp_path / "backup")
    (tmp_path / "letter.txt").write_text("a letter, and long enough to be looked into " * 100)
    with pytest.raises(Invalid) as refusal:
        restore(f"sqlite:///{tmp_path / 'letter.txt'}", tmp_path / "new", folder)
    assert refusal.value.code == "restore_not_empty"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"engine": "postgresql"}, "backup_of_other_engine"),
        ({"revision": "9999"}, "backup_of_newer_schema"),
        ({"format": 2}, "backup_of_other_format"),
        ({"files": {"../../outside": "0" * 64}}, "backup_manifest_broken"),
        ({"files": {"/etc/outside": "0" * 64}}, "backup_manifest_broken"),
    ],
)
def test_what_this_version_cannot_restore_is_named(
    app: Flask, tmp_path: Path, values: dict[str, Any], code: str
) -> None:
    """Manifests that are whole, but of another place or time."""
    folder = back_up(app, tmp_path / "backup")
    change_manifest(folder, **values)
    seal(folder)
    with pytest.raises(Invalid) as refusal:
        restore(f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path / "new", folder)
    assert refusal.value.code == code


def seal(folder: Path) -> None:
    """Write the manifest's own hash anew, as whoever wrote it would have."""
    from garment_hub.backup.manifest import _digest_of

    values = json.loads((folder / MANIFEST).read_text())
    del values["sha256"]
    (folder / MANIFEST).write_text(json.dumps(values | {"sha256": _digest_of(values)}))


def test_a_backup_goes_into_a_new_or_empty_folder_only(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    with pytest.raises(Invalid) as refusal:
        back_up(app, tmp_path / "full")
    assert refusal.value.code == "backup_folder_not_empty"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]
    (tmp_path / "empty").mkdir()
    assert (back_up(app, tmp_path / "empty") / MANIFEST).exists()


def test_both_commands_answer_in_json(
    app: Flask, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(app.config["DATA_DIR"]))
    put_upload(app, "a.webp", b"picture")
    assert cli.main(["backup", str(tmp_path / "backup"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(tmp_path / "new"))
    assert cli.main(["restore", str(tmp_path / "backup"), "--json"]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert restored == made | {"left_out": [], "needs_upgrade": False}
    assert made["uploads"] == 1 and made["has_secret_key"] and made["tables"]["district"] == 1


def test_an_earlier_schema_is_restored_as_it_was(
    make_app: Callable[..., Flask], either_engine_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(**settings(either_engine_url, tmp_path / "data"))
    folder = back_up(app, tmp_path / "backup")
    engine_of(app).dispose()
    empty(either_engine_url)
    monkeypatch.setattr(schema, "latest_revision", lambda: "a later one")
    assert restore(either_engine_url, tmp_path / "new", folder).needs_upgrade


def test_without_a_schema_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with pytest.raises(Invalid) as refusal:
        services.make_backup(engine, tmp_path, tmp_path / "backup")
    engine.dispose()
    assert refusal.value.code == "backup_without_database" and not (tmp_path / "backup").exists()
