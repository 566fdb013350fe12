"""Single values of a cell: business numbers, telephones, days, years, positions, neighbourhoods."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.registry import values
from garment_hub.registry.cells import clean, guarded, is_blank
from garment_hub.registry.places import Gazetteer, Place, fold_address
from garment_hub.registry.remarks import Outcome

TODAY = date(2026, 11, 20)
DIVIDED_ON = date(2025, 7, 1)
PLACES = [
    Place(1, "1123065000", ("장안1동", "Jangan 1-dong")),
    Place(2, "1123066000", ("장안2동", "Jangan 2-dong")),
    Place(3, "1123054500", ("제기동", "Jegi-dong")),
    Place(4, "1123053600", ("용신동", "Yongsin-dong"), valid_to=DIVIDED_ON),
    Place(5, "1123053300", ("용두동", "Yongdu-dong"), valid_from=DIVIDED_ON),
]


@pytest.mark.parametrize(
    "number", ["1234567891", "1111111119", "2222222227", "3333333336", "123-45-67891", "１２３４５６７８９１"]
)
def test_right_business_numbers(number: str) -> None:
    reading = values.read_business_number(number)
    assert reading.remarks == ()
    assert values.is_business_number(reading.value or "")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1234567890", "business_number_check"),
        ("000-00-00000", "business_number_zero"),
        ("12345", "business_number_form"),
        ("123-45-6789I", "business_number_form"),
    ],
)
def test_wrong_business_numbers_are_left_out(number: str, code: str) -> None:
    reading = values.read_business_number(number)
    assert reading.value is None
    assert [(remark.code, remark.outcome) for remark in reading.remarks] == [(code, Outcome.VALUE_LEFT_OUT)]


@settings(deadline=None)
@given(st.integers(1, 999_999_999))
def test_exactly_one_last_digit_is_right(serial: int) -> None:
    assert sum(values.is_business_number(f"{serial:09d}{last}") for last in range(10)) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("02)123-4567", "021234567"),
        ("02.123.4567", "021234567"),
        ("+82 10-1234-5678", "01012345678"),
        ("+82-010-1234-5678", "01012345678"),
        ("010 1234 5678 / 02-123-4567", "01012345678"),
        ("02-123-4567~8", "021234567"),
        ("1012345678", "01012345678"),
        ("1588-1234", "15881234"),
        ("123", None),
        ("없음", None),
    ],
)
def test_telephones(text: str, value: str | None) -> None:
    assert values.read_phone(text).value == value


def test_foreign_telephones_keep_their_plus() -> None:
    assert values.read_phone("+880 1711-000000", "BD").value == "+8801711000000"


@pytest.mark.parametrize(
    ("text", "year"),
    [("1998", 1998), ("1998년 3월", 1998), ("1998-03-02", 1998), ("1998.3.2.", 1998), ("98", None), ("0", None)],
)
def test_years(text: str, year: int | None) -> None:
    assert values.read_year(text, TODAY).value == year


@pytest.mark.parametrize(
    "text", ["2024-05-01", "2024.5.1", "2024/05/01", "20240501", "2024년 5월 1일", "2024-05-01T00:00:00"]
)
def test_days(text: str) -> None:
    assert values.read_day(text, TODAY).value == date(2024, 5, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [("2031-05-01", "day_in_the_future"), ("2024-02-30", "day_unreadable"), ("01/05/2024", "day_unreadable")],
)
def test_days_nobody_can_rely_on_are_left_out(text: str, code: str) -> None:
    assert [remark.code for remark in values.read_day(text, TODAY).remarks] == [code]


def test_a_year_still_to_come_is_left_out() -> None:
    assert values.read_year("2031-05-01", TODAY).remarks[0].code == "day_in_the_future"


@pytest.mark.parametrize(
    ("lat", "lon", "position"),
    [
        ("37.58", "127.05", (37.58, 127.05)),
        ("0", "0", (None, None)),
        ("", "", (None, None)),
        ("37.58", "", (None, None)),
        ("127.05", "37.58", (None, None)),
        ("nan", "inf", (None, None)),
    ],
)
def test_positions_are_whole_or_absent(lat: str, lon: str, position: tuple[float | None, float | None]) -> None:
    assert values.read_position(lat, lon)[:2] == position


@pytest.mark.parametrize(
    ("text", "days"), [("7일", 7), ("2주", 14), ("1~2주", 7), ("14", 14), ("택배", None), ("1개월", None)]
)
def test_working_time_in_days(text: str, days: int | None) -> None:
    assert values.read_days(text).value == days


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("장안1동", 1),
        ("장안 1동", 1),
        ("장안제1동", 1),
        ("동대문구 장안1동", 1),
        ("1123066000", 2),
        ("Jegi-dong", 3),
        ("용두동", 5),
        ("", None),
    ],
)
def test_neighbourhoods_by_name_and_code(text: str, place: int | None) -> None:
    reading = Gazetteer(PLACES, TODAY).read(text)
    assert (reading.value, reading.remarks) == (place, ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("용신동", "neighbourhood_divided"),
        ("장안동", "neighbourhood_unclear"),
        ("창신동", "neighbourhood_unknown"),
    ],
)
def test_neighbourhoods_that_are_not_certain_stay_open(text: str, code: str) -> None:
    reading = Gazetteer(PLACES, TODAY).read(text)
    assert (reading.value, [remark.code for remark in reading.remarks]) == (None, [code])


def test_the_day_decides_which_neighbourhoods_there_are() -> None:
    before = Gazetteer(PLACES, date(2025, 6, 30))
    assert before.read("용신동").value == 4
    assert before.read("용두동").value is None


def test_an_address_tells_only_what_no_other_name_means() -> None:
    gazetteer = Gazetteer(PLACES, TODAY)
    assert gazetteer.in_address("서울 동대문구 천호대로 1 (장안2동)") == 2
    assert gazetteer.in_address("서울 동대문구 제기동 137") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("송정동 1742-1번지 1742-1번지", "송정동 1742-1"),
        ("송정동 1545-4 송정동 1545-4", "송정동  1545-4번지"),
        ("재송동 1209 센텀 13층 1315호 13층 1315호", "재송동 1209, 센텀 13층 1315호"),
    ],
)
def test_address_parts_written_twice_count_once(one: str, other: str) -> None:
    assert fold_address(one) == fold_address(other)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_content_ever_raises(text: str) -> None:
    values.read_business_number(text), values.read_phone(text), values.read_year(text, TODAY)
    values.read_day(text, TODAY), values.read_position(text, text), values.read_days(text), values.read_truth(text)
    assert Gazetteer(PLACES, TODAY).read(text).value in {None, 1, 2, 3, 5}


@settings(deadline=None)
@given(st.text(max_size=30))
def test_a_guard_against_formulas_comes_off_again(text: str) -> None:
    line = clean(text)
    assert clean(guarded(line)) == line or line.startswith("'")


@pytest.mark.parametrize("text", ["=1+1", "+82", "-5", "@x", "|x", "%x", "＝1"])
def test_nothing_starts_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_nothing_is_written_in_many_ways() -> None:
    assert all(map(is_blank, ["", " \u00a0", "N/A", "n/a", "-", "없음", "미상", "해당 없음"]))
    assert not any(map(is_blank, ["0", "없음상사", "x"]))
