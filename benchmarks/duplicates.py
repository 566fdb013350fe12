"""How long a search for duplicates takes over a large register, and how many planted pairs it finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks import Row
from garment_hub.registry.duplicates import WORTH_A_LOOK, Comparable, Firm, comparable, likeness, propose, score

FACTORIES, PLANTED = 20_000, 1_000
WINDOW = 20  # neighbours on either side, as the sorted neighbourhood method is mostly set
COMMAND = "python -m benchmarks duplicates"
SYLLABLES = "가나다라마바사아자차카타파하대성미진광명신영우현동서남북한국고려세종화인천경기부산유정수원"
TRADES = ["패션", "어패럴", "섬유", "봉제", "산업", "의류", "니트", "", "상사", "실업", "모드", "토탈"]
ROADS = ["장안동", "용두동", "제기동", "답십리동", "이문동", "회기동", "전농동", "휘경동", "신설동", "청량리동"]
Pair = tuple[int, int]


def run() -> list[Row]:
    firms, planted = register()
    ours = _timed(lambda: {(one.first, one.second) for one in propose(firms)})
    rival = _timed(lambda: sorted_neighbourhood(firms))
    promise = f"Duplicates in {FACTORIES:,} factories within 60 s"
    return [
        Row(promise, _figure(ours, planted), COMMAND),
        Row(f"{promise}; rival: sorted neighbourhood, {WINDOW} wide, the same score", _figure(rival, planted), COMMAND),
    ]


def register(factories: int = FACTORIES, planted: int = PLANTED) -> tuple[list[Firm], set[Pair]]:
    """Made-up firms, and the pairs among them that are one firm written twice and score a look or more."""
    draw = np.random.default_rng(11230)
    firms = [_firm(draw, number) for number in range(1, factories - planted + 1)]
    pairs: set[Pair] = set()
    for number, at in enumerate(draw.choice(len(firms), planted, replace=False), factories - planted + 1):
        twin = _misspelt(draw, replace(firms[at], id=number))
        if score(firms[at], twin) >= WORTH_A_LOOK:
            pairs.add((firms[at].id, number))
        firms.append(twin)
    return firms, pairs


def _firm(draw: np.random.Generator, number: int) -> Firm:
    name = "".join(draw.choice(list(SYLLABLES), int(draw.integers(2, 4)))) + str(draw.choice(TRADES))
    address = f"서울특별시 동대문구 {draw.choice(ROADS)} {draw.integers(1, 900)}-{draw.integers(1, 60)}"
    phone = f"02{draw.integers(2_000_000, 9_999_999)}" if draw.random() < 0.4 else ""
    business = f"{draw.integers(10**9, 10**10 - 1)}" if draw.random() < 0.3 else ""
    return Firm(number, name, address if draw.random() < 0.9 else "", phone, business)


def _misspelt(draw: np.random.Generator, firm: Firm) -> Firm:
    """One or two slips of the hand: a syllable, the legal form, the address, a number left out."""
    name, address = list(firm.name), firm.address
    name[int(draw.integers(len(name)))] = str(draw.choice(list(SYLLABLES)))
    if draw.random() < 0.3:
        address = address.replace("서울특별시 동대문구 ", "")
    if draw.random() < 0.3:
        address += ", 2층" if address else ""
    words = "".join(name)
    return replace(
        firm,
        name=f"㈜{words}" if draw.random() < 0.3 else words,
        address=address,
        phone=firm.phone if draw.random() < 0.7 else "",
        business_number=firm.business_number if draw.random() < 0.5 else "",
    )


def sorted_neighbourhood(firms: list[Firm]) -> set[Pair]:
    """The usual blocking of record linkage: sort by one key after the other, compare what lies near."""
    keys: list[Callable[[Comparable], str]] = [
        lambda one: one.jamo, lambda one: one.jamo[::-1], lambda one: one.place,
        lambda one: one.firm.phone, lambda one: one.firm.business_number,
    ]  # fmt: skip
    seen: set[Pair] = set()
    found: set[Pair] = set()
    read = [comparable(firm) for firm in firms]
    for key in keys:
        row = sorted((one for one in read if key(one)), key=key)
        for distance in range(1, WINDOW + 1):
            for one, other in zip(row, row[distance:], strict=False):
                pair = min(one.firm.id, other.firm.id), max(one.firm.id, other.firm.id)
                if pair not in seen and likeness(one, other) >= WORTH_A_LOOK:
                    found.add(pair)
                seen.add(pair)
    return found


def _timed(search: Callable[[], set[Pair]]) -> tuple[float, set[Pair]]:
    started = time.perf_counter()
    found = search()
    return time.perf_counter() - started, found


def _figure(result: tuple[float, set[Pair]], planted: set[Pair]) -> str:
    seconds, found = result
    recall = len(found & planted) / len(planted)
    return f"{seconds:.1f} s, {recall:.1%} of {len(planted):,} planted pairs found, {len(found):,} pairs proposed"
