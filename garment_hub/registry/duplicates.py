"""Proposes pairs of factories that may be one: above .8 very likely, from .5 a person has to look."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any

from garment_hub.registry.identity import fold_name
from garment_hub.registry.places import fold_address

# The limits of Open Supply Hub: above .8 the same place, from .5 a person decides, below a new one.
LIKELY = 0.8
WORTH_A_LOOK = 0.5
SAME_NUMBER = 0.9  # one business number; two sites of one firm share theirs, so a person looks where places differ
SAME_NUMBER_ELSEWHERE = 0.7
OTHER_NUMBER = 0.45  # two business numbers are two firms, however alike the rest
_SAME_PHONE, _SAME_PHONE_BY_NAME = 0.6, 0.3
_ELSEWHERE, _BY_PLACE = 0.45, 0.55  # what the name alone weighs, and what the place adds
_PLACE_UNSTATED = 0.4
_OTHER_UNIT = 0.6
_MOST_SHARING = 10
_MOST_NAMESAKES = 30
_NAMES_ALIKE = 70.0  # percent; below, no place makes a pair worth a look: .7 x .7 < .5
_CELLS_AT_ONCE = 8_000_000
_UNIT_NUMBERS = re.compile(r"\d+|(?<![a-z])i{1,3}$|(?<=unit)-?i{1,3}$")
_LOT = re.compile(r"(?<!\S)\d+(?:-\d+)*(?!\S)")  # 1742-1, but not 대저1동, 3층 or 1필지
# 서울특별시 동대문구, 서울 동대문구: what every address of a register shares, and every hand writes otherwise.
_REGION = re.compile(r"\S+[시도구군]|서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|[충전경][남북]|제주")


class Band(StrEnum):
    """What a score means: proposed as one firm, for a person to look at, or two firms."""

    SAME = "same"
    LOOK = "look"
    NEW = "new"


def band(score: float) -> Band:
    if score > LIKELY:
        return Band.SAME
    return Band.LOOK if score >= WORTH_A_LOOK else Band.NEW


@dataclass(frozen=True, slots=True)
class Firm:
    """What is compared of one factory."""

    id: int
    name: str
    address: str = ""
    phone: str = ""
    business_number: str = ""


@dataclass(frozen=True, slots=True)
class Comparable:
    """A firm in comparable form: its name in jamo, so that one wrong stroke is a small difference."""

    firm: Firm
    jamo: str
    units: tuple[str, ...]
    place: str
    words: str
    lots: frozenset[str]


def comparable(firm: Firm) -> Comparable:
    jamo, place = unicodedata.normalize("NFD", fold_name(firm.name)), fold_address(firm.address)
    words = " ".join(sorted(_within_region(place)))
    return Comparable(firm, jamo, tuple(_UNIT_NUMBERS.findall(jamo)), place, words, frozenset(_LOT.findall(place)))


def _within_region(place: str) -> list[str]:
    words = place.split()
    first = next((at for at, word in enumerate(words) if not _REGION.fullmatch(word)), 0)
    return words[first:]


@dataclass(frozen=True, slots=True)
class Proposal:
    """``first`` is the smaller id."""

    first: int
    second: int
    score: float


def score(one: Firm, other: Firm) -> float:
    """Likeness from 0 to 1 by name and place, raised by a shared number, lowered by different business numbers.

    Two rows that state the same name and the same address are 1; without an address nobody can say more than .67.
    """
    return likeness(comparable(one), comparable(other))


def likeness(one: Comparable, other: Comparable) -> float:
    """`score` of firms that were read before."""
    from rapidfuzz import fuzz

    name, place = fuzz.ratio(one.jamo, other.jamo) / 100, _same_place(one, other)
    is_other_unit = one.units != other.units  # 제1공장 is not 제2공장
    if is_other_unit:
        name *= _OTHER_UNIT
    value = name * name * (_ELSEWHERE + _BY_PLACE * place)
    numbers = one.firm.business_number, other.firm.business_number
    if all(numbers):
        if numbers[0] != numbers[1]:
            return min(value, OTHER_NUMBER)
        is_elsewhere = is_other_unit and place < 1
        return max(value, SAME_NUMBER_ELSEWHERE if is_elsewhere else SAME_NUMBER)
    if one.firm.phone and one.firm.phone == other.firm.phone:
        return max(value, _SAME_PHONE + _SAME_PHONE_BY_NAME * name)
    return value


def _same_place(one: Comparable, other: Comparable) -> float:
    """1 for one place, 0 for two; an address that is not stated says half."""
    from rapidfuzz import fuzz

    if not one.place or not other.place:
        return _PLACE_UNSTATED
    if one.place == other.place:
        return 1.0
    if one.lots and other.lots and one.lots.isdisjoint(other.lots):
        return 0.0  # one name on two lots: branch works
    return max(0.0, (fuzz.ratio(one.words, other.words) / 100 - 0.4) / 0.6)


def propose(new: Sequence[Firm], known: Sequence[Firm] = ()) -> list[Proposal]:
    """Pairs with at least one new firm, the likeliest first."""
    firms = [comparable(firm) for firm in without_fillers([*new, *known])]
    fresh = {firm.id for firm in new}
    scores: dict[tuple[int, int], float] = {}
    for one, other in _candidates(firms, fresh):
        pair = min(one.firm.id, other.firm.id), max(one.firm.id, other.firm.id)
        if pair not in scores and not fresh.isdisjoint(pair) and (value := likeness(one, other)) >= WORTH_A_LOOK:
            scores[pair] = value
    found = [Proposal(*pair, round(value, 3)) for pair, value in scores.items()]
    return sorted(found, key=lambda proposal: (-proposal.score, proposal.first, proposal.second))


def without_fillers(firms: list[Firm]) -> list[Firm]:
    """A number that many firms share is an exchange or a filler, and tells nothing about any two of them."""
    uses = Counter(number for firm in firms for number in (firm.phone, firm.business_number) if number)
    many = {number for number, count in uses.items() if count > _MOST_SHARING}
    if not many:
        return firms
    return [
        replace(
            firm,
            phone="" if firm.phone in many else firm.phone,
            business_number="" if firm.business_number in many else firm.business_number,
        )
        for firm in firms
    ]


def _candidates(firms: Sequence[Comparable], fresh: set[int]) -> Iterator[tuple[Comparable, Comparable]]:
    """Every pair that can reach a look: firms with a number in common, and names as alike as their places ask for."""
    numbers: dict[str, list[Comparable]] = defaultdict(list)
    for firm in firms:
        for number in filter(None, (firm.firm.phone, firm.firm.business_number)):
            numbers[number].append(firm)
    for sharing in numbers.values():
        yield from combinations(sharing, 2)
    named = _without_namesakes(firms)
    new = [firm for firm in named if firm.firm.id in fresh]
    yield from _alike(sorted(new, key=_length), sorted(named, key=_length))


def _length(firm: Comparable) -> int:
    return len(firm.jamo)


def _without_namesakes(firms: Sequence[Comparable]) -> list[Comparable]:
    """A name that many share and that comes without an address says nothing about any two of them."""
    uses = Counter(firm.jamo for firm in firms if not firm.place)
    return [firm for firm in firms if firm.place or uses[firm.jamo] <= _MOST_NAMESAKES]


def _alike(new: Sequence[Comparable], firms: Sequence[Comparable]) -> Iterator[tuple[Comparable, Comparable]]:
    """All names against all, a block of rows at a time; names too short or too long to be alike are passed over."""
    import numpy as np
    from rapidfuzz import fuzz, process

    names, lengths = [firm.jamo for firm in firms], np.array([_length(firm) for firm in firms])
    places, are_all_new = _Places(firms), len(new) == len(firms)
    at_once = max(1, _CELLS_AT_ONCE // max(1, len(firms)))
    longest_to_shortest = (200 - _NAMES_ALIKE) / _NAMES_ALIKE
    for start in range(0, len(new), at_once):
        block = new[start : start + at_once]
        low = int(np.searchsorted(lengths, _length(block[0]) / longest_to_shortest, "left"))
        low = max(low, start) if are_all_new else low  # the earlier have been compared
        high = int(np.searchsorted(lengths, _length(block[-1]) * longest_to_shortest, "right"))
        ratios = process.cdist(
            [firm.jamo for firm in block], names[low:high], scorer=fuzz.ratio, score_cutoff=_NAMES_ALIKE
        )
        rows, columns = ratios.nonzero()
        best = (ratios[rows, columns] / 100) ** 2 * places.best(_Places(block), rows, columns + low)
        is_worth = best >= WORTH_A_LOOK - 1e-6
        if are_all_new:
            is_worth &= rows + start < columns + low
        for index in np.flatnonzero(is_worth):
            one, other = block[rows[index]], firms[low + columns[index]]
            if one.firm.id != other.firm.id:
                yield one, other


class _Places:
    """The lots of many addresses as bits, so that two that cannot be one place are passed over by the million."""

    def __init__(self, firms: Iterable[Comparable]) -> None:
        import numpy as np

        firms = list(firms)
        self.is_stated = np.array([bool(firm.place) for firm in firms], dtype=bool)
        self.lots = np.array([_bits(firm.lots) for firm in firms], dtype=np.uint64)

    def best(self, other: _Places, rows: Any, columns: Any) -> Any:
        """The most that the places can weigh: never less than `_same_place` would say."""
        import numpy as np

        mine, theirs = self.lots[columns], other.lots[rows]
        place = np.where(self.is_stated[columns] & other.is_stated[rows], 1.0, _PLACE_UNSTATED)
        place[(mine != 0) & (theirs != 0) & (mine & theirs == 0)] = 0.0
        return _ELSEWHERE + _BY_PLACE * place


def _bits(lots: Iterable[str]) -> int:
    bits = 0
    for lot in lots:
        bits |= 1 << (sum(lot.encode()) * 31 + len(lot)) % 64
    return bits
