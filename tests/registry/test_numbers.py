"""Numbers as registers write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.registry.numbers import LARGEST, read_number
from garment_hub.registry.remarks import Outcome

NUMBERS = st.integers(min_value=1, max_value=LARGEST)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100", 100),
        ("100장", 100),
        ("3,000", 3000),
        ("1 000 000", 1_000_000),
        ("２００", 200),
        ("100 pcs", 100),
        ("100.0", 100),
        ("2천", 2000),
        ("1.5만장", 15_000),
        ("1만 5천", 15_000),
        ("2천5백", 2500),
        ("3천만", 30_000_000),
        ("10k", 10_000),
    ],
)
def test_plain_numbers_are_read_without_a_word(text: str, value: int) -> None:
    assert (read_number(text).value, read_number(text).remarks) == (value, ())


@pytest.mark.parametrize("text", ["", " ", "N/A", "-", "없음", "미상", "0", "0장"])
def test_nothing_stated_is_nothing_said(text: str) -> None:
    assert (read_number(text).value, read_number(text).remarks) == (None, ())


@pytest.mark.parametrize(
    ("text", "value", "code"),
    [
        ("약 2천장", 2000, "number_with_words"),
        ("100장 이상", 100, "number_with_words"),
        ("스타일당 100장", 100, "number_with_words"),
        ("100장(2022년 기준)", 100, "number_with_words"),
        ("5명(남2, 여3)", 5, "number_with_words"),
        ("30~50", 30, "numbers_two"),
        ("30장 ~ 50장", 30, "numbers_two"),
        ("2,000-3,000 pcs", 2000, "numbers_two"),
        ("1~2천", 1000, "numbers_two"),
        ("500~1천", 500, "numbers_two"),
        ("50~30", 30, "numbers_two"),
    ],
)
def test_numbers_with_words_or_a_range_are_stored_and_told(text: str, value: int, code: str) -> None:
    reading = read_number(text)
    assert reading.value == value
    assert [(remark.code, remark.outcome, remark.stored) for remark in reading.remarks] == [
        (code, Outcome.CHANGED, str(value))
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-5", "number_negative"),
        ("3.5", "number_not_whole"),
        ("3.000", "number_ambiguous"),
        ("1,5", "numbers_several"),
        ("티셔츠 100장, 코트 30장", "numbers_several"),
        ("많음", "number_missing"),
        ("99999999999", "number_too_large"),
        ("9" * 400, "text_too_long"),
    ],
)
def test_what_cannot_be_one_number_is_left_out_and_told(text: str, code: str) -> None:
    reading = read_number(text)
    assert reading.value is None
    assert [(remark.code, remark.outcome) for remark in reading.remarks] == [(code, Outcome.VALUE_LEFT_OUT)]


@settings(deadline=None)
@given(NUMBERS, st.sampled_from(["{}", "{:,}", "{}장", "{:,} 장", " {:,}pcs ", "{}.0", "\u00a0{}\u3000"]))
def test_every_number_in_every_dress_reads_as_itself(number: int, dress: str) -> None:
    reading = read_number(dress.format(number))
    assert (reading.value, reading.remarks) == (number, ())


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_a_range_reads_as_its_lower_end(one: int, other: int) -> None:
    assert read_number(f"{one}~{other}").value == min(one, other)


@settings(deadline=None)
@given(st.integers(1, 9999), st.integers(0, 9), st.integers(0, 9))
def test_units_of_ten_thousand_add_up(ten_thousands: int, thousands: int, hundreds: int) -> None:
    text = f"{ten_thousands}만" + (f" {thousands}천" if thousands else "") + (f"{hundreds}백" if hundreds else "")
    assert read_number(text).value == ten_thousands * 10_000 + thousands * 1_000 + hundreds * 100


@settings(deadline=None)
@given(st.text(max_size=100))
def test_no_content_ever_raises_or_leaves_the_limits(text: str) -> None:
    value = read_number(text).value
    assert value is None or 0 < value <= LARGEST
