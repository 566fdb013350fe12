"""What the page with ten recommendations costs, against the same page before a list was made."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import Row
from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from garment_hub.demo.commands import seed_demo
from garment_hub.demo.services import Size
from garment_hub.recommendations.services import recommend_for_brief
from models.brief import Brief
from models.designer import Designer
from tests.browsing import Browser, signed_in
from tests.builders import in_days, make_brief

COMMAND = "python -m benchmarks pages"
ROUNDS, REQUESTS, FIRST_LOOKS = 9, 40, 5
PLACES = 10
GATE, GOAL = 1.6, 1.3


def run() -> list[Row]:
    with TemporaryDirectory() as folder:
        app = demo_site(Path(folder))
        without, again, first = measured(two_briefs(app))
        engine_of(app).dispose()
    return [
        Row(
            f"T9: page with ten recommendations against the same without, CPU (gate {GATE} x, goal {GOAL} x)",
            f"{again / without:.2f} x ({1000 * again:.1f} against {1000 * without:.1f} ms)",
            COMMAND,
        ),
        Row(
            "The same, the first look at a new list, before its words are kept (reported)",
            f"{first / without:.2f} x ({1000 * first:.1f} ms)",
            COMMAND,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two like briefs of one designer: without a list, and with one of ten."""

    app: Flask
    browser: Browser
    empty: str
    full: str
    full_id: int

    def make_list(self) -> None:
        with Session(engine_of(self.app)) as session:
            made = recommend_for_brief(session, session.get_one(Brief, self.full_id))
            if len(made.stored["ranked"]) < PLACES:
                raise RuntimeError(f"the list has {len(made.entries)} factories, {PLACES} are wanted")
            session.commit()

    def look(self, address: str, times: int = 1) -> float:
        """Seconds of processor time for each of these requests."""
        start = time.process_time()
        for _request in range(times):
            answer = self.browser.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
        return (time.process_time() - start) / times

    def first_look(self) -> float:
        self.make_list()
        return self.look(self.full)


def demo_site(folder: Path) -> Flask:
    app = create_app(DATA_DIR=folder, SECRET_KEY="only to measure, and long enough to be accepted", RATE_LIMITS=False)
    schema.upgrade(engine_of(app))
    seed_demo(app, Size())
    return app


def two_briefs(app: Flask) -> Twins:
    with Session(engine_of(app), expire_on_commit=False) as session:
        designer = session.scalars(select(Designer).order_by(Designer.id)).first()
        if designer is None:
            raise RuntimeError("the demo district has no designer")
        empty, full = (_brief(session, designer) for _twin in range(2))
        browser = signed_in(app, session, designer.user)
    pages = [f"/briefs/{brief.id}/recommendations" for brief in (empty, full)]
    twins = Twins(app, browser, pages[0], pages[1], full.id)
    twins.make_list()
    return twins


def _brief(session: Session, designer: Designer) -> Brief:
    usual = {"budget_per_piece_krw": 15000, "fabrics": ["woven"], "deliver_to": designer.district.neighbourhoods[0]}
    return make_brief(session, designer, needed_by=in_days(35), **usual)


def measured(twins: Twins) -> tuple[float, float, float]:
    """Seconds without a list, with one seen before, and with one never seen: lower quartiles, sides alternating."""
    sides: tuple[Callable[[], float], ...] = (
        lambda: twins.look(twins.empty, REQUESTS),
        lambda: twins.look(twins.full, REQUESTS),
        lambda: sum(twins.first_look() for _look in range(FIRST_LOOKS)) / FIRST_LOOKS,
    )
    for side in sides:
        side()
    rounds = [[side() for side in sides] for _round in range(ROUNDS)]
    without, again, first = (sorted(column)[ROUNDS // 4] for column in zip(*rounds, strict=True))
    return without, again, first
