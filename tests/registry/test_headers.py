"""Which row names the columns, which column means what, and which rows below are data."""

from __future__ import annotations

import pytest

from garment_hub.registry.columns import TOP_ITEM_GROUPS
from garment_hub.registry.headers import Choice, RowKind, find_header, kind_of
from garment_hub.registry.reading import Unreadable
from models.errors import Invalid

PRESENT_SITE = [
    *"company_name admin_district business_type factory_type moq monthly_capacity sewing_machines".split(),
    *"pattern_machines special_machines".split(),
    *(f"top_items_{group}" for group in TOP_ITEM_GROUPS),
    *"main_fabrics distribution delivery established_year brands_supplied intro".split(),
]


def test_the_present_sites_layout_is_understood_as_it_stands() -> None:
    header = find_header([PRESENT_SITE, ["가온"] + [""] * 23])
    assert header.unmapped == []
    assert header.mapping | {"name": "", "neighbourhood": ""} == {
        "name": "",
        "neighbourhood": "",
        "business_type": "business_type",
        "factory_type": "factory_type",
        "minimum_order_quantity": "moq",
        "monthly_capacity": "monthly_capacity",
        "sewing_machines": "sewing_machines",
        "pattern_machines": "pattern_machines",
        "special_machines": "special_machines",
        **{f"top_items_{group}": f"top_items_{group}" for group in TOP_ITEM_GROUPS},
        "fabric": "main_fabrics",
        "market": "distribution",
        "lead_time_days": "delivery",
        "established_year": "established_year",
        "brands_supplied": "brands_supplied",
        "introduction": "intro",
    }


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("회사명", "name"),
        ("* 업체명 (필수)", "name"),
        ("상 호", "name"),
        ("Company Name", "name"),
        ("공장대표주소(지번)", "address"),
        ("소재지\n도로명주소", "road_address"),
        ("업종명", "industry"),
        ("사업자 등록 번호", "business_number"),
        ("전화번호(대표)", "phone"),
        ("종업원 수", "people"),
        ("최소수량(장)", "minimum_order_quantity"),
        ("월 생산량", "monthly_capacity"),
        ("capacity_pcs_month", "monthly_capacity"),
        ("Principal Exportable Product", "item"),
        ("processing_types", "process"),
        ("설립년도", "established_year"),
        ("ＭＯＱ", "minimum_order_quantity"),
        ("lng", "lon"),
        ("os_id", "source_id"),
        ("BGMEA Reg. No.", "source_id"),
    ],
)
def test_headings_by_their_synonyms(heading: str, field: str) -> None:
    name = [] if field == "name" else ["업체명"]
    assert find_header([[*name, heading], [*name, "x"]]).mapping[field] == " ".join(heading.split())


@pytest.mark.parametrize("heading", ["순번", "번호", "No.", "연번", "비고", "contributor (list)", "대표자"])
def test_running_numbers_persons_and_remarks_mean_no_field(heading: str) -> None:
    header = find_header([["업체명", heading], ["가온", "1"]])
    assert header.unmapped == [heading]
    assert header.raw(["가온", "1"]) == {"업체명": "가온", heading: "1"}


def test_title_lines_above_are_passed_over() -> None:
    rows = [["2026년 봉제업체 등록부"], [], ["기준: 2026-01-01, 구청"], ["업체명", "주소"], ["가온", "장안동 1"]]
    assert find_header(rows).last_row == 3


def test_two_header_rows_are_read_together() -> None:
    rows = [
        ["업체명", "생산", "", "연락처", ""],
        ["", "월생산량", "최소수량", "전화번호", "휴대폰"],
        ["가온", "100", "10", "02-123-4567", ""],
    ]
    header = find_header(rows)
    assert header.last_row == 1
    assert header.mapping == {
        "name": "업체명",
        "monthly_capacity": "월생산량",
        "minimum_order_quantity": "최소수량",
        "phone": "전화번호",
    }


def test_a_first_data_row_is_never_taken_for_a_second_header() -> None:
    rows = [["업체명", "업종", "주소"], ["공장", "봉제", "장안동"], ["나래", "봉제", "이문동"]]
    assert find_header(rows).last_row == 0


def test_chosen_headings_go_before_everything_else() -> None:
    rows = [["업체명", "진짜 이름", "코드"], ["가온", "가온봉제", "7"]]
    header = find_header(rows, Choice({"name": "진짜 이름", "facility_id": "코드"}))
    assert header.mapping == {"name": "진짜 이름", "source_id": "코드"}
    assert header.unmapped == ["업체명"]


def test_wrong_choices_are_told_with_what_there_is() -> None:
    rows = [["업체명", "주소"], ["가온", "1"]]
    with pytest.raises(Invalid) as unknown_field:
        find_header(rows, Choice({"adress": "주소"}))
    assert (unknown_field.value.code, unknown_field.value.values["nearest"]) == ("import_unknown_field", "address")
    with pytest.raises(Invalid) as unknown_heading:
        find_header(rows, Choice({"name": "이름표"}))
    assert unknown_heading.value.code == "import_unknown_heading"
    assert "업체명" in str(unknown_heading.value.values["headings"])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["1", "2"], ["3", "4"]], "header_not_found"),
        ([["주소", "전화번호"], ["장안동", "02-123-4567"]], "name_column_not_found"),
        ([["`name`", "`city`", "and some prose"]] + [["more prose", "still"]] * 9, "rows_do_not_fit"),
    ],
)
def test_tables_nobody_can_read_are_refused(rows: list[list[str]], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        find_header(rows)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["가온", "장안동 1", "100"], RowKind.DATA),
        (["가온", "", ""], RowKind.DATA),
        (["총무상사", "장안동 2", ""], RowKind.DATA),
        (["합계", "장안동 3", "100"], RowKind.DATA),
        (["", " ", "\u00a0"], RowKind.EMPTY),
        (["N/A", "n/a", "-"], RowKind.EMPTY),
        (["업체명", "주소", "월생산량"], RowKind.HEADER),
        (["합 계", "", "1,234"], RowKind.TOTALS),
        (["계", "6개 업체", "12,000장"], RowKind.TOTALS),
        (["", "소계", "50"], RowKind.TOTALS),
        (["총 1,642개소", "", ""], RowKind.TOTALS),
        (["Total: 83", "", ""], RowKind.TOTALS),
        (["※ 자료: 구청", "", ""], RowKind.TOTALS),
    ],
)
def test_which_rows_are_data(row: list[str], kind: RowKind) -> None:
    header = find_header([["업체명", "주소", "월생산량"], ["가온", "1", "2"]])
    assert kind_of(row, header) is kind
