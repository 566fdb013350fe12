"""The table of indicators: complete in three languages, facts only with year and source, and the same in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from garment_hub.dashboard.indicators import MEASURES
from models.district import DEFAULT_DISTRICT
from models.indicators import Definition, definitions, published_values
from models.vocabulary import read_data, said

DOCUMENT = Path(__file__).parents[2] / "docs" / "indicators.md"
ALL = definitions()


def line_of(one: Definition) -> str:
    """As it stands in the document; a paragraph of a docstring is a sentence there."""
    measure = MEASURES.get(one.code)
    how = " ".join((measure.__doc__ or "").split()) if measure else "from outside"
    cells = one.code, one.names["ko"], one.units["ko"], one.formula, how
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


@pytest.mark.parametrize("code", ALL)
def test_each_is_worded_in_three_languages(code: str) -> None:
    one = ALL[code]
    for words in (one.names, one.definitions, one.units):
        assert set(words) == {"ko", "en", "it"}
        assert all(word and word == word.strip() for word in words.values())
    assert one.names["en"] != one.definitions["en"]
    assert len({bool(note) for note in one.comparable_notes.values()}) == 1
    assert one.formula


def test_names_are_different() -> None:
    for language in ("ko", "en", "it"):
        assert len({one.names[language] for one in ALL.values()}) == len(ALL)


def test_a_value_never_stands_without_year_and_source() -> None:
    own = published_values(DEFAULT_DISTRICT)
    assert set(own) <= set(ALL)
    for value in [*own.values(), *(one.milan for one in ALL.values() if one.milan)]:
        assert value.value and value.year and value.source


@pytest.mark.parametrize("language", ["ko", "it"])
def test_formulas_and_sources_are_told_in_every_language(language: str) -> None:
    sourced = [*published_values(DEFAULT_DISTRICT).values(), *(one.milan for one in ALL.values() if one.milan)]
    for text in [*(one.formula for one in ALL.values()), *(value.source for value in sourced)]:
        assert said(text, language) != text == said(text, "en")


def test_only_what_has_two_values_can_be_comparable() -> None:
    own = published_values(DEFAULT_DISTRICT)
    for row in read_data("indicators.csv"):
        assert row["comparable"] in ("", "no", "same", "similar")
        if ALL[row["code"]].is_comparable:
            assert row["milan_value"] and row["code"] in own and row["comparable_note"]


def test_a_made_up_district_has_no_published_values() -> None:
    assert published_values("99001") == {}


@pytest.mark.parametrize("code", ALL)
def test_the_document_says_the_same(code: str) -> None:
    assert line_of(ALL[code]) in DOCUMENT.read_text(encoding="utf-8").splitlines()


def test_the_document_has_no_other_rows() -> None:
    rows = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len([row for row in rows if row.split(" | ")[0][2:] in ALL]) == len(ALL)
