"""Who is who: keys that hold from one import to the next, and pairs worth a look."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garment_hub.registry.duplicates import LIKELY, WORTH_A_LOOK, Firm, propose, score
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
