"""Setting up from nothing, on a tiny checkout and without a network; and the sentences said where it cannot be done."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SETTING_UP = "Setting up .venv"
CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "yes"\nmsgstr "{}"\n'
SETUP_CFG = """
[metadata]
name = tiny
version = 1
[options]
py_modules = tiny
[options.entry_points]
console_scripts =
    garment-hub = tiny:main
    pybabel = babel.messages.frontend:main
"""
TINY = """
import os, sys
def main():
    print(sys.argv[1:], os.environ["GARMENT_HUB_DATA_DIR"])
    sys.exit(5)
"""


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """bootstrap.py over a project of one file that needs no packages."""
    folder = tmp_path / "a checkout"
    translations = folder / "garment_hub" / "translations" / "ko" / "LC_MESSAGES"
    translations.mkdir(parents=True)
    (translations / "messages.po").write_text(CATALOGUE.format("네"))
    files = {"setup.cfg": SETUP_CFG, "tiny.py": TINY, "setup.py": "import setuptools\nsetuptools.setup()\n"}
    files |= {"requirements-dev.lock": "", "pyproject.toml": ""}
    for name, content in files.items():
        (folder / name).write_text(content)
    shutil.copy(ROOT / "bootstrap.py", folder)
    return folder


def call(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """bootstrap.py with setuptools and Babel lent from here, and pip kept from the network."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GARMENT_HUB_", "PIP_"))}
    clean |= {"PIP_NO_INDEX": "1", "PYTHONPATH": sysconfig.get_path("purelib")} | environment
    command = [sys.executable, str(checkout / "bootstrap.py"), *arguments]
    return subprocess.run(command, env=clean, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_run_sets_up_once_and_becomes_the_site(checkout: Path) -> None:
    first = call(checkout, "run", "--no-worker", PORT="8123")
    wanted = ["serve", "--prepare", "--host", "127.0.0.1", "--port", "8123", "--no-worker"]
    assert first.stdout.strip() == f"{wanted} {checkout / 'var'}", first.stderr
    assert first.returncode == 5  # the site's own exit code
    assert SETTING_UP in first.stderr

    again = call(checkout, "run", HOST="0.0.0.0", GARMENT_HUB_DATA_DIR="/elsewhere")
    assert "'0.0.0.0'" in again.stdout
    assert again.stdout.strip().endswith("/elsewhere")
    assert SETTING_UP not in again.stderr

    (checkout / "requirements-dev.lock").write_text("# changed\n")
    assert SETTING_UP in call(checkout, "run").stderr
    assert SETTING_UP not in call(checkout, "run").stderr


@pytest.mark.slow
def test_catalogues_are_compiled_when_they_change(checkout: Path) -> None:
    source = checkout / "garment_hub/translations/ko/LC_MESSAGES/messages.po"
    for word in ("네", "그래요"):
        source.write_text(CATALOGUE.format(word))
        os.utime(source)
        assert call(checkout, "set-up").returncode == 0
        assert word.encode() in source.with_suffix(".mo").read_bytes()
        os.utime(source.with_suffix(".mo"), (0, 0))


@pytest.mark.slow
def test_a_package_that_is_not_to_be_had_stops_the_set_up(checkout: Path) -> None:
    (checkout / "requirements-dev.lock").write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    for _time in range(2):  # a half-made environment is not taken for a whole one
        done = call(checkout, "run")
        assert done.returncode == 2
        assert "Setting up stopped" in done.stderr
        assert "no-such-package" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [(), ("walk",)])
def test_an_unknown_verb_gets_the_usage(checkout: Path, arguments: tuple[str, ...]) -> None:
    done = call(checkout, *arguments)
    assert (done.returncode, done.stderr[:6]) == (2, "Usage:")


@pytest.mark.parametrize("version", [(3, 9, 6), (3, 15, 0)])
def test_without_a_fitting_python_it_says_which(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setenv("PATH", "")
    assert bootstrap.main(["run"]) == 2
    said = capsys.readouterr().err
    assert f"needs Python 3.11 to 3.14, and this is Python {version[0]}.{version[1]}" in said
    assert said.count("\n") == 1


def test_an_old_python_hands_over_to_a_fitting_one(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = f"3.{sys.version_info[1]}"
    (tmp_path / f"python{own}").symlink_to(sys.executable)
    for name in ("python3.14", "python3.12"):
        if name != f"python{own}":  # stubs that do not start, as version managers leave them
            (tmp_path / name).write_text("#!/bin/sh\nexit 127\n")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(sys, "version_info", (3, 9, 6))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.version_of(bootstrap.find_python()) == own


def test_a_download_that_is_not_pip_is_refused(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer:
        def __enter__(self) -> Answer:
            return self

        def __exit__(self, *_error: object) -> None:
            return None

        def read(self) -> bytes:
            return b"something else"

    def opened(*_arguments: Any, **_options: Any) -> Answer:
        return Answer()

    monkeypatch.setattr(bootstrap.urllib.request, "urlopen", opened)
    with pytest.raises(bootstrap.SetUpError, match="not the file that was expected"):
        bootstrap.download_pip(sys.executable)


def test_without_ensurepip_and_network_it_names_the_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_arguments: Any, **_options: Any) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(bootstrap.urllib.request, "urlopen", unreachable)
    with pytest.raises(bootstrap.SetUpError, match=r"sudo apt-get install python3\.\d+-venv"):
        bootstrap.download_pip(sys.executable)
