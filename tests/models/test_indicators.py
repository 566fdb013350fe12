"""The table of indicators is complete in three languages, and no figure stands there without its source."""

from __future__ import annotations

import csv
import io
from importlib.resources import files

import pytest

from models import indicators

LANGUAGES = ("ko", "en", "it")
WORDS = ("name", "definition", "unit")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = files("models").joinpath("data", indicators.INDICATORS).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_no_cell_of_the_three_languages_is_empty(rows: list[dict[str, str]]) -> None:
    empty = [
        (row["code"], f"{word}_{language}")
        for row in rows
        for word in WORDS
        for language in LANGUAGES
        if not row[f"{word}_{language}"].strip()
    ]
    assert not empty
    assert len({row["code"] for row in rows}) == len(rows) == len(indicators.definitions())


def test_names_are_short_and_no_two_are_the_same(rows: list[dict[str, str]]) -> None:
    for language in LANGUAGES:
        names = [row[f"name_{language}"] for row in rows]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 45


def test_italian_and_english_are_not_left_in_korean_nor_copied(rows: list[dict[str, str]]) -> None:
    for row in rows:
        for word in WORDS:
            assert row[f"{word}_en"].isascii(), row["code"]
            assert not any("가" <= letter <= "힣" for letter in row[f"{word}_it"]), row["code"]
        assert row["definition_it"] != row["definition_en"], row["code"]


def test_every_figure_of_milan_has_year_and_source_and_is_a_number(rows: list[dict[str, str]]) -> None:
    for row in rows:
        given = [bool(row[f"milan_{part}"]) for part in ("value", "year", "source")]
        assert all(given) or not any(given), row["code"]
        if row["milan_value"]:
            float(row["milan_value"])
        assert row["comparable"] in ("", "same", "similar", "no"), row["code"]
        assert row["comparable_note"] or row["comparable"] == "", row["code"]


def test_every_published_figure_names_a_known_indicator_with_year_and_source() -> None:
    published = indicators.published_values("11230")
    assert published
    assert published.keys() <= indicators.definitions().keys()
    assert all(one.value and one.year and one.source for one in published.values())
    assert indicators.published_values("99001") == {}
