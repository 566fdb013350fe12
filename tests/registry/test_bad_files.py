"""Registers as they come from offices: each is refused with what to do, or taken in with what was made of it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.registry.queries import Report
from garment_hub.registry.reading import Unreadable, read_table
from models.errors import Invalid
from models.factory import Factory
from models.registry_import import RegistryImport
from models.user import Role
from tests.browsing import Browser
from tests.registry.registers import Works, as_csv, factory_called, outcome, take_in, works_of
from tests.registry.workbook_files import xls, xlsx, zipped

HEAD = ["업체명", "사업자등록번호", "연락처", "주소", "인원"]
GOOD = [HEAD, *[[f"가온{n}봉제", f"214-88-{n:05}", f"02-234-{n:04}", f"장안동 {n}", str(n)] for n in range(1, 6)]]
TEXT = as_csv(*GOOD).decode()


@pytest.fixture
def works(app: Flask) -> Works:
    return works_of(app)


def refused(works: Works, data: bytes, **options: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        take_in(works, data, **options)
    with works() as session:
        for table in (Factory, RegistryImport):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    return caught.value


def notes(report: Report) -> dict[str, Any]:
    return {note["code"]: note for note in report.file_notes}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(works: Works, encoding: str) -> None:
    report = take_in(works, TEXT.encode(encoding))
    assert (report.encoding, outcome(report)) == (encoding, (5, 0, 0, 0))


def test_a_program_is_no_utf_16(works: Works) -> None:
    assert refused(works, b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" * 40).code == "file_is_binary"


def test_two_lists_of_different_letters_in_one_file_are_refused_by_row(works: Works) -> None:
    error = refused(works, TEXT.encode("cp949") + TEXT.encode("utf-8"))
    assert (error.code, error.values["line"]) == ("encoding_mixed", 7)


def test_rubbish_bytes_among_cp949_are_refused_by_row(works: Works) -> None:
    lines = (TEXT + TEXT * 20).encode("cp949").splitlines(keepends=True)
    lines[30] = b"\xff\x80" + lines[30]
    error = refused(works, b"".join(lines))
    assert (error.code, error.values["encoding"], error.values["line"]) == ("encoding_damaged", "cp949", 31)


def test_numbers_where_the_names_should_be_stop_it_until_somebody_says_so(works: Works) -> None:
    rows = [["업체명", "관리번호"], *[[str(1000 + n), f"가온{n}봉제"] for n in range(5)]]
    error = refused(works, as_csv(*rows))
    assert (error.code, error.values["heading"], error.values["example"]) == ("name_column_doubtful", "업체명", "1000")
    report = take_in(works, as_csv(*rows), chosen={"name": "관리번호", "source_id": "업체명"})
    assert outcome(report) == (5, 0, 0, 0)
    with works() as session:
        assert factory_called(session, "가온3봉제").name


def test_telephone_and_business_number_swapped_are_told_and_nothing_wrong_is_stored(works: Works) -> None:
    swapped = [HEAD, *[[row[0], row[2], row[1], *row[3:]] for row in GOOD[1:]]]
    report = take_in(works, as_csv(*swapped))
    doubts = {note["field"]: note["looks"] for note in report.file_notes if note["code"] == "column_doubt"}
    assert doubts == {"phone": "business_number", "business_number": "phone"}
    with works() as session:
        assert {tuple(row) for row in session.execute(select(Factory.phone, Factory.business_number))} == {(None, None)}


def test_a_register_as_it_should_be_raises_no_doubt(works: Works) -> None:
    assert take_in(works, as_csv(*GOOD)).file_notes == []


def test_one_row_with_a_telephone_for_a_name_is_left_out(works: Works) -> None:
    report = take_in(works, as_csv(*GOOD, ["02-1234-5678", "", "가온", "", ""]))
    assert outcome(report) == (5, 0, 0, 1)
    assert [(error.row, error.code) for error in report.errors if error.field == "name"] == [(7, "name_is_a_number")]


def test_two_rows_of_headings_and_their_repeat_further_down(works: Works) -> None:
    upper, lower = ["업체", "", "", "소재지", "규모"], HEAD
    report = take_in(works, as_csv(["현황"], upper, lower, *GOOD[1:3], lower, *GOOD[3:]))
    assert (report.header_row, report.rows, outcome(report)) == (3, 5, (5, 0, 0, 0))


def test_totals_and_footnotes_are_no_factories(works: Works) -> None:
    rows = [*GOOD, ["소계", "", "", "", "15"], ["합 계", "5개 업체", "", "", ""], ["※ 2026년 기준", "", "", "", ""]]
    report = take_in(works, as_csv(*rows))
    assert (report.rows, notes(report)["totals_rows"]["count"]) == (5, 3)


def test_formulas_that_were_never_worked_out_are_told(works: Works) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("등록부")
        for number, row in enumerate(GOOD):
            sheet.write_row(number, 0, row)
        sheet.write_formula(1, 4, "=2+3", None, 5)
        sheet.write_formula(2, 4, "=2+4", None, "")
        sheet.write_formula(3, 4, "=1/0", None, "#DIV/0!")
    report = take_in(works, file.getvalue())
    assert notes(report)["formulas_empty"]["count"] == 2
    with works() as session:
        people = dict(session.execute(select(Factory.name, Factory.people)).all())
    assert [people[f"가온{n}봉제"] for n in (1, 2, 3, 4)] == [5, None, None, 4]


def test_formulas_in_a_text_file_are_text(works: Works) -> None:
    report = take_in(works, as_csv(HEAD, ["#REF!", "", "", "", "3"], ["가온", "", "", '=HYPERLINK("x")', "=1+2"]))
    assert outcome(report) == (1, 0, 0, 1)
    assert ("name", "formula_error") in {(error.field, error.code) for error in report.errors}
    with works() as session:
        factory = factory_called(session, "가온")
        assert (factory.people, factory.address) == (None, '=HYPERLINK("x")')


def merged(column: int) -> bytes:
    """Rows 2 to 4 joined in one column, the first of them with its text."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("등록부")
        sheet.write_row(0, 0, ["업체명", "행정동", "인원"])
        for number, row in enumerate([["가온", "장안1동", 3], ["나래", "장안1동", 4], ["다솜", "장안1동", 5]], 1):
            sheet.write_row(number, 0, [None if at == column and number > 1 else one for at, one in enumerate(row)])
        sheet.merge_range(1, column, 3, column, "가온" if column == 0 else "장안1동")
    return file.getvalue()


def test_joined_cells_count_for_every_row_they_reach(works: Works) -> None:
    report = take_in(works, merged(1))
    assert (outcome(report), notes(report)["joined_cells"]["count"]) == ((3, 0, 0, 0), 2)
    with works() as session:
        places = [one.neighbourhood.name_ko for one in session.scalars(select(Factory)) if one.neighbourhood]
    assert places == ["장안1동"] * 3


def test_a_joined_name_is_one_firm_and_the_rows_below_are_told(works: Works) -> None:
    report = take_in(works, merged(0))
    assert outcome(report) == (1, 0, 0, 2)
    assert [(error.row, error.code) for error in report.errors] == [(3, "name_joined"), (4, "name_joined")]


@pytest.mark.parametrize("as_file", [lambda rows: as_csv(*rows), lambda rows: xlsx(("one", rows))], ids=["csv", "xlsx"])
def test_a_thousand_and_twelve_empty_rows(works: Works, as_file: Callable[[Any], bytes]) -> None:
    report = take_in(works, as_file([*GOOD[:3], *[[""] * 5] * 1012, *GOOD[3:]]))
    assert (report.rows, notes(report)["empty_rows"]["count"]) == (5, 1012)


def test_a_million_columns(works: Works) -> None:
    csv.field_size_limit(131_072)  # as where this is the first file that the process reads
    assert refused(works, b"a," * 1_000_000 + TEXT.encode()).code == "too_many_columns"


def test_a_workbook_with_a_password(works: Works) -> None:
    compound = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900
    assert refused(works, compound).code == "file_has_password"
    locked_ods = zipped({"META-INF/manifest.xml": "<m:encryption-data/>", "content.xml": b"\x17\x03rubbish"})
    assert refused(works, locked_ods).code == "file_has_password"


def test_the_old_workbook_is_read(works: Works) -> None:
    report = take_in(works, xls([HEAD, ["가온", "", "", "장안동 1", 5.0]]))
    assert (report.encoding, outcome(report)) == ("xls", (1, 0, 0, 0))


def test_the_word_processor_of_the_office_is_named(works: Works) -> None:
    hwp = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "HwpSummaryInformation".encode("utf-16-le") + b"\0" * 900
    error = refused(works, hwp)
    assert (error.code, error.values["kind"]) == ("file_not_a_table", "hwp")


def test_a_bomb_is_refused_before_it_is_unpacked(works: Works) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (300 * 1024 * 1024))
    assert refused(works, file.getvalue()).code == "archive_too_large"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"%PDF-1.7", "file_not_a_table"), (b"<html><table>", "file_is_a_web_page"), (b"", "file_empty")],
)
def test_what_is_no_table(works: Works, data: bytes, code: str) -> None:
    assert refused(works, data).code == code


def test_a_look_at_the_first_rows_checks_the_letters_to_the_end() -> None:
    assert len(read_table((TEXT * 500).encode("cp949"), 20).rows) == 20
    with pytest.raises(Unreadable):
        read_table((TEXT * 500).encode("cp949") + b"\xff", 20)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TEXT.encode("cp949") + TEXT.encode(), "두 파일을 이어 붙인"),
        (b"a," * 1_000 + b"\n", "열이 500개가 넘어요"),
        (b"%PDF-1.7", "표가 아니라 pdf 문서"),
        (b"", "파일"),
    ],
)
def test_the_page_says_what_to_do_and_keeps_nothing(
    client_as: Callable[[Role], Browser], session: Session, data: bytes, words: str
) -> None:
    officer = client_as(Role.DISTRICT_OFFICER)
    answer = officer.send("/district/imports?lang=ko", {"file": (io.BytesIO(data), "등록부.csv")})
    assert answer.status_code == 422
    assert words in answer.text
    assert session.scalar(select(func.count()).select_from(RegistryImport)) == 0
