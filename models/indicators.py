"""The indicators of a district: official names, definitions, units and formulas, and what is published about Milan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from models.vocabulary import read_data

INDICATORS = "indicators.csv"


@dataclass(frozen=True, slots=True)
class SourcedValue:
    """A published figure as its source gives it (it may be a span such as 70-89), with year, scope and source."""

    value: str
    year: str
    source: str


@dataclass(frozen=True, slots=True)
class Definition:
    """Words by language, and what is published of Milan. ``is_comparable``: two values may stand side by side."""

    code: str
    theme: str
    names: dict[str, str]
    definitions: dict[str, str]
    units: dict[str, str]
    formula: str
    milan: SourcedValue | None
    is_comparable: bool
    comparable_notes: dict[str, str]


@cache
def definitions() -> dict[str, Definition]:
    """By code, in the table's order."""
    return {row["code"]: _definition(row) for row in read_data(INDICATORS)}


def _definition(row: dict[str, str]) -> Definition:
    def languages(name: str) -> dict[str, str]:
        return {language: row[f"{name}_{language}"] for language in ("ko", "en", "it")}

    milan = SourcedValue(row["milan_value"], row["milan_year"], row["milan_source"]) if row["milan_value"] else None
    return Definition(
        code=row["code"],
        theme=row["theme"],
        names=languages("name"),
        definitions=languages("definition"),
        units=languages("unit"),
        formula=row["formula"],
        milan=milan,
        is_comparable=row["comparable"] in ("same", "similar"),
        comparable_notes={
            "en": row["comparable_note"],
            "ko": row["comparable_note_ko"],
            "it": row["comparable_note_it"],
        },
    )


@cache
def published_values(district_code: str) -> dict[str, SourcedValue]:
    """What was published about a district, by indicator; empty for a district of which nothing was collected."""
    name = f"statistics_{district_code}.csv"
    if not files("models").joinpath("data", name).is_file():
        return {}
    return {row["code"]: SourcedValue(row["value"], row["year"], row["source"]) for row in read_data(name)}
