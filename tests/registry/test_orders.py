"""Past orders taken in: once each, for factories that are known."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from garment_hub.registry.orders import OrdersReport, import_orders
from garment_hub.registry.reading import Unreadable
from models.past_order import PastOrder
from tests.registry.registers import DISTRICT, TODAY, Works, as_csv, take_in, works_of

HEAD = "buyer_id buyer_name facility_id ordered_on quantity item delivered_on on_time quality".split()


@pytest.fixture
def works(app: Flask) -> Works:
    works = works_of(app)
    take_in(works, as_csv(["facility_id", "name"], ["f-1", "가온"], ["f-2", "나래"]), source="구청")
    return works


def orders(works: Works, *rows: list[str]) -> OrdersReport:
    return import_orders(works, as_csv(*rows), district_code=DISTRICT, today=TODAY)


def test_the_three_columns_are_enough(works: Works) -> None:
    rows = [
        ["buyer_id", "buyer_name", "facility_id"],
        ["b-1", "첫째", "f-1"],
        ["b-1", "첫째", "f-2"],
        ["b-2", "", "f-2"],
    ]
    first, second = orders(works, *rows), orders(works, *rows)
    assert (first.rows, first.created, first.unchanged, first.rejected) == (3, 3, 0, 0)
    assert (second.created, second.unchanged) == (0, 3)
    with works() as session:
        assert sorted(session.scalars(select(PastOrder.buyer_name))) == ["b-2", "첫째", "첫째"]


def test_equal_rows_are_that_many_orders(works: Works) -> None:
    row = ["b-1", "첫째", "f-1"]
    assert orders(works, HEAD[:3], row, row).created == 2
    assert orders(works, HEAD[:3], row, row, row).created == 1


def test_what_else_is_known_of_an_order(works: Works) -> None:
    report = orders(works, HEAD, ["b-1", "첫째", "f-1", "2026-01-05", "120장", "블라우스", "2026-02-01", "Y", "합격"])
    assert report.errors == []
    with works() as session:
        order = session.scalars(select(PastOrder)).one()
        assert (order.ordered_on, order.delivered_on) == (date(2026, 1, 5), date(2026, 2, 1))
        assert (order.quantity, order.item) == (120, "shirt_blouse")
        assert (order.is_on_time, order.passed_first_inspection) == (True, True)
        assert order.factory.name == "가온"


def test_rows_that_name_nobody_are_left_out_and_wrong_values_are_told(works: Works) -> None:
    report = orders(
        works,
        HEAD,
        ["b-1", "첫째", "f-9", "", "", "", "", "", ""],
        ["", "첫째", "f-1", "", "", "", "", "", ""],
        ["b-1", "첫째", "f-1", "2031-01-01", "-3", "우주복", "", "maybe", "4.5"],
        ["b-1", "첫째", "f-2", "2026-02-01", "", "", "2026-01-01", "0", "N"],
        ["", "", "", "", "", "", "", "", ""],
    )
    assert (report.rows, report.created, report.rejected) == (4, 2, 2)
    assert {(error.row, error.field, error.code) for error in report.errors} == {
        (2, "facility_id", "factory_unknown"),
        (3, "buyer_id", "id_missing"),
        (4, "ordered_on", "day_in_the_future"),
        (4, "quantity", "number_negative"),
        (4, "item", "words_unknown"),
        (4, "on_time", "truth_unreadable"),
        (4, "quality", "truth_unreadable"),
        (5, "delivered_on", "delivered_too_early"),
    }
    with works() as session:
        late = session.scalars(select(PastOrder).where(PastOrder.is_on_time.is_(False))).one()
        assert (late.passed_first_inspection, late.delivered_on) == (False, None)


def test_an_id_that_two_registers_use_is_not_guessed(works: Works) -> None:
    take_in(works, as_csv(["facility_id", "name"], ["f-1", "다른 곳"]), source="조합")
    report = orders(works, HEAD[:3], ["b-1", "첫째", "f-1"], ["b-1", "첫째", "f-2"])
    assert (report.created, [error.code for error in report.errors]) == (1, ["factory_ambiguous"])


def test_a_file_without_the_needed_columns_is_refused(works: Works) -> None:
    with pytest.raises(Unreadable) as caught:
        orders(works, ["buyer_id", "quantity"], ["b-1", "3"])
    assert caught.value.code == "orders_header_not_found"
