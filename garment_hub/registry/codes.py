"""From a word of a register to codes of the vocabulary, in Korean and in English trade lists."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from garment_hub.registry.lists import Words, split_list
from models import vocabulary

SYNONYMS = "import_synonyms.csv"
KINDS = ("item", "category", "fabric", "stage", "process", "machine", "market", "difficulty")
_QUALIFIERS = ("category", "fabric")  # "Ladies Shirts", "Denim Jackets": what stands before the item
_SHORTEST_REST = 3

Code = tuple[str, str]  # kind, key


def normalise(text: str) -> str:
    """Letters and digits only: "Men's T-Shirts" and "MensTShirts" are one word."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


@cache
def _index() -> dict[str, tuple[Code, ...]]:
    found: dict[str, dict[Code, None]] = defaultdict(dict)
    kinds = {key: kind for kind in KINDS for key in vocabulary.terms(kind)}
    for kind in KINDS:
        for term in vocabulary.terms(kind).values():
            for word in (term.key, *term.spellings):
                found[normalise(word)][kind, term.key] = None
    for row in vocabulary.read_data(SYNONYMS):
        found[normalise(row["synonym"])][kinds[row["key"]], row["key"]] = None
    found.pop("", None)
    return {word: tuple(codes) for word, codes in found.items()}


@lru_cache(maxsize=20_000)
def find(text: str, kinds: tuple[str, ...]) -> tuple[Code, ...]:
    """Codes of these kinds that a word spells, or nothing. A word may say two things: "Denim Jackets"."""
    normal = normalise(text)
    return _known(normal, kinds) or _qualified(normal, kinds)


def _known(normal: str, kinds: tuple[str, ...]) -> tuple[Code, ...]:
    for form in _forms(normal):
        codes = tuple(code for code in _index().get(form, ()) if code[0] in kinds)
        if codes:
            return codes
    return ()


def _forms(normal: str) -> Iterable[str]:
    """The word itself, then without an English plural."""
    yield normal
    if normal.isascii():
        for ending in ("s", "es"):
            if normal.endswith(ending) and len(normal) > len(ending) + 2:
                yield normal.removesuffix(ending)


def _qualified(normal: str, kinds: tuple[str, ...]) -> tuple[Code, ...]:
    """A known qualifier, then a known item. Latin letters only: Korean compounds mean other things."""
    if not normal.isascii():
        return ()
    qualifiers = tuple(kind for kind in _QUALIFIERS if kind in kinds)
    for cut in range(len(normal) - _SHORTEST_REST, 1, -1):
        before = tuple(code for code in _index().get(normal[:cut], ()) if code[0] in qualifiers)
        after = _known(normal[cut:], kinds) if before else ()
        if after:
            return tuple(dict.fromkeys((*after, *before)))
    return ()


def read_codes(text: str, kinds: Sequence[str]) -> tuple[list[Code], list[str], bool]:
    """Codes of a cell that holds a list, the words nobody knows, and whether the cell says that there are more."""
    wanted = tuple(kinds)
    listed: Words = split_list(text, lambda word: bool(find(word, wanted)))
    codes: dict[Code, None] = {}
    unknown: list[str] = []
    for word in listed.words:
        found = find(word, wanted)
        codes.update(dict.fromkeys(found))
        if not found:
            unknown.append(word)
    return list(codes), unknown, listed.is_partial
