"""Lists in one cell, words into codes, and which rows are of the sewing trade."""

from __future__ import annotations

import pytest

from garment_hub.registry.codes import KINDS, read_codes
from garment_hub.registry.lists import split_list
from garment_hub.registry.trades import Evidence, classify
from models import vocabulary

ITEMS = ("item", "category", "fabric")


def codes(text: str, kinds: tuple[str, ...] = ITEMS) -> set[str]:
    return {key for _kind, key in read_codes(text, kinds)[0]}


@pytest.mark.parametrize(
    "text",
    [
        "티셔츠, 바지, 코트",
        "티셔츠;바지 ; 코트",
        "티셔츠|바지|코트",
        "티셔츠/바지/코트",
        "티셔츠·바지ㆍ코트",
        "티셔츠\n\t\t ,바지\t\t,코트",
        "1. 티셔츠 2. 바지 3. 코트",
        "티셔츠, 바지, 티셔츠, 코트, N/A",
    ],
)
def test_lists_however_they_are_parted(text: str) -> None:
    assert split_list(text, lambda _word: False).words == ("티셔츠", "바지", "코트")


def test_a_known_word_stays_whole_whatever_stands_inside_it() -> None:
    assert read_codes("셔츠·블라우스, 패딩·점퍼/조끼", ITEMS)[0] == [
        ("item", "shirt_blouse"),
        ("item", "padded_outerwear"),
        ("item", "vest"),
    ]


@pytest.mark.parametrize("text", ["바지 외 6 종", "바지 외 3종", "바지 등", "바지, etc.", "바지 ..."])
def test_a_list_that_goes_on_says_so(text: str) -> None:
    listed = split_list(text, lambda _word: False)
    assert (listed.words, listed.is_partial) == (("바지",), True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("T-Shirts", {"tshirt"}),
        ("PoloShirts", {"tshirt"}),
        ("Ladies Blouses", {"shirt_blouse", "womenswear"}),
        ("Men'sPants", {"trousers", "menswear"}),
        ("Denim Jackets", {"jacket", "denim"}),
        ("Dress Shirts/Shirts MB", {"shirt_blouse", "menswear"}),
        ("Children/Infants Wears", {"childrenswear", "infantwear"}),
        ("Hats & Caps", {"hat_cap"}),
        ("후드티; 즈봉", {"sweatshirt_hoodie", "trousers"}),
    ],
)
def test_words_of_trade_lists(text: str, found: set[str]) -> None:
    assert codes(text) == found


def test_processing_types() -> None:
    kinds = ("stage", "process", "fabric")
    assert codes("Woven Garment", kinds) == {"woven", "sewing", "sewing_assembly"}
    assert codes("Knit Garment; Sweater", kinds) == {"knit_jersey", "sewing", "sewing_assembly", "sweater_knit"}
    assert codes("재단, 오바로크", kinds) >= {"cutting", "overlock"}


def test_unknown_words_are_kept_and_told() -> None:
    assert read_codes("바지, 우주복, Jumpers", ITEMS) == ([("item", "trousers")], ["우주복", "Jumpers"], False)


def test_every_synonym_leads_to_a_term_of_the_glossary() -> None:
    known = {key for kind in KINDS for key in vocabulary.terms(kind)}
    rows = list(vocabulary.read_data("import_synonyms.csv"))
    assert {row["key"] for row in rows} <= known
    assert len({(row["key"], row["synonym"]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "industry",
    [
        "셔츠 및 블라우스 제조업",
        "편조의복 제조업 외 6 종",
        "근무복, 작업복 및 유사의복 제조업",
        "직물, 편조원단 및 의복류 염색 가공업",
        "침구 및 관련제품 제조업 외 12 종",
        "14111",
        "C13403",
        "봉제",
        "Apparel",
        "Apparel|Home Textiles",
    ],
)
def test_sewing_trades(industry: str) -> None:
    trade = classify(industry, has_industry_column=True, has_known_products=False, name="가온")
    assert (trade.is_garment, trade.evidence) == (True, Evidence.INDUSTRY)


@pytest.mark.parametrize(
    ("industry", "evidence"),
    [
        ("빵류 제조업", Evidence.INDUSTRY),
        ("금속 단조제품 제조업", Evidence.INDUSTRY),
        ("섬유, 의복 및 가죽 가공 기계 제조업", Evidence.INDUSTRY),
        ("고무 의류 및 기타 위생용 비경화 고무제품 제조업", Evidence.INDUSTRY),
        ("의복 소매업", Evidence.INDUSTRY),
        ("종이 포대 및 가방 제조업", Evidence.INDUSTRY),
        ("10712", Evidence.INDUSTRY),
        ("Food|Food Manufacturing", Evidence.INDUSTRY),
        ("화학섬유직물 직조업", Evidence.TEXTILE),
        ("어망 및 기타 끈 가공품 제조업", Evidence.TEXTILE),
    ],
)
def test_other_trades_whatever_the_name_says(industry: str, evidence: Evidence) -> None:
    trade = classify(industry, has_industry_column=True, has_known_products=True, name="패션봉제")
    assert (trade.is_garment, trade.evidence) == (False, evidence)


@pytest.mark.parametrize(
    ("has_column", "has_products", "name", "is_garment", "evidence"),
    [
        (True, True, "가온", True, Evidence.PRODUCTS),
        (True, False, "나래어패럴", True, Evidence.NAME),
        (True, False, "가온", False, Evidence.REGISTER),
        (False, False, "가온", True, Evidence.REGISTER),
        (False, False, "MADE UP FOOTWEAR LTD", False, Evidence.NAME),
        (False, False, "MADE UP SHOES & CLOTHING", True, Evidence.NAME),
    ],
)
def test_a_silent_industry_leaves_it_to_products_name_and_register(
    has_column: bool, has_products: bool, name: str, is_garment: bool, evidence: Evidence
) -> None:
    trade = classify("제조업", has_industry_column=has_column, has_known_products=has_products, name=name)
    assert (trade.is_garment, trade.evidence) == (is_garment, evidence)
