"""Who is who: keys that hold from one import to the next, and pairs worth a look."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.duplicates import register
from garment_hub.registry.duplicates import (
    LIKELY,
    WORTH_A_LOOK,
    Band,
    Firm,
    band,
    propose,
    score,
    without_fillers,
)
from garment_hub.registry.identity import Keys, fold_name, is_company

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "", "7", "8"]),
        st.sampled_from(["㈜가온", "(주)가온", "주식회사 가온", "나래", "나 래"]),
        st.sampled_from(["", "장안동 1", "장안동 1번지", "이문동 2"]),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(ROWS)
def test_keys_tell_all_rows_apart_and_come_out_the_same_again(rows: list[tuple[str, str, str]]) -> None:
    first, second = Keys(), Keys()
    keys = [first.key(*row) for row in rows]
    assert len(set(keys)) == len(keys)
    assert keys == [second.key(*row) for row in rows]


def test_spellings_of_one_name_and_place_are_equals_in_order() -> None:
    keys = Keys()
    one = keys.key("", "㈜가온 봉제", "송정동 1742-1번지 1742-1번지")
    assert keys.key("", "주식회사 가온봉제", "송정동 1742-1") == f"{one}|2"
    assert keys.key("", "가온봉제", "송정동 9") not in (one, f"{one}|2")


def test_a_very_long_address_still_makes_a_key_of_its_own() -> None:
    keys = Keys()
    made = {keys.key("", "가온", "장안동 " + "ㄱ" * 500 + str(number)) for number in range(5)}
    assert len(made) == 5
    assert max(map(len, made)) < 200


@pytest.mark.parametrize(
    "name", ["㈜가온", "(주)가온", "주식회사 가온", "GAON CO., LTD", "Gaon Limited", "Gaon S.p.A."]
)
def test_companies_say_so_in_their_name(name: str) -> None:
    assert is_company(name)


@pytest.mark.parametrize("name", ["가온봉제", "Gaon Fashion", "Incanto", "주나라 어패럴"])
def test_no_word_of_a_company_says_nothing(name: str) -> None:
    assert not is_company(name)


def test_a_name_of_nothing_but_legal_form_is_not_lost() -> None:
    assert fold_name("주식회사") == "주식회사"


ADDRESS = "서울특별시 동대문구 장안동 123-4"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "㈜가온 봉제", ADDRESS + "번지")),
        (Firm(1, "가온어패럴", ADDRESS), Firm(2, "가온어페럴", ADDRESS)),
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "가온봉제", "서울 동대문구 장안동 123-4")),
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "가온봉제", "장안동 123-4")),
        (Firm(1, "가온", ADDRESS, "", "1234567891"), Firm(2, "나래", "서울 중구 1", "", "1234567891")),
    ],
)
def test_very_likely_one(one: Firm, other: Firm) -> None:
    assert score(one, other) >= LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "가온봉제", "")),
        (Firm(1, "가온봉제", ADDRESS, "021234567"), Firm(2, "나래", "서울 중구 1", "021234567")),
    ],
)
def test_a_person_has_to_look(one: Firm, other: Firm) -> None:
    assert WORTH_A_LOOK <= score(one, other) < LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "가온봉제", "서울특별시 동대문구 장안동 77-1")),
        (Firm(1, "가온 제1공장", ADDRESS), Firm(2, "가온 제2공장", ADDRESS)),
        (Firm(1, "가온봉제", ADDRESS, "", "1234567891"), Firm(2, "가온봉제", ADDRESS, "", "2222222227")),
        (Firm(1, "가온봉제", ADDRESS), Firm(2, "나래패션", ADDRESS)),
    ],
    ids=["branch works", "numbered works", "two business numbers", "neighbours"],
)
def test_two_that_stay_two(one: Firm, other: Firm) -> None:
    assert score(one, other) < WORTH_A_LOOK


FIRMS = st.lists(
    st.tuples(st.sampled_from(["가온", "가온봉제", "가온 봉제", "나래"]), st.sampled_from(["", ADDRESS, "장안동 9"])),
    max_size=12,
)


@settings(deadline=None)
@given(FIRMS, FIRMS)
def test_pairs_are_proposed_once_with_a_new_one_in_each(
    new: list[tuple[str, str]], known: list[tuple[str, str]]
) -> None:
    fresh = [Firm(100 + number, *firm) for number, firm in enumerate(new)]
    others = [Firm(number, *firm) for number, firm in enumerate(known)]
    pairs = [(pair.first, pair.second) for pair in propose(fresh, others)]
    assert len(set(pairs)) == len(pairs)
    assert all(first < second and second >= 100 for first, second in pairs)
    assert all(pair.score == round(pair.score, 3) >= WORTH_A_LOOK for pair in propose(fresh, others))


SYLLABLES = "가나다라마바사아자차카타파하강남동문산성진한별솔"
NAMES = st.text(st.sampled_from(SYLLABLES), min_size=2, max_size=6)
PLACES = st.sampled_from(["", ADDRESS, "장안동 123-4", "용두동 7", "서울특별시 동대문구 용두동 7, 2층", "장안동 9-1"])
NUMBERS = st.sampled_from(["", "1234567891", "2222222227"])
ANY_FIRM = st.builds(Firm, st.just(1), NAMES, PLACES, st.sampled_from(["", "021234567", "0212345678"]), NUMBERS)


@given(ANY_FIRM, ANY_FIRM)
def test_a_score_is_a_share_and_the_same_from_either_side(one: Firm, other: Firm) -> None:
    assert score(one, other) == score(other, one)
    assert 0 <= score(one, other) <= 1
    if one.business_number and other.business_number and one.business_number != other.business_number:
        assert band(score(one, other)) is Band.NEW


@given(ANY_FIRM)
def test_a_row_is_like_itself(firm: Firm) -> None:
    """1 with an address; without one, or a number, nobody can be sure."""
    assert score(firm, firm) == 1 if firm.address else score(firm, firm) >= WORTH_A_LOOK


@given(ANY_FIRM, st.data())
def test_a_wrong_stroke_weighs_no_more_than_a_wrong_syllable(firm: Firm, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(firm.name) - 1))
    vowel = unicodedata.normalize("NFD", firm.name[at])[1]
    other_vowel = data.draw(st.sampled_from([jamo for jamo in "ᅡᅥᅩᅮᅵᅢ" if jamo != vowel]))
    decomposed = unicodedata.normalize("NFD", firm.name[at]).replace(vowel, other_vowel)
    stroke = _renamed(firm, at, unicodedata.normalize("NFC", decomposed))
    syllable = _renamed(firm, at, "뷁")
    assert score(firm, stroke) >= score(firm, syllable)
    if not firm.business_number:
        assert score(firm, firm) > score(firm, stroke) > score(firm, syllable)


def _renamed(firm: Firm, at: int, syllable: str) -> Firm:
    return replace(firm, name=firm.name[:at] + syllable + firm.name[at + 1 :])


@given(st.lists(ANY_FIRM, max_size=20), st.integers(0, 20))
def test_the_search_finds_what_comparing_all_with_all_finds(rows: list[Firm], new: int) -> None:
    firms = [replace(firm, id=number) for number, firm in enumerate(rows)]
    fresh, known = firms[:new], firms[new:]
    read = without_fillers([*fresh, *known])
    brute = {
        (one.id, other.id): round(score(one, other), 3)
        for one, other in combinations(sorted(read, key=lambda firm: firm.id), 2)
        if one.id < new and score(one, other) >= WORTH_A_LOOK
    }
    assert {(pair.first, pair.second): pair.score for pair in propose(fresh, known)} == brute


@pytest.mark.parametrize("known", [0, 2_000])
def test_planted_pairs_are_found_in_a_register_of_many_blocks(known: int) -> None:
    """Nearly all was promised; comparing all names with all names finds each."""
    firms, planted = register(factories=6_000, planted=600)
    found = {(pair.first, pair.second) for pair in propose(firms[known:], firms[:known])}
    wanted = {pair for pair in planted if pair[1] > known}
    assert len(wanted) > 400
    assert wanted <= found


def test_a_name_without_a_place_that_many_share_makes_no_pairs() -> None:
    assert propose([Firm(number, "대성") for number in range(40)]) == []
    assert len(propose([Firm(number, "대성", phone="021234567") for number in range(5)])) == 10
