"""Files as they come: encodings, delimiters, quoting, workbooks, and everything that is no table."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import random
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.registry import reading
from garment_hub.registry.reading import Unreadable, read_table
from tests.registry.workbook_files import ods, xls, xlsx, zipped

KOREAN = "업체명,주소\r\n가온봉제,서울 동대문구 장안동 1\r\n㈜나래,똠방각하\r\n"
ROWS = [["업체명", "주소"], ["가온봉제", "서울 동대문구 장안동 1"], ["㈜나래", "똠방각하"]]


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_table(data)
    return caught.value


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (KOREAN.encode(), "utf-8"),
        (codecs.BOM_UTF8 + KOREAN.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + KOREAN.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"), "utf-16"),
        (KOREAN.encode("cp949"), "cp949"),
    ],
)
def test_the_same_rows_in_every_encoding(data: bytes, encoding: str) -> None:
    table = read_table(data)
    assert (list(table.rows), table.encoding) == (ROWS, encoding)


def test_a_few_broken_bytes_are_not_read_as_another_encoding() -> None:
    whole = (KOREAN * 30).encode()
    where = whole.index("가온".encode(), 1000)
    error = refusal(whole[:where] + b"\xff" + whole[where + 1 :])
    assert error.code == "encoding_damaged"
    assert error.values["line"] == whole[:where].count(b"\n") + 1


def test_a_file_cut_within_a_letter_is_refused() -> None:
    assert refusal(("업체명\n" + "가나다라마바사아자차카타파하\n" * 10).encode()[:-3]).code == "encoding_damaged"


def test_other_encodings_are_refused_with_what_to_do() -> None:
    assert refusal("nom,adresse\nConfection Élan,12 rue de la Liberté\n".encode("latin-1")).code == "encoding_unknown"
    assert refusal(codecs.BOM_UTF16_LE + b"\x00").code == "encoding_damaged"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_even_where_cells_hold_the_others(delimiter: str) -> None:
    rows = [["name", "items", "note"], *[[f"n{i}", "a; b, c\td; e", "x,y;z"] for i in range(20)]]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    assert read_table(text.getvalue().encode()).rows == rows


def test_line_breaks_and_tabs_stay_inside_quoted_cells() -> None:
    data = (
        b'name,address,items\n"A, Ltd.","1 Road\nTown\nDistrict","Shirts\n\t\t\t ,Pants\t\t,Caps"\n'
        b'B,"2 ""Old"" Road",x\n'
    )
    assert read_table(data).rows[1:] == [
        ["A, Ltd.", "1 Road\nTown\nDistrict", "Shirts\n\t\t\t ,Pants\t\t,Caps"],
        ["B", '2 "Old" Road', "x"],
    ]


def test_a_quote_that_never_closes_names_its_row() -> None:
    error = refusal(b'name,address\nA,1\nB,"2 Road\nC,3\nD,4\n')
    assert (error.code, error.values["line"]) == ("quote_left_open", 3)


def test_a_quote_inside_a_plain_cell_is_a_letter() -> None:
    assert read_table(b'name,size\nA,"5" wide\nB,6\n').rows[2] == ["B", "6"]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2),
        min_size=1,
        max_size=20,
    )
)
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["name", "address"], *rows])
    assert read_table(codecs.BOM_UTF8 + text.getvalue().encode()).rows == [["name", "address"], *rows]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t\n", "file_empty"),
        (b",,\n,,\n", "file_empty"),
        (b"%PDF-1.7\n...", "file_not_a_table"),
        (b"\x89PNG\r\n\x1a\n...", "file_not_a_table"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><table>", "file_is_a_web_page"),
        (b"<html><table><tr><td>name</td></tr></table></html>", "file_is_a_web_page"),
        (b"name,x\x00\x01\x02\n", "file_is_binary"),
        (b"PK\x03\x04 and then nothing", "workbook_damaged"),
        (b"\xd0\xcf\x11\xe0 and then nothing", "workbook_damaged"),
        (
            b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 900,
            "file_has_password",
        ),
        (zipped({"notes.txt": "no workbook"}), "archive_not_a_workbook"),
        (xlsx(("one", [])), "file_empty"),
    ],
)
def test_what_is_no_table_is_refused_by_name(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_workbook_numbers_dates_and_truths_read_as_people_see_them() -> None:
    rows: list[list[object]] = [
        ["name", "id", "size", "since", "zero"],
        ["A", 5996.0, 2.5, date(2024, 5, 1), 0],
        ["B", None, None, None, None],
    ]
    table = read_table(xlsx(("자료", rows)))
    assert table.rows[1] == ["A", "5996", "2.5", "2024-05-01", "0"]
    assert (table.encoding, table.sheet) == ("xlsx", "자료")


def test_the_first_filled_sheet_that_can_be_seen_is_read_and_the_others_are_named() -> None:
    data = xlsx(
        ("빈 장", []), ("숨김", [["x"]]), ("등록부", [["업체명"], ["가온"]]), ("메모", [["y"]]), hidden=["숨김"]
    )
    table = read_table(data)
    assert (table.sheet, list(table.rows)) == ("등록부", [["업체명"], ["가온"]])
    assert table.other_sheets == ["빈 장", "숨김", "메모"]


def test_blank_rows_above_keep_the_numbers_people_see() -> None:
    assert read_table(xlsx(("one", [[], [], [None, "업체명"], [None, "가온"]]))).rows[2:] == [
        ["", "업체명"],
        ["", "가온"],
    ]


def test_the_old_binary_workbook_and_open_document() -> None:
    rows = [["업체명", "인원"], ["가온", "5"], ["나래", "2.5"]]
    assert read_table(xls([["업체명", "인원"], ["가온", 5.0], ["나래", 2.5]])).rows == rows
    assert read_table(ods(rows)).rows == rows
    assert (read_table(xls(rows)).encoding, read_table(ods(rows)).encoding) == ("xls", "ods")


def far_cell(reference: str) -> bytes:
    good = xlsx(("one", [["업체명"], ["가온"]]))
    parts = {}
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    number = "".join(filter(str.isdigit, reference))
    row = f'<row r="{number}"><c r="{reference}"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace("</sheetData>", row).encode()
    return zipped(parts)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"xl/worksheets/sheet1.xml": b"<a>" + b" " * (257 * 1024 * 1024)}), "archive_too_large"),
        (zipped({f"xl/worksheets/sheet{i}.xml": b"" for i in range(2_001)}), "archive_too_large"),
        (far_cell("A1048576"), "too_many_rows"),
        (far_cell("XFD3"), "too_many_columns"),
        (far_cell("SF199999"), "too_many_cells"),
        (ods([["업체명"], ["가온"]], repeated=1_000_000), "too_many_rows"),
    ],
    ids=["unpacked size", "entries", "far row", "far column", "far corner", "repeated row"],
)
def test_archives_that_would_fill_the_memory_are_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_limits_of_a_text_file_name_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(b"name\n" + b"x," * 600 + b"\n").values["line"] == 2
    assert refusal(b"name\nA\n" + b"x" * 100_001 + b"\n").values["line"] == 3
    monkeypatch.setattr(reading, "MAX_ROWS", 10)
    assert refusal(b"name\n" * 11).code == "too_many_rows"
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert refusal(b"name\nA\nB\nC\n").code == "file_too_large"


@pytest.mark.parametrize(
    "make", [lambda: xls([["업체명", "인원"], ["가온", 5.0]] * 200), lambda: xlsx(("a", [["업체명"]]))]
)
def test_damaged_workbooks_never_do_more_than_be_refused(make: object) -> None:
    """Some make the reader panic or ask for more memory than there is; nobody but the reading process dies of it."""
    assert callable(make)
    whole, chance = make(), random.Random(20260101)
    for _ in range(25):
        data = bytearray(whole[: chance.randrange(len(whole) // 2, len(whole))])
        for _ in range(10):
            data[chance.randrange(8, len(data))] = chance.randrange(256)
        with contextlib.suppress(Unreadable):
            read_table(bytes(data))
