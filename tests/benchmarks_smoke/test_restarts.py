"""Requests go on being answered while gunicorn gives way to a new one, and who was signed in stays so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.restarts import GunicornSite, gunicorn, restart_under_load
from tests.conftest import missing


@pytest.fixture
def site(tmp_path: Path) -> Iterator[GunicornSite]:
    if gunicorn() is None or not Path("/proc/self/task").exists():
        missing("gunicorn", "no gunicorn on this machine, or nowhere to look for its workers")
    site = GunicornSite(tmp_path)
    site.start()
    yield site
    site.kill()


@pytest.mark.slow
def test_a_rolling_restart_drops_no_request_and_keeps_sessions(site: GunicornSite) -> None:
    tally = restart_under_load(site, at_least=100, restarts=1)
    assert tally.wrong == []
    assert tally.stored == tally.acknowledged > 0
