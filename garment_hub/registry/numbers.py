"""Numbers as people write them into registers: 100장, 3,000, 약 2천장, 30~50, 1만 5천."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from garment_hub.registry.cells import clean, is_blank
from garment_hub.registry.remarks import Reading, changed, left_out

LARGEST = 1_000_000_000
LONGEST = 60
_MULTIPLES = {"십": 10, "백": 100, "천": 1_000, "만": 10_000, "억": 100_000_000, "k": 1_000}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([십백천만억]{1,2}|k(?![a-z]))?")
_BETWEEN = re.compile(r"(?:장|매|벌|개|명|인|대|일|주|pcs)?\s*(?:[~〜∼–—-]|에서|부터|to)", re.IGNORECASE)
_UNIT = re.compile(
    r"(장|매|벌|착|개|명|인|대|일|년|원|피스|pcs|pieces|piece|pc|ea|workers|people|persons|days|day|sets|set|krw)\.?",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})((?:,\d{3})+)(?![\d,])")
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d,])")
_DOTTED = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})+(?![\d.])")
_NEGATIVE = re.compile(r"\D*(?:^|\s)-\s?\d")
_BRACKETS = re.compile(r"[(\[].*?[)\]]")


@dataclass(frozen=True, slots=True)
class _Amount:
    start: int
    end: int
    value: Decimal
    multiple: int  # of its last part: what a smaller part may follow


def read_number(text: str) -> Reading[int]:
    """A whole number above zero; 0 and an empty cell both mean "not stated"."""
    written = clean(text)
    if is_blank(written):
        return Reading()
    if len(written) > LONGEST:
        return left_out("text_too_long", written)
    line = _without_separators(unicodedata.normalize("NFKC", written).casefold().replace("−", "-"))
    if _DOTTED.search(line):
        return left_out("number_ambiguous", written)
    if _NEGATIVE.match(line):
        return left_out("number_negative", written)
    return _read(line, written)


def _read(line: str, written: str) -> Reading[int]:
    amounts = _amounts(line)
    if not amounts:
        return left_out("number_missing", written)
    if len(amounts) == 1:
        return _single(line, amounts[0], written)
    if len(amounts) == 2 and _BETWEEN.fullmatch(line[amounts[0].end : amounts[1].start].strip()):
        return _lower(amounts[0], amounts[1], written)
    bare = " ".join(_BRACKETS.sub(" ", line).split())
    if bare == line:
        return left_out("numbers_several", written)
    return _outside_brackets(bare, written)


def _outside_brackets(bare: str, written: str) -> Reading[int]:
    """What stands outside the brackets decides where the brackets hold numbers of their own."""
    inner = _read(bare, written)
    return inner if inner.value is None or inner.remarks else changed(inner.value, "number_with_words", written)


def _without_separators(line: str) -> str:
    line = _THOUSANDS.sub(lambda match: match.group().replace(",", ""), line)
    return _SPACED.sub(lambda match: match.group().replace(" ", ""), line)


def _amounts(line: str) -> list[_Amount]:
    """Numbers with their 천 and 만; "1만 5천" is one of them."""
    found: list[_Amount] = []
    for match in _PART.finditer(line):
        multiple = prod(_MULTIPLES[letter] for letter in match.group(2) or "")
        value = Decimal(match.group(1)) * multiple
        if found and value < found[-1].multiple and not line[found[-1].end : match.start()].strip():
            last = found.pop()
            found.append(_Amount(last.start, match.end(), last.value + value, multiple))
        else:
            found.append(_Amount(match.start(), match.end(), value, multiple))
    return found


def _lower(low: _Amount, high: _Amount, written: str) -> Reading[int]:
    """The lower of two. "1~2천" means 1,000 to 2,000."""
    shared = low.value * high.multiple if low.multiple == 1 else low.value
    value = shared if shared <= high.value else low.value
    whole = _whole(min(value, high.value), written)
    return whole if whole.value is None else changed(whole.value, "numbers_two", written)


def _single(line: str, amount: _Amount, written: str) -> Reading[int]:
    whole = _whole(amount.value, written)
    rest = line[amount.end :].strip(" ()")
    unit = _UNIT.match(rest)
    around = line[: amount.start] + (rest[unit.end() :] if unit else rest)
    if whole.value is None or not around.strip(" .:/()"):
        return whole
    return changed(whole.value, "number_with_words", written)


def _whole(amount: Decimal, written: str) -> Reading[int]:
    if amount != amount.to_integral_value():
        return left_out("number_not_whole", written)
    if amount > LARGEST:
        return left_out("number_too_large", written)
    return Reading(int(amount) or None)
