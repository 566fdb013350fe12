"""Proposes pairs of factories that may be one: above .8 very likely, from .5 a person has to look."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from rapidfuzz import fuzz, process

from garment_hub.registry.identity import fold_name
from garment_hub.registry.places import fold_address

LIKELY = 0.8
WORTH_A_LOOK = 0.5
_NAMES_ALIKE = 85.0
_BLOCK_START = 2
_LARGEST_BLOCK = 1_500
_MOST_SHARING = 10
_UNIT_NUMBERS = re.compile(r"\d+|(?<![a-z])i{1,3}$|(?<=unit)-?i{1,3}$")
_LOT = re.compile(r"(?<!\S)\d+(?:-\d+)*(?!\S)")  # 1742-1, but not 대저1동, 3층 or 1필지
_PROVINCE_WORDS = 2  # 부산광역시 강서구: what every address of a register shares


@dataclass(frozen=True, slots=True)
class Firm:
    """What is compared of one factory."""

    id: int
    name: str
    address: str = ""
    phone: str = ""
    business_number: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in comparable form, and the lots it names."""

    text: str
    lots: frozenset[str]


@lru_cache(maxsize=4096)
def _place(address: str) -> _Place:
    text = fold_address(address)
    return _Place(text, frozenset(_LOT.findall(text)))


@lru_cache(maxsize=4096)
def _jamo(name: str) -> str:
    """Hangul taken apart, so that one wrong stroke is a small difference."""
    return unicodedata.normalize("NFD", fold_name(name))


@dataclass(frozen=True, slots=True)
class Proposal:
    """``first`` is the smaller id."""

    first: int
    second: int
    score: float


def propose(new: Sequence[Firm], known: Sequence[Firm] = ()) -> list[Proposal]:
    """Pairs with at least one new firm, the likeliest first."""
    firms = _without_fillers([*new, *known])
    fresh = {firm.id for firm in new}
    scores: dict[tuple[int, int], float] = {}
    for one, other in _candidates(firms):
        pair = (min(one.id, other.id), max(one.id, other.id))
        if pair not in scores and not fresh.isdisjoint(pair) and (value := score(one, other)) >= WORTH_A_LOOK:
            scores[pair] = value
    found = [Proposal(*pair, round(value, 3)) for pair, value in scores.items()]
    return sorted(found, key=lambda proposal: (-proposal.score, proposal.first, proposal.second))


def _without_fillers(firms: list[Firm]) -> list[Firm]:
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


def _candidates(firms: Iterable[Firm]) -> Iterator[tuple[Firm, Firm]]:
    """Firms with the same number, and firms whose names begin alike and are alike; nobody else is compared."""
    names: dict[str, list[Firm]] = defaultdict(list)
    numbers: dict[str, list[Firm]] = defaultdict(list)
    for firm in firms:
        names[fold_name(firm.name)[:_BLOCK_START]].append(firm)
        for number in filter(None, (firm.phone, firm.business_number)):
            numbers[number].append(firm)
    for sharing in numbers.values():
        yield from combinations(sharing, 2)
    for block in names.values():
        for part in _parted(block):
            yield from _alike(part)


def _parted(block: list[Firm]) -> list[list[Firm]]:
    """A block that is too large is cut by more of the name."""
    if len(block) <= _LARGEST_BLOCK:
        return [block]
    parts: dict[str, list[Firm]] = defaultdict(list)
    for firm in block:
        parts[fold_name(firm.name)[: 2 * _BLOCK_START]].append(firm)
    return [part[:_LARGEST_BLOCK] for part in parts.values()]


def _alike(block: list[Firm]) -> Iterator[tuple[Firm, Firm]]:
    if len(block) < 2:
        return
    names = [unicodedata.normalize("NFD", fold_name(firm.name)) for firm in block]
    alike = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=_NAMES_ALIKE)
    for row, column in zip(*alike.nonzero(), strict=True):
        if row < column:
            yield block[row], block[column]


def score(one: Firm, other: Firm) -> float:
    """Likeness from 0 to 1 by name and place, raised by a shared number, lowered by different business numbers."""
    name = fuzz.ratio(_jamo(one.name), _jamo(other.name)) / 100
    if _UNIT_NUMBERS.findall(_jamo(one.name)) != _UNIT_NUMBERS.findall(_jamo(other.name)):
        name *= 0.6  # 제1공장 is not 제2공장
    value = name * name * (0.45 + 0.55 * _same_place(one, other))
    if one.business_number and other.business_number:
        return max(value, 0.9) if one.business_number == other.business_number else min(value, 0.45)
    if one.phone and one.phone == other.phone:
        return max(value, 0.6 + 0.3 * name)
    return value


def _same_place(one: Firm, other: Firm) -> float:
    """1 for one place, 0 for two; an address that is not stated says half."""
    here, there = _place(one.address), _place(other.address)
    if not here.text or not there.text:
        return 0.4
    if here.text == there.text:
        return 1.0
    if here.lots and there.lots and here.lots.isdisjoint(there.lots):
        return 0.0  # one name on two lots: branch works
    likeness = fuzz.token_sort_ratio(_after_province(here.text), _after_province(there.text)) / 100
    return max(0.0, (likeness - 0.4) / 0.6)


def _after_province(place: str) -> str:
    words = place.split()
    return (
        " ".join(words[_PROVINCE_WORDS:])
        if len(words) > _PROVINCE_WORDS + 1 and words[0].endswith(("시", "도"))
        else place
    )
