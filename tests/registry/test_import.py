"""A register taken in: what is stored, what is told, the same file twice, killed and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from garment_hub.registry import services
from garment_hub.registry.columns import TOP_ITEM_GROUPS
from garment_hub.registry.reading import Unreadable
from models.errors import Invalid
from models.factory import CapabilityKind, Factory, FactSource, LegalForm, OperatingStatus, Sector
from models.registry_import import (
    DuplicateProposal,
    DuplicateVerdict,
    ImportStatus,
    RegistryImport,
    RegistryRow,
    RowAction,
)
from tests.registry.registers import TODAY, Works, as_csv, factory_called, outcome, state, take_in, works_of
from tests.registry.workbook_files import xls, xlsx

pytestmark = pytest.mark.slow

KOREAN = [
    ["2026년 동대문구 봉제업체 등록부"],
    [],
    ["번호", "업체명", "사업자등록번호", "행정동", "주소", "최소 수량", "월 생산량", "설립일", "업종", "품목", "비고"],
    [
        "1",
        "가온봉제",
        "123-45-67890",
        "장안1동",
        "장안동 1",
        "100장",
        "약 2천장",
        "1998",
        "봉제",
        "티셔츠, 우주복",
        "메모",
    ],
    [
        "2",
        "㈜나래",
        "123-45-67891",
        "용신동",
        "용두동 2",
        "30~50",
        "2,200",
        "2031-05-01",
        "의류제조",
        "셔츠·블라우스",
        "",
    ],
    ["", "", "", "", "", "", "", "", "", "", ""],
    ["3", "", "", "제기동", "제기동 5", "", "", "", "봉제", "바지", ""],
    ["4", "다솜식당", "", "이문1동", "이문동 3", "", "", "", "음식점", "", ""],
    ["합계", "4개 업체", "", "", "", "", "4,200", "", "", "", ""],
]


@pytest.fixture
def works(app: Flask) -> Works:
    return works_of(app)


def test_a_korean_register_with_every_trap(works: Works) -> None:
    report = take_in(works, as_csv(*KOREAN, encoding="cp949"))
    assert (report.encoding, report.rows, report.header_row) == ("cp949", 4, 3)
    assert outcome(report) == (3, 0, 0, 1)
    assert (report.empty_rows, report.totals_rows, report.other_trades) == (1, 1, 1)
    assert report.unmapped == ["번호", "비고"]
    assert {(error.row, error.field, error.code) for error in report.errors} == {
        (4, "business_number", "business_number_check"),
        (5, "neighbourhood_id", "neighbourhood_divided"),
        (5, "established_year", "day_in_the_future"),
        (7, "name", "name_missing"),
    }
    assert {(note.row, note.field, note.code) for note in report.notes} == {
        (4, "monthly_capacity", "number_with_words"),
        (4, "item", "words_unknown"),
        (5, "minimum_order_quantity", "numbers_two"),
    }


def test_what_a_row_says_becomes_facts_with_source_and_day(works: Works) -> None:
    take_in(works, as_csv(*KOREAN), source="구청 등록부")
    with works() as session:
        factory = factory_called(session, "㈜나래")
        assert factory.business_number == "1234567891"
        assert (factory.legal_form, factory.sector) == (LegalForm.COMPANY, Sector.GARMENT)
        assert (factory.minimum_order_quantity, factory.established_year) == (30, None)
        assert factory.neighbourhood is None
        assert factory.codes(CapabilityKind.ITEM) == ["shirt_blouse"]
        assert [(rate.item, rate.stage, rate.pieces_per_day) for rate in factory.rates] == [(None, None, 100)]
        facts = {fact.name: (fact.source, fact.source_name, fact.stated_on) for fact in factory.facts}
        assert set(facts.values()) == {(FactSource.IMPORT, "구청 등록부", TODAY)}
        assert {"name", "address", "business_number", "minimum_order_quantity", "item", "rates"} <= set(facts)
        assert not any(fact.is_complete for fact in factory.facts)
        assert "established_year" not in facts


def test_a_row_that_cannot_say_who_it_is_leaves_nothing_behind(works: Works) -> None:
    take_in(works, as_csv(*KOREAN))
    with works() as session:
        assert session.scalar(select(func.count()).select_from(Factory)) == 3
        row = session.scalars(select(RegistryRow).where(RegistryRow.number == 7)).one()
        assert (row.action, row.factory_id) == (RowAction.REJECTED, None)
        assert row.raw["주소"] == "제기동 5"


def test_every_cell_is_kept_as_it_stands(works: Works) -> None:
    take_in(works, as_csv(*KOREAN))
    with works() as session:
        row = session.scalars(select(RegistryRow).where(RegistryRow.number == 4)).one()
    assert row.raw["비고"] == "메모"
    assert row.raw["월 생산량"] == "약 2천장"
    assert row.raw["사업자등록번호"] == "123-45-67890"


def test_rows_of_other_trades_are_stored_but_never_listed(works: Works) -> None:
    take_in(works, as_csv(["업체명", "업종"], ["㈜다솜빵집", "빵류 제조업"], ["㈜가온", "셔츠 및 블라우스 제조업"]))
    with works() as session:
        assert factory_called(session, "㈜다솜빵집").sector == Sector.OTHER
        assert session.scalars(select(Factory.name).where(Factory.is_listed)).all() == ["㈜가온"]


def test_the_present_sites_layout_fills_a_listing(works: Works) -> None:
    head = [
        *"company_name admin_district business_type factory_type moq monthly_capacity sewing_machines".split(),
        *"pattern_machines special_machines".split(),
        *(f"top_items_{group}" for group in TOP_ITEM_GROUPS),
        *"main_fabrics distribution delivery established_year brands_supplied intro".split(),
    ]
    row = [
        *("가온봉제", "장안1동", "개인", "봉제", "50장", "4,400", "본봉 3대, 오버록 2", "플로터 1대", "12"),
        *("티셔츠, 블라우스", "바지", "O", "", "O", "", "X", "래시가드", ""),
        *("다이마루", "온라인, 홈쇼핑", "2주", "2009년", "여러 곳", "소개 글"),
    ]
    report = take_in(works, as_csv(head, row))
    assert report.unmapped == []
    with works() as session:
        factory = factory_called(session, "가온봉제")
        assert factory.neighbourhood is not None and factory.neighbourhood.name_ko == "장안1동"
        assert factory.legal_form == LegalForm.SOLE_TRADER
        assert (factory.minimum_order_quantity, factory.lead_time_days, factory.established_year) == (50, 14, 2009)
        assert factory.rates[0].pieces_per_day == 200
        assert set(factory.codes(CapabilityKind.ITEM)) == {"tshirt", "shirt_blouse", "trousers", "bag", "swimwear"}
        assert set(factory.codes(CapabilityKind.FABRIC)) == {"knit_jersey"}
        assert set(factory.codes(CapabilityKind.MARKET)) == {"online_shop", "home_shopping"}
        assert "sewing" in factory.codes(CapabilityKind.STAGE)
        counts = {row.code: row.count for row in factory.capabilities if row.kind == CapabilityKind.MACHINE}
        assert counts == {"lockstitch_machine": 3, "overlock_machine": 2, "plotter": 1}
        assert (factory.brands_supplied, factory.introduction) == ("여러 곳", "소개 글")
    assert {(note.field, note.code) for note in report.notes} == {
        ("top_items_outer", "kept_raw"),
        ("special_machines", "machines_without_kind"),
        ("lead_time_days", "weeks_as_days"),
    }


def test_branch_works_stay_apart_and_exact_twins_are_proposed(works: Works) -> None:
    rows = [
        ["회사명", "주소"],
        ["가온봉제", "장안동 1-1번지 1-1번지"],
        ["㈜가온 봉제", "장안동 1-1"],
        ["가온봉제", "이문동 88-2"],
    ]
    report = take_in(works, as_csv(*rows))
    assert (outcome(report), report.duplicates) == ((3, 0, 0, 0), 1)
    assert outcome(take_in(works, as_csv(*rows))) == (0, 0, 3, 0)


def test_registers_of_members_with_rows_that_say_nothing(works: Works) -> None:
    rows = [
        ["Company Name", "Factory Address", "Principal Exportable Product"],
        ["Made Up Knit Ltd.", "Holding # 1\nTown\nDistrict", "T-Shirts\n\t\t\t ,Polo Shirts\t\t,Moon Suits"],
        ["N/A", "N/A", "N/A"],
    ]
    report = take_in(works, as_csv(*rows))
    assert (report.rows, report.empty_rows, outcome(report)) == (1, 1, (1, 0, 0, 0))
    with works() as session:
        factory = factory_called(session, "Made Up Knit Ltd.")
        assert factory.address == "Holding # 1 Town District"
        assert factory.codes(CapabilityKind.ITEM) == ["tshirt"]


@pytest.mark.parametrize("make", [lambda rows: xlsx(("one", rows)), lambda rows: xls(rows)], ids=["xlsx", "xls"])
def test_workbooks_with_numbers_for_ids_and_zero_for_missing(works: Works, make: Callable[[object], bytes]) -> None:
    rows = [["Reg. No.", "Company Name", "Workers", "EPB No."], [5996.0, "A", 120.0, 0.0], [0.0, "B", 0.0, 7.0]]
    report = take_in(works, make(rows))
    assert outcome(report) == (2, 0, 0, 0)
    assert outcome(take_in(works, make([rows[0], [5996.0, "A renamed", 120.0, 0.0]]))) == (0, 1, 0, 0)
    with works() as session:
        assert factory_called(session, "A renamed").people == 120
        assert factory_called(session, "B").people is None


def test_an_id_used_twice_makes_two_that_a_person_may_join(works: Works) -> None:
    data = as_csv(["os_id", "name", "address"], ["7", "가온", "장안동 1"], ["7", "가온", "장안동 1"])
    assert outcome(take_in(works, data)) == (2, 0, 0, 0)
    assert outcome(take_in(works, data)) == (0, 0, 2, 0)


def test_broken_letters_are_told_and_kept(works: Works) -> None:
    report = take_in(works, as_csv(["name", "address"], ["MADE UP GARMENT", "1 ROAD□ TOWN"]))
    assert [note.code for note in report.notes] == ["text_damaged"]
    with works() as session:
        assert factory_called(session, "MADE UP GARMENT").address == "1 ROAD□ TOWN"


def test_hostile_content_is_stored_as_text_or_left_out(works: Works) -> None:
    rows = [
        ["업체명", "주소", "소개", "최소수량"],
        ["=HYPERLINK(1)", "<script>", "글" * 5000, "-1"],
        ["가" * 300, "", "", ""],
        ["가온\x00\ud800".encode("utf-8", "ignore").decode().replace("\x00", "\x0b"), "", "", "1e400"],
    ]
    report = take_in(works, as_csv(*rows))
    assert outcome(report) == (2, 0, 0, 1)
    assert {error.code for error in report.errors} == {"text_too_long", "number_negative", "numbers_several"}
    with works() as session:
        assert set(session.scalars(select(Factory.name))) == {"=HYPERLINK(1)", "가온"}


def test_the_same_file_twice_changes_nothing(works: Works) -> None:
    take_in(works, as_csv(*KOREAN, encoding="cp949"))
    before = state(works)
    again = take_in(works, as_csv(*KOREAN, encoding="cp949"), today=date(2026, 12, 24))
    assert (again.created, again.updated, again.duplicates) == (0, 0, 0)
    assert len(again.errors) == 4
    assert state(works) == before


def test_the_same_file_under_another_name_is_the_same_register(works: Works) -> None:
    first = take_in(works, as_csv(*KOREAN), name="2026.csv")
    second = take_in(works, as_csv(*KOREAN), name="copy of 2026.csv")
    assert second.source == first.source == "2026"
    assert second.created == 0


def test_a_newer_register_updates_by_id_and_says_nothing_by_empty_cells(works: Works) -> None:
    head = ["관리번호", "업체명", "인원", "품목", "월생산량"]
    take_in(works, as_csv(head, ["7", "가온", "5", "티셔츠, 바지", "2200"]), source="구청")
    report = take_in(
        works, as_csv(head, ["7", "가온", "8", "티셔츠, 코트", ""]), source="구청", today=date(2026, 12, 1)
    )
    assert outcome(report) == (0, 1, 0, 0)
    with works() as session:
        factory = factory_called(session, "가온")
        assert factory.people == 8
        assert set(factory.codes(CapabilityKind.ITEM)) == {"tshirt", "coat"}
        assert factory.rates[0].pieces_per_day == 100
        people = factory.fact("people")
        assert people is not None and people.stated_on == date(2026, 12, 1)


def test_another_source_never_touches_the_first_ones_rows(works: Works) -> None:
    data = as_csv(["관리번호", "업체명"], ["7", "가온"])
    take_in(works, data, source="구청")
    assert outcome(take_in(works, as_csv(["관리번호", "업체명"], ["7", "나래"]), source="조합")) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("source", "code"), [(FactSource.OWNER, "owner_said_otherwise"), (FactSource.STAFF, "staff_said_otherwise")]
)
def test_what_people_stated_is_never_overwritten(works: Works, source: FactSource, code: str) -> None:
    head = ["관리번호", "업체명", "인원", "품목", "최소수량"]
    take_in(works, as_csv(head, ["7", "가온", "5", "티셔츠", "100"]), source="구청")
    with works() as session:
        factory = factory_called(session, "가온")
        factory.people = 3
        factory.set_capabilities(CapabilityKind.ITEM, {"coat": None})
        factory.record_fact("people", source, TODAY)
        factory.record_fact("item", source, TODAY)
    report = take_in(works, as_csv(head, ["7", "가온", "9", "바지", "50"]), source="구청")
    assert outcome(report) == (0, 1, 0, 0)
    assert {(note.field, note.code) for note in report.notes} == {("people", code), ("item", code)}
    with works() as session:
        factory = factory_called(session, "가온")
        assert (factory.people, factory.codes(CapabilityKind.ITEM)) == (3, ["coat"])
        assert factory.minimum_order_quantity == 50


def test_a_dry_run_tells_the_same_and_writes_nothing(works: Works) -> None:
    rehearsal = take_in(works, as_csv(*KOREAN), is_dry_run=True)
    assert state(works) == []
    with works() as session:
        assert session.scalar(select(func.count()).select_from(RegistryImport)) == 0
    real = take_in(works, as_csv(*KOREAN))
    assert outcome(rehearsal) == outcome(real)
    assert (rehearsal.errors, rehearsal.notes, rehearsal.unmapped) == (real.errors, real.notes, real.unmapped)
    assert rehearsal.duplicates == real.duplicates


@pytest.mark.parametrize("killed_at", [1, 2, 3, 4, 5, 6])
def test_an_import_killed_anywhere_is_taken_up_and_ends_the_same(
    app: Flask, make_app: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    monkeypatch.setattr(services, "CHUNK", 4)
    rows = [
        ["업체명", "주소", "인원"],
        *[[f"가온{n % 5}", f"장안동 {n // 2}", str(n)] for n in range(14)],
        ["", "주소만", "3"],
    ]
    whole = works_of(make_app())
    expected = take_in(whole, as_csv(*rows))
    works = works_of(app)
    begun = 0

    @contextmanager
    def killed(*, writes: bool = True) -> Iterator[Session]:
        nonlocal begun
        begun += 1
        with works(writes=writes) as session:
            yield session
            if begun == killed_at:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(killed, as_csv(*rows))
    report = take_in(works, as_csv(*rows))
    assert outcome(report) == outcome(expected)
    assert report.duplicates == expected.duplicates
    assert state(works) == state(whole)
    with works() as session:
        assert session.scalars(select(RegistryImport.status)).all() == [ImportStatus.DONE]


def test_a_pair_somebody_kept_apart_is_not_proposed_again(works: Works) -> None:
    rows = [["업체명", "주소"], ["가온", "장안동 1"], ["㈜가온", "장안동 1"]]
    assert take_in(works, as_csv(*rows), source="구청").duplicates == 1
    with works() as session:
        session.scalars(select(DuplicateProposal)).one().verdict = DuplicateVerdict.DIFFERENT
    assert take_in(works, as_csv(*rows), source="구청").duplicates == 0


def test_closed_works_are_stored_as_closed(works: Works) -> None:
    take_in(
        works,
        as_csv(
            ["업체명", "영업상태", "is_closed"], ["가온", "폐업", ""], ["나래", "", "True"], ["다솜", "정상", "False"]
        ),
    )
    with works() as session:
        status = dict(session.execute(select(Factory.name, Factory.status)).all())
    closed, active = OperatingStatus.CLOSED, OperatingStatus.ACTIVE
    assert status == {"가온": closed, "나래": closed, "다솜": active}


def test_unknown_districts_and_files_are_refused_before_anything_is_written(works: Works) -> None:
    with pytest.raises(Invalid) as unknown:
        take_in(works, as_csv(*KOREAN), district_code="nowhere")
    assert unknown.value.code == "district_unknown"
    with pytest.raises(Unreadable):
        take_in(works, b"%PDF-1.7")
    assert state(works) == []


CELLS = st.sampled_from(
    ["", "가온", "나래", "㈜가온", "장안1동", "용신동", "100장", "30~50", "-5", "티셔츠, 바지", "N/A", "합계", "0"]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=12))
def test_any_register_twice_adds_up_and_changes_nothing_the_second_time(
    make_app: Callable[[], Flask], rows: list[list[str]]
) -> None:
    works = works_of(make_app())
    data = as_csv(["업체명", "주소", "행정동", "최소수량", "품목", "관리번호"], *rows)
    first = take_in(works, data)
    assert first.rows == sum(outcome(first))
    assert first.updated == first.unchanged == 0
    second = take_in(works, data)
    assert outcome(second) == (0, 0, first.created, first.rejected)
    assert (second.duplicates, second.errors) == (0, first.errors)
