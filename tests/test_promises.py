"""Each promise of docs/reliability.md names tests and benchmarks that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS

ROOT = Path(__file__).parents[1]
PROMISES = re.findall(
    r"^\| (F\d+) \| .+ \| (.+) \| (.*)\|$", (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"), re.M
)


def test_all_of_them_are_listed() -> None:
    assert [number for number, _tests, _benchmarks in PROMISES] == [f"F{number}" for number in range(1, 23)]


@pytest.mark.parametrize(("number", "tests", "benchmarks"), PROMISES, ids=[row[0] for row in PROMISES])
def test_each_is_proved_by_what_it_names(number: str, tests: str, benchmarks: str) -> None:
    paths = re.findall(r"`([^`]+)`", tests)
    assert paths and [path for path in paths if not (ROOT / path).is_file()] == []
    assert set(re.findall(r"`([^`]+)`", benchmarks)) <= set(BENCHMARKS)
