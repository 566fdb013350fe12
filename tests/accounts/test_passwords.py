"""Passwords: which are refused, and what a hash gives away."""

from __future__ import annotations

import unicodedata

import pytest
from argon2 import extract_parameters
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.accounts.passwords import LONGEST, SHORTEST, check_new_password, common_passwords
from garment_hub.accounts.services import NOBODY, hash_password, is_password
from models.errors import Invalid

REFUSED = {
    "password_too_short": ["", "a", "1234567", "가나다라마바사"],
    "password_too_long": ["x" * (LONGEST + 1)],
    "password_common": ["password", "PASSWORD", "12345678", "qwertyuiop", "qwer1234", "garmenthub1234"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED.items() for text in texts])
def test_refused(code: str, text: str) -> None:
    with pytest.raises(Invalid, match=code):
        check_new_password(text)


@given(st.text(min_size=SHORTEST, max_size=LONGEST).filter(lambda text: text.casefold() not in common_passwords()))
def test_nothing_is_asked_of_its_composition(text: str) -> None:
    check_new_password(text)


def test_the_list_of_common_passwords_is_as_long_as_promised_and_holds_only_what_length_lets_through() -> None:
    assert len(common_passwords()) >= 3000
    assert all(len(text) >= SHORTEST and text == text.casefold() for text in common_passwords())


@settings(max_examples=5, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_hash_fits_its_password_and_no_other(text: str, other: str) -> None:
    password_hash = hash_password(text)
    assert is_password(password_hash, text)
    same = unicodedata.normalize("NFKC", text) == unicodedata.normalize("NFKC", other)
    assert is_password(password_hash, other) == same


def test_a_password_typed_on_a_mac_fits_on_windows() -> None:
    text = "동대문 봉제 골목"
    assert is_password(hash_password(unicodedata.normalize("NFD", text)), unicodedata.normalize("NFC", text))


def test_an_unknown_account_costs_as_much_work_as_a_known_one() -> None:
    assert extract_parameters(NOBODY) == extract_parameters(hash_password("some password"))
    assert not is_password(None, "some password")


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("some password") != hash_password("some password")
