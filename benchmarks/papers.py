"""How long a work order takes as PDF: the usual sheet, a long one, and the first after a start."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy.orm import Session

from benchmarks import Row
from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.db import engine_of
from garment_hub.orders import documents, terms
from models.base import utc_now
from models.district import District
from tests.browsing import Browser, signed_in
from tests.orders.filled import filled
from tests.orders.stages import make_trade

TIMES = 30
COMMAND = "python -m benchmarks papers"
LONG_SIZES = {f"{number}호": 1 for number in range(30)}


def run() -> list[Row]:
    if not documents.can_make_pdf():
        return [Row("A work order as PDF, whole request", "not measured: no Pango", COMMAND)]
    with TemporaryDirectory() as folder:
        app = create_app(DATA_DIR=Path(folder), SECRET_KEY="only to measure, and long enough to be accepted")
        schema.upgrade(engine_of(app))
        browser, usual, long = _orders(app)
        first = _seconds(browser, usual)
        rows = [
            Row("A work order as PDF, whole request, one page, median", _median(browser, usual), COMMAND),
            Row("The same with 30 sizes and 4 pages, median", _median(browser, long), COMMAND),
            Row("The first PDF after a start (fonts are read)", f"{first * 1000:.0f} ms", COMMAND),
        ]
        engine_of(app).dispose()
    return rows


def _orders(app: Flask) -> tuple[Browser, str, str]:
    """A designer's browser and the addresses of an ordinary and a long work order."""
    with Session(engine_of(app), expire_on_commit=False) as session:
        district = session.get_one(District, 1)
        usual = make_trade(session, district).bring_to("confirmed")
        long = make_trade(session, district, designer=usual.order.designer)
        body = filled(terms.latest(session, long.order).body)
        body["assort"] = [{"colour": f"색 {number}", "sizes": LONG_SIZES} for number in range(4)]
        body["size_table"] = [{"part": f"부위 {at}", "sizes": LONG_SIZES, "tolerance": "±1"} for at in range(20)]
        terms.propose(session, long.order, body, usual.designer, utc_now())
        browser = signed_in(app, session, usual.designer)
        first, second = (f"/orders/{trade.order.id}/work-order.pdf" for trade in (usual, long))
        return browser, first, second


def _seconds(browser: Browser, address: str) -> float:
    start = time.perf_counter()
    answer = browser.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return time.perf_counter() - start


def _median(browser: Browser, address: str) -> str:
    return f"{statistics.median(_seconds(browser, address) for _each in range(TIMES)) * 1000:.0f} ms"
