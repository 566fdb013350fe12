"""The wheel is the checkout without its tests: built through the sdist, installed elsewhere, it works as a whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PACKED = (
    "garment_hub",
    "models",
    "recommender",
    "templates",
    "setup.cfg",
    "setup.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
OWNERS = """
import importlib.metadata, json
owners = importlib.metadata.packages_distributions()
print(json.dumps({name: sorted(set(owners[name])) for name in ("garment_hub", "models", "recommender", "templates")}))
"""


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Standard output of a command that must succeed; its own words when it does not."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GARMENT_HUB_", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=clean | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy without compiled catalogues, so that the build has to make them."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", source / "dist", folder=source)
    (built,) = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the packages it needs are lent by this one, nothing is downloaded."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet")
    run(*pip, wheel, folder=folder)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip())
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An unrelated folder, where other packages happen to have our names."""
    for name in ("models", "recommender", "templates"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong package')")
    return tmp_path


def test_doctor_finds_everything(environment: Path, elsewhere: Path) -> None:
    command, settings = environment / "bin" / "garment-hub", {"GARMENT_HUB_DATA_DIR": str(elsewhere / "var")}
    run(command, "db", "upgrade", folder=elsewhere, **settings)
    found = json.loads(run(command, "doctor", "--json", folder=elsewhere, **settings))
    assert {"page", "static", "korean", "migrations"} <= found.keys()
    assert [name for name, is_well in found.items() if is_well is not True] == []


def test_the_code_that_runs_is_the_installed_one(environment: Path, elsewhere: Path) -> None:
    code = "import garment_hub, models, recommender; print(garment_hub.__file__, models.__file__, recommender.__file__)"
    for path in run(environment / "bin" / "python", "-I", "-c", code, folder=elsewhere).split():
        assert Path(path).is_relative_to(environment)


def test_nobody_else_owns_our_packages(environment: Path, elsewhere: Path) -> None:
    owners = json.loads(run(environment / "bin" / "python", "-I", "-c", OWNERS, folder=elsewhere))
    assert all(names == ["garment-hub"] for names in owners.values()), owners


def test_tests_and_tools_stay_at_home(environment: Path) -> None:
    (site,) = environment.glob("lib/python*/site-packages")
    folders = {path.name for path in site.iterdir() if path.is_dir() and path.suffix != ".dist-info"}
    assert folders == {"garment_hub", "models", "recommender", "templates"}
