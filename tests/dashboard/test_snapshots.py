"""Closed months: written once on either database, corrected beside the first figure, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from garment_hub import cli
from garment_hub.dashboard.indicators import MEASURES, STOCKS
from garment_hub.dashboard.snapshots import close_months, count_month, last_closed, latest, rows_of
from garment_hub.db import engine_of
from garment_hub.jobs import Swept, count
from models.audit import AuditAction, AuditEntry
from models.district import District
from models.indicator_snapshot import IndicatorSnapshot
from models.order import Order, OrderStatus
from tests.builders import make_brief, make_designer, make_district, make_factory, make_order, make_quote

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 10, tzinfo=UTC)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def confirmed(session: Session, district: District, at: datetime) -> Order:
    quote = make_quote(session, make_brief(session, make_designer(session, district)), make_factory(session, district))
    return make_order(session, quote, status=OrderStatus.CONFIRMED, confirmed_at=at)


def filled(app: Flask) -> tuple[int, int]:
    """A district with work in September and October; its id and that of one order of October."""
    with Session(engine_of(app)) as session:
        district = session.get_one(District, 1)
        district.created_at = datetime(2026, 9, 15, tzinfo=UTC)
        confirmed(session, district, datetime(2026, 9, 20, tzinfo=UTC))
        order = confirmed(session, district, datetime(2026, 10, 20, tzinfo=UTC))
        session.commit()
        return district.id, order.id


def all_rows(app: Flask) -> list[tuple[str, date, int, float | None]]:
    query = select(IndicatorSnapshot.code, IndicatorSnapshot.month, IndicatorSnapshot.revision, IndicatorSnapshot.value)
    with Session(engine_of(app).execution_options(writes=False)) as session:
        rows = [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
    return sorted(rows, key=lambda row: row[:3])


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 11, 2, 14, 59, tzinfo=UTC), SEPTEMBER),  # 23:59 of the second in Seoul
        (datetime(2026, 11, 2, 15, 0, tzinfo=UTC), OCTOBER),
        (datetime(2027, 1, 2, tzinfo=UTC), date(2026, 11, 1)),
    ],
)
def test_a_month_closes_on_the_third_of_the_next(moment: datetime, month: date) -> None:
    assert last_closed(moment) == month


def test_every_closed_month_is_written_once(app: Flask) -> None:
    district_id, _order = filled(app)
    assert close_months(engine_of(app), NOW) == 2 * len(MEASURES) - len(STOCKS)
    before = all_rows(app)
    assert close_months(engine_of(app), NOW) == 0 and all_rows(app) == before
    with Session(engine_of(app)) as session:
        assert {month for _code, month in rows_of(session, district_id, SEPTEMBER, OCTOBER)} == {SEPTEMBER, OCTOBER}
        made = latest(session, district_id, "orders_placed", OCTOBER)
        assert made is not None and made.value == 1
        assert latest(session, district_id, "firms_manufacturing", SEPTEMBER) is None
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.SNAPSHOT_MADE)).all()
        assert [entry.values["month"] for entry in entries] == [202609, 202610]
        assert {(entry.subject, entry.subject_id) for entry in entries} == {("district", district_id)}


def test_what_changes_later_stands_beside_the_first_figure(app: Flask) -> None:
    district_id, order_id = filled(app)
    close_months(engine_of(app), NOW)
    with Session(engine_of(app)) as session:
        session.execute(update(Order).where(Order.id == order_id).values(status=OrderStatus.CANCELLED))
        session.commit()
    assert close_months(engine_of(app), NOW) == 0  # until the next month closes
    close_months(engine_of(app), NOW + timedelta(days=30))
    with Session(engine_of(app)) as session:
        rows = rows_of(session, district_id, OCTOBER, OCTOBER)["orders_placed", OCTOBER]
        assert [(row.revision, row.value) for row in rows] == [(0, 1), (1, 0)]
        assert all(len(found) == 1 for (_code, month), found in rows_of(session, 1, SEPTEMBER, SEPTEMBER).items())
    assert count_month(engine_of(app), OCTOBER, NOW + timedelta(days=30)) == 0


def test_nothing_rewrites_a_figure(app: Flask) -> None:
    filled(app)
    close_months(engine_of(app), NOW)
    for change in (update(IndicatorSnapshot).values(value=1), delete(IndicatorSnapshot)):
        with Session(engine_of(app)) as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(change)


def test_two_at_once_write_it_once(make_app: Callable[..., Flask], either_engine_url: str) -> None:
    app = make_app(DATABASE_URL=either_engine_url)
    filled(app)
    start = Barrier(2)

    def run() -> int:
        start.wait()
        return close_months(engine_of(app), NOW)

    with ThreadPoolExecutor(2) as pool:
        written = [future.result() for future in [pool.submit(run) for _number in range(2)]]
    assert sorted(written) == [0, 2 * len(MEASURES) - len(STOCKS)]
    assert {revision for _code, _month, revision, _value in all_rows(app)} == {0}


def test_districts_close_apart(app: Flask) -> None:
    filled(app)
    with Session(engine_of(app)) as session:
        other = make_district(session, created_at=datetime(2026, 10, 5, tzinfo=UTC))
        session.commit()
        other_id = other.id
    close_months(engine_of(app), NOW)
    with Session(engine_of(app)) as session:
        found = latest(session, other_id, "orders_placed", OCTOBER)
        assert found is not None and found.value == 0
        assert latest(session, other_id, "orders_placed", SEPTEMBER) is None


def test_the_sweep_writes_them_without_a_reader(app: Flask) -> None:
    filled(app)
    swept = Swept()
    with app.app_context():
        count(engine_of(app), NOW, swept)
    assert swept.failed == [] and swept.done["closed months"] > 0


def test_command_writes_a_closed_month_and_refuses_one_that_runs(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app()
    filled(app)
    monkeypatch.setattr("garment_hub.app.create_app", lambda: app)
    calls = {
        month: cli.main(["indicators", "snapshot", "--month", month, "--json"]) for month in ("2026-09", "2099-01")
    }
    assert calls == {"2026-09": cli.DONE, "2099-01": cli.COULD_NOT}
    assert json.loads(capsys.readouterr().out)["rows"] == len(all_rows(app)) > 0
