"""The desk with 20,000 factories and 500,000 orders: the first request after a write, and its query plans."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.orm import Session

from benchmarks import Row
from garment_hub import schema
from garment_hub.app import create_app
from garment_hub.dashboard.state import count_due
from garment_hub.db import engine_of
from models.base import Base, utc_now
from models.capacity import week_of
from models.district import District
from models.factory import CapabilityKind, Factory, FactoryCapability, LegalForm
from models.order import Order, OrderStatus
from models.quote import RequestStatus
from models.user import Role
from tests.browsing import Browser, signed_in
from tests.builders import make_brief, make_designer, make_order, make_quote, make_user

COMMAND = "python -m benchmarks dashboard"
FACTORIES, ORDERS = 20_000, 500_000
ROUNDS, GOAL_MS = 25, 300
AT_ONCE = 5_000
DAYS_BACK = 3 * 365


def run() -> list[Row]:
    with TemporaryDirectory() as folder:
        app = create_app(DATA_DIR=Path(folder), SECRET_KEY="only for benchmarks, and long enough", TESTING=True)
        schema.upgrade(engine_of(app))
        with Session(engine_of(app), expire_on_commit=False) as session:
            officer = make_user(session, Role.DISTRICT_OFFICER, session.get_one(District, 1))
            fill(session)
            session.execute(text("ANALYZE"))
            session.commit()
            desk = signed_in(app, session, officer)
        started = time.perf_counter()
        count_due(engine_of(app), utc_now())
        counted = time.perf_counter() - started
        millis, plans = measured(app, desk)
        engine_of(app).dispose()
    for plan in plans:
        print(plan)
    return [
        Row(
            f"Dashboard, first request after a write, {FACTORIES:,} factories and {ORDERS:,} orders, SQLite"
            f" (goal {GOAL_MS} ms median server time)",
            f"{median(millis):.0f} ms median, {max(millis):.0f} ms slowest of {len(millis)}",
            COMMAND,
        ),
        Row("The hourly counting for it, beside the pages (reported)", f"{counted:.1f} s", COMMAND),
    ]


def measured(app: Flask, desk: Browser) -> tuple[list[float], list[str]]:
    """Milliseconds of each request that follows a write, and the plan of every statement of one request."""
    millis = []
    for number in range(ROUNDS):
        with Session(engine_of(app)) as session:
            session.execute(
                text("UPDATE factory SET introduction = :word WHERE id = :id"), {"word": f"{number}", "id": number + 1}
            )
            session.commit()
        started = time.perf_counter()
        answer = desk.get("/district/")
        millis.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise RuntimeError(f"the desk answered {answer.status_code}")
    with statements(engine_of(app)) as seen:
        desk.get("/district/")
    return millis, list(_plans(engine_of(app), seen))


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _plans(engine: Engine, seen: list[tuple[str, Any]]) -> Iterator[str]:
    with engine.connect() as connection:
        for statement, parameters in seen:
            started = time.perf_counter()
            connection.exec_driver_sql(statement, parameters).fetchall()
            took = 1000 * (time.perf_counter() - started)
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            shown = "; ".join(step[-1] for step in steps)
            yield f"{took:7.1f} ms  {' '.join(statement.split())[:110]} …  |  {shown}"


def fill(session: Session) -> None:
    """One real order is the pattern of all others: each copy differs in factory, day, size, price and state."""
    draw = random.Random(7)
    district = session.get_one(District, 1)
    factories = _factories(session, district.id, draw)
    brief = make_brief(session, make_designer(session, district))
    pattern = make_order(session, make_quote(session, brief, session.get_one(Factory, factories[0])))
    session.flush()
    _orders(session, pattern, factories, draw)


def _factories(session: Session, district_id: int, draw: random.Random) -> list[int]:
    today = utc_now().date()
    rows = [
        {
            "district_id": district_id,
            "name": f"공장 {number}",
            "legal_form": LegalForm.COMPANY,
            "people": draw.randint(1, 12),
            "neighbourhood_id": draw.randint(1, 14),
            "confirmed_on": today - timedelta(days=draw.randint(0, 90)),
        }
        for number in range(FACTORIES)
    ]
    ids = [id_ for some in _some(rows) for id_ in session.scalars(insert(Factory).returning(Factory.id), some)]
    stages = ["pattern", "cutting_stage", "sewing", "special_machine", "finishing"]
    items = ["shirt_blouse", "coat", "pants", "dress", "knit_top"]
    kinds = {CapabilityKind.STAGE: stages, CapabilityKind.ITEM: items}
    codes = [
        {"factory_id": id_, "kind": kind, "code": code, "has": True}
        for id_ in ids
        for kind, known in kinds.items()
        for code in draw.sample(known, 2)
    ]
    _insert(session, FactoryCapability.__table__, codes)
    weeks = [week_of(today) + timedelta(weeks=number) for number in range(12)]
    capacity = [
        {"factory_id": id_, "starts_on": week, "open_hundredths": 500, "booked_hundredths": draw.randint(0, 500),
         "held_hundredths": 0, "confirmed_at": utc_now()}
        for id_ in ids for week in weeks
    ]  # fmt: skip
    _insert(session, Base.metadata.tables["capacity_week"], capacity)
    return ids


def _orders(session: Session, pattern: Order, factories: list[int], draw: random.Random) -> None:
    """Brief, request, quote, order, line, event and payment of each; nine of ten are settled."""
    moment = datetime.combine(date.today() - timedelta(days=DAYS_BACK), datetime.min.time(), UTC)
    line = pattern.lines[0]
    kept: dict[str, Any] = {
        "brief": pattern.brief,
        "quote_request": line.quote.request,
        "quote": line.quote,
        "order": pattern,
        "order_line": line,
    }
    rows = {name: _columns(one) for name, one in kept.items()}
    first = {name: one.id for name, one in kept.items()}
    made: dict[str, list[dict[str, Any]]] = {name: [] for name in (*kept, "payment_part")}
    for number in range(1, ORDERS + 1):
        placed = moment + timedelta(days=DAYS_BACK * number / ORDERS)
        status = OrderStatus.SETTLED if number < 0.95 * ORDERS or draw.random() < 0.5 else OrderStatus.IN_PRODUCTION
        is_over = status is OrderStatus.SETTLED
        due, pieces = (placed + timedelta(days=30)).date(), draw.randint(20, 400)
        ids = {name: first[name] + number for name in kept}
        done = placed + timedelta(days=25) if is_over else None
        made["brief"].append(
            rows["brief"] | {"id": ids["brief"], "status": "closed", "published_at": placed, "created_at": placed}
        )
        made["quote_request"].append(rows["quote_request"] | {
            "id": ids["quote_request"], "brief_id": ids["brief"], "factory_id": draw.choice(factories),
            "status": RequestStatus.CHOSEN, "asked_at": placed,
            "answered_at": placed + timedelta(hours=draw.randint(1, 90)),
        })  # fmt: skip
        made["quote"].append(
            rows["quote"] | {"id": ids["quote"], "request_id": ids["quote_request"], "answered_at": placed}
        )
        made["order"].append(rows["order"] | {
            "id": ids["order"], "brief_id": ids["brief"], "status": status, "placed_at": placed, "confirmed_at": placed,
            "due_on": due, "quantity": pieces, "delivered_at": done, "accepted_at": done, "ended_at": done,
        })  # fmt: skip
        made["order_line"].append(rows["order_line"] | {
            "id": ids["order_line"], "order_id": ids["order"], "quote_id": ids["quote"], "quantity": pieces,
            "factory_id": made["quote_request"][-1]["factory_id"], "unit_price_krw": draw.randint(4, 40) * 1000,
        })  # fmt: skip
        made["payment_part"].append({
            "line_id": ids["order_line"], "kind": "balance", "amount_krw": 100_000, "due_on": due,
            "reported_at": done, "received_at": done,
        })  # fmt: skip
        if number % AT_ONCE == 0:
            for name, some in made.items():
                session.execute(insert(Base.metadata.tables[name]), some)
                some.clear()


def _columns(one: Any) -> dict[str, Any]:
    return {column.key: getattr(one, column.key) for column in type(one).__table__.columns if column.key != "id"}


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    for some in _some(rows):
        session.execute(insert(table), some)


def _some(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
