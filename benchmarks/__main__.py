"""Runs benchmarks by name, all of them when none is named, and prints one table; ``--write`` puts it into the docs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks import (
    Row,
    backup,
    contests,
    crash,
    dashboard,
    duplicates,
    encoding,
    imports,
    pages,
    papers,
    partners,
    restarts,
    serving,
    teams,
    training,
)

BENCHMARKS: dict[str, Callable[[], list[Row]]] = {
    "backup": backup.run, "contests": contests.run, "crash": crash.run, "dashboard": dashboard.run,
    "duplicates": duplicates.run, "encoding": encoding.run, "imports": imports.run, "pages": pages.run,
    "papers": papers.run, "partners": partners.run, "restarts": restarts.run, "serving": serving.run,
    "teams": teams.run, "training": training.run,
}  # fmt: skip
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

What was promised and what was measured. Each line says how to measure it again; `--write` after a command puts its new
figures here, `make bench` runs them all.

| Promise and goal | Figure | Date | Command |
|---|---|---|---|
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--write", action="store_true", help=f"also write {PAGE.name}")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    lines = []
    for name in arguments.names or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr)
        lines += [f"| {row.promise} | {row.figure} | {date.today()} | `{row.command}` |" for row in BENCHMARKS[name]()]
    print("\n".join(lines))
    if arguments.write:
        write(lines)
    return 0


def write(lines: list[str]) -> None:
    """Put these lines in the place of earlier ones from the same commands."""
    commands = {line.rsplit("|", 2)[1] for line in lines}
    there = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    kept = [line for line in there if line.endswith("` |") and line.rsplit("|", 2)[1] not in commands]
    PAGE.write_text(HEAD + "\n".join(sorted(kept + lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
