"""The registry as a file: what leaves, in which form, and that it can come back."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from garment_hub.registry.columns import TOP_ITEM_GROUPS
from garment_hub.registry.exporting import LAYOUTS, export_registry
from garment_hub.registry.reading import read_table
from models.district import District
from models.errors import Invalid
from models.factory import CapabilityKind, Factory, Sector
from tests.builders import make_district, make_factory
from tests.registry.registers import DISTRICT, Works, outcome, take_in, works_of


@pytest.fixture
def works(app: Flask) -> Works:
    works = works_of(app)
    with works() as session:
        district = session.scalars(select(District)).one()
        factory = make_factory(
            session,
            district,
            name="㈜가온",
            phone="021234567",
            business_number="1234567891",
            address="장안동 1, 2층",
            people=5,
            minimum_order_quantity=50,
            lead_time_days=10,
            introduction='=1+1 "소개"',
            codes={CapabilityKind.ITEM: ["shirt_blouse", "coat"], CapabilityKind.PROCESS: ["cutting", "overlock"]},
        )
        factory.set_capabilities(CapabilityKind.MACHINE, {"lockstitch_machine": 3, "plotter": None})
        make_factory(session, district, name="집공장", legal_form=None, address="이문동 9", codes={})
        make_factory(session, district, name="빵집", sector=Sector.OTHER, codes={})
    return works


def written(works: Works, path: Path, layout: str = "own", district: str = DISTRICT) -> tuple[int, list[list[str]]]:
    with works() as session:
        count = export_registry(session, path, district_code=district, layout=layout)
    return count, list(read_table(path.read_bytes()).rows)


def column(rows: list[list[str]], heading: str) -> list[str]:
    return [row[rows[0].index(heading)] for row in rows[1:]]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_both_forms_hold_the_same(works: Works, tmp_path: Path, layout: str, ending: str) -> None:
    count, rows = written(works, tmp_path / f"out.{ending}", layout)
    assert count == len(rows) - 1
    assert rows == written(works, tmp_path / "again.csv", layout)[1]


def test_text_that_looks_like_a_formula_stays_text(works: Works, tmp_path: Path) -> None:
    raw = (tmp_path / "out.csv").read_bytes() if written(works, tmp_path / "out.csv") else b""
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 4
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert column(rows, "소개")[0] == '\'=1+1 "소개"'


def test_what_goes_out_in_our_layout_comes_back_the_same(works: Works, tmp_path: Path) -> None:
    _count, rows = written(works, tmp_path / "out.csv")
    with works() as session:
        other = make_district(session).code
    report = take_in(works, (tmp_path / "out.csv").read_bytes(), name="out.csv", district_code=other)
    assert (outcome(report), report.unmapped, report.errors) == ((3, 0, 0, 0), [], [])
    back = written(works, tmp_path / "back.csv", district=other)[1]
    ids = rows[0].index("관리번호")
    assert [row[:ids] + row[ids + 1 :] for row in back] == [row[:ids] + row[ids + 1 :] for row in rows]


def test_the_present_sites_layout_has_its_columns_and_the_sewing_trade_only(works: Works, tmp_path: Path) -> None:
    _count, rows = written(works, tmp_path / "out.csv", "present_site")
    assert rows[0][:6] == "company_name admin_district business_type factory_type moq monthly_capacity".split()
    assert [heading for heading in rows[0] if heading.startswith("top_items_")] == [
        f"top_items_{group}" for group in TOP_ITEM_GROUPS
    ]
    assert column(rows, "company_name") == ["㈜가온", "집공장"]
    assert (column(rows, "top_items_upper")[0], column(rows, "top_items_outer")[0]) == ("셔츠·블라우스", "코트")
    assert (column(rows, "sewing_machines")[0], column(rows, "pattern_machines")[0]) == ("본봉 미싱 3대", "플로터")


def test_a_home_workshop_is_not_sent_abroad(works: Works, tmp_path: Path) -> None:
    with works() as session:
        session.scalars(select(Factory).where(Factory.name == "집공장")).one().public_basis = "동의서 2026-01-01"
    _count, rows = written(works, tmp_path / "out.csv", "open_supply_hub")
    assert column(rows, "name") == ["㈜가온", "집공장"]
    assert column(rows, "address") == ["장안동 1, 2층", "동대문구"]


def test_other_endings_are_refused_before_anything_is_written(works: Works, tmp_path: Path) -> None:
    with pytest.raises(Invalid), works() as session:
        export_registry(session, tmp_path / "out.pdf", district_code=DISTRICT, layout="own")
    assert list(tmp_path.glob("out*")) == []
