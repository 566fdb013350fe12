"""Several people at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from garment_hub.db import unit_of_work
from models.errors import DomainError


def at_once(engine: Engine, acts: Sequence[Callable[[Session], object]]) -> Counter[str]:
    """Run each in a transaction of its own, all starting together; how many ended how."""
    start = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> str:
        start.wait()
        try:
            with unit_of_work(engine) as session:
                act(session)
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))
