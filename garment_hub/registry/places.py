"""Where a factory is: the neighbourhood a cell names, and addresses in a form that can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.remarks import Outcome, Reading, Remark, left_out

_BUNJI = re.compile(r"(?<=\d)번지")
_PARTED = re.compile(r"제?(\d+)동$")
_LONGEST_REPEAT = 4  # words
_WITH_NUMBER = re.compile(r"[가-힣]+\d+동")


@dataclass(frozen=True, slots=True)
class Place:
    """A neighbourhood as the import needs it: no table, no session."""

    id: int
    code: str
    names: tuple[str, ...]
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


class Gazetteer:
    """Finds the neighbourhoods of one district by name or code on one day."""

    def __init__(self, places: Iterable[Place], today: date) -> None:
        self._today = today
        self._by_id: dict[int, Place] = {}
        self._found: dict[str, list[Place]] = {}
        for place in places:
            self._by_id[place.id] = place
            for name in {_place_key(name) for name in (place.code, *place.names)}:
                self._found.setdefault(name, []).append(place)
        # 장안동 is the legal name of what 장안1동 and 장안2동 are; it does not say which.
        self._divided = {_PARTED.sub("동", name) for name in self._found if _PARTED.search(name)} - set(self._found)

    def names_of(self, place_id: int | None) -> tuple[str, ...]:
        place = self._by_id.get(place_id or 0)
        return place.names if place else ()

    def read(self, text: str) -> Reading[int]:
        """The id of the neighbourhood that a cell names."""
        written = clean(text)
        if is_blank(written):
            return Reading()
        words = [written, *reversed(written.split())]
        for key in map(_place_key, words):
            current = [place for place in self._found.get(key, ()) if place.is_valid_on(self._today)]
            if len(current) == 1:
                return Reading(current[0].id)
            if self._found.get(key):
                return left_out("neighbourhood_divided", written)
            if key in self._divided:
                return left_out("neighbourhood_unclear", written)
        return Reading(None, (Remark("neighbourhood_unknown", Outcome.VALUE_LEFT_OUT, written),))

    def in_address(self, address: str) -> int | None:
        """Only names that no legal dong has (장안1동): 제기동 in a lot address is not the office of that name."""
        found = {self.read(word).value for word in re.split(r"[\s,()]+", address) if _WITH_NUMBER.fullmatch(word)}
        found.discard(None)
        return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=10_000)
def _place_key(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    joined = "".join(character for character in folded if character.isalnum())
    return re.sub(r"제(\d+동)$", r"\1", joined)


def fold_address(text: str) -> str:
    """The address for comparison: one form, parts that were written twice written once."""
    line = _BUNJI.sub("", unicodedata.normalize("NFKC", clean(text)).casefold())
    kept: list[str] = []
    for word in re.sub(r"[,()\[\]]", " ", line).split():
        kept.append(word)
        for length in range(1, min(_LONGEST_REPEAT, len(kept) // 2) + 1):
            if kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
                break
    return " ".join(kept)
