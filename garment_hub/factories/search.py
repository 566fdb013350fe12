"""Search for factories by words: what they wrote themselves, and every spelling of what they can do."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sqlalchemy import ColumnElement, and_, false, or_, select

from models import vocabulary
from models.factory import CapabilityKind, Factory, FactoryCapability, FactoryCertificate

KINDS = tuple(kind for kind in CapabilityKind if kind != CapabilityKind.DIFFICULTY)
CERTIFICATE = "certificate"
MOST_WORDS = 8
LONGEST_QUESTION = 100
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Words in one form: compatibility and decomposed letters joined, case and marks gone."""
    return _WORD.findall(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


def squeezed(text: str) -> str:
    """A name without its blanks, since shops write "패턴 캐드" and "패턴캐드" for the same."""
    return "".join(words_of(text))


def search_text(factory: Factory) -> str:
    """What is kept for search: name, neighbourhood and introduction. Codes are looked up in the glossary instead."""
    place = factory.neighbourhood
    names = [factory.name, place.name_ko if place else "", place.name_en if place else ""]
    return "|".join(dict.fromkeys([*filter(None, map(squeezed, names)), *words_of(factory.introduction or "")]))


def condition(question: str) -> ColumnElement[bool]:
    """True for factories that have every word of the question somewhere; a question without words finds nothing."""
    words = words_of(question[:LONGEST_QUESTION])[:MOST_WORDS]
    return and_(*map(_has_word, words)) if words else false()


def _has_word(word: str) -> ColumnElement[bool]:
    able = or_(
        *(
            and_(FactoryCapability.kind == kind, FactoryCapability.code.in_(codes))
            for kind in KINDS
            if (codes := codes_spelt(kind, word))
        ),
        false(),
    )
    certificates = codes_spelt(CERTIFICATE, word)
    return or_(
        Factory.search_text.contains(word, autoescape=True),
        Factory.id.in_(select(FactoryCapability.factory_id).where(FactoryCapability.has, able)),
        Factory.id.in_(select(FactoryCertificate.factory_id).where(FactoryCertificate.code.in_(certificates))),
    )


def codes_spelt(kind: str, word: str) -> list[str]:
    """Codes of one kind with the word in any of their spellings."""
    return [code for code, spellings in _spellings(kind) if any(word in spelling for spelling in spellings)]


@cache
def _spellings(kind: str) -> list[tuple[str, list[str]]]:
    return [(code, [squeezed(text) for text in term.spellings]) for code, term in vocabulary.terms(kind).items()]
