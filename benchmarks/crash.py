"""F3: nothing acknowledged is lost when the whole group is killed -9, no form makes two, and the site is back soon."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import Row
from benchmarks.databases import ENGINES, new_database
from tests.crashing import Site, Tally, crash

KILLS, ACKNOWLEDGED = 25, 5_000
COMMAND = "python -m benchmarks crash"


def run() -> list[Row]:
    return [row for engine in ENGINES for row in _rows(engine, _crash(engine))]


def _crash(engine: str) -> Tally:
    with TemporaryDirectory() as name, new_database(engine, Path(name)) as url:
        site = Site(Path(name), url)
        site.start()
        try:
            return crash(site, kills=KILLS, at_least=ACKNOWLEDGED)
        finally:
            site.kill()


def _rows(engine: str, tally: Tally) -> list[Row]:
    kills, forms = len(tally.back_in), len(tally.addresses)
    seconds = sorted(tally.back_in)
    return [
        Row(
            f"F3 nothing acknowledged is lost at kill -9: 0 of 5,000 ({engine})",
            f"{tally.lost} lost of {forms:,} in {kills} kills",
            COMMAND,
        ),
        Row(
            f"F2 the same form after a kill makes no second one: 0 ({engine})",
            f"{tally.doubles + tally.elsewhere} doubles, {tally.unanswered} forms cut off by a kill were sent again",
            COMMAND,
        ),
        Row(
            f"F3 back in 2 s or less ({engine})",
            f"median {median(seconds):.1f} s, slowest {seconds[-1]:.1f} s",
            COMMAND,
        ),
    ]
