"""Sets up a checkout and runs it or its tests: python3 bootstrap.py run|test|set-up [arguments].

Standard library only. An older Python must get far enough to be told so: keep the syntax to what Python 3.7 reads.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MARK = VENV / ".bootstrap"
LOCK = ROOT / "requirements-dev.lock"
INPUTS = (LOCK, ROOT / "setup.cfg", ROOT / "setup.py", ROOT / "pyproject.toml")
OLDEST, NEWEST = (3, 11), (3, 14)
PIP = (
    "https://files.pythonhosted.org/packages/44/3c/d717024885424591d5376220b5e836c2d5293ce2011523c9de23ff7bf068/"
    "pip-25.3-py3-none-any.whl"
)
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"
# One more than there are processors: tests wait for sites, browsers and servers of their own.
WORKERS = ("-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "loadscope")


class SetUpError(Exception):
    """Setting up cannot go on; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in ("run", "test", "set-up"):
        print("Usage: python3 bootstrap.py run|test|set-up [arguments]", file=sys.stderr)
        return 2
    try:
        set_up(find_python())
        if arguments[0] != "set-up":
            start(arguments[0], arguments[1:])
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print("Setting up stopped: %s failed; its own message stands above." % " ".join(error.cmd), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def find_python() -> str:
    """An interpreter of a version that works: this one, else the newest on the path."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and version_of(found) == "3.%d" % minor:
            return os.path.realpath(found)
    raise SetUpError(
        "Garment Hub needs Python 3.%d to 3.%d, and this is Python %d.%d. Install one of them, for instance with "
        "`sudo apt-get install python3` (Debian 12, Ubuntu 24.04 or later) or `brew install python@3.13` (macOS), "
        "and call again." % (OLDEST[1], NEWEST[1], sys.version_info[0], sys.version_info[1])
    )


def version_of(python: str) -> str:
    """The version an interpreter reports; empty when it does not start (a stub or a broken link)."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True).stdout.strip()
    except OSError:
        return ""


def set_up(python: str) -> None:
    """Make the environment, unless the one that stands was made from the same files by the same interpreter."""
    wanted = fingerprint(python)
    if not (MARK.is_file() and MARK.read_text() == wanted and in_venv("python").exists()):
        say("Setting up .venv; the first time takes a few minutes.")
        make_environment(python)
        install()
        MARK.write_text(wanted)
    compile_translations()


def fingerprint(python: str) -> str:
    digest = hashlib.sha256("\n".join((str(ROOT), python, version_of(python))).encode())
    for path in INPUTS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def make_environment(python: str) -> None:
    """A fresh .venv, or the present one when it has the same Python."""
    if version_of(str(in_venv("python"))) == version_of(python) and has_module(str(in_venv("python")), "pip"):
        return
    if has_module(python, "ensurepip"):
        run([python, "-m", "venv", "--clear", str(VENV)])
        return
    # Debian and Ubuntu ship Python without ensurepip; pip's own wheel can install itself.
    run([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    wheel = VENV / Path(PIP).name
    wheel.write_bytes(download_pip(python))
    run([str(in_venv("python")), str(wheel / "pip"), "install", "--quiet", "--no-index", str(wheel)])


def download_pip(python: str) -> bytes:
    try:
        with urllib.request.urlopen(PIP, timeout=60) as answer:
            content = bytes(answer.read())
    except OSError as error:
        raise SetUpError(
            "This Python has no ensurepip, and pip could not be downloaded (%s). "
            "Run `sudo apt-get install python%s-venv` and call again." % (error, version_of(python))
        ) from error
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        raise SetUpError("The download of pip is not the file that was expected. Nothing was installed from it.")
    return content


def has_module(python: str, name: str) -> bool:
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec(%r) is None)" % name
    return subprocess.run([python, "-c", code]).returncode == 0


def install() -> None:
    """The locked packages, checked by hash, then the project itself from this folder."""
    pip = [str(in_venv("python")), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)])
    run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def compile_translations() -> None:
    catalogues = ROOT / "garment_hub" / "translations"
    for source in catalogues.glob("*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            run([str(in_venv("pybabel")), "--quiet", "compile", "-i", str(source), "-o", str(compiled)])


def start(verb: str, arguments: list[str]) -> None:
    """Become the site, or the tests; Ctrl-C and the exit code are theirs from here on."""
    sys.stdout.flush()
    if verb == "test":
        os.chdir(str(ROOT))
        command = [str(in_venv("python")), "-m", "pytest", *WORKERS, *arguments]
    else:
        os.environ.setdefault("GARMENT_HUB_DATA_DIR", str(ROOT / "var"))
        address = ["--host", os.environ.get("HOST", "127.0.0.1"), "--port", os.environ.get("PORT", "8000")]
        command = [str(in_venv("garment-hub")), "serve", "--prepare", *address, *arguments]
    os.execv(command[0], command)


def in_venv(name: str) -> Path:
    return VENV / "bin" / name


def run(command: list[str]) -> None:
    subprocess.run(command, check=True)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
