"""The check digit of business numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import business_number

nine_digits = st.text("0123456789", min_size=9, max_size=9).filter(lambda text: text != "0" * 9)


@given(nine_digits)
def test_exactly_one_last_digit_is_right(first: str) -> None:
    assert sum(business_number.is_valid(f"{first}{last}") for last in range(10)) == 1


@given(nine_digits, st.integers(0, 7), st.integers(1, 9))
def test_one_mistyped_digit_of_the_first_eight_is_noticed(first: str, place: int, by: int) -> None:
    """Weights 1, 3 and 7 have no factor in common with ten; the fifth part of the ninth digit may hide a slip there."""
    last = next(digit for digit in range(10) if business_number.is_valid(f"{first}{digit}"))
    wrong = f"{first[:place]}{(int(first[place]) + by) % 10}{first[place + 1 :]}"
    assert not business_number.is_valid(f"{wrong}{last}")


@pytest.mark.parametrize("number", ["1234567891", "1111111119", "2222222227", "3333333336"])
def test_numbers_of_the_published_rule(number: str) -> None:
    assert business_number.is_valid(number)


@pytest.mark.parametrize("text", ["1234567890", "0000000000", "", "123456789", "12345678911", "१२३४५६७८९१"])
def test_what_is_no_business_number(text: str) -> None:
    assert not business_number.is_valid(text)


@given(nine_digits, st.integers(0, 9))
def test_writing_and_reading_are_inverse(first: str, last: int) -> None:
    number = f"{first}{last}"
    assert business_number.digits_of(business_number.written(number)) == number


def test_full_width_digits_and_odd_hyphens_are_read() -> None:
    assert business_number.digits_of(" １２３–45 67891 ") == "1234567891"
