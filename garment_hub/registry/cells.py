"""One cell of a register: what is noise, what counts as empty, what was damaged on the way here."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_EMPTY_WORDS = frozenset(
    {"n/a", "na", "n.a.", "#n/a", "null", "none", "nil", "nan", "unknown", "-", "--", "---", "–", "—", ".", "..."}
    | {"없음", "미상", "해당없음", "모름", "불명", "미기재", "정보없음", "확인필요", "undefined"}
)
_DAMAGE = ("�", "□", "￿")
_FORMULA_STARTS = tuple("=+-@|%\t\r＝＋－＠｜％")
_KEPT_CONTROLS = "\t\n\r"
_LONGEST_REMEMBERED = 100


def without_controls(text: str) -> str:
    """The text as it stood, less what no database and no reader can use: control characters, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(
        character for character in text if character in _KEPT_CONTROLS or not _is_unusable(character)
    ).replace("\ufeff", "")


def _is_unusable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in "\ufffe\uffff"


def clean(text: str) -> str:
    """One line in composed form, spaces of every kind joined, the guard against formulas taken off."""
    return _clean(text) if len(text) <= _LONGEST_REMEMBERED else _clean.__wrapped__(text)


@lru_cache(maxsize=8192)
def _clean(text: str) -> str:
    line = " ".join(unicodedata.normalize("NFC", without_controls(text)).split())
    if line.startswith("'") and line[1:].startswith(_FORMULA_STARTS):
        return line[1:]
    return line


def is_blank(text: str) -> bool:
    """Whether the cell says nothing: empty, or a word for "not known"."""
    if not text:
        return True
    line = clean(text)
    return not line or line.casefold().replace(" ", "") in _EMPTY_WORDS


def is_damaged(text: str) -> bool:
    """Whether characters were lost before the file came to us."""
    return any(mark in text for mark in _DAMAGE)


def guarded(text: str) -> str:
    """The text as a spreadsheet may open it: never as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
