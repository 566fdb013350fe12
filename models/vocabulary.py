"""The codes of the trade, read from the glossary: what exists, how it is called, and how shops spell it."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

GLOSSARY = "glossary.csv"
DATA_WORDS = "data_words.csv"


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the glossary. ``stage`` is set for processes only."""

    key: str
    kind: str
    ko: str
    en: str
    it: str
    definition: str
    stage: str | None
    synonyms: tuple[str, ...]

    def name(self, locale: str) -> str:
        return {"ko": self.ko, "it": self.it}.get(locale, self.en)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way the term is written, the names of all languages first."""
        return (self.ko, self.en, self.it, *self.synonyms)


def read_data(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the csv tables that ship with ``models``."""
    text = files("models").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(keepends=True))


@cache
def _data_words() -> dict[str, dict[str, str]]:
    return {row["en"]: row for row in read_data(DATA_WORDS)}


def said(text: str, locale: str) -> str:
    """A formula or a source of the tables in the reader's language, else as it stands there."""
    row = _data_words().get(text)
    return row[locale] if row and locale in row else text


@cache
def terms(kind: str) -> dict[str, Term]:
    """Terms of one kind by key, in the glossary's order."""
    return {term.key: term for term in _all_terms() if term.kind == kind}


@cache
def _all_terms() -> tuple[Term, ...]:
    return tuple(
        Term(
            key=row["key"],
            kind=row["kind"],
            ko=row["ko"],
            en=row["en"],
            it=row["it"],
            definition=row["definition"],
            stage=row["stage"] or None,
            synonyms=tuple(word for word in row["synonyms"].split("|") if word),
        )
        for row in read_data(GLOSSARY)
    )


def is_known(kind: str, key: str) -> bool:
    return key in terms(kind)


def name(kind: str, key: str, locale: str) -> str:
    """The word for a code; a code that has left the glossary is shown as it is."""
    term = terms(kind).get(key)
    return term.name(locale) if term else key


@cache
def stage_of() -> dict[str, str]:
    """Process key -> stage key."""
    return {term.key: term.stage for term in terms("process").values() if term.stage}


def processes_of(stage: str) -> list[str]:
    return [process for process, its_stage in stage_of().items() if its_stage == stage]


def normalise(text: str) -> str:
    """One form for comparison: compatibility forms joined, case and spaces gone."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _by_spelling(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for term in terms(kind).values():
        for word in (term.key, *term.spellings):
            found.setdefault(normalise(word), term.key)
    return found


def find(kind: str, text: str) -> str | None:
    """The code that ``text`` spells in any language or shop spelling, or None."""
    return _by_spelling(kind).get(normalise(text))
