"""Several words in one cell: ``셔츠·블라우스, 바지 외 3종`` is two known words and a list that goes on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from garment_hub.registry.cells import clean, is_blank, without_controls

LONGEST_WORD = 120
_MOST_JOINED = 4
_HARD = re.compile(r"[;|\n\r\t]+|(?<!\d)(?=\d+[.)]\s)")
_SOFT = re.compile(r"\s*([,/·ㆍ・‧•、，+]|\s&\s|(?<=[a-zA-Z]),)\s*")
_GOES_ON = re.compile(
    r"(?:(?:^|\s+)외\s*\d+\s*(?:개\s*품목|종류|종|건|가지)?"
    r"|\s+등\s*\d*\s*(?:종|가지)?|,?\s*\betc\.?|\s+and others|\s*\.{3}|…)\s*$",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"^\s*(?:\d+[.)]|[①-⑳•*-])\s*")


@dataclass(frozen=True, slots=True)
class Words:
    """``is_partial``: the cell itself says that there are more."""

    words: tuple[str, ...]
    is_partial: bool = False


def split_list(text: str, is_known: Callable[[str], bool]) -> Words:
    """The words of a cell, each once. What ``is_known`` stays whole whatever stands inside it."""
    if is_blank(text):
        return Words(())
    words: dict[str, str] = {}
    is_partial = False
    for segment in _HARD.split(without_controls(text)):
        line, goes_on = _without_ending(clean(_NUMBERING.sub("", segment)))
        is_partial = is_partial or goes_on
        for word in _soft_words(line, is_known):
            if not is_blank(word):
                words.setdefault(unicodedata.normalize("NFKC", word).casefold(), word[:LONGEST_WORD])
    return Words(tuple(words.values()), is_partial)


def _without_ending(line: str) -> tuple[str, bool]:
    ending = _GOES_ON.search(line)
    if ending is None:
        return line, False
    return line[: ending.start()].strip(" ,"), True


def _soft_words(line: str, is_known: Callable[[str], bool]) -> Iterator[str]:
    """Cut at every mark, then join again the longest runs that are one known word."""
    pieces = _SOFT.split(line)
    words, marks = pieces[::2], pieces[1::2]
    start = 0
    while start < len(words):
        ends = range(min(len(words), start + _MOST_JOINED), start + 1, -1)
        joined = ((end, _join(words, marks, start, end)) for end in ends)
        end = next((end for end, word in joined if is_known(word) or is_blank(word)), start + 1)
        yield _join(words, marks, start, end).strip()
        start = end


def _join(words: list[str], marks: list[str], start: int, end: int) -> str:
    joined = words[start]
    for index in range(start + 1, end):
        joined += marks[index - 1] + words[index]
    return joined
