"""``garment-hub user create``: people by command, and one line when it cannot be done."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from garment_hub.cli import main
from models.user import Role, User
from tests.browsing import Browser
from tests.conftest import SECRET

PASSWORD = "three words together"


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run the command on the application's own data folder with a password on standard input."""
    folder: Path = app.config["DATA_DIR"]
    monkeypatch.setenv("GARMENT_HUB_DATA_DIR", str(folder))
    monkeypatch.setenv("GARMENT_HUB_SECRET_KEY", SECRET)

    def command(*arguments: str, password: str = PASSWORD) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return main(["user", "create", *arguments])

    return command


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_everybody_made_by_command_can_sign_in_and_open_the_pages_of_the_role(  # type: ignore[no-untyped-def]
    run, app: Flask, role: Role
) -> None:
    assert run("--role", role.value, "--email", "New@Test.Example", "--phone", "+82 10-0000-0001") == 0
    browser = Browser(app)
    landing = browser.sign_in("01000000001", PASSWORD).location
    assert browser.get(str(landing)).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (["--role", "designer"], PASSWORD),
        (["--role", "designer", "--email", "no address"], PASSWORD),
        (["--role", "designer", "--phone", "12"], PASSWORD),
        (["--role", "designer", "--email", "a@test.example"], "short"),
        (["--role", "designer", "--email", "a@test.example"], ""),
        (["--role", "designer", "--email", "a@test.example"], "qwertyuiop"),
        (["--role", "designer", "--email", "a@test.example", "--district", "00000"], PASSWORD),
    ],
)
def test_a_refusal_is_one_line_and_writes_nothing(  # type: ignore[no-untyped-def]
    run, session: Session, capsys: pytest.CaptureFixture[str], arguments: list[str], password: str
) -> None:
    assert run(*arguments, password=password) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.strip().splitlines()) == 1
    assert session.scalars(select(User)).all() == []


def test_the_same_address_twice_is_refused(run, session: Session) -> None:  # type: ignore[no-untyped-def]
    assert [run("--role", "coordinator", "--email", "a@test.example") for _time in range(2)] == [0, 2]
    assert session.scalars(select(User.role)).all() == [Role.COORDINATOR]


def test_an_unknown_role_is_refused(run) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as refusal:
        run("--role", "emperor", "--email", "a@test.example")
    assert refusal.value.code == 2
