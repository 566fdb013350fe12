"""Telephone numbers and e-mail addresses: many spellings, one stored form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garment_hub.accounts.identifiers import email_of, identifier_of, phone_of
from models.errors import Invalid


@given(st.integers(10_000_000, 99_999_999), st.sampled_from(["", "-", " ", ".", " - "]))
def test_every_spelling_of_a_mobile_number_is_the_same_number(number: int, gap: str) -> None:
    first, last = f"{number:08d}"[:4], f"{number:08d}"[4:]
    spellings = [
        gap.join(["010", first, last]),
        f"+82{gap}10{gap}{first}{gap}{last}",
        f"+82 (0)10{gap}{first}{gap}{last}",
        f"82 10 {first} {last}",
        "０１０" + first + last,
    ]
    assert {phone_of(text) for text in spellings} == {f"010{first}{last}"}


@given(st.text())
def test_what_is_accepted_as_a_number_is_a_fixed_point(text: str) -> None:
    try:
        digits = phone_of(text)
    except Invalid:
        return
    assert digits.isascii() and digits.isdigit() and phone_of(digits) == digits


@given(st.emails(), st.text(" ", max_size=3))
def test_the_case_of_an_address_does_not_matter(address: str, blank: str) -> None:
    try:
        stored = email_of(address)
    except Invalid:
        return
    assert stored == stored.lower() == email_of(blank + address.upper() + blank)


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "@b.kr", "a@b.kr c", "a@-b.kr", "a" * 65 + "@b.kr", "가@b.kr", "a@b..kr"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="email_unreadable"):
        email_of(text)


@given(st.text())
def test_anything_may_be_typed_at_the_door(text: str) -> None:
    assert isinstance(identifier_of(text), str)
