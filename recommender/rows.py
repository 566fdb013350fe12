"""Briefs and factories as rows of one table: the labels and the text both sides share."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from recommender.types import BriefFeatures, FactoryFeatures

#: Groups in the order of a row, with their share of the specialty. The shares are ours and add up to 1.
GROUPS: dict[str, float] = {"item": 0.3, "fabric": 0.2, "work": 0.3, "market": 0.08, "difficulty": 0.07, "text": 0.05}

Featured = BriefFeatures | FactoryFeatures
Labels = frozenset[str]
Row = tuple[Labels, Labels, Labels, Labels, Labels, str]
_NONE: Labels = frozenset()
#: Different lists of codes kept ready; a register repeats the same ones over and over.
_KEPT = 65_536


class RowReader:
    """Makes rows, in the order of `GROUPS`.

    Parameters
    ----------
    stage_of : mapping of str to str
        Process code to stage code; a process proves its stage.
    machines_of : mapping of str to frozenset of str
        Process code to the machines it runs on; machines outside this mapping cannot be asked for and are left out.
    synonyms : mapping of str to str
        Spelling to the word it stands for, where a word begins with it: Korean hangs its particles on the end. The
        longest spelling counts; those of one letter and those with blanks are left out: too much or nothing begins so.
    """

    def __init__(
        self, stage_of: Mapping[str, str], machines_of: Mapping[str, Labels], synonyms: Mapping[str, str]
    ) -> None:
        self.stage_of = stage_of
        self.machines_of = machines_of
        self.synonyms = synonyms
        spelt = {_plain(spelling): _plain(word) for spelling, word in synonyms.items()}
        words = {word: word for word in spelt.values()}  # a word that is right already is not spelt out again
        self._words = {key: word for key, word in (spelt | words).items() if len(key) > 1 and len(key.split()) == 1}
        self._longest = max(map(len, self._words), default=0)
        self._machines = frozenset().union(*machines_of.values())
        self._asked_work, self._stated_work = lru_cache(_KEPT)(self._asked), lru_cache(_KEPT)(self._stated)

    def __call__(self, featured: Featured) -> Row:
        if isinstance(featured, BriefFeatures):
            return (
                _optional(featured.item) | _marked("category", _optional(featured.category)),
                featured.fabrics,
                _NONE.union(*map(self._asked_work, featured.processes)),
                _optional(featured.market),
                _optional(featured.difficulty),
                self._text(featured.text),
            )
        return (
            _items(featured.items.has, featured.categories.has),
            featured.fabrics.has,
            self._stated_work(featured.processes.has, featured.stages.has, featured.machines.has),
            featured.markets.has,
            featured.difficulties.has,
            self._text(featured.text),
        )

    def _asked(self, process: str) -> Labels:
        return self._stated(frozenset((process,)), _NONE, self.machines_of.get(process, _NONE))

    def _stated(self, processes: Labels, stages: Labels, machines: Labels) -> Labels:
        proven = {self.stage_of[process] for process in processes if process in self.stage_of}
        return processes | _marked("stage", stages | proven) | _marked("machine", machines & self._machines)

    def _text(self, text: str) -> str:
        plain = _plain(text)
        return " ".join(map(self._word, plain.split())) if self._words else plain

    def _word(self, word: str) -> str:
        for length in range(min(len(word), self._longest), 1, -1):
            if (found := self._words.get(word[:length])) is not None:
                return found + word[length:]
        return word


@lru_cache(_KEPT)
def _items(items: Labels, categories: Labels) -> Labels:
    return items | _marked("category", categories)


def _marked(mark: str, codes: Labels) -> Labels:
    return frozenset(f"{mark}:{code}" for code in codes)


def _optional(code: str | None) -> Labels:
    return _NONE if code is None else frozenset((code,))


def _plain(text: str) -> str:
    """One form for comparison: compatibility forms joined, small letters."""
    return unicodedata.normalize("NFKC", text).lower()
