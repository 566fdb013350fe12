"""Proposes pairs of factories that may be one: above .8 very likely, from .5 a person has to look."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from garment_hub.registry.identity import fold_name
from garment_hub.registry.places import fold_address

LIKELY = 0.8
WORTH_A_LOOK = 0.5
_NAMES_ALIKE = 85.0
_BLOCK_START = 2
_LARGEST_BLOCK = 1_500
_UNIT_NUMBERS = re.compile(r"\d+|(?<![a-z])i{1,3}$|(?<=unit)-?i{1,3}$")
_LOT = re.compile(r"(?<!\S)\d+(?:-\d+)*(?!\S)")  # 1742-1, but not 대저1동, 3층 or 1필지
_PROVINCE_WORDS = 2  # 부산광역시 강서구: what every address of a register shares


@dataclass(frozen=True)
class Firm:
    """What is compared of one factory."""

    id: int
    name: str
    address: str = ""
    phone: str = ""
    business_number: str = ""

    @cached_property
    def folded(self) -> str:
        return fold_name(self.name)

    @cached_property
    def jamo(self) -> str:
        """Hangul taken apart, so that one wrong stroke is a small difference."""
        return unicodedata.normalize("NFD", self.folded)

    @cached_property
    def place(self) -> str:
        return fold_address(self.address)

    @cached_property
    def lots(self) -> frozenset[str]:
        return frozenset(_LOT.findall(self.place))


@dataclass(frozen=True, slots=True)
class Proposal:
    """``first`` is the smaller id."""

    first: int
    second: int
    score: float


def propose(new: Sequence[Firm], known: Sequence[Firm] = ()) -> list[Proposal]:
    """Pairs with at least one new firm, the likeliest first."""
    fresh = {firm.id for firm in new}
    scores: dict[tuple[int, int], float] = {}
    for block in _blocks([*new, *known]):
        for one, other in _candidates(block):
            pair = (min(one.id, other.id), max(one.id, other.id))
            if pair in scores or fresh.isdisjoint(pair) or pair[0] == pair[1]:
                continue
            scores[pair] = score(one, other)
    found = [Proposal(*pair, round(value, 3)) for pair, value in scores.items() if value >= WORTH_A_LOOK]
    return sorted(found, key=lambda proposal: (-proposal.score, proposal.first, proposal.second))


def _blocks(firms: Iterable[Firm]) -> list[list[Firm]]:
    """Firms that share the beginning of their name, a telephone or a business number; nobody else is compared."""
    blocks: dict[tuple[str, str], list[Firm]] = defaultdict(list)
    for firm in firms:
        blocks["name", firm.folded[:_BLOCK_START]].append(firm)
        if firm.phone:
            blocks["phone", firm.phone].append(firm)
        if firm.business_number:
            blocks["number", firm.business_number].append(firm)
    return [part for block in blocks.values() if len(block) > 1 for part in _parted(block)]


def _parted(block: list[Firm]) -> list[list[Firm]]:
    """A block that is too large is cut by more of the name; firms of the very same name stay together."""
    if len(block) <= _LARGEST_BLOCK:
        return [block]
    parts: dict[str, list[Firm]] = defaultdict(list)
    for firm in block:
        parts[firm.folded[: 2 * _BLOCK_START]].append(firm)
    return [part[:_LARGEST_BLOCK] for part in parts.values() if len(part) > 1]


def _candidates(block: list[Firm]) -> Iterable[tuple[Firm, Firm]]:
    """Pairs of a block with names alike, or with the same telephone or business number."""
    names = [firm.jamo for firm in block]
    alike = process.cdist(names, names, scorer=fuzz.ratio, score_cutoff=_NAMES_ALIKE)
    for row, column in zip(*alike.nonzero(), strict=True):
        if row < column:
            yield block[row], block[column]
    for index, one in enumerate(block):
        if one.phone or one.business_number:
            yield from ((one, other) for other in block[index + 1 :] if _shares_number(one, other))


def _shares_number(one: Firm, other: Firm) -> bool:
    return bool(
        (one.business_number and one.business_number == other.business_number)
        or (one.phone and one.phone == other.phone)
    )


def score(one: Firm, other: Firm) -> float:
    """Likeness from 0 to 1 by name and place, raised by a shared number, lowered by different business numbers."""
    name = fuzz.ratio(one.jamo, other.jamo) / 100
    if _UNIT_NUMBERS.findall(one.folded) != _UNIT_NUMBERS.findall(other.folded):
        name *= 0.6  # 제1공장 is not 제2공장
    value = name * name * (0.45 + 0.55 * _same_place(one, other))
    if one.business_number and other.business_number:
        return max(value, 0.9) if one.business_number == other.business_number else min(value, 0.45)
    if one.phone and one.phone == other.phone:
        return max(value, 0.6 + 0.3 * name)
    return value


def _same_place(one: Firm, other: Firm) -> float:
    """1 for one place, 0 for two; an address that is not stated says half."""
    if not one.place or not other.place:
        return 0.4
    if one.place == other.place:
        return 1.0
    if one.lots and other.lots and one.lots.isdisjoint(other.lots):
        return 0.0  # one name on two lots: branch works
    likeness = fuzz.token_sort_ratio(_after_province(one.place), _after_province(other.place)) / 100
    return max(0.0, (likeness - 0.4) / 0.6)


def _after_province(place: str) -> str:
    words = place.split()
    return (
        " ".join(words[_PROVINCE_WORDS:])
        if len(words) > _PROVINCE_WORDS + 1 and words[0].endswith(("시", "도"))
        else place
    )
